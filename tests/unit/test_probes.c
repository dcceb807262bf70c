// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probes, but for the kernel's part: sets of them, symbols, their lines in the record, and what the report
 * makes of cycles with and without. tests/emulated/probes.sh loads them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/record/record.h"
#include "bench/record/schema.h"
#include "bench/report/report.h"
#include "bench/report/sections.h"
#include "bpf/calibrate.h"
#include "bpf/loader.h"
#include "bpf/table.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

static void test_sets(void **state)
{
	static const char *const bad[] = { "",	    "offf",	     "phases+",	      "+phases",
					   "none",  "phases+phases", "phases,tables", "on+phases",
					   "phase", "off+tables" };
	uint32_t all, set;
	size_t i;

	(void)state;
	assert_int_equal(probes_parse("off", &set), 0);
	assert_int_equal(set, 0);
	assert_int_equal(probes_parse("on", &all), 0);
	assert_true(all && !(all & (all + 1)));
	assert_int_equal(probes_parse("phases", &set), 0);
	assert_int_equal(set, 1);
	assert_int_equal(probes_parse("kho+phases", &set), 0);
	assert_int_equal(set, 5);
	for (i = 0; probe_rows[i].name; i++) {
		assert_int_equal(probes_parse(probe_rows[i].name, &set), 0);
		assert_int_equal(set, 1u << i);
	}
	assert_int_equal(all, (1u << i) - 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (probes_parse(bad[i], &set) != -EINVAL)
			fail_msg("'%s' is accepted", bad[i]);
}

static void test_symbols(void **state)
{
	static const char symbols[] = "0000000000000000 T whole\n"
				      "0000000000000000 t twice\n"
				      "0000000000000000 t part.isra.0\n"
				      "0000000000000000 t twice\n"
				      "0000000000000000 d data\n"
				      "0000000000000000 t whole_other\t[module]\n";
	char path[] = "/tmp/lubench-symbols-XXXXXX", changed[80];
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, symbols, sizeof(symbols) - 1), sizeof(symbols) - 1);
	close(fd);
	assert_int_equal(symbol_look(path, "whole", changed, sizeof(changed)), 1);
	assert_string_equal(changed, "");
	assert_int_equal(symbol_look(path, "twice", changed, sizeof(changed)), 2);
	assert_int_equal(symbol_look(path, "part", changed, sizeof(changed)), 0);
	assert_string_equal(changed, "part.isra.0");
	assert_int_equal(symbol_look(path, "data", changed, sizeof(changed)), 0);
	assert_int_equal(symbol_look(path, "whol", changed, sizeof(changed)), 0);
	unlink(path);
	assert_int_equal(symbol_look(path, "whole", changed, sizeof(changed)), -ENOENT);
}

/*
 * Every probe opens, and all of its metrics name places that it watches; this machine's own kernel gives few
 * of them, and each of the others says why.
 */
static void test_objects(void **state)
{
	const struct probes_want want = { .ring_bytes = 4096,
					  .set = (1u << PROBES_MAX) - 1,
					  .tgid = (uint32_t)getpid() };
	struct probes *p = probes_load(&want);
	const struct probe_number *n;
	const struct probe_point *pt;
	size_t nr, i, k;

	(void)state;
	assert_non_null(p);
	n = probes_numbers(p, &nr);
	assert_true(nr > 0);
	for (i = 0; i < nr; i++) {
		assert_true(*n[i].metric->name && *n[i].metric->target);
		assert_non_null(memchr(n[i].metric->name, 0, sizeof(n[i].metric->name)));
		assert_non_null(memchr(n[i].metric->target, 0, sizeof(n[i].metric->target)));
		if (n[i].why) {
			assert_null(strstr(n[i].why, "does not watch what its metric needs"));
			assert_true(*n[i].why);
		}
		for (k = 0; k < i; k++)
			assert_string_not_equal(n[k].metric->name, n[i].metric->name);
	}
	pt = probes_points(p, &nr);
	for (i = 0; i < nr; i++)
		if (pt[i].way == WAY_ABSENT)
			assert_true(*pt[i].why);
	probes_free(p);
}

static void test_lines(void **state)
{
	struct lub_probe p = { "r", 3, "incoming", "phases", "iommufd_destroy", "fentry", NULL };
	struct record_set set = { 0 };
	char why[400];
	const char *reason;
	json_t *schema = json_load_file("results/schema.json", 0, NULL), *line;

	(void)state;
	assert_non_null(schema);
	line = emit_probe(&p);
	assert_int_equal(schema_check(schema, line, why, sizeof(why)), 0);
	assert_int_equal(record_parse(line, &set, &reason), 0);
	assert_int_equal(set.nr_probes, 1);
	assert_string_equal(set.probes[0].point, "iommufd_destroy");
	assert_int_equal(set.probes[0].cycle, 3);
	assert_null(set.probes[0].reason);
	json_decref(line);
	/* What is absent without a reason is no record. */
	p.way = "absent";
	line = emit_probe(&p);
	assert_int_equal(record_parse(line, &set, &reason), -EINVAL);
	json_decref(line);
	p.way = "magic";
	line = emit_probe(&p);
	assert_int_not_equal(schema_check(schema, line, why, sizeof(why)), 0);
	json_decref(line);
	json_decref(schema);
	record_set_free(&set);
}

/* A run of one point with two cycles, the second one with probes. */
struct run {
	struct lub_sample samples[40];
	struct lub_outcome outcomes[8];
	struct record_set set;
	char *text;
	size_t len;
	bool failed;
};

static struct lub_sample *add(struct run *r, uint32_t cycle, const char *probes, const char *metric,
			      const char *unit, int64_t value)
{
	struct lub_sample *s = &r->samples[r->set.nr_samples++];

	*s = (struct lub_sample){ .run = "r",
				  .cycle = cycle,
				  .scenario = "preserve",
				  .metric = metric,
				  .unit = unit,
				  .value = value,
				  .clock = strcmp(unit, "ns") ? NULL : "tsc",
				  .params = { .hwpts = 4,
					      .ioas_bytes = 1 << 30,
					      .page_bytes = 4096,
					      .devices = 1,
					      .mode = "preserve",
					      .workload = "lsi",
					      .probes = probes } };
	return s;
}

static void ends(struct run *r, uint32_t cycle, const char *probes, const char *outcome)
{
	struct lub_sample *s = add(r, cycle, probes, "", "ns", 0);

	r->set.nr_samples--;
	r->outcomes[r->set.nr_outcomes++] =
		(struct lub_outcome){ .run = "r",
				      .cycle = cycle,
				      .scenario = "preserve",
				      .outcome = outcome,
				      .params = s->params,
				      .reason = strcmp(outcome, "ok") ? "it broke" : NULL };
}

static void make_run(struct run *r, const char *sets)
{
	memset(r, 0, sizeof(*r));
	r->set = (struct record_set){ .run_id = "r",
				      .target = "vtd",
				      .mode = "preserve",
				      .emulated = true,
				      .reps = 1,
				      .planned = 4,
				      .samples = r->samples,
				      .outcomes = r->outcomes };
	r->set.run =
		json_pack("{s:s, s:i, s:s}", "probes", sets, "cycles", 4, "scenario", "preserve");
}

static const char *report(struct run *r)
{
	FILE *out;

	free(r->text);
	out = open_memstream(&r->text, &r->len);
	assert_int_equal(report_text(out, &r->set, &r->failed, NULL), 0);
	fclose(out);
	return r->text;
}

static void end_run(struct run *r)
{
	json_decref(r->set.run);
	free(r->text);
}

static void has(struct run *r, const char *text)
{
	if (!strstr(report(r), text))
		fail_msg("no '%s' in\n%s", text, r->text);
}

static void test_effect(void **state)
{
	struct lub_sample *s;
	struct run r;

	(void)state;
	make_run(&r, "off,on");
	ends(&r, 1, "off", "ok");
	ends(&r, 2, "on", "ok");
	add(&r, 1, "off", "preserve.iommufd", "ns", 1000000);
	add(&r, 2, "on", "preserve.iommufd", "ns", 1051000);
	s = add(&r, 2, "on", "probe.map", "ns", 777000);
	s->params.kernel = "outgoing";
	s = add(&r, 2, "on", "probe.drops", "count", 0);
	s->params.kernel = "outgoing";
	/* Two of the four planned cycles are of each kind. */
	has(&r, "1 of 2 cycles ok; 1 of 2 planned points ok");
	has(&r, "map                      outgoing     777 us");
	has(&r, "dropped records: none");
	has(&r, "  on: +5.1 %, BREAKS it");
	has(&r, "which probe that is shows a run with each of them alone");
	/* What was measured with probes on is in no table of the others. */
	assert_null(strstr(strstr(r.text, "Preserve latency"), "1.05 ms  1.05 ms"));
	r.samples[1].value = 1049000;
	has(&r, "  on: +4.9 %, keeps it");
	assert_null(strstr(r.text, "BREAKS"));
	end_run(&r);
}

static void test_drops(void **state)
{
	struct lub_sample *s;
	struct run r;

	(void)state;
	make_run(&r, "on");
	ends(&r, 1, "on", "ok");
	add(&r, 1, "on", "preserve.iommufd", "ns", 1000000);
	s = add(&r, 1, "on", "probe.map", "ns", 0);
	s->reason = "7 records of probe phases were dropped";
	s->params.kernel = "outgoing";
	s = add(&r, 1, "on", "probe.drops", "count", 7);
	s->params.kernel = "outgoing";
	has(&r, "every number holds what they cost");
	has(&r, "DROPPED: 7 records in 1 halves of cycles");
	has(&r, "(a) 7 records of probe phases were dropped");
	/* Nothing to compare with, so there is no effect. */
	assert_null(strstr(r.text, "Probe effect"));
	end_run(&r);
}

static void test_invalidations(void **state)
{
	static const struct {
		const char *metric, *unit;
		int64_t value;
	} lines[] = {
		{ "probe.inv.iotlb.global", "ns", 5000 },
		{ "probe.inv.iotlb.global.count", "count", 3 },
		{ "probe.inv.iec.count", "count", 0 },
		{ "probe.inv.iotlb.pages.count", "count", 2 },
		{ "probe.inv.mixed", "ns", 9000 },
	};
	struct run r;
	size_t i;

	(void)state;
	make_run(&r, "on");
	ends(&r, 1, "on", "ok");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		add(&r, 1, "on", lines[i].metric, lines[i].unit, lines[i].value)->params.kernel =
			"incoming";
	has(&r, "iotlb.global             incoming         3   5.00 us");
	has(&r, "iotlb.pages              incoming         2  in mixed submissions only");
	has(&r, "several types at once    incoming             9.00 us");
	has(&r, "none, incoming: iec\n");
	end_run(&r);
}

/* What fails with probes on is not passed over because the tables are those of the others. */
static void test_failed(void **state)
{
	struct run r;

	(void)state;
	make_run(&r, "off,on");
	ends(&r, 1, "off", "ok");
	ends(&r, 2, "on", "preserve-error");
	add(&r, 1, "off", "preserve.iommufd", "ns", 1000000);
	has(&r, "The cycles with probes:");
	has(&r, "preserve-error: it broke");
	assert_true(r.failed);
	end_run(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),	      cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_objects),	      cmocka_unit_test(test_lines),
		cmocka_unit_test(test_effect),	      cmocka_unit_test(test_drops),
		cmocka_unit_test(test_invalidations), cmocka_unit_test(test_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

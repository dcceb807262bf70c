// SPDX-License-Identifier: GPL-2.0-or-later
/* results/schema.json accepts every kind of line that is written, and refuses what is not one. */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/record/record.h"
#include "bench/record/schema.h"

static json_t *schema;

static const struct lub_params params = {
	.hwpts = 16,
	.ioas_bytes = 1ULL << 30,
	.page_bytes = 4096,
	.devices = 1,
	.mode = "preserve",
	.workload = "lsi",
	.phase = "blackout",
	.kernel = "series",
	.observer = "host",
	.working_set = 64,
	.step = "replace",
	.device = "dut",
	.cache = "context",
};

static void accepted(json_t *line)
{
	char why[400];

	assert_non_null(line);
	if (schema_check(schema, line, why, sizeof(why)))
		fail_msg("%s", why);
	json_decref(line);
}

static void refused(json_t *line, const char *part)
{
	char why[400] = "";

	assert_non_null(line);
	assert_int_not_equal(schema_check(schema, line, why, sizeof(why)), 0);
	if (!strstr(why, part))
		fail_msg("'%s' does not tell of '%s'", why, part);
	json_decref(line);
}

static struct lub_sample sample(void)
{
	return (struct lub_sample){
		.run = "20260101-000000-vtd-0001",
		.cycle = 1,
		.scenario = "preserve",
		.metric = "preserve.iommufd",
		.unit = "ns",
		.clock = "tsc",
		.value = 5,
		.params = params,
	};
}

static void test_written(void **state)
{
	static const char *const bad[] = {
		"skip",		"preserve-error", "freeze-error",   "kexec-load-error",
		"lost",		"panic-outgoing", "panic-incoming", "hang",
		"wrong-kernel", "cold-reboot",	  "disturbed",	    "harness-error",
	};
	static const char *const left[] = {
		"memory.free",	 "pagetable.pages", "kho.bytes",
		"kho.unclaimed", "luo.sessions",    "luo.number",
	};
	struct lub_event e = { "r", 3, "incoming", "iommu.adopted", 5, 0 };
	struct lub_outcome o = { "r", 3, "preserve", "ok", NULL, params };
	struct lub_sample s = sample();
	size_t i;

	(void)state;
	accepted(emit_sample(&s));
	s.unit = "count";
	s.clock = NULL;
	accepted(emit_sample(&s));
	s.reason = "not seen";
	accepted(emit_sample(&s));
	s.reason = NULL;
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++) {
		s.metric = left[i];
		accepted(emit_sample(&s));
	}
	accepted(emit_event(&e));
	accepted(emit_outcome(&o));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_true(outcome_valid(bad[i]));
		o.outcome = bad[i];
		o.reason = "why";
		accepted(emit_outcome(&o));
	}
}

static json_t *changed(const char *key, json_t *value)
{
	struct lub_sample s = sample();
	json_t *line = emit_sample(&s);

	if (value)
		json_object_set_new(line, key, value);
	else
		json_object_del(line, key);
	return line;
}

static void test_refused(void **state)
{
	struct lub_outcome o = { "r", 3, "preserve", "ok", "a reason", params };
	struct lub_sample s = sample();

	(void)state;
	refused(changed("value", json_real(1.5)), "value");
	refused(changed("value", json_null()), "");
	refused(changed("metric", json_string("preserve.iommu")), "metric");
	refused(changed("unit", json_string("us")), "unit");
	refused(changed("schema", json_integer(2)), "schema");
	refused(changed("kind", json_string("song")), "");
	refused(changed("cycle", json_integer(0)), "cycle");
	refused(changed("clock", NULL), "clock");
	refused(changed("extra", json_true()), "extra");
	refused(changed("run", json_string("a b")), "run");
	s.params.phase = "dusk";
	refused(emit_sample(&s), "params.phase");
	refused(emit_outcome(&o), "reason");
	o.outcome = "hang";
	o.reason = NULL;
	refused(emit_outcome(&o), "reason");
}

static void test_validator(void **state)
{
	json_t *unknown = json_pack("{s:i}", "maxLength", 3), *value = json_string("x");
	char why[400];

	(void)state;
	assert_int_equal(schema_check(unknown, value, why, sizeof(why)), -ENOTSUP);
	json_decref(unknown);
	json_decref(value);
}

/* Lines that real agents wrote, down to the last one. */
static void test_baselines(void **state)
{
	struct record_set set;
	const json_t *line;
	char why[400];
	size_t i, k;
	glob_t g;

	(void)state;
	assert_int_equal(glob("results/baselines/*/" RECORD_SAMPLES, 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		assert_int_equal(record_read(g.gl_pathv[i], &set), 0);
		assert_int_equal(set.bad_lines, 0);
		assert_false(set.torn);
		assert_true(set.nr_samples > 0);
		json_array_foreach(set.root, k, line)
			if (schema_check(schema, line, why, sizeof(why)))
				fail_msg("%s:%zu: %s", g.gl_pathv[i], k + 1, why);
		record_set_free(&set);
	}
	globfree(&g);
}

static int load(void **state)
{
	(void)state;
	schema = json_load_file("results/schema.json", 0, NULL);
	return schema ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	json_decref(schema);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_written),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_validator),
		cmocka_unit_test(test_baselines),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

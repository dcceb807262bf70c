// SPDX-License-Identifier: GPL-2.0-or-later
/* The cost of a table of each level, from records made of known costs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/agent/layout.h"
#include "bench/record/record.h"
#include "bench/report/report.h"
#include "bench/report/walk.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

#define FIXED 50000
#define PER_PAGE 700
static const int64_t per_table[] = { 0, 300, 1100, 1700, 4000 };

struct fixture {
	struct record_set set;
	struct lub_sample samples[600];
	struct lub_outcome outcome;
	char *text;
	size_t len;
};

static void add(struct fixture *f, const char *metric, const char *unit, int64_t value,
		const struct lub_params *p, const char *reason)
{
	assert_true(f->set.nr_samples < 600);
	f->samples[f->set.nr_samples++] = (struct lub_sample){ .run = "r1",
							       .cycle = 1,
							       .rep = (uint32_t)f->set.nr_samples,
							       .scenario = "walk",
							       .metric = metric,
							       .unit = unit,
							       .clock = "tsc",
							       .value = value,
							       .reason = reason,
							       .params = *p };
}

/* Tables of a level that @n pages of @page need; level 1 is that of 4 KiB entries. */
static int64_t tables_at(const char *layout, uint64_t n, uint64_t page, int level)
{
	int below = level - (page == 4096 ? 1 : 2), alone = layout_depth(layout);

	if (below < 0)
		return 0;
	for (; below >= 0; below--, alone--)
		if (alone <= 0)
			n = (n + 511) / 512;
	return (int64_t)n;
}

static void shape(struct fixture *f, const char *layout, uint64_t n, uint64_t page)
{
	static const char *const metrics[] = { "fill",	"preserve.iommufd", "restore.hwpt",
					       "unmap", "destroy.hwpt",	    "unpreserve.total" };
	struct lub_params p = { .hwpts = 1,
				.ioas_bytes = n * page,
				.page_bytes = page,
				.devices = 1,
				.mode = "preserve",
				.workload = "lsi",
				.probes = "off",
				.layout = layout,
				.format = "vtd-ss" };
	int64_t cost = FIXED + (int64_t)n * PER_PAGE, tables = 0;
	size_t i, rep;
	int level;

	for (level = 1; level <= 4; level++) {
		cost += tables_at(layout, n, page, level) * per_table[level];
		tables += tables_at(layout, n, page, level);
	}
	assert_int_equal(tables, layout_tables(layout, n * page, page));
	for (rep = 0; rep < 5; rep++) {
		add(f, "pagetable.pages", "pages", tables, &p, NULL);
		for (i = 0; i < 6; i++)
			add(f, metrics[i], "ns",
			    ((int64_t)i + 1) * cost + (int64_t)(rep * 7 % 5 - 2) * 100, &p, NULL);
	}
}

static int setup(void **state)
{
	static const struct lub_params carried = { .hwpts = 9,
						   .ioas_bytes = 1 << 30,
						   .page_bytes = 4096,
						   .devices = 1,
						   .mode = "preserve",
						   .workload = "lsi",
						   .probes = "off",
						   .layout = "dense" };
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->set.run_id = "r1";
	f->set.target = "vtd";
	f->set.mode = "preserve";
	f->set.emulated = true;
	f->set.reps = 5;
	f->set.samples = f->samples;
	f->set.outcomes = &f->outcome;
	f->set.nr_outcomes = f->set.planned = 1;
	f->outcome = (struct lub_outcome){ "r1", 1, "walk", "ok", NULL, carried };
	f->outcome.params.hwpts = 1;
	f->set.run = json_pack("{s:s, s:i}", "scenario", "walk", "cycles", 1);
	/* Of nine HWPTs of all shapes: no number of any one of them. */
	add(f, "preserve.iommufd", "ns", 77, &carried, NULL);
	shape(f, "split", 1024, 4096);
	shape(f, "sparse", 1024, 4096);
	shape(f, "sparse2", 1024, 4096);
	shape(f, "sparse2", 256, 4096);
	shape(f, "sparse3", 256, 4096);
	shape(f, "split", 1024, 2 << 20);
	shape(f, "sparse", 1024, 2 << 20);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->set.run);
	free(f->text);
	free(f);
	return 0;
}

static void levels(void **state)
{
	static const struct {
		int level;
		double tables;
	} want[] = { { 1, 1022 }, { 2, 1022 }, { 3, 255 }, { 2, 1022 } };
	struct fixture *f = *state;
	struct walk_level *l;
	struct walk w;
	size_t n, i;

	assert_int_equal(walk_build(&w, &f->set), 0);
	assert_int_equal(w.nr, 7);
	assert_int_equal(walk_levels(&w, &l, &n), 0);
	assert_int_equal(n, 4);
	for (i = 0; i < n; i++) {
		double off = l[i].cost[WALK_FILL] - (double)per_table[want[i].level];

		assert_int_equal(l[i].level, want[i].level);
		assert_true(fabs(l[i].tables - want[i].tables) <= 2);
		/* The two tables above that come or go with the others are of another level. */
		if (fabs(off) > 30)
			fail_msg("level %d: %g instead of %lld", l[i].level, l[i].cost[WALK_FILL],
				 (long long)per_table[want[i].level]);
		assert_true(fabs(l[i].cost[WALK_RESTORE] - 3 * l[i].cost[WALK_FILL]) < 1);
		/* MAD 100 of 5 values on both sides. */
		assert_true(fabs(l[i].se[WALK_FILL] * l[i].tables -
				 1.4826 * 1.2533 * 100 / sqrt(5) * sqrt(2)) < 1);
	}
	free(l);
	walk_free(&w);
}

static const char *report(struct fixture *f)
{
	FILE *out = open_memstream(&f->text, &f->len);
	char *at;

	assert_int_equal(report_text(out, &f->set, NULL, NULL), 0);
	fclose(out);
	for (at = f->text; *at; at += strcspn(at, "\n") + 1)
		assert_true(strcspn(at, "\n") <= 100);
	return f->text;
}

static void table(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = { .hwpts = 1,
				.ioas_bytes = 1 << 30,
				.page_bytes = 4096,
				.devices = 1,
				.mode = "preserve",
				.workload = "lsi",
				.probes = "off",
				.layout = "dense",
				.format = "vtd-fs" };
	const char *text;

	add(f, "fill", "ns", 0, &p, "this IOMMU has no first stage");
	text = report(f);
	assert_non_null(strstr(
		text, "Page-table walk: one HWPT of each shape, no device attached [EMULATED]\n"));
	assert_non_null(strstr(text, "vtd-ss   4 KiB  sparse      1024    1028  fill"));
	assert_non_null(strstr(text, "vtd-fs   -(a)\n"));
	assert_non_null(strstr(text, "(a) this IOMMU has no first stage\n"));
	assert_non_null(strstr(text, "vtd-ss  3     4 KiB, sparse3 - sparse2 "));
	/* The tables of other scenarios would mix the shapes up. */
	assert_null(strstr(text, "Cost model"));
	assert_null(strstr(text, "Preserve latency"));
}

static void side_by_side(void **state)
{
	struct fixture *f = *state;
	struct record_set both[2] = { f->set, f->set };
	FILE *out = open_memstream(&f->text, &f->len);

	/* The other one lacks the shapes from the fourth on, and with them level 3. */
	both[1].nr_samples = 1 + 3 * 35;
	assert_int_equal(report_beside(out, both, 2), 0);
	fclose(out);
	assert_non_null(strstr(f->text, "  level 1, 4 KiB sparse, fill            "));
	assert_non_null(strstr(f->text, "  level 3, 4 KiB sparse3, fill"));
	assert_non_null(strstr(f->text, "-(a)\n"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { T(levels), T(table), T(side_by_side) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

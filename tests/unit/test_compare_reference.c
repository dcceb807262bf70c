// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole comparison against R: the same samples, and what its own tests, fits and corrections make of them
 * (tests/unit/fixtures/README.md).
 */
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "tests/unit/reference.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

/* Bytes of an IOAS of a set of points: any two sizes. */
#define IOAS(set) ((uint64_t)(set) << 30)

/* Runs of the past, then the base, then the new one. */
#define RUNS 10

static json_t *reference;
static struct record_set runs[RUNS];

/* run, metric, hwpts, set, cycle, rep, value: as the fixture says in "columns" */
static void add_row(json_t *row)
{
	struct record_set *set;
	struct lub_sample *s;
	json_int_t run, of, cycle, rep, hwpts;
	const char *metric;
	double value;

	assert_int_equal(json_unpack(row, "[I,s,I,I,I,I,F]", &run, &metric, &hwpts, &of, &cycle,
				     &rep, &value),
			 0);
	assert_in_range(run, 1, RUNS);
	set = &runs[run - 1];
	s = &set->samples[set->nr_samples++];
	*s = (struct lub_sample){
		.metric = metric,
		.unit = strcmp(metric, "pagetable.pages") ? "ns" : "pages",
		.clock = strcmp(metric, "pagetable.pages") ? "tsc" : NULL,
		.scenario = "preserve",
		.cycle = (uint32_t)cycle,
		.rep = (uint32_t)rep,
		.value = (int64_t)value,
		.params = { .hwpts = (uint32_t)hwpts,
			    .ioas_bytes = IOAS(of),
			    .page_bytes = 4096,
			    .devices = 1,
			    .mode = "preserve",
			    .workload = "none",
			    .probes = "off" },
	};
}

static int setup(void **state)
{
	json_t *rows;
	size_t i;

	(void)state;
	reference = load(FIXTURES "compare-r.json");
	rows = json_object_get(reference, "samples");
	assert_true(json_array_size(rows) > 100);
	assert_int_equal(num(reference, "new"), RUNS);
	for (i = 0; i < RUNS; i++) {
		runs[i].samples = calloc(json_array_size(rows), sizeof(*runs[i].samples));
		assert_non_null(runs[i].samples);
		/* one a day */
		runs[i].run = json_pack("{s:o}", "started",
					json_sprintf("2026-01-%02zuT00:00:00Z", i + 1));
	}
	for (i = 0; i < json_array_size(rows); i++)
		add_row(json_array_get(rows, i));
	return 0;
}

static int teardown(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < RUNS; i++) {
		free(runs[i].samples);
		json_decref(runs[i].run);
	}
	json_decref(reference);
	return 0;
}

/*
 * Sums of logarithms, and exact distributions that are folded in another way: 1e-9. R folds by a Fourier
 * transform, which is off by 1e-16 of one, and the smallest p is 1e-7.
 */
static void check_test(const struct cmp_test *t, const json_t *want)
{
	near("p", t->p, num(want, "p"), 1e-9);
	near("smallest p", t->p_min, num(want, "p_min"), 1e-12);
	near("adjusted p", t->p_adj, num(want, "p_adj"), 1e-9);
	near("shift", t->shift, num(want, "shift"), 1e-9);
	near("delta", t->delta, num(want, "delta"), 1e-12);
}

/*
 * The fits agree to 1e-7 and their errors to 5e-6 (test_stats_reference_fit.c). A t value is then off by 1e-5 of
 * itself, and p by that times t * t, which is below 30 here. Ends and changes are off by 1e-5 of an interval.
 */
static void check_coef(const struct cmp_test *t, const json_t *want)
{
	double lo = num(want, "lo"), hi = num(want, "hi"), off = 1e-5 * (hi - lo);

	near("coefficient of the base", t->med[CMP_BASE], num(want, "base"), 1e-7);
	near("coefficient of the new side", t->med[CMP_NEW], num(want, "new"), 1e-7);
	near("p of a coefficient", t->p, num(want, "p"), 3e-4);
	near("adjusted p of a coefficient", t->p_adj, num(want, "p_adj"), 3e-4);
	within("change of a coefficient", t->shift, num(want, "shift") - off,
	       num(want, "shift") + off);
	within("lower end of a change", t->lo, lo - off, lo + off);
	within("upper end of a change", t->hi, hi - off, hi + off);
}

static const struct cmp_point *point_of(const struct cmp_series *s, uint32_t hwpts, uint64_t ioas)
{
	size_t i;

	for (i = 0; i < s->nr_points; i++)
		if (s->points[i].p->hwpts == hwpts && s->points[i].p->ioas_bytes == ioas)
			return &s->points[i];
	fail_msg("no point of %u HWPTs and %llu bytes", hwpts, (unsigned long long)ioas);
	return NULL;
}

static const struct cmp_series *series_of(const struct compare *c, const char *metric)
{
	size_t i;

	for (i = 0; i < c->nr_series; i++)
		if (!strcmp(c->series[i].first->metric, metric))
			return &c->series[i];
	fail_msg("no series %s", metric);
	return NULL;
}

static void check_series(const struct cmp_series *s, const json_t *want)
{
	const json_t *coef = json_object_get(want, "coef"),
		     *points = json_object_get(want, "points"), *one;
	size_t i;

	check_test(&s->all, json_object_get(want, "all"));
	assert_int_equal(s->noise_from, num(want, "noise_from"));
	near("noise", s->noise, num(want, "noise"), 1e-9);
	assert_int_equal(s->scaling.terms, json_array_size(coef));
	json_array_foreach(coef, i, one)
		check_coef(&s->scaling.coef[i], one);
	assert_int_equal(s->nr_points > 1 ? s->nr_points : 0, json_array_size(points));
	json_array_foreach(points, i, one)
		check_test(&point_of(s, (uint32_t)num(one, "hwpts"), IOAS(num(one, "set")))->test,
			   one);
}

/* All series that are judged by themselves, and two that --metric leaves alone: then families are empty. */
static void r_comparison(const json_t *one)
{
	const char *metric = json_string_value(json_object_get(one, "metric"));
	const json_t *series = json_object_get(one, "series"), *want;
	const struct cmp_options opt = { .alpha = CMP_ALPHA,
					 .floor = CMP_FLOOR,
					 .metric = *metric ? metric : NULL };
	struct compare c;
	size_t i, asked = 0;

	cmp_init(&c, &opt);
	for (i = 0; i < RUNS; i++)
		assert_int_equal(cmp_add_run(&c, &runs[i],
					     i + 1 == num(reference, "base")  ? CMP_BASE
					     : i + 1 == num(reference, "new") ? CMP_NEW
									      : CMP_HISTORY),
				 0);
	assert_int_equal(cmp_judge(&c), 0);
	for (i = 0; i < c.nr_series; i++)
		asked += c.series[i].headline && !isnan(c.series[i].all.p);
	assert_int_equal(asked, json_array_size(series));
	json_array_foreach(series, i, want)
		check_series(series_of(&c, json_string_value(json_object_get(want, "metric"))),
			     want);
	cmp_free(&c);
}

REFERENCE(r_comparison, "compare-r.json", "comparisons")

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(r_comparison_agrees) };

	return cmocka_run_group_tests(tests, setup, teardown);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statistics against what R and SciPy say about the same numbers (tests/unit/fixtures/README.md).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "bench/stats/stats.h"

#define FIXTURES "tests/unit/fixtures/"

static void near(const char *what, double is, double want, double rel)
{
	if (!(fabs(is - want) <= rel * fmax(fabs(want), 1e-300)) && is != want)
		fail_msg("%s is %.17g, the reference has %.17g", what, is, want);
}

static json_t *load(const char *name)
{
	json_error_t err;
	json_t *all = json_load_file(name, 0, &err);

	if (!all)
		fail_msg("%s:%d: %s", name, err.line, err.text);
	return all;
}

static double num(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static double *array(const json_t *o, const char *key, size_t *n)
{
	const json_t *a = json_object_get(o, key), *v;
	double *x;
	size_t i;

	*n = json_array_size(a);
	assert_true(*n > 0);
	x = malloc(*n * sizeof(*x));
	assert_non_null(x);
	json_array_foreach(a, i, v)
		x[i] = json_number_value(v);
	return x;
}

/* Calls @each for every case of a list, and sees that there are some. */
static void for_each(const char *file, const char *list, void (*each)(const json_t *))
{
	json_t *all = load(file), *one;
	size_t i;

	assert_true(json_array_size(json_object_get(all, list)) >= 3);
	json_array_foreach(json_object_get(all, list), i, one)
		each(one);
	json_decref(all);
}

/* The exact tails are added up in another order than theirs; the normal ones are the same formula. */
static void check_rank(const json_t *one, const char *statistic)
{
	struct stats_mw mw;
	size_t nx, ny;
	double *x = array(one, "x", &nx), *y = array(one, "y", &ny);

	assert_int_equal(stats_mann_whitney(x, nx, y, ny, &mw), 0);
	assert_int_equal(mw.exact, json_is_true(json_object_get(one, "exact")));
	near("U", mw.u, num(one, statistic), 0);
	near("p", mw.p, num(one, "p"), 1e-9);
	near("p less", mw.p_less, num(one, "p_less"), 1e-9);
	near("p greater", mw.p_greater, num(one, "p_greater"), 1e-9);
	if (json_object_get(one, "shift"))
		near("shift", stats_hodges_lehmann(x, nx, y, ny), num(one, "shift"), 1e-6);
	if (json_object_get(one, "delta")) {
		const struct stats_stratum st = { .x = x, .y = y, .nx = nx, .ny = ny };

		near("delta", stats_cliff_delta(mw.u, &st, 1), num(one, "delta"), 1e-12);
	}
	free(x);
	free(y);
}

static void r_wilcox(const json_t *one)
{
	check_rank(one, "w");
}

static void scipy_rank(const json_t *one)
{
	check_rank(one, "u");
}

static void r_holm(const json_t *one)
{
	size_t n, m, i;
	double *p = array(one, "p", &n), *want = array(one, "adjusted", &m);

	assert_int_equal(n, m);
	assert_int_equal(stats_holm(p, n, p), 0);
	for (i = 0; i < n; i++)
		near("adjusted p", p[i], want[i], 1e-12);
	free(p);
	free(want);
}

static void r_order(const json_t *one)
{
	size_t n;
	double *x = array(one, "x", &n);

	near("mad", stats_mad(x, n), num(one, "mad"), 1e-12);
	stats_sort(x, n);
	near("q05", stats_quantile(x, n, 0.05), num(one, "q05"), 1e-12);
	near("q50", stats_quantile(x, n, 0.5), num(one, "q50"), 1e-12);
	near("q95", stats_quantile(x, n, 0.95), num(one, "q95"), 1e-12);
	free(x);
}

static void counted_strata(const json_t *one)
{
	const json_t *list = json_object_get(one, "strata"), *s;
	struct stats_stratum st[8];
	struct stats_mw mw;
	size_t i, nr = json_array_size(list);

	assert_true(nr <= 8);
	json_array_foreach(list, i, s) {
		st[i].x = array(s, "x", &st[i].nx);
		st[i].y = array(s, "y", &st[i].ny);
	}
	assert_int_equal(stats_mann_whitney_strata(st, nr, &mw), 0);
	assert_true(mw.exact);
	near("U", mw.u, num(one, "u"), 0);
	near("p less", mw.p_less, num(one, "p_less"), 1e-12);
	near("p greater", mw.p_greater, num(one, "p_greater"), 1e-12);
	near("smallest p", stats_mann_whitney_min_p(st, nr), 2 / num(one, "arrangements"), 1e-12);
	for (i = 0; i < nr; i++) {
		free((void *)st[i].x);
		free((void *)st[i].y);
	}
}

/*
 * SciPy takes the median of y - slope * median of x as the intercept, ours is the median of the residuals;
 * and its interval corrects for ties in y, which these lines have none of.
 */
static void scipy_line(const json_t *one)
{
	struct stats_line l;
	struct stats_ci ci;
	size_t n, m;
	double *x = array(one, "x", &n), *y = array(one, "y", &m);

	assert_int_equal(n, m);
	assert_int_equal(stats_theil_sen(x, y, n, &l), 0);
	near("slope", l.slope, num(one, "slope"), 1e-12);
	near("intercept", stats_median(y, n) - l.slope * stats_median(x, n),
	     num(one, "intercept_of_medians"), 1e-9);
	assert_int_equal(stats_slope(x, y, n, 0.95, &ci), 0);
	near("slope", ci.est, num(one, "slope"), 1e-12);
	/* a rank that is no whole number is rounded to the wide side here, to the nearest there */
	assert_true(ci.lo <= num(one, "lo") + 1e-12 && ci.hi >= num(one, "hi") - 1e-12);
	free(x);
	free(y);
}

#define REFERENCE(name, file, list)                  \
	static void name##_agrees(void **state)      \
	{                                            \
		(void)state;                         \
		for_each(FIXTURES file, list, name); \
	}

REFERENCE(r_wilcox, "stats-r.json", "wilcox")
REFERENCE(r_holm, "stats-r.json", "holm")
REFERENCE(r_order, "stats-r.json", "order")
REFERENCE(scipy_rank, "stats-scipy.json", "rank")
REFERENCE(counted_strata, "stats-scipy.json", "strata")
REFERENCE(scipy_line, "stats-scipy.json", "lines")

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r_wilcox_agrees),	 cmocka_unit_test(r_holm_agrees),
		cmocka_unit_test(r_order_agrees),	 cmocka_unit_test(scipy_rank_agrees),
		cmocka_unit_test(counted_strata_agrees), cmocka_unit_test(scipy_line_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

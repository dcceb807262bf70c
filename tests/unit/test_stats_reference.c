// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The statistics against what R and SciPy say about the same numbers (tests/unit/fixtures/README.md).
 */
#include "bench/stats/stats.h"
#include "tests/unit/reference.h"

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
		near("shift", stats_hodges_lehmann(x, nx, y, ny), num(one, "shift"), 1e-12);
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

/* Hypergeometric chances of two programs, in another order of sums where there are several strata. */
static void r_fisher(const json_t *one)
{
	const json_t *list = json_object_get(one, "strata"), *row;
	struct stats_counts st[8] = { 0 };
	struct stats_fisher f;
	size_t i;

	assert_in_range(json_array_size(list), 1, 8);
	json_array_foreach(list, i, row) {
		int x, no_x, y, no_y;

		assert_int_equal(json_unpack((json_t *)row, "[i,i,i,i]", &x, &no_x, &y, &no_y), 0);
		st[i] = (struct stats_counts){ .of_x = (unsigned int)(x + no_x),
					       .hit_x = (unsigned int)x,
					       .of_y = (unsigned int)(y + no_y),
					       .hit_y = (unsigned int)y };
	}
	assert_int_equal(stats_fisher_strata(st, json_array_size(list), &f), 0);
	near("p", f.p, num(one, "p"), 1e-9);
	near("p less", f.p_less, num(one, "p_less"), 1e-9);
	near("p greater", f.p_greater, num(one, "p_greater"), 1e-9);
	assert_true(f.p_min <= f.p * (1 + 1e-9));
}

static void r_order(const json_t *one)
{
	struct stats_summary sum;
	size_t n;
	double *x = array(one, "x", &n);

	assert_int_equal(stats_summarize(x, n, &sum), 0);
	assert_int_equal(sum.n, n);
	near("median", sum.median, num(one, "q50"), 1e-12);
	near("p95", sum.p95, num(one, "q95"), 1e-12);
	near("mad", sum.mad, num(one, "mad"), 1e-12);
	near("mad", stats_mad(x, n), num(one, "mad"), 1e-12);
	stats_sort(x, n);
	near("least", sum.min, x[0], 0);
	near("most", sum.max, x[n - 1], 0);
	near("q05", stats_quantile(x, n, 0.05), num(one, "q05"), 1e-12);
	near("q50", stats_quantile(x, n, 0.5), num(one, "q50"), 1e-12);
	near("q95", stats_quantile(x, n, 0.95), num(one, "q95"), 1e-12);
	free(x);
}

/* The same means of pairs, in the same order of size. */
static void r_one_sample(const json_t *one)
{
	size_t n;
	double *x = array(one, "x", &n);

	near("pseudomedian", stats_hodges_lehmann_one(x, n), num(one, "pseudomedian"), 1e-12);
	free(x);
}

/* The rank test within strata against both one-sided p of the reference. */
static struct stats_mw rank_test(const json_t *one, const struct stats_stratum *st, size_t nr,
				 bool exact, double tol)
{
	struct stats_mw mw;

	assert_int_equal(stats_mann_whitney_strata(st, nr, &mw), 0);
	assert_int_equal(mw.exact, exact);
	near("U", mw.u, num(one, "u"), 0);
	near("p less", mw.p_less, num(one, "p_less"), tol);
	near("p greater", mw.p_greater, num(one, "p_greater"), tol);
	return mw;
}

static void counted_strata(const json_t *one)
{
	struct stats_stratum st[8];
	size_t nr = strata_of(one, st, 8);
	struct stats_mw mw = rank_test(one, st, nr, true, 1e-12);

	near("smallest p", stats_mann_whitney_min_p(st, nr), 2 / num(one, "arrangements"), 1e-12);
	near("delta", stats_cliff_delta(mw.u, st, nr), num(one, "delta"), 1e-12);
	near("shift", stats_hodges_lehmann_strata(st, nr), num(one, "shift"), 1e-12);
	strata_free(st, nr);
}

/* The same two moments by another formula, and two programs' normal distribution. */
static void r_large_strata(const json_t *one)
{
	struct stats_stratum st[8];
	size_t nr = strata_of(one, st, 8);
	struct stats_mw mw = rank_test(one, st, nr, false, 1e-9);

	near("p", mw.p, num(one, "p"), 1e-9);
	strata_free(st, nr);
}

/* SciPy's interval corrects for ties in y, which these lines have none of. */
static void scipy_line(const json_t *one)
{
	struct stats_line l;
	struct stats_ci ci;
	size_t n, m;
	double *x = array(one, "x", &n), *y = array(one, "y", &m);

	assert_int_equal(n, m);
	assert_int_equal(stats_theil_sen(x, y, n, &l), 0);
	near("slope", l.slope, num(one, "slope"), 1e-12);
	near("intercept", l.intercept, num(one, "intercept"), 1e-9);
	/* what SciPy gives when it is not asked for the median of the residuals */
	near("intercept", stats_median(y, n) - l.slope * stats_median(x, n),
	     num(one, "intercept_of_medians"), 1e-9);
	assert_int_equal(stats_slope(x, y, n, 0.95, &ci), 0);
	near("slope", ci.est, num(one, "slope"), 1e-12);
	/* a rank that is no whole number is rounded to the wide side here, to the nearest there; see r_slope() */
	assert_true(ci.lo <= num(one, "lo") + 1e-12 && ci.hi >= num(one, "hi") - 1e-12);
	free(x);
	free(y);
}

/*
 * The ends are slopes of pairs, so they are the same or another pair's. Ours lie one slope outside of what
 * Kendall's test does not reject, as its normal distribution is an approximation; the fixture has those.
 */
static void r_slope(const json_t *one)
{
	struct stats_ci ci;
	size_t n, m;
	double *x = array(one, "x", &n), *y = array(one, "y", &m);

	assert_int_equal(n, m);
	assert_int_equal(stats_slope(x, y, n, num(one, "level"), &ci), 0);
	near("slope", ci.est, num(one, "slope"), 1e-12);
	near("lower end of a slope", ci.lo, num(one, "lo"), 1e-12);
	near("upper end of a slope", ci.hi, num(one, "hi"), 1e-12);
	free(x);
	free(y);
}

REFERENCE(r_wilcox, "stats-r.json", "wilcox")
REFERENCE(r_fisher, "stats-r.json", "fisher")
REFERENCE(r_holm, "stats-r.json", "holm")
REFERENCE(r_order, "stats-r.json", "order")
REFERENCE(r_one_sample, "stats-r.json", "one_sample")
REFERENCE(r_large_strata, "stats-r.json", "strata")
REFERENCE(r_slope, "stats-r.json", "slopes")
REFERENCE(scipy_rank, "stats-scipy.json", "rank")
REFERENCE(counted_strata, "stats-scipy.json", "strata")
REFERENCE(scipy_line, "stats-scipy.json", "lines")

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r_wilcox_agrees),	 cmocka_unit_test(r_holm_agrees),
		cmocka_unit_test(r_order_agrees),	 cmocka_unit_test(r_one_sample_agrees),
		cmocka_unit_test(r_large_strata_agrees), cmocka_unit_test(r_slope_agrees),
		cmocka_unit_test(r_fisher_agrees),	 cmocka_unit_test(scipy_rank_agrees),
		cmocka_unit_test(counted_strata_agrees), cmocka_unit_test(scipy_line_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

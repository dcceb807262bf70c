// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Order statistics and bootstrap. Expected values are worked out by hand.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/stats/stats.h"

#define NEAR(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

static void quantile_type7(void **state)
{
	const double ten[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

	(void)state;
	/* h = (n - 1) q = 8.55: between the 9th and the 10th value */
	NEAR(stats_quantile(ten, 10, 0.95), 9.55, 1e-12);
	NEAR(stats_quantile(ten, 10, 0.5), 5.5, 1e-12);
	NEAR(stats_quantile(ten, 10, 0.25), 3.25, 1e-12);
	NEAR(stats_quantile(ten, 10, 0), 1, 0);
	NEAR(stats_quantile(ten, 10, 1), 10, 0);
	NEAR(stats_quantile(ten, 1, 0.95), 1, 0);
}

static void quantile_refuses(void **state)
{
	const double one[] = { 1 };

	(void)state;
	assert_true(isnan(stats_quantile(one, 0, 0.5)));
	assert_true(isnan(stats_quantile(one, 1, 1.1)));
	assert_true(isnan(stats_quantile(one, 1, NAN)));
	assert_true(isnan(stats_median(one, 0)));
	assert_true(isnan(stats_mad(one, 0)));
}

static void summary(void **state)
{
	/* sorted 1 1 2 2 4 6 9: median 2, distances 1 1 0 0 2 4 7, their median 1 */
	const double x[] = { 9, 1, 2, 6, 1, 4, 2 };
	struct stats_summary s;

	(void)state;
	assert_int_equal(stats_summarize(x, 7, &s), 0);
	assert_int_equal(s.n, 7);
	NEAR(s.min, 1, 0);
	NEAR(s.max, 9, 0);
	NEAR(s.median, 2, 0);
	NEAR(s.mad, 1, 0);
	/* h = 5.7: 6 + 0.7 * 3 */
	NEAR(s.p95, 8.1, 1e-12);
	NEAR(stats_mad(x, 7), 1, 0);
	/* the input is left as it was */
	NEAR(x[0], 9, 0);
}

static void summary_edges(void **state)
{
	const double bad[] = { 1, NAN };
	struct stats_summary s;

	(void)state;
	assert_int_equal(stats_summarize(bad, 2, &s), -EINVAL);
	assert_int_equal(stats_summarize(NULL, 0, &s), 0);
	assert_int_equal(s.n, 0);
}

static void bootstrap_repeats(void **state)
{
	const double x[] = { 5, 1, 4, 2, 3, 9, 7, 8, 6 };
	struct stats_ci a, b;

	(void)state;
	assert_int_equal(stats_bootstrap_quantile(x, 9, 0.5, 0.95, 2000, STATS_SEED, &a), 0);
	assert_int_equal(stats_bootstrap_quantile(x, 9, 0.5, 0.95, 2000, STATS_SEED, &b), 0);
	NEAR(a.lo, b.lo, 0);
	NEAR(a.hi, b.hi, 0);
	NEAR(a.est, 5, 0);
	/*
	 * The bootstrap median of 1..9 is at most j with P(Binomial(9, j/9) >= 5): 0.0014 for
	 * 1, 0.0304 for 2, 0.9696 for 7, 0.9986 for 8. So 2.5 % lies at 2 and 97.5 % at 8.
	 */
	NEAR(a.lo, 2, 0);
	NEAR(a.hi, 8, 0);
}

static void bootstrap_obeys_seed(void **state)
{
	struct stats_ci a, b, c;
	double x[40];
	int i;

	(void)state;
	/* few resamples of many different values: another seed must give another interval */
	for (i = 0; i < 40; i++)
		x[i] = sqrt(i);
	assert_int_equal(stats_bootstrap_quantile(x, 40, 0.7, 0.9, 20, 1, &a), 0);
	assert_int_equal(stats_bootstrap_quantile(x, 40, 0.7, 0.9, 20, 1, &b), 0);
	assert_int_equal(stats_bootstrap_quantile(x, 40, 0.7, 0.9, 20, 2, &c), 0);
	NEAR(a.lo, b.lo, 0);
	NEAR(a.hi, b.hi, 0);
	assert_true(a.lo != c.lo || a.hi != c.hi);
}

static void bootstrap_edges(void **state)
{
	const double x[] = { 1, 2 };
	const double same[] = { 4, 4, 4, 4 };
	struct stats_ci ci;

	(void)state;
	assert_int_equal(stats_bootstrap_quantile(x, 1, 0.5, 0.95, 10, 1, &ci), -ENODATA);
	assert_int_equal(stats_bootstrap_quantile(x, 2, 0.5, 1.0, 10, 1, &ci), -EINVAL);
	assert_int_equal(stats_bootstrap_quantile(x, 2, 0.5, 0.95, 0, 1, &ci), -EINVAL);
	assert_int_equal(stats_bootstrap_quantile(same, 4, 0.5, 0.95, 10, 1, &ci), 0);
	NEAR(ci.lo, 4, 0);
	NEAR(ci.hi, 4, 0);
}

static void bootstrap_shift(void **state)
{
	/* two groups without spread: the shift and both its bounds are 10 */
	const double x[] = { 5, 5, 5 }, y[] = { 15, 15, 15, 15 };
	const double a[] = { 1, 2, 3, 4, 5, 6 }, b[] = { 11, 12, 13, 14, 15, 16 };
	struct stats_ci ci;

	(void)state;
	assert_int_equal(stats_bootstrap_shift(x, 3, y, 4, 0.95, 200, STATS_SEED, &ci), 0);
	NEAR(ci.est, 10, 0);
	NEAR(ci.lo, 10, 0);
	NEAR(ci.hi, 10, 0);
	assert_int_equal(stats_bootstrap_shift(a, 6, b, 6, 0.95, 500, STATS_SEED, &ci), 0);
	NEAR(ci.est, 10, 0);
	assert_true(ci.lo >= 6.5 && ci.lo < 10 && ci.hi > 10 && ci.hi <= 13.5);
	assert_int_equal(stats_bootstrap_shift(a, 1, b, 6, 0.95, 500, 1, &ci), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantile_type7),
		cmocka_unit_test(quantile_refuses),
		cmocka_unit_test(summary),
		cmocka_unit_test(summary_edges),
		cmocka_unit_test(bootstrap_repeats),
		cmocka_unit_test(bootstrap_obeys_seed),
		cmocka_unit_test(bootstrap_edges),
		cmocka_unit_test(bootstrap_shift),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

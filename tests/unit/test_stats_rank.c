// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rank test and shifts, against a published example and counts made by enumeration.
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

/* Permeability of the human placenta: Hollander and Wolfe, table 4.1. */
static const double at_term[] = { 0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46 };
static const double week12[] = { 1.15, 0.88, 0.90, 0.74, 1.21 };

static void published_example(void **state)
{
	struct stats_mw mw;

	(void)state;
	assert_int_equal(stats_mann_whitney(at_term, 10, week12, 5, &mw), 0);
	assert_true(mw.exact);
	NEAR(mw.u, 35, 0);
	/* of the C(15,5) = 3003 arrangements, 382 are as far up and 2693 as far down */
	NEAR(mw.p_greater, 382.0 / 3003, 1e-12);
	NEAR(mw.p_less, 2693.0 / 3003, 1e-12);
	NEAR(mw.p, 2 * 382.0 / 3003, 1e-12);
	NEAR(stats_hodges_lehmann(week12, 5, at_term, 10), 0.305, 1e-12);
}

static void separated(void **state)
{
	const double a[] = { 1, 2, 3, 4, 5 }, b[] = { 6, 7, 8, 9, 10 };
	struct stats_mw mw;

	(void)state;
	/* one of C(10,5) = 252 arrangements on each side */
	assert_int_equal(stats_mann_whitney(a, 5, b, 5, &mw), 0);
	NEAR(mw.u, 0, 0);
	NEAR(mw.p, 2.0 / 252, 1e-12);
	assert_int_equal(stats_mann_whitney(b, 5, a, 5, &mw), 0);
	NEAR(mw.u, 25, 0);
	NEAR(mw.p, 2.0 / 252, 1e-12);
}

static void ties_stay_exact(void **state)
{
	const double a[] = { 1, 2, 2, 5 }, b[] = { 2, 3, 3, 6, 7 };
	const double same[] = { 4, 4, 4 };
	struct stats_mw mw;

	(void)state;
	/* enumerated: 10 of the 126 arrangements are as low, 119 as high */
	assert_int_equal(stats_mann_whitney(a, 4, b, 5, &mw), 0);
	assert_true(mw.exact);
	NEAR(mw.u, 4, 0);
	NEAR(mw.p_less, 10.0 / 126, 1e-12);
	NEAR(mw.p_greater, 119.0 / 126, 1e-12);
	assert_int_equal(stats_mann_whitney(same, 3, same, 3, &mw), 0);
	NEAR(mw.p, 1, 0);
}

static void large_is_normal(void **state)
{
	double a[40], b[40];
	struct stats_mw mw;
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		a[i] = 2 * i;
		b[i] = 2 * i + 1;
	}
	/*
	 * U = 0 + 1 + ... + 39 = 780, mean 800, var = 1600 * 81 / 12 = 10800, sd 103.923;
	 * z = (780 - 800 + 0.5) / 103.923 = -0.18764, Phi = 0.42558
	 */
	assert_int_equal(stats_mann_whitney(a, 40, b, 40, &mw), 0);
	assert_false(mw.exact);
	NEAR(mw.u, 780, 0);
	NEAR(mw.p_less, 0.42558, 2e-5);
	NEAR(mw.p, 0.85116, 4e-5);
	for (i = 0; i < 40; i++)
		a[i] = b[i] = 7;
	assert_int_equal(stats_mann_whitney(a, 40, b, 40, &mw), 0);
	NEAR(mw.p, 1, 0);
}

static void exact_meets_normal(void **state)
{
	double a[30], b[30];
	struct stats_mw mw;
	int i;

	(void)state;
	/*
	 * The largest exact case: U = 0 + ... + 29 = 435, mean 450, var = 900 * 61 / 12 = 4575,
	 * z = (435 - 450 + 0.5) / 67.639 = -0.21437, Phi = 0.41513. Counted in whole numbers of
	 * any length, the exact tail is 0.4157502414.
	 */
	for (i = 0; i < 30; i++) {
		a[i] = 2 * i;
		b[i] = 2 * i + 1;
	}
	assert_int_equal(stats_mann_whitney(a, 30, b, 30, &mw), 0);
	assert_true(mw.exact);
	NEAR(mw.p_less, 0.4157502414, 1e-9);
	NEAR(mw.p_less, 0.41513, 1e-3);
}

static void rank_refuses(void **state)
{
	const double a[] = { 1, INFINITY };
	struct stats_mw mw;

	(void)state;
	assert_int_equal(stats_mann_whitney(a, 0, a, 1, &mw), -ENODATA);
	assert_int_equal(stats_mann_whitney(a, 2, a, 1, &mw), -EINVAL);
}

static void hodges_lehmann(void **state)
{
	const double a[] = { 1, 3, 100 }, b[] = { 12, 14 };
	const double one[] = { 1, 2, 10 };

	(void)state;
	/* differences 11 13, 9 11, -88 -86: sorted -88 -86 9 11 11 13 */
	NEAR(stats_hodges_lehmann(a, 3, b, 2), 10, 0);
	/* pair means 1 1.5 5.5 2 6 10 */
	NEAR(stats_hodges_lehmann_one(one, 3), 3.75, 0);
	assert_true(isnan(stats_hodges_lehmann(a, 0, b, 2)));
	assert_true(isnan(stats_hodges_lehmann_one(a, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_example),
		cmocka_unit_test(separated),
		cmocka_unit_test(ties_stay_exact),
		cmocka_unit_test(large_is_normal),
		cmocka_unit_test(exact_meets_normal),
		cmocka_unit_test(rank_refuses),
		cmocka_unit_test(hodges_lehmann),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

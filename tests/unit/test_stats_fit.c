// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines and the cost model: planted coefficients, a published data set, refusals.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/lubench.h"
#include "bench/stats/stats.h"

#define NEAR(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))
#define WITHIN(a, b, rel) NEAR(a, b, fabs(b) * (rel))

static void theil_sen(void **state)
{
	/* y = 1 + 2x with one wild point: 6 slopes of 10 are exactly 2 */
	const double x[] = { 1, 2, 3, 4, 5 }, y[] = { 3, 5, 7, 9, 1000 };
	const double flat[] = { 2, 2, 2 };
	struct stats_line l;

	(void)state;
	assert_int_equal(stats_theil_sen(x, y, 5, &l), 0);
	NEAR(l.slope, 2, 1e-12);
	NEAR(l.intercept, 1, 1e-12);
	assert_int_equal(stats_theil_sen(flat, y, 3, &l), -ENODATA);
	assert_int_equal(stats_theil_sen(x, y, 1, &l), -ENODATA);
}

/* 20 cycles: noise that changes sign with no trend, then a trend as small as the noise. */
static void slope_interval(void **state)
{
	static const double noise[] = { 3, -1, 4, -1, 5, -9, 2, -6, 5, -3,
					5, -8, 9, -7, 9, -3, 2, -3, 8, -4 };
	const double few[] = { 5, 1, 4, 2, 3 }, flat[] = { 2, 2, 2, 2, 2 };
	double x[20], y[20];
	struct stats_ci ci;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		x[i] = i + 1;
		y[i] = noise[i];
	}
	assert_int_equal(stats_slope(x, y, 20, 0.95, &ci), 0);
	assert_true(ci.lo < 0 && ci.hi > 0 && ci.lo < ci.est && ci.est < ci.hi);
	for (i = 0; i < 20; i++)
		y[i] += 3 * x[i];
	assert_int_equal(stats_slope(x, y, 20, 0.95, &ci), 0);
	assert_true(ci.lo > 2 && ci.hi < 4);

	/* 5 points: no inner interval has 95 %; slopes of all pairs run from -4 to 3 */
	assert_int_equal(stats_slope(x, few, 5, 0.95, &ci), 0);
	NEAR(ci.lo, -4, 1e-12);
	NEAR(ci.hi, 3, 1e-12);
	assert_int_equal(stats_slope(x, flat, 5, 0.95, &ci), 0);
	NEAR(ci.lo, 0, 0);
	NEAR(ci.hi, 0, 0);
	assert_int_equal(stats_slope(flat, few, 5, 0.95, &ci), -ENODATA);
}

/* The interval holds the truth as often as it says, with ties in x and errors that are not normal. */
static void slope_coverage(void **state)
{
	uint64_t seed = STATS_SEED;
	double x[20], y[20];
	struct stats_ci ci;
	int i, run, hit = 0;

	(void)state;
	for (run = 0; run < 2000; run++) {
		for (i = 0; i < 20; i++) {
			double u;

			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			u = (double)(seed >> 11) / 9007199254740992.0;
			x[i] = i % 6;
			y[i] = 7 * x[i] + tan(3 * (u - 0.5));
		}
		assert_int_equal(stats_slope(x, y, 20, 0.95, &ci), 0);
		hit += ci.lo <= 7 && 7 <= ci.hi;
	}
	assert_true(hit >= 1880 && hit <= 1960);
}

/* The planned sweep: HWPTs {1,4,16,64} x page-table pages a HWPT {35, 515, 8227}. */
#define POINTS 12
static double hwpts[POINTS], pages[POINTS], cost[POINTS];
static const double *const terms[] = { hwpts, pages };

static void plant(double fixed, double per_hwpt, double per_page)
{
	static const double each[] = { 35, 515, 8227 };
	int i, j, k = 0;

	for (i = 0; i < 3; i++)
		for (j = 0; j < 4; j++, k++) {
			hwpts[k] = (double)(1 << (2 * j));
			pages[k] = hwpts[k] * each[i];
			cost[k] = fixed + per_hwpt * hwpts[k] + per_page * pages[k];
		}
}

static void planted_exact(void **state)
{
	struct stats_fit f;

	(void)state;
	plant(250000, 40000, 310);
	assert_int_equal(stats_robust_fit(cost, terms, cost, POINTS, 3, &f), 0);
	assert_null(f.reason);
	WITHIN(f.coef[0], 250000.0, 1e-6);
	WITHIN(f.coef[1], 40000.0, 1e-6);
	WITHIN(f.coef[2], 310.0, 1e-6);
	WITHIN(f.r2, 1.0, 1e-9);
	assert_true(f.mad_rel < 1e-6);
	assert_true(f.condition < 30);
	/* without a scale as well */
	assert_int_equal(stats_robust_fit(cost, terms, NULL, POINTS, 3, &f), 0);
	assert_null(f.reason);
	WITHIN(f.coef[1], 40000.0, 1e-6);
	assert_true(isnan(f.mad_rel));
}

static void outlier_is_ignored(void **state)
{
	struct stats_fit f;
	double y[POINTS];
	int i;

	(void)state;
	plant(250000, 40000, 310);
	/* 2 % up and down, and one point five times too slow */
	for (i = 0; i < POINTS; i++)
		y[i] = cost[i] * (i & 1 ? 1.02 : 0.98);
	y[5] *= 5;
	assert_int_equal(stats_robust_fit(y, terms, cost, POINTS, 3, &f), 0);
	assert_null(f.reason);
	WITHIN(f.coef[0], 250000.0, 0.2);
	WITHIN(f.coef[1], 40000.0, 0.2);
	WITHIN(f.coef[2], 310.0, 0.05);
	/* GSL blends the plain residual spread in, so the outlier widens the error it states */
	assert_true(f.se[2] > 5 && f.se[2] < 150);
	WITHIN(f.mad_rel, 0.02, 0.5);
}

static void negative_is_shown(void **state)
{
	struct stats_fit f;

	(void)state;
	plant(9000000, -5000, 310);
	assert_int_equal(stats_robust_fit(cost, terms, cost, POINTS, 3, &f), 0);
	assert_null(f.reason);
	WITHIN(f.coef[1], -5000.0, 1e-5);
}

static void refusals(void **state)
{
	const double big[] = { 1, 2, 3, 4, 5, 6 }, same[] = { 3, 3, 3, 3, 3, 3 };
	const double twice[] = { 2, 4, 6, 8, 10, 12 }, y[] = { 1, 3, 2, 5, 4, 6 };
	const double *const collinear[] = { big, twice };
	const double *const constant[] = { big, same };
	const double zero[] = { 1, 1, 0, 1, 1, 1 };
	struct stats_fit f;

	(void)state;
	assert_int_equal(stats_robust_fit(y, collinear, NULL, 6, 3, &f), 0);
	assert_string_equal(f.reason,
			    "two terms move in proportion, so their costs cannot be told apart");
	assert_int_equal(stats_robust_fit(y, constant, NULL, 6, 3, &f), 0);
	assert_string_equal(f.reason, "a term never varies in this run");
	assert_int_equal(stats_robust_fit(y, collinear, NULL, 4, 3, &f), 0);
	assert_string_equal(f.reason, "too few observations");
	assert_int_equal(stats_robust_fit(y, collinear, NULL, 0, 3, &f), 0);
	assert_non_null(f.reason);
	assert_int_equal(stats_robust_fit(y, collinear, zero, 6, 3, &f), -EINVAL);
	assert_int_equal(stats_robust_fit(y, collinear, NULL, 6, 9, &f), -EINVAL);
}

static void straight_line(void **state)
{
	const double x[] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	const double y[] = { 3.1, 4.9, 7.1, 8.9, 11.1, 12.9, 90, 16.9 };
	const double *const one[] = { x };
	struct stats_fit f;

	(void)state;
	/* y = 1 + 2x with 0.1 of noise and a wild seventh value */
	assert_int_equal(stats_robust_fit(y, one, NULL, 8, 2, &f), 0);
	assert_null(f.reason);
	NEAR(f.coef[0], 1, 0.3);
	NEAR(f.coef[1], 2, 0.05);
}

/*
 * Calls from Belgium, 1950 to 1973 (Rousseeuw and Leroy): for six years minutes were written down
 * instead of calls. Least squares gives -260.1 + 5.04 x. The bisquare fit in print (R, MASS: rlm
 * with psi.bisquare) is -52.30 + 1.098 x; the pairwise median slope was enumerated.
 */
static void belgian_calls(void **state)
{
	static const double calls[] = { 4.4,  4.7,  4.7,  5.9,	6.6,  7.3,  8.1, 8.8,
					10.6, 12.0, 13.5, 14.9, 16.1, 21.2, 119, 124,
					142,  159,  182,  212,	43,   24,   27,	 29 };
	double year[24];
	const double *const x[] = { year };
	struct stats_line l;
	struct stats_fit f;
	int i;

	(void)state;
	for (i = 0; i < 24; i++)
		year[i] = 50 + i;
	assert_int_equal(stats_robust_fit(calls, x, NULL, 24, 2, &f), 0);
	assert_null(f.reason);
	NEAR(f.coef[0], -52.30, 0.2);
	NEAR(f.coef[1], 1.098, 0.005);
	assert_int_equal(stats_theil_sen(year, calls, 24, &l), 0);
	NEAR(l.slope, 1.3875, 1e-9);
	NEAR(l.intercept, -67.98125, 1e-9);
}

/* An emulated run (SMMUv3) that bisquare goes back and forth on: time, HWPTs, pages, median of the point. */
static const double unsettled[][4] = {
	{ 75824, 1, 38, 64216 },
	{ 146048, 4, 152, 137744 },
	{ 330752, 16, 608, 431056 },
	{ 1244448, 64, 2432, 1504704 },
	{ 176480, 1, 519, 187024 },
	{ 598544, 4, 2076, 633928 },
	{ 2607344, 16, 8304, 2626728 },
	{ 11429088, 64, 33216, 10734496 },
	{ 2557216, 1, 8214, 2500824 },
	{ 9783552, 4, 32856, 8960656 },
	{ 32194816, 16, 131424, 32262936 },
	{ 127507280, 64, 525696, 127445880 },
	{ 136016, 1, 20, 197056 },
	{ 299392, 4, 80, 302880 },
	{ 782032, 16, 320, 785864 },
	{ 3094320, 64, 1280, 3097080 },
	{ 60304, 1, 38, 64216 },
	{ 131264, 4, 152, 137744 },
	{ 451792, 16, 608, 431056 },
	{ 1788864, 64, 2432, 1504704 },
	{ 191984, 1, 519, 187024 },
	{ 669312, 4, 2076, 633928 },
	{ 2646112, 16, 8304, 2626728 },
	{ 9515504, 64, 33216, 10734496 },
	{ 2150992, 1, 8214, 2500824 },
	{ 8309232, 4, 32856, 8960656 },
	{ 32392176, 16, 131424, 32262936 },
	{ 127384480, 64, 525696, 127445880 },
	{ 205520, 1, 20, 197056 },
	{ 326096, 4, 80, 302880 },
	{ 837008, 16, 320, 785864 },
	{ 3099840, 64, 1280, 3097080 },
};

static void huber_where_bisquare_does_not_settle(void **state)
{
	double y[ARRAY_LEN(unsettled)], hwpts[ARRAY_LEN(y)], pages[ARRAY_LEN(y)],
		scale[ARRAY_LEN(y)];
	const double *x[] = { hwpts, pages };
	struct stats_fit fit;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_LEN(y); i++) {
		y[i] = unsettled[i][0];
		hwpts[i] = unsettled[i][1];
		pages[i] = unsettled[i][2];
		scale[i] = unsettled[i][3];
	}
	assert_int_equal(stats_robust_fit(y, x, scale, ARRAY_LEN(y), 3, &fit), 0);
	assert_null(fit.reason);
	assert_non_null(strstr(fit.method, "Huber"));
	assert_true(fit.coef[2] > 230 && fit.coef[2] < 280);
	assert_true(fit.coef[1] > 10000 && fit.coef[1] < 30000);
}

/* Uniform, of unit variance: its distribution does not matter here. */
static double noise(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return ((double)(*seed >> 11) / 9007199254740992.0 - 0.5) * sqrt(12);
}

/*
 * The plan "quick": 4 sets of points, each in 2 of 8 cycles, and cycles that differ by 5 % as a whole
 * while points differ by 1 %. Against what coefficients do over 300 such runs.
 */
static void clustered(void **state)
{
	static const double hw[] = { 1, 4, 16, 64 }, pages[] = { 35, 515, 8227, 20 };
	double y[32], h[32], p[32], scale[32], cycle[32], sum[3] = { 0 }, sq[3] = { 0 };
	double naive[3] = { 0 }, se[3] = { 0 };
	const double *x[] = { h, p };
	uint64_t seed = STATS_SEED;
	struct stats_fit fit;
	int run, c, i, j;

	(void)state;
	for (run = 0; run < 300; run++) {
		for (c = 0; c < 8; c++) {
			double shift = 1 + 0.05 * noise(&seed);

			for (i = 0; i < 4; i++) {
				int k = 4 * c + i;

				h[k] = hw[i];
				p[k] = hw[i] * pages[c % 4];
				scale[k] = 60000 + 26000 * h[k] + 190 * p[k];
				y[k] = scale[k] * shift * (1 + 0.01 * noise(&seed));
				cycle[k] = c + 1;
			}
		}
		assert_int_equal(stats_robust_fit(y, x, scale, 32, 3, &fit), 0);
		assert_null(fit.reason);
		for (j = 0; j < 3; j++)
			naive[j] += fit.se[j] / 300;
		assert_int_equal(stats_cluster_se(y, x, scale, cycle, 32, &fit), 0);
		assert_int_equal(fit.clusters, 8);
		for (j = 0; j < 3; j++) {
			se[j] += fit.se[j] / 300;
			sum[j] += fit.coef[j] / 300;
			sq[j] += fit.coef[j] * fit.coef[j] / 300;
		}
	}
	for (j = 0; j < 3; j++) {
		double sd = sqrt(sq[j] - sum[j] * sum[j]);

		print_message("term %d: sd %.4g, clustered %.4g, independent %.4g\n", j, sd, se[j],
			      naive[j]);
		assert_true(se[j] > 0.9 * sd && se[j] < 1.7 * sd);
	}
}

/* What can not be said without one of the cycles has no error, rather than none. */
static void clusters_too_few(void **state)
{
	double y[8], h[8], p[8], cycle[8];
	const double *x[] = { h, p };
	struct stats_fit fit;
	int i;

	(void)state;
	for (i = 0; i < 8; i++) {
		h[i] = 1 << i % 4;
		p[i] = h[i] * (i < 4 ? 35 : 515);
		y[i] = 1000 + 10 * h[i] + p[i];
		cycle[i] = 1 + i / 4;
	}
	assert_int_equal(stats_robust_fit(y, x, NULL, 8, 3, &fit), 0);
	assert_null(fit.reason);
	assert_int_equal(stats_cluster_se(y, x, NULL, cycle, 8, &fit), 0);
	assert_int_equal(fit.clusters, 2);
	assert_true(isnan(fit.se[0]) && isnan(fit.se[1]) && isnan(fit.se[2]));
	NEAR(fit.coef[1], 10, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(theil_sen),
		cmocka_unit_test(slope_interval),
		cmocka_unit_test(slope_coverage),
		cmocka_unit_test(clustered),
		cmocka_unit_test(clusters_too_few),
		cmocka_unit_test(planted_exact),
		cmocka_unit_test(outlier_is_ignored),
		cmocka_unit_test(negative_is_shown),
		cmocka_unit_test(refusals),
		cmocka_unit_test(straight_line),
		cmocka_unit_test(belgian_calls),
		cmocka_unit_test(huber_where_bisquare_does_not_settle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

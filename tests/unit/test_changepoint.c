// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Change points: what an implementation in Python says, those that were put there, and none where there is none.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <jansson.h>

#include "bench/stats/stats.h"

#define N 160

/* Series that how_often() makes of each kind. */
#define SERIES 300

static double x[N];
static struct stats_change found[N];

static void noise(gsl_rng *rng, size_t n, double sd)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = 10 + gsl_ran_gaussian(rng, sd);
}

static size_t look(size_t n, double size)
{
	size_t nr;

	assert_int_equal(stats_change_points(x, n, STATS_CHANGE_P, size, found, &nr), 0);
	return nr;
}

static double num(const json_t *one, const char *key)
{
	json_t *v = json_object_get(one, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static void reference(void **state)
{
	json_t *all = json_load_file("tests/unit/fixtures/changepoint.json", 0, NULL), *one,
	       *values;
	size_t i, j, n, at, nr, exact = 0;

	(void)state;
	assert_non_null(all);
	json_array_foreach(json_object_get(all, "cuts"), i, one) {
		values = json_object_get(one, "x");
		n = json_array_size(values);
		assert_in_range(n, 4, N);
		for (j = 0; j < n; j++)
			x[j] = json_number_value(json_array_get(values, j));
		assert_true(fabs(stats_best_cut(x, n, &at) - num(one, "q")) < 1e-9);
		assert_int_equal(at, (size_t)num(one, "at"));
		/* 7 values are never rare enough: ask for the p of any cut, which then is the first one found */
		assert_int_equal(
			stats_change_points(x, n, n == 7 ? 1 : STATS_CHANGE_P, 0, found, &nr), 0);
		for (j = 0; j < nr && found[j].at != at; j++)
			;
		assert_true(j < nr);
		if (n != 7) {
			assert_int_equal(nr, 1);
			assert_true(fabs(found[0].before - num(one, "before")) < 1e-9);
			assert_true(fabs(found[0].after - num(one, "after")) < 1e-9);
			continue;
		}
		/* 1999 shuffles: 4 standard errors and a bit for the observed order, which counts as one */
		exact++;
		assert_true(fabs(found[j].p - num(one, "p")) <
			    4 * sqrt(num(one, "p") * (1 - num(one, "p")) / STATS_SHUFFLES) + 1e-3);
	}
	assert_int_equal(i, 6);
	assert_int_equal(exact, 3);
	json_decref(all);
}

static void steps(void **state)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	size_t i;

	(void)state;
	noise(rng, N, 0.01);
	for (i = 30; i < N; i++)
		x[i] += (i < 70) * 0.05 + (i >= 70 && i < 120) * 0.1;
	assert_int_equal(look(N, 0.02), 3);
	assert_int_equal(found[0].at, 30);
	assert_int_equal(found[1].at, 70);
	assert_int_equal(found[2].at, 120);
	assert_true(fabs(found[0].after - found[0].before - 0.05) < 0.01);
	assert_true(fabs(found[2].after - found[2].before + 0.1) < 0.01);
	/* none of them is that large */
	assert_int_equal(look(N, 0.2), 0);
	gsl_rng_free(rng);
}

/* How often noise alone is taken for a change, and how often one of 5 % in the middle of 20 runs is found. */
static void how_often(void **state)
{
	static const double sd[] = { 0.01, 0.02, 0.03 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	unsigned int k, alarms, hits;
	size_t i, j;

	(void)state;
	gsl_rng_set(rng, 7);
	for (j = 0; j < 3; j++) {
		for (k = alarms = hits = 0; k < SERIES; k++) {
			noise(rng, 20, sd[j]);
			alarms += look(20, 0) > 0;
			for (i = 10; i < 20; i++)
				x[i] += log(1.05);
			hits += look(20, 0) > 0;
		}
		print_message(
			"simulated, 20 runs, normal noise of %g %%: false alarms %.1f %%, 5 %% found %.1f %%\n",
			100 * sd[j], 100.0 * alarms / SERIES, 100.0 * hits / SERIES);
		assert_true(alarms < SERIES / 100);
		assert_true(j || hits > SERIES * 95 / 100);
	}
	gsl_rng_free(rng);
}

static void edges(void **state)
{
	struct stats_change again[N];
	size_t nr, i;

	(void)state;
	assert_int_equal(look(0, 0), 0);
	for (i = 0; i < 20; i++)
		x[i] = 1;
	assert_int_equal(look(20, 0), 0);
	/* one wild value is no change for good */
	x[11] = 9;
	assert_int_equal(look(20, 0), 0);
	/* no noise at all, as with icount: 14 values are enough, 5 and 5 (2 orders of 252) are not */
	for (i = 0; i < 14; i++)
		x[i] = i < 7 ? 1 : 2;
	assert_int_equal(look(STATS_CHANGE_MIN, 0), 1);
	assert_int_equal(found[0].at, 7);
	assert_int_equal(stats_change_points(x, 14, STATS_CHANGE_P, 0, again, &nr), 0);
	assert_true(again[0].p == found[0].p);
	for (i = 0; i < 10; i++)
		x[i] = i < 5 ? 1 : 2;
	assert_int_equal(look(10, 0), 0);
	x[0] = NAN;
	assert_int_equal(stats_change_points(x, 4, STATS_CHANGE_P, 0, found, &nr), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reference),
		cmocka_unit_test(steps),
		cmocka_unit_test(how_often),
		cmocka_unit_test(edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

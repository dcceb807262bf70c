// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How little noise a series may have for 5 per cent to be found, and what that makes of runs by a count of instructions.
 * test_compare_power.c does the same with the noise of runs by the clock.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "tests/unit/power.h"

/* How often one question finds 5 per cent in normal noise, in per cent. */
static double normal(double spread, unsigned int runs)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	double x[CYCLES], y[CYCLES];
	unsigned int r, hits = 0;
	struct stats_mw mw;
	size_t i;

	gsl_rng_set(rng, 20261128);
	for (r = 0; r < runs; r++) {
		for (i = 0; i < CYCLES; i++) {
			x[i] = gsl_ran_gaussian(rng, spread);
			y[i] = gsl_ran_gaussian(rng, spread) + log(1.05);
		}
		assert_int_equal(stats_mann_whitney(x, CYCLES, y, CYCLES, &mw), 0);
		hits += mw.p <= CMP_ALPHA &&
			expm1(stats_hodges_lehmann(x, CYCLES, y, CYCLES)) >= CMP_FLOOR;
	}
	gsl_rng_free(rng);
	return percent(hits, runs);
}

/* What the noise of the recorded runs must not be for 5 per cent to be found. */
static void how_little_noise(void **state)
{
	static const double spreads[] = { 0.01, 0.02, 0.03, 0.035, 0.04, 0.05, 0.10 };
	size_t k;

	(void)state;
	for (k = 0; k < sizeof(spreads) / sizeof(spreads[0]); k++) {
		double hit = normal(spreads[k], wanted(1000));

		print_message("normal noise of %4.1f %%: one question finds 5 %% in %5.1f %%\n",
			      100 * spreads[k], hit);
		if (spreads[k] <= QUIET)
			assert_true(hit > 95);
	}
}

/*
 * By a count of instructions: the recorded runs have two cycles of each set of probes, which are series of their own,
 * so that the spread is that of all sets together. Then it is as if the noise was normal, and no less than 0.1 %.
 */
static void by_icount(void **state)
{
	static const char *const runs[] = { "effect-vtd", "effect-vtd-sm", "effect-smmuv3" };
	static const char *const metrics[] = { "preserve.memfd", "preserve.iommufd",
					       "preserve.vfio", "unpreserve.total" };
	const struct cmp_options quiet = { .alpha = CMP_ALPHA, .floor = CMP_FLOOR, .metric = "*" };
	size_t i, j, k, seen;

	(void)state;
	for (i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct record_set set;
		struct compare c;
		char path[100];

		snprintf(path, sizeof(path), "results/baselines/%s", runs[i]);
		assert_int_equal(record_read(path, &set), 0);
		assert_true(json_is_integer(
			json_object_get(json_object_get(set.run, "machine"), "icount")));
		cmp_init(&c, &quiet);
		assert_int_equal(cmp_add_run(&c, &set, CMP_BASE), 0);
		assert_int_equal(cmp_reduce(&c), 0);
		for (j = 0; j < sizeof(metrics) / sizeof(metrics[0]); j++) {
			struct vec v = { 0 };
			double spread, hit;

			for (k = seen = 0; k < c.nr_series; k++) {
				if (strcmp(c.series[k].first->metric, metrics[j]) ||
				    !usable(&c.series[k]))
					continue;
				add_off(&c.series[k], &v);
				seen++;
			}
			assert_true(seen >= 5 && v.n >= 10);
			spread = 1.4826 * stats_mad(v.v, v.n);
			hit = normal(fmax(spread, 0.001), wanted(200));
			print_message(
				"%s (icount), %-18s spread %6.3f %%, 5 %% slower is found alone in %5.1f %%\n",
				runs[i], metrics[j], 100 * spread, hit);
			if (spread <= QUIET)
				assert_true(hit > 95);
			free(v.v);
		}
		cmp_free(&c);
		record_set_free(&set);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_little_noise),
		cmocka_unit_test(by_icount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

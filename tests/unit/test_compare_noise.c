// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often compare cries wolf: made-up runs of two equal sides, with the noise of the committed
 * ones (tests/unit/power.h). By the clock that is large, with icount it is hardly there.
 */
#include "tests/unit/power.h"

#include <math.h>
#include <stdio.h>

/* In per cent, of a whole comparison: what CMP_ALPHA promises. */
#define MOST 1.0

struct tally {
	unsigned int runs, alarms;
};

static void equal_sides(const char *name, enum noise_of noise, unsigned int runs, struct tally *t)
{
	struct figures f;
	struct pattern p;

	pattern_learn(&p, name, noise);
	simulate(&p, 0, ALL_SERIES, runs, &f);
	print_message("%s, %d cycles a side: %u of %u comparisons of equal sides found something\n",
		      name, CYCLES, f.changed, f.runs);
	t->runs += f.runs;
	t->alarms += f.changed;
	pattern_free(&p);
}

/*
 * A count of so many comparisons has an error of its own, of which two standard errors are left for
 * below 5000 (POWER_RUNS=1000): the seed is fixed, but records are renewed.
 */
static double limit(unsigned int runs)
{
	double error = 100 * sqrt(MOST / 100 * (1 - MOST / 100) / runs);

	return runs < 5000 ? MOST + 2 * error : MOST;
}

static void judge(const char *what, const struct tally *t)
{
	print_message("%s: false alarms in %u of %u comparisons, %.2f %%; fails from %.2f %% on\n",
		      what, t->alarms, t->runs, percent(t->alarms, t->runs), limit(t->runs));
	assert_true(t->runs >= 500);
	assert_true(percent(t->alarms, t->runs) < limit(t->runs));
}

static void by_the_clock(void **state)
{
	static const char *const names[] = { "quick-vtd", "quick-vtd-sm", "quick-smmuv3",
					     "blackout-vtd", "blackout-smmuv3" };
	struct tally t = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		equal_sides(names[i], CYCLES_OF_RUN, wanted(400), &t);
	judge("by the clock", &t);
}

static void with_icount(void **state)
{
	static const char *const cycles[] = { "effect-vtd", "effect-vtd-sm", "effect-smmuv3" };
	static const char *const reps[] = { "gate-vtd", "gate-vtd-sm", "gate-smmuv3" };
	struct tally t = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cycles) / sizeof(cycles[0]); i++)
		equal_sides(cycles[i], CYCLES_OF_RUN, wanted(100), &t);
	for (i = 0; i < sizeof(reps) / sizeof(reps[0]); i++)
		equal_sides(reps[i], REPS_OF_CYCLE, wanted(100), &t);
	judge("icount", &t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_the_clock),
		cmocka_unit_test(with_icount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does compare find 5 per cent, with the noise of the committed runs (tests/unit/power.h)?
 *
 * Where time is a count of instructions it has to, be it that all series got slower or only one. By
 * the clock of an emulator on a shared machine it does not, and what is printed says how far from
 * it that is. How much noise 5 per cent bear is asserted with normal noise, which needs no record.
 */
#include "tests/unit/power.h"

#include <stdio.h>
#include <string.h>

#define SLOWER 0.05

/* In per cent; more than this have to be found. */
#define ENOUGH 95

/* With so little normal noise 5 per cent are found. */
#define QUIET 0.03

/*
 * Measured once a cycle, in 50 us: 4 of the 12 cycles of effect-vtd-sm are off by 2 to 10 %, which
 * the spread does not see, and 5 % are found in four of five comparisons only. It is printed.
 */
static bool rough(const struct cmp_series *s)
{
	return !strcmp(s->first->metric, "replace.hwpt");
}

static void look(const char *name, enum noise_of noise, bool icount, unsigned int runs)
{
	char series[96];
	struct figures f;
	struct pattern p;
	size_t i;

	pattern_learn(&p, name, noise);
	assert_int_equal(pattern_icount(&p), icount);
	simulate(&p, SLOWER, ALL_SERIES, runs, &f);
	print_message(
		"%s, %s, noise between %s, %d cycles a side: all 5 %% slower is found in %5.1f %%\n",
		name, icount ? "icount" : "by the clock",
		noise == REPS_OF_CYCLE ? "repetitions" : "cycles", CYCLES,
		percent(f.regressed, f.runs));
	if (icount)
		assert_true(percent(f.regressed, f.runs) > ENOUGH);
	for (i = 0; i < p.nr_series; i++) {
		simulate(&p, SLOWER, i, runs, &f);
		print_message(
			"  %-24s spread %6.3f %%, it alone 5 %% slower is found in %5.1f %%\n",
			cmp_series_name(p.series[i], series, sizeof(series)), 100 * p.spread[i],
			percent(f.found[i], f.runs));
		if (icount && !rough(p.series[i]))
			assert_true(percent(f.found[i], f.runs) > ENOUGH);
	}
	pattern_free(&p);
}

/* Two cycles of each of six sets of probes. */
static void icount_cycles(void **state)
{
	static const char *const names[] = { "effect-vtd", "effect-vtd-sm", "effect-smmuv3" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		look(names[i], CYCLES_OF_RUN, true, wanted(60));
}

/* One cycle of three points: what varies between cycles only is not in it. */
static void icount_points(void **state)
{
	static const char *const names[] = { "gate-vtd", "gate-vtd-sm", "gate-smmuv3" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		look(names[i], REPS_OF_CYCLE, true, wanted(60));
}

/* Printed and not asserted: it is the machine that decides (docs/comparing.md). */
static void by_the_clock(void **state)
{
	static const char *const names[] = { "quick-vtd", "quick-vtd-sm", "quick-smmuv3",
					     "blackout-vtd", "blackout-smmuv3" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		look(names[i], CYCLES_OF_RUN, false, wanted(20));
}

/* One question: a comparison of one series at one point, whose noise is made up, too. */
static void how_little_noise(void **state)
{
	static const double spreads[] = { 0.01, 0.02, 0.03, 0.035, 0.04, 0.05, 0.10 };
	struct figures f;
	struct pattern p;
	size_t k, all;

	(void)state;
	pattern_learn(&p, "effect-vtd", CYCLES_OF_RUN);
	assert_int_equal(p.series[0]->nr_points, 1);
	all = p.nr_series;
	p.nr_series = 1;
	for (k = 0; k < sizeof(spreads) / sizeof(spreads[0]); k++) {
		p.normal = spreads[k];
		simulate(&p, SLOWER, 0, wanted(1000), &f);
		print_message("normal noise of %4.1f %%: one question finds 5 %% in %5.1f %%\n",
			      100 * spreads[k], percent(f.found[0], f.runs));
		if (spreads[k] <= QUIET)
			assert_true(percent(f.found[0], f.runs) > ENOUGH);
	}
	p.nr_series = all;
	pattern_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(icount_cycles),
		cmocka_unit_test(icount_points),
		cmocka_unit_test(by_the_clock),
		cmocka_unit_test(how_little_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

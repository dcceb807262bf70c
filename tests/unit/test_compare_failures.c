// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often a comparison takes cycles that fail by chance for a regression, and how often it finds those that do not:
 * by going through all that two sides can do, with the chance of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_randist.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

#define MOST 30

/* A side of @n cycles, of which the last @failed do. */
static void side_of(struct record_set *set, struct lub_outcome *o, unsigned int n,
		    unsigned int failed)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		o[i] = (struct lub_outcome){
			.cycle = i + 1,
			.outcome = i + failed < n ? "ok" : "hang",
			.reason = i + failed < n ? NULL : "no progress",
			.params = { .hwpts = 1,
				    .mode = "preserve",
				    .workload = "lsi",
				    .probes = "off" },
		};
	set->outcomes = o;
	set->nr_outcomes = n;
}

static enum cmp_verdict verdict(unsigned int n, const unsigned int failed[CMP_SIDES],
				enum cmp_outcome *outcome)
{
	struct lub_outcome o[CMP_SIDES][MOST];
	struct record_set set[CMP_SIDES] = { { 0 } };
	struct compare c;
	enum cmp_verdict v;
	int side;

	cmp_init(&c, NULL);
	for (side = 0; side < CMP_SIDES; side++) {
		side_of(&set[side], o[side], n, failed[side]);
		set[side].run = json_pack("{s:s, s:i}", "plan", "p", "cycles", (int)n);
		assert_int_equal(cmp_add_run(&c, &set[side], side), 0);
	}
	assert_int_equal(cmp_judge(&c), 0);
	v = c.ended.verdict;
	*outcome = cmp_outcome(&c);
	cmp_free(&c);
	for (side = 0; side < CMP_SIDES; side++)
		json_decref(set[side].run);
	return v;
}

/* The chance that the new side is called worse when cycles fail with these two chances. */
static double worse(unsigned int n, double base, double now)
{
	enum cmp_outcome outcome;
	unsigned int f[CMP_SIDES];
	double sum = 0;

	for (f[CMP_BASE] = 0; f[CMP_BASE] <= n; f[CMP_BASE]++)
		for (f[CMP_NEW] = 0; f[CMP_NEW] <= n; f[CMP_NEW]++)
			if (verdict(n, f, &outcome) == CMP_WORSE)
				sum += gsl_ran_binomial_pdf(f[CMP_BASE], base, n) *
				       gsl_ran_binomial_pdf(f[CMP_NEW], now, n);
	return sum;
}

static const unsigned int cycles[] = { 8, 10, 20, 30 };

#define NR_CYCLES (sizeof(cycles) / sizeof(cycles[0]))

static void equal_sides(void **state)
{
	static const double fail[] = { 0.02, 0.05, 0.1, 0.25, 0.5 };
	size_t i, j;

	(void)state;
	for (i = 0; i < NR_CYCLES; i++)
		for (j = 0; j < sizeof(fail) / sizeof(fail[0]); j++) {
			double p = worse(cycles[i], fail[j], fail[j]);

			print_message(
				"%2u cycles a side, %4.0f %% of both fail: called worse in %.3f %%\n",
				cycles[i], 100 * fail[j], 100 * p);
			assert_true(p <= CMP_ALPHA_FAILED / 2);
			if (fail[j] <= 0.1)
				assert_true(p < 0.01);
		}
}

static void half_fails(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < NR_CYCLES; i++) {
		double p = worse(cycles[i], 0, 0.5);

		print_message("%2u cycles a side, half of the new ones fail: found in %.1f %%\n",
			      cycles[i], 100 * p);
		if (cycles[i] >= 20)
			assert_true(p > 0.95);
	}
}

static void few(void **state)
{
	static const unsigned int all_of_four[CMP_SIDES] = { 0, 4 },
				  all_of_five[CMP_SIDES] = { 0, 5 },
				  other_way[CMP_SIDES] = { 20, 0 }, none[CMP_SIDES] = { 0, 0 };
	enum cmp_outcome outcome;

	(void)state;
	assert_int_equal(verdict(4, all_of_four, &outcome), CMP_NONE);
	assert_int_equal(outcome, CMP_UNKNOWN);
	assert_int_equal(verdict(5, all_of_five, &outcome), CMP_WORSE);
	assert_int_equal(outcome, CMP_REGRESSION);
	assert_int_equal(verdict(20, other_way, &outcome), CMP_BETTER);
	assert_int_equal(outcome, CMP_UNKNOWN);
	assert_int_equal(verdict(20, none, &outcome), CMP_SAME);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sides),
		cmocka_unit_test(half_fails),
		cmocka_unit_test(few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

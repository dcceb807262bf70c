/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How far the cycles of a recorded run lie from their points, for the tests that measure what compare makes of such noise.
 */
#ifndef LUBENCH_TESTS_POWER_H
#define LUBENCH_TESTS_POWER_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* Of each side. */
#define CYCLES 20

/* With so little normal noise 5 per cent are found, see test_compare_noise.c. */
#define QUIET 0.03

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

/* Against a median of few values, they all lie nearer than they are. */
static inline double off(const struct cmp_point *p, const struct cmp_obs *o)
{
	double n = (double)p->obs[CMP_BASE].n;

	return (log(o->value) - p->ref) * sqrt(n / (n - 1));
}

static inline bool usable(const struct cmp_series *s)
{
	size_t i;

	/* one cycle of a point does not tell how much it varies */
	for (i = 0; i < s->nr_points; i++)
		if (isnan(s->points[i].ref) || s->points[i].obs[CMP_BASE].n < 2)
			return false;
	return s->headline && s->nr_points && !strcmp(s->first->unit, "ns");
}

static inline void add_off(const struct cmp_series *s, struct vec *v)
{
	size_t i, j;

	for (i = 0; i < s->nr_points; i++)
		for (j = 0; j < s->points[i].obs[CMP_BASE].n; j++)
			assert_int_equal(
				vec_push(v, off(&s->points[i], &s->points[i].obs[CMP_BASE].v[j])),
				0);
}

/* POWER_RUNS=1000 takes minutes and gives the figures of docs/comparing.md. */
static inline unsigned int wanted(unsigned int usual)
{
	const char *env = getenv("POWER_RUNS");

	return env ? (unsigned int)atoi(env) : usual;
}

static inline double percent(unsigned int n, unsigned int of)
{
	return 100.0 * n / of;
}

#endif /* LUBENCH_TESTS_POWER_H */

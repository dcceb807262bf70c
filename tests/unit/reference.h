/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading of the values that other programs found (tests/unit/fixtures/README.md), and the comparison with them.
 */
#ifndef LUBENCH_TESTS_REFERENCE_H
#define LUBENCH_TESTS_REFERENCE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "bench/stats/stats.h"

#define FIXTURES "tests/unit/fixtures/"

static inline void near(const char *what, double is, double want, double rel)
{
	if (!(fabs(is - want) <= rel * fmax(fabs(want), 1e-300)) && is != want)
		fail_msg("%s is %.17g, the reference has %.17g", what, is, want);
}

/* Where the reference is a draw of random numbers itself, it is a range. */
static inline void within(const char *what, double is, double from, double to)
{
	if (!(is >= from && is <= to))
		fail_msg("%s is %.17g, the reference has %.17g to %.17g", what, is, from, to);
}

static inline json_t *load(const char *name)
{
	json_error_t err;
	json_t *all = json_load_file(name, 0, &err);

	if (!all)
		fail_msg("%s:%d: %s", name, err.line, err.text);
	return all;
}

static inline double num(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_number(v))
		fail_msg("the reference has no number \"%s\"", key);
	return json_number_value(v);
}

static inline double *array(const json_t *o, const char *key, size_t *n)
{
	const json_t *a = json_object_get(o, key), *v;
	double *x;
	size_t i;

	*n = json_array_size(a);
	if (!*n)
		fail_msg("the reference has no list \"%s\"", key);
	x = malloc(*n * sizeof(*x));
	assert_non_null(x);
	json_array_foreach(a, i, v)
		x[i] = json_number_value(v);
	return x;
}

/* The strata of a case. Return: their number. */
static inline size_t strata_of(const json_t *o, struct stats_stratum *st, size_t room)
{
	const json_t *list = json_object_get(o, "strata"), *s;
	size_t i;

	assert_in_range(json_array_size(list), 1, room);
	json_array_foreach(list, i, s) {
		st[i].x = array(s, "x", &st[i].nx);
		st[i].y = array(s, "y", &st[i].ny);
	}
	return i;
}

static inline void strata_free(struct stats_stratum *st, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		free((void *)st[i].x);
		free((void *)st[i].y);
	}
}

/* Calls @each for every case of a list, and sees that there are some. */
static inline void for_each(const char *file, const char *list, void (*each)(const json_t *))
{
	json_t *all = load(file), *one;
	size_t i;

	assert_true(json_array_size(json_object_get(all, list)) >= 3);
	json_array_foreach(json_object_get(all, list), i, one)
		each(one);
	json_decref(all);
}

#define REFERENCE(name, file, list)                  \
	static void name##_agrees(void **state)      \
	{                                            \
		(void)state;                         \
		for_each(FIXTURES file, list, name); \
	}

#endif /* LUBENCH_TESTS_REFERENCE_H */

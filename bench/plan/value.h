/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of plan keys: numbers, sizes and lists of them. */
#ifndef BENCH_PLAN_VALUE_H
#define BENCH_PLAN_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * value_number() - parse one unsigned number
 * @text: the number, maybe with a suffix
 * @size: accept K, M, G, T
 * @min: smallest value allowed
 * @max: largest value allowed
 * @out: the value
 * @why: what is wrong and what to do
 * @len: room of @why
 *
 * Return: 0 or -EINVAL.
 */
int value_number(const char *text, bool size, uint64_t min, uint64_t max, uint64_t *out, char *why,
		 size_t len);

/**
 * value_list() - parse numbers separated by commas
 * @text: the list
 * @size: as value_number()
 * @min: as value_number()
 * @max: as value_number()
 * @out: the values
 * @cap: room of @out
 * @nr: number of values
 * @why: as value_number()
 * @len: as value_number()
 *
 * Return: 0 or -EINVAL.
 */
int value_list(const char *text, bool size, uint64_t min, uint64_t max, uint64_t *out, size_t cap,
	       size_t *nr, char *why, size_t len);

#endif

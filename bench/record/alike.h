/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of samples that are the same but for three numbers. A run has a few hundred different ones, and hundreds of
 * thousands of lines: each kind has to be parsed once.
 */
#ifndef BENCH_RECORD_ALIKE_H
#define BENCH_RECORD_ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** ALIKE_MAX - longest line that alike_cut() takes, in bytes. */
#define ALIKE_MAX 1024

/**
 * struct alike - a line, cut into three numbers and the rest
 * @rest: the line without the digits of these numbers
 * @cycle, @rep, @value: the numbers
 *
 * Two lines with the same @rest, one of which is a sample with just these numbers, are both samples of the same
 * thing: where the one has a number the other has a number, and all other bytes are the same.
 */
struct alike {
	char rest[ALIKE_MAX];
	uint32_t cycle, rep;
	int64_t value;
};

/**
 * alike_cut() - cut a line
 * @line: the line, without its newline
 * @len: its length in bytes
 * @out: filled in
 *
 * Nothing is parsed: what looks like a number of the sample may be one of its parameters. Who relies on @out must have
 * parsed one line with that rest, and seen the same numbers in it.
 *
 * Return: whether it was possible. What is unusual (long, with a backslash, a number that is not plain digits) is not.
 */
bool alike_cut(const char *line, size_t len, struct alike *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate: one run whose time is a count of instructions against a baseline, point by point.
 *
 * It asks no test of significance: such runs are parts of a thousand apart (docs/measurements.md), so that a
 * change beyond a tolerance well above that is one, and one cycle is enough.
 */
#ifndef LUBENCH_GATE_H
#define LUBENCH_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/compare/compare.h"

/* Relative change that passes; a time may also grow by GATE_SOME_NS, which is much of a short one. */
#define GATE_TOLERANCE 0.02
#define GATE_SOME_NS 1000

/* Bytes; filling an IOAS with larger pages is not judged. */
#define GATE_SMALL_PAGE 4096

/**
 * struct gate_row - one metric at one point
 * @med: median over the cycles of each side; NaN: not measured
 * @change: relative, 0.05 is 5 % more; NaN: unknown
 * @verdict: CMP_NONE for what only the new run has
 * @lost: the baseline has it and the new run has not
 * @why: a reason for @lost in the words of the record, or NULL
 */
struct gate_row {
	const struct cmp_series *series;
	const struct cmp_point *point;
	double med[CMP_SIDES];
	double change;
	enum cmp_verdict verdict;
	bool lost;
	const char *why;
};

/**
 * struct gate - what became of all points
 * @tolerance: relative change that passes
 * @rows: in the order of the series
 * @compared: points with a verdict
 * @worse, @better, @lost: how many of them are
 */
struct gate {
	double tolerance;
	struct gate_row *rows;
	size_t nr_rows, cap_rows;
	size_t compared, worse, better, lost;
};

/**
 * gate_refusals() - why these two runs do not compare
 * @c: a baseline and a new run, both added
 * @each: called with a line about each difference
 * @elsewhere: set when the machine that ran it differs (emulator, compiler, source of the kernel), which no
 *	       change of this tree has done
 *
 * More must be the same than in cmp_conditions(): each instruction counts.
 *
 * Return: how many there are.
 */
size_t gate_refusals(const struct compare *c, void (*each)(const char *what, void *arg), void *arg,
		     bool *elsewhere);

/**
 * gate_judge() - compare every point of the metrics that are judged, but for blackouts
 * @g: with its tolerance and else zero; gate_free() in any case
 * @c: a baseline and a new run, both added; it is reduced here
 *
 * Return: 0 or -ENOMEM.
 */
int gate_judge(struct gate *g, struct compare *c);

/* CMP_UNKNOWN when there was nothing to compare. */
enum cmp_outcome gate_outcome(const struct gate *g);

/* What was compared, with which tolerance, and what came out. Return: 0 or -EIO. */
int gate_text(FILE *out, const struct gate *g, const struct compare *c);

void gate_free(struct gate *g);

#endif /* LUBENCH_GATE_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Made-up runs with the noise of committed ones, and what compare says about them.
 *
 * A made-up run has 20 cycles. Each takes the place of a recorded one: every series lies above or
 * below its point as far as it did there, all series together, so that what goes up and down
 * together still does. A little noise on top keeps values from being the same. Both sides are made
 * in the same way; then all series of the new side, or one, are made slower by a known share. The
 * seed is fixed: the figures are the same every time.
 */
#ifndef LUBENCH_TESTS_POWER_H
#define LUBENCH_TESTS_POWER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* Of each side. */
#define CYCLES 20

/* Judged series, and cycles, of a recorded run at most. */
#define SERIES 16
#define RECORDED 64

/* For simulate(): none but the named is slower, or all are. */
#define ALL_SERIES SIZE_MAX

/**
 * enum noise_of - what varies in a recorded run
 * @CYCLES_OF_RUN: its cycles, with whatever set of probes: each is off the median of its own set
 * @REPS_OF_CYCLE: repetitions in its only cycle, each of which stands for a cycle
 */
enum noise_of {
	CYCLES_OF_RUN,
	REPS_OF_CYCLE,
};

/**
 * struct pattern - what a recorded run looks like
 * @series: those that compare judges, and which take an "ns"
 * @shapes: cycles in which they were measured: which points a cycle has
 * @cycles: cycles whose noise is known
 * @off: logarithms by which the points of a series were off in one of @cycles; empty when not measured
 * @spread: 1.4826 MAD of all @off of a series
 * @normal: noise is normal and this large, whatever was recorded; 0: it is as recorded
 */
struct pattern {
	struct record_set set;
	struct compare c;
	const struct cmp_series *series[SERIES];
	size_t nr_series;
	uint32_t shapes[RECORDED];
	size_t nr_shapes;
	uint32_t cycles[RECORDED];
	size_t nr_cycles;
	struct vec off[SERIES][RECORDED];
	double spread[SERIES];
	double normal;
};

/**
 * struct figures - what simulate() saw
 * @runs: comparisons
 * @changed: those that found any change, to better or to worse
 * @regressed: those that ended as a regression
 * @found: those that found a series to be worse: as a whole, in its scaling or at a point
 */
struct figures {
	unsigned int runs, changed, regressed, found[SERIES];
};

/* From results/baselines; fails the test when that is not there or has too few cycles. */
void pattern_learn(struct pattern *p, const char *name, enum noise_of noise);
void pattern_free(struct pattern *p);

/* Was time a count of instructions in that run? */
bool pattern_icount(const struct pattern *p);

/**
 * simulate() - compare made-up runs, with the options that compare has as it comes
 * @slower: by what share the new side is slower; 0: both are alike
 * @which: the series that is, or ALL_SERIES
 * @runs: how many comparisons
 */
void simulate(const struct pattern *p, double slower, size_t which, unsigned int runs,
	      struct figures *f);

/* POWER_RUNS=1000 takes minutes and gives the figures of docs/comparing.md. */
unsigned int wanted(unsigned int usual);

static inline double percent(unsigned int n, unsigned int of)
{
	return 100.0 * n / of;
}

#endif /* LUBENCH_TESTS_POWER_H */

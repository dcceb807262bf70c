/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Progress on stderr (a line that is redrawn on a terminal, plain lines else) and KTAP on stdout. */
#ifndef BENCH_CLI_PROGRESS_H
#define BENCH_CLI_PROGRESS_H

#include <stdint.h>

#include "bench/plan/plan.h"

/**
 * struct progress - what is shown
 * @total: points to do
 * @done: points with an outcome
 * @cycles: cycles to do
 * @cycle: cycle at work, from 1
 * @what: its block, in words
 * @start_ms: when the run began
 * @left_ms: estimate, -1 when there is none
 * @shown_ms: when the line was drawn last
 * @failed: KTAP "not ok" so far
 */
struct progress {
	uint32_t total;
	uint32_t done;
	uint32_t cycles;
	uint32_t cycle;
	char what[96];
	long long start_ms;
	long long left_ms;
	long long shown_ms;
	uint32_t failed;
};

/**
 * progress_begin() - KTAP header
 * @p: @total and @cycles are set
 */
void progress_begin(struct progress *p);

/**
 * progress_cycle() - a cycle begins
 * @p: progress
 * @number: of the cycle
 * @of: all of them
 * @cycle: what it measures
 */
void progress_cycle(struct progress *p, uint32_t number, uint32_t of,
		    const struct plan_cycle *cycle);

/**
 * progress_phase() - redraw the line (at most twice a second)
 * @arg: struct progress
 * @phase: what is going on
 */
void progress_phase(void *arg, const char *phase);

/**
 * progress_note() - one plain line on stderr
 * @fmt: as printf()
 */
void progress_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * progress_point() - KTAP line of one point of one cycle
 * @p: progress
 * @plan: plan
 * @cycle: the cycle
 * @point: the point
 * @outcome: its outcome
 * @reason: its reason, NULL for ok
 */
void progress_point(struct progress *p, const struct plan *plan, const struct plan_cycle *cycle,
		    const struct plan_point *point, const char *outcome, const char *reason);

/**
 * progress_diag() - KTAP diagnostic line
 * @fmt: as printf()
 */
void progress_diag(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** progress_end() - take the line away. */
void progress_end(void);

#endif

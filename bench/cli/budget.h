/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a cycle will take, and what of it fits into the time that is left. */
#ifndef BENCH_CLI_BUDGET_H
#define BENCH_CLI_BUDGET_H

#include "bench/plan/plan.h"

/**
 * struct budget - times of the cycles so far
 * @fixed_ms: the shortest cycle, less its share of work: kexec, boots, ssh
 * @per_work: milliseconds to expect for a unit of work
 * @ms: all cycles together
 * @work: theirs
 * @nr: cycles seen
 */
struct budget {
	double fixed_ms;
	double per_work;
	double ms;
	double work;
	unsigned int nr;
};

/**
 * budget_work() - page-table pages that a cycle handles, all repetitions together
 * @plan: plan
 * @block: its block
 * @kexec_hwpts: HWPTs carried over
 *
 * Return: units of work.
 */
double budget_work(const struct plan *plan, const struct plan_block *block, uint32_t kexec_hwpts);

/**
 * budget_learn() - take a finished cycle into account
 * @b: budget
 * @work: its work
 * @ms: its time
 */
void budget_learn(struct budget *b, double work, double ms);

/**
 * budget_estimate() - time of a cycle
 * @b: budget
 * @work: its work
 *
 * Return: milliseconds.
 */
double budget_estimate(const struct budget *b, double work);

/**
 * budget_fit() - leave out the largest points until a cycle fits
 * @b: budget
 * @plan: plan
 * @cycle: cycle; its kexec_hwpts is lowered to the largest point that stays
 * @block: copy of the cycle's block, made shorter; cycle->block points to it afterwards
 * @left_ms: time that is left
 *
 * Return: points left out; all of them when nothing fits.
 */
size_t budget_fit(const struct budget *b, const struct plan *plan, struct plan_cycle *cycle,
		  struct plan_block *block, double left_ms);

#endif

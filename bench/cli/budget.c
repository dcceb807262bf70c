// SPDX-License-Identifier: GPL-2.0-or-later
/* How long a cycle will take. */
#include "bench/cli/budget.h"

/* Assumed until a cycle was seen: two boots' worth of an emulated kernel. */
#define FIRST_FIXED_MS 10000.0

/* Cycles differ; leaving a point out is better than overrunning the budget. */
#define CAUTION 1.5

double budget_work(const struct plan *plan, const struct plan_block *block, uint32_t kexec_hwpts)
{
	double tables = (double)plan_tables(block->ioas_bytes, block->page_bytes), work;
	size_t i;

	work = kexec_hwpts * tables;
	for (i = 0; i < block->nr_hwpts; i++)
		work += block->hwpts[i] * tables * plan->reps;
	return work;
}

void budget_learn(struct budget *b, double work, double ms)
{
	/* The shortest cycle is taken as all fixed: too high a guess, which only makes it careful. */
	if (!b->nr || ms < b->fixed_ms)
		b->fixed_ms = ms;
	b->nr++;
	b->ms += ms;
	b->work += work;
	/* Over all of them: in a cycle with little work the rest is noise, and would be taken for its cost. */
	b->per_work = b->work > 0 ? CAUTION * (b->ms - b->nr * b->fixed_ms) / b->work : 0;
}

double budget_estimate(const struct budget *b, double work)
{
	return (b->nr ? b->fixed_ms : FIRST_FIXED_MS) + b->per_work * work;
}

size_t budget_fit(const struct budget *b, const struct plan *plan, struct plan_cycle *cycle,
		  struct plan_block *block, double left_ms)
{
	size_t all = plan_cycle_points(cycle);

	/* Several blocks belong together: all of them or none. */
	if (cycle->nr_blocks > 1)
		return budget_estimate(b, budget_work(plan, cycle->block, cycle->kexec_hwpts)) <=
				       left_ms
			       ? 0
			       : all;
	*block = *cycle->block;
	cycle->block = block;
	while (block->nr_hwpts) {
		uint32_t carry = cycle->kexec_hwpts, most = block->hwpts[block->nr_hwpts - 1];

		if (block->nr_hwpts < all && carry > most)
			carry = most;
		if (budget_estimate(b, budget_work(plan, block, carry)) <= left_ms) {
			cycle->kexec_hwpts = carry;
			break;
		}
		block->nr_hwpts--;
	}
	return all - block->nr_hwpts;
}

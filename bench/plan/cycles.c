// SPDX-License-Identifier: GPL-2.0-or-later
/* Which cycles a plan has, and which points each of them measures. */
#include <string.h>

#include "bench/plan/plan.h"

#define CRASH "crash"

/* Cycles of a round, in one mode. */
static size_t plan_turns(const struct plan *plan)
{
	return plan_is_walk(plan) ? 1 : plan->nr_blocks;
}

/* The run's own one counts, too. */
static size_t plan_kernels(const struct plan *plan)
{
	return plan->nr_kernels ? plan->nr_kernels : 1;
}

size_t plan_ways(const struct plan *plan)
{
	return plan->nr_modes * plan->nr_probes * plan_kernels(plan);
}

uint32_t plan_nr_cycles(const struct plan *plan)
{
	return (uint32_t)(plan_turns(plan) * plan_ways(plan)) * plan->cycles;
}

uint32_t plan_nr_points(const struct plan *plan)
{
	uint32_t points = 0;
	size_t b;

	for (b = 0; b < plan->nr_blocks; b++)
		points += (uint32_t)plan->blocks[b].nr_hwpts;
	return points * plan->cycles * (uint32_t)plan_ways(plan);
}

/*
 * Mode crash ends the machine, and the first kexec after a launch is not like the later ones: see
 * docs/measurements.md. So all cycles of the other modes come first, in one launch, and as A B B A,
 * so that no mode, no set of probes and no kernel is always the earlier one.
 */
struct plan_cycle plan_cycle_get(const struct plan *plan, uint32_t number)
{
	size_t turns = plan_turns(plan) * plan->cycles, nr = 0, turn, way, block, round, i;
	size_t kernels = plan_kernels(plan), each = plan->nr_probes * kernels;
	const char *chained[PLAN_MODES_MAX], *mode = CRASH;
	struct plan_cycle cycle;

	for (i = 0; i < plan->nr_modes; i++)
		if (strcmp(plan->modes[i], CRASH))
			chained[nr++] = plan->modes[i];
	nr *= each;
	if (number <= turns * nr) {
		turn = (number - 1) / nr;
		way = (number - 1) % nr;
		if (turn % 2)
			way = nr - 1 - way;
		mode = chained[way / each];
	} else {
		turn = (number - 1 - turns * nr) / each;
		way = (number - 1 - turns * nr) % each;
	}
	block = turn % plan_turns(plan);
	round = turn / plan_turns(plan);
	cycle = (struct plan_cycle){
		.number = number,
		.round = (uint32_t)round + 1,
		.block = &plan->blocks[block],
		.nr_blocks = plan_is_walk(plan) ? plan->nr_blocks : 1,
		.mode = mode,
		.probes = plan->probes[way / kernels % plan->nr_probes],
		.kernel = plan->nr_kernels ? plan->kernels[way % kernels] : NULL,
	};
	if (cycle.block->kexec_hwpts)
		cycle.kexec_hwpts = cycle.block->kexec_hwpts;
	else if (plan->nr_kexec_hwpts)
		cycle.kexec_hwpts =
			(uint32_t)plan->kexec_hwpts[(block + round) % plan->nr_kexec_hwpts];
	else /* with a working set that is the only one */
		cycle.kexec_hwpts = cycle.block->hwpts[cycle.block->nr_hwpts - 1];
	return cycle;
}

size_t plan_cycle_points(const struct plan_cycle *cycle)
{
	size_t points = 0, b;

	for (b = 0; b < cycle->nr_blocks; b++)
		points += cycle->block[b].nr_hwpts;
	return points;
}

struct plan_point plan_cycle_point(const struct plan_cycle *cycle, size_t i)
{
	const struct plan_block *block = cycle->block;

	for (; i >= block->nr_hwpts; block++)
		i -= block->nr_hwpts;
	return (struct plan_point){ block->hwpts[i], block->ioas_bytes, block->page_bytes,
				    block->layout, block->working_set };
}

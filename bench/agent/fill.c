// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/fill.h"

#include <errno.h>
#include <stdio.h>

#include "bench/agent/counters.h"
#include "bench/agent/kmsg.h"

/* Kept free of the budget for loading the kernel and for the last preserve. */
#define RESERVE_MS 3000

uint64_t fill_elapsed_ms(uint64_t since)
{
	return clock_ns(clock_ticks() - since) / 1000000;
}

uint64_t fill_left_ms(const struct agent *ag, uint64_t start)
{
	uint64_t used = fill_elapsed_ms(start) + ag->c.control_ms + RESERVE_MS;

	return used < ag->c.budget_ms ? ag->c.budget_ms - used : 0;
}

/* The next smaller number of HWPTs that some point has, or the carried state. */
static uint32_t fewer_hwpts(const struct agent *ag)
{
	uint32_t best = 1;
	size_t i;

	for (i = 0; i < ag->c.nr_points && ag->c.mode == MODE_PRESERVE; i++)
		if (ag->c.points[i].hwpts < ag->tab.nr && ag->c.points[i].hwpts > best)
			best = ag->c.points[i].hwpts;
	if (ag->c.kexec_hwpts < ag->tab.nr && ag->c.kexec_hwpts > best)
		best = ag->c.kexec_hwpts;
	return best;
}

/*
 * Map everything, for all HWPTs at once. Every step costs about the same, so after a few it is
 * known whether all will fit in the budget; if not, HWPTs are given up until they do.
 */
int fill_tables(struct agent *ag, uint64_t start, char *why, size_t len)
{
	const struct point *p = &ag->c.points[0];
	uint64_t left = fill_left_ms(ag, start) * 6 / 10, t0 = clock_ticks(), since = t0, at = 0,
		 need;
	unsigned int steps = 0;
	int err;

	agent_phase(ag, "fill");
	if (left > ag->c.point_budget_ms)
		left = ag->c.point_budget_ms;
	while (at < p->ioas_bytes) {
		err = tables_fill_step(&ag->tab, &ag->mem, p, ag->tab.ioas, &at);
		if (err && (err != -ENOMEM || ag->tab.nr == 1))
			return agent_fail(ag, "harness-error", err, "mapping at byte %llu of %llu",
					  (unsigned long long)at,
					  (unsigned long long)p->ioas_bytes);
		if (err) {
			snprintf(why, len, "memory: no page tables for %u HWPTs", ag->tab.nr);
		} else {
			/* The first step also sets up what the others find ready: it is left out. */
			if (!steps++)
				since = clock_ticks();
			if (steps < 4)
				continue;
			need = fill_elapsed_ms(t0) +
			       fill_elapsed_ms(since) / (steps - 1) *
				       ((p->ioas_bytes - at) / ag->mem.part[MEM_DATA].bytes);
			/* Early on the estimate is rough: then only a clear miss counts. */
			if (need <= left || (need < 2 * left && fill_elapsed_ms(t0) < left / 4))
				continue;
			snprintf(why, len,
				 "budget: filling %u HWPTs takes %llu ms, left are %llu ms",
				 ag->tab.nr, (unsigned long long)need, (unsigned long long)left);
			if (ag->tab.nr == 1)
				return agent_fail(ag, "skip", 0, "%s", why);
		}
		kmsg("cycle=%u %s", ag->c.cycle, why);
		err = tables_trim(&ag->tab, fewer_hwpts(ag));
		if (err)
			return agent_fail(ag, "harness-error", err, "destroying HWPTs");
		steps = 0;
	}
	return 0;
}

/* The tables are all alike, so one of them is a fair share of all. */
int fill_check(struct agent *ag, int64_t *pages)
{
	int wrong;

	*pages = -1;
	if (ag->pages_before < 0)
		return 0;
	*pages = (iommu_pages() - ag->pages_before) / ag->tab.nr;
	wrong = tables_wrong_size(&ag->c.points[0], *pages);
	return wrong ? agent_fail(
			       ag, "skip", 0,
			       "the IOMMU used %s pages than %llu bytes: %lld table pages a HWPT",
			       wrong < 0 ? "smaller" : "larger",
			       (unsigned long long)ag->c.points[0].page_bytes, (long long)*pages)
		     : 0;
}

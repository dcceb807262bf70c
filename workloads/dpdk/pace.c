// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dpdk/pace.h"

#define NS 1000000000u

void pace_start(struct pace *p, uint32_t rate, uint64_t now_ns)
{
	*p = (struct pace){ .rate = rate, .start_ns = now_ns };
}

uint64_t pace_due(const struct pace *p)
{
	return p->start_ns + (uint64_t)((__uint128_t)p->slot * NS / p->rate);
}

bool pace_take(struct pace *p, uint64_t now_ns)
{
	uint64_t due = pace_due(p);

	if (now_ns < due)
		return false;
	if (now_ns - due > p->worst_late_ns)
		p->worst_late_ns = now_ns - due;
	for (p->slot++; pace_due(p) <= now_ns; p->slot++)
		p->skipped++;
	return true;
}

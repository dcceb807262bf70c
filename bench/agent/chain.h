/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes along a chain of live updates, from cycle to cycle. */
#ifndef BENCH_AGENT_CHAIN_H
#define BENCH_AGENT_CHAIN_H

#include "bench/agent/agent.h"

/**
 * chain_pages() - IOMMU pages that the chain of this kernel began with
 * @ag: agent of the outgoing kernel, its boot_id in ag->carried
 * @now: what this kernel has, negative when unknown
 *
 * A cycle that compared with its own beginning only would let a chain leak as much as the slack in
 * each of its cycles.
 *
 * Return: what chain_go_on() has written down for this very kernel, else @now.
 */
int64_t chain_pages(const struct agent *ag, int64_t now);

/**
 * chain_go_on() - this kernel is the next one of the chain
 * @ag: agent of the incoming kernel, when the cycle is ok
 *
 * Writes DIR/chain.
 */
void chain_go_on(struct agent *ag);

#endif

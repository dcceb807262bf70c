/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probes of one half of a cycle: loaded at its start, read between two measurements, reported when
 * nothing is urgent any more. Without probes in the cycle all of these do nothing.
 */
#ifndef BENCH_AGENT_PROBES_H
#define BENCH_AGENT_PROBES_H

#include "bench/agent/agent.h"

/** PROBES_HELD - records that one half of a cycle keeps; what is more is dropped, and counted. */
#define PROBES_HELD 16384

/** PROBES_LOG_BYTES - room in the log memfd for the lines of a probed cycle. */
#define PROBES_LOG_BYTES (PROBES_HELD * 512ull)

/**
 * agent_probes_start() - load what the cycle wants
 * @ag: the agent
 *
 * Stamps probes.begin and probes.end. What the kernel does not offer is reported by
 * agent_probes_stop() and ends nothing.
 */
void agent_probes_start(struct agent *ag);

/**
 * agent_probes_collect() - what was recorded since the last call belongs to this
 * @ag: the agent
 * @p: point
 * @rep: repetition
 */
void agent_probes_collect(struct agent *ag, const struct point *p, uint32_t rep);

/**
 * agent_probes_stop() - collect for the carried point, detach, report and free
 * @ag: agent with its lines open
 */
void agent_probes_stop(struct agent *ag);

/**
 * agent_probes_drop() - detach and free, without a report
 * @ag: the agent
 */
void agent_probes_drop(struct agent *ag);

#endif

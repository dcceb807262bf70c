/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repeatable measurements with icount, where a guest's time is a count of its instructions. What remains
 * by chance there is what the host paces (network, disk) and where in a period of the timer tick a call
 * begins. Without icount nothing here does anything.
 */
#ifndef BENCH_AGENT_QUIET_H
#define BENCH_AGENT_QUIET_H

#include "bench/agent/agent.h"

/**
 * quiet_network() - no packet may come while something is measured
 * @ag: the agent
 *
 * Waits until the connection is gone over which the agent was started, then takes the interfaces down and
 * stops the pacer (bench/agent/pacer.h).
 * The next kernel brings them up by itself. Also lets processors keep the pages that they free.
 */
void quiet_network(struct agent *ag);

/**
 * quiet_network_end() - interfaces and pacer go on, because there is no next kernel
 * @ag: the agent
 */
void quiet_network_end(struct agent *ag);

/**
 * quiet_begin() - a call that is timed comes next
 * @ag: the agent
 *
 * Writes out what the disk still has to get, holds the service thread, goes to the first processor, and
 * sleeps up to a fixed place between two timer ticks.
 */
void quiet_begin(struct agent *ag);

/**
 * quiet_end() - it has been timed
 * @ag: the agent
 */
void quiet_end(struct agent *ag);

#endif

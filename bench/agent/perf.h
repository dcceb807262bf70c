/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * perf record of the call that preserves the iommufd. perf runs beside the agent, is told over a pipe when to
 * sample and when not, and prints its samples to out/perf.script before the kexec; `lubench run` makes
 * the flame graph of them. With perf off all of this does nothing.
 */
#ifndef BENCH_AGENT_PERF_H
#define BENCH_AGENT_PERF_H

#include "bench/agent/agent.h"

/** PERF_HZ - samples a second while it samples. */
#define PERF_HZ "9999"

/**
 * agent_perf_start() - start perf, which does not sample yet
 * @ag: the agent
 *
 * It is the perf of the disk that `lubench run --perf` attaches to an emulated target, else that of the machine.
 *
 * Return: 0 or -errno (an outcome is set).
 */
int agent_perf_start(struct agent *ag);

/**
 * agent_perf_sample() - begin or cease to sample this thread
 * @ag: the agent
 * @on: which
 *
 * Returns when perf has done it, some 100 us later on hardware: not to be called inside what is timed.
 *
 * Return: 0 or -errno (an outcome is set).
 */
int agent_perf_sample(struct agent *ag, bool on);

/**
 * agent_perf_stop() - end perf and print the samples
 * @ag: the agent
 *
 * Return: 0 or -errno (an outcome is set).
 */
int agent_perf_stop(struct agent *ag);

/**
 * agent_perf_abort() - end perf, wherever it is
 */
void agent_perf_abort(void);

#endif

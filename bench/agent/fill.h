/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Filling the tables of a block inside its budget. */
#ifndef BENCH_AGENT_FILL_H
#define BENCH_AGENT_FILL_H

#include "bench/agent/agent.h"

/**
 * fill_elapsed_ms() - time gone by
 * @since: stamp
 *
 * Return: milliseconds.
 */
uint64_t fill_elapsed_ms(uint64_t since);

/**
 * fill_left_ms() - what is left of the budget of the cycle
 * @ag: the agent
 * @start: stamp of its start
 *
 * The control window and some time for loading the kernel are set aside.
 *
 * Return: milliseconds.
 */
uint64_t fill_left_ms(const struct agent *ag, uint64_t start);

/**
 * fill_tables() - map everything in the IOAS, for all its HWPTs at once
 * @ag: agent with empty tables
 * @start: stamp of its start
 * @why: filled with the reason when HWPTs had to be given up
 * @len: room in @why
 *
 * Return: 0, or -errno with an outcome set ("skip" when not even one HWPT fits).
 */
int fill_tables(struct agent *ag, uint64_t start, char *why, size_t len);

/**
 * fill_check() - have the tables the page size that the points ask for
 * @ag: agent with full tables
 * @pages: set to the page-table pages of one HWPT, -1 when the kernel does not count them
 *
 * Return: 0, or -errno with an outcome set ("skip").
 */
int fill_check(struct agent *ag, int64_t *pages);

#endif

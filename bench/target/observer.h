/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Outside observer of an emulated target: a thread of the controller that looks at the witness page
 * in the target's memory file every 100 us. What it sees is timed with the controller's own
 * CLOCK_MONOTONIC, so it needs no clock of either kernel.
 *
 * Error of its times: one polling step at each end, plus what the host's scheduler adds; the
 * longest step that really happened is kept and told (struct observer_result.worst_step_ns).
 */
#ifndef BENCH_TARGET_OBSERVER_H
#define BENCH_TARGET_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/agent/witness.h"
#include "bench/target/stalls.h"

#define OBSERVER_PHASES 5

struct observer;

/**
 * struct observer_phase - one phase of the witness page
 * @seen: it was there
 * @start_ns: when it began
 * @end_ns: when another one began or the observation ended
 * @changes: times the counter had changed
 * @first: counter at its start
 * @last: counter at its end
 * @gap_ns: longest time without a change; a gap that began before the phase counts in full, one that
 *	never ended counts except in LUB_PHASE_AFTER, in which the agent stops the device
 * @running_ns: the same when the time is taken off each gap in which a processor of the controller
 *	stood still; need not be of the same gap
 */
struct observer_phase {
	bool seen;
	int64_t start_ns;
	int64_t end_ns;
	uint64_t changes;
	uint32_t first;
	uint32_t last;
	int64_t gap_ns;
	int64_t running_ns;
};

/**
 * struct observer_result - what was seen
 * @why: why there is nothing, NULL when the page was found
 * @phase: indexed by &enum lub_phase; a phase that came twice keeps its longest gap
 * @beat_ns: when the outgoing kernel's last heartbeat was seen, 0 when none was
 * @dark_ns: longest gap that began before LUB_PHASE_AFTER and ended in LUB_PHASE_BLACKOUT or later;
 *	without an end it reaches to the last look
 * @worst_step_ns: longest time between two looks
 * @watched: somebody watched the processors, so that running_ns tells something
 */
struct observer_result {
	const char *why;
	struct observer_phase phase[OBSERVER_PHASES];
	int64_t beat_ns;
	int64_t dark_ns;
	int64_t worst_step_ns;
	bool watched;
};

/**
 * struct observer_state - between two looks
 * @begun: there was a first look
 * @stalls: of the controller, NULL when nobody watches; set by the caller
 * @phase: of the last look
 * @counter: of the last look
 * @change_ns: when the counter was seen to change last
 * @look_ns: when the last look was
 * @beat: heartbeat of the last look
 * @dark: the gap of now began before LUB_PHASE_AFTER
 */
struct observer_state {
	bool begun;
	struct stalls *stalls;
	uint32_t phase;
	uint32_t counter;
	int64_t change_ns;
	int64_t look_ns;
	uint64_t beat;
	bool dark;
};

/**
 * observer_step() - take one look at the page into account; the thread's only logic
 * @r: result so far
 * @page: copy of the page's fields that this file names
 * @cookie: of this cycle
 * @now_ns: when it was copied
 * @state: all zero at first, but for @stalls
 *
 * Return: false when the page is no longer this cycle's: the observation is over.
 */
bool observer_step(struct observer_result *r, const struct lub_witness *page, uint64_t cookie,
		   int64_t now_ns, struct observer_state *state);

/**
 * observer_start() - map the page and start the thread
 * @ram_fd: memory file
 * @offset: place of the page in it, -1 when unknown
 * @cookie: of this cycle
 *
 * Return: observer, NULL when out of resources. A wrong place is told by observer_finish().
 */
struct observer *observer_start(int ram_fd, int64_t offset, uint64_t cookie);

/**
 * observer_phase() - what the page says now
 * @o: observer, NULL is fine
 *
 * Return: its phase, LUB_PHASE_NONE when it is not there or not of this cycle.
 */
uint32_t observer_phase(const struct observer *o);

/**
 * observer_finish() - end the thread
 * @o: observer, NULL is fine
 * @result: filled in
 */
void observer_finish(struct observer *o, struct observer_result *result);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When to send the next frame, and how well that was kept. No I/O and no clock of its own. */
#ifndef WORKLOADS_DPDK_PACE_H
#define WORKLOADS_DPDK_PACE_H

#include <stdbool.h>
#include <stdint.h>

/** PACE_MAX_RATE - frames a second at most. */
#define PACE_MAX_RATE 1000000u

/**
 * struct pace - a schedule of slots, one frame each
 * @rate: slots a second, 1 to PACE_MAX_RATE
 * @start_ns: time of slot 0
 * @slot: next one
 * @worst_late_ns: longest time from a slot to the call that took it
 * @skipped: slots that had passed when the one before them was taken: no frame was sent in them
 */
struct pace {
	uint32_t rate;
	uint64_t start_ns;
	uint64_t slot;
	uint64_t worst_late_ns;
	uint64_t skipped;
};

/**
 * pace_start() - begin a schedule
 * @p: filled in
 * @rate: frames a second
 * @now_ns: time of the first slot
 */
void pace_start(struct pace *p, uint32_t rate, uint64_t now_ns);

/**
 * pace_due() - time of the next slot
 * @p: schedule
 *
 * It is computed from the start, so that rounding does not add up.
 *
 * Return: nanoseconds.
 */
uint64_t pace_due(const struct pace *p);

/**
 * pace_take() - is it time to send?
 * @p: schedule
 * @now_ns: the time
 *
 * A sender that comes late sends one frame and leaves out the slots that have passed meanwhile: a
 * burst would load the target in a way that nobody asked for.
 *
 * Return: true when one frame is to be sent now.
 */
bool pace_take(struct pace *p, uint64_t now_ns);

#endif

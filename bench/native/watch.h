/* SPDX-License-Identifier: GPL-2.0-only */
/* How long the processor is at something. */
#ifndef LUBENCH_NATIVE_WATCH_H
#define LUBENCH_NATIVE_WATCH_H

#include <stdint.h>

/**
 * struct watch - a running watch
 * @wall: monotonic clock, ns
 * @cpu: CPU time of the thread, ns
 * @lost: how often it had lost the processor to others
 */
struct watch {
	uint64_t wall, cpu;
	long lost;
};

void watch_start(struct watch *w);

/**
 * watch_stop() - what it shows
 * @w: from watch_start()
 *
 * The CPU time of the thread takes a system call at each end, so that it counts only where the processor was
 * taken from the thread meanwhile.
 *
 * Return: ns.
 */
uint64_t watch_stop(const struct watch *w);

/* In how many stretches the processor was taken away. */
extern unsigned long watch_preempted;

#endif

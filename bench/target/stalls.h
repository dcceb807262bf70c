/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When did the controller's own processors stand still? A thread on each of them sleeps a little,
 * before all other programs, and notes how late it wakes: a hypervisor that takes the processor away,
 * or an interrupt that keeps it, stops an emulated device in the same way.
 *
 * Error: a stop shorter than STALL_MIN_NS is not noticed, and of a longer one up to one step (500 us)
 * is missed. What only some of the processors do counts as stopped: which of them the emulated device
 * would have run on, nobody knows.
 */
#ifndef BENCH_TARGET_STALLS_H
#define BENCH_TARGET_STALLS_H

#include <stdint.h>

/* A sleeper that is later than this was stopped; less is the ordinary cost of waking up. */
#define STALL_MIN_NS 1000000

struct stalls;

/**
 * stalls_start() - watch all processors that this program may run on
 *
 * Return: NULL when out of resources, or when the threads may not go before other programs: they would
 * then tell of those. Owned by the caller, who ends it with stalls_finish().
 */
struct stalls *stalls_start(void);

/**
 * stalls_new() - one in which nobody notes anything by itself, for stalls_add()
 * @watchers: how many processors
 *
 * Return: NULL when out of memory
 */
struct stalls *stalls_new(unsigned int watchers);

/**
 * stalls_add() - a processor's watcher looked at the clock
 * @s: from stalls_new()
 * @watcher: less than what stalls_new() was told
 * @due_ns: when it should have, CLOCK_MONOTONIC
 * @now_ns: when it did
 */
void stalls_add(struct stalls *s, unsigned int watcher, int64_t due_ns, int64_t now_ns);

/**
 * stalls_within() - how long at least one processor stood still
 * @s: NULL is fine: nobody watched
 * @from_ns: CLOCK_MONOTONIC
 * @to_ns: the same, not in the future. A stop whose watcher has not woken yet counts up to here.
 *
 * Return: ns, at most @to_ns - @from_ns
 */
int64_t stalls_within(struct stalls *s, int64_t from_ns, int64_t to_ns);

/**
 * stalls_finish() - end the threads and free it all
 * @s: NULL is fine
 */
void stalls_finish(struct stalls *s);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "watch.h"

#include <sys/resource.h>
#include <time.h>

unsigned long watch_preempted;

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static long lost(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

void watch_start(struct watch *w)
{
	w->lost = lost();
	w->cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	w->wall = clock_ns(CLOCK_MONOTONIC);
}

uint64_t watch_stop(const struct watch *w)
{
	uint64_t wall = clock_ns(CLOCK_MONOTONIC) - w->wall;
	uint64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID) - w->cpu;

	if (lost() == w->lost)
		return wall;
	watch_preempted++;
	return cpu;
}

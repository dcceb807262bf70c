// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/clock.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

void msleep(unsigned int ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

#if defined(__aarch64__)

void clock_start(void)
{
}

uint64_t clock_hz(void)
{
	uint64_t hz;

	__asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
	return hz;
}

#else

#define CALIBRATE_MS 50

struct pair {
	uint64_t ticks, ns;
};

static struct pair first;

/* The closest of a few readings: an interrupt between the two clocks must not count. */
static struct pair pair_read(void)
{
	struct pair best = { 0 };
	uint64_t width = UINT64_MAX;
	int i;

	for (i = 0; i < 5; i++) {
		uint64_t before = clock_ticks(), after;
		struct timespec ts;

		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		after = clock_ticks();
		if (after - before >= width)
			continue;
		width = after - before;
		best.ticks = before + width / 2;
		best.ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
	}
	return best;
}

void clock_start(void)
{
	first = pair_read();
}

uint64_t clock_hz(void)
{
	static uint64_t hz;
	struct pair now;

	if (hz)
		return hz;
	if (!first.ns)
		clock_start();
	now = pair_read();
	if (now.ns - first.ns < CALIBRATE_MS * 1000000ull) {
		msleep(CALIBRATE_MS - (unsigned int)((now.ns - first.ns) / 1000000));
		now = pair_read();
	}
	hz = (uint64_t)((__uint128_t)(now.ticks - first.ticks) * 1000000000u / (now.ns - first.ns));
	return hz;
}

#endif

uint64_t clock_ns(uint64_t ticks)
{
	return ticks_to_ns(ticks, clock_hz());
}

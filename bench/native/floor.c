// SPDX-License-Identifier: GPL-2.0-only
#include "floor.h"

#include <time.h>

#include "native.h"

#define PAGE 4096

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t floor_latency(void *const *at, size_t n)
{
	uint64_t start;
	void *p = at[0];
	size_t i;

	for (i = 0; i < n; i++)
		*(void **)at[i] = at[(i + 1) % n];
	native_memory_cold();
	start = now_ns();
	for (i = 0; i < n; i++)
		p = *(void *volatile *)p;
	/* The clock is not read before the last load is done. */
	asm volatile("" : : "r"(p) : "memory");
	return p == at[0] ? now_ns() - start : 0;
}

uint64_t floor_read(void *const *page, size_t n)
{
	uint64_t start, sum = 0;
	size_t i, j;

	native_memory_cold();
	start = now_ns();
	for (i = 0; i < n; i++) {
		const uint64_t *p = page[i];

		for (j = 0; j < PAGE / sizeof(*p); j++)
			sum += p[j];
	}
	asm volatile("" : : "r"(sum) : "memory");
	return now_ns() - start;
}

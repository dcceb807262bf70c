// SPDX-License-Identifier: GPL-2.0-only
#include "floor.h"

#include "native.h"
#include "watch.h"

#define PAGE 4096

uint64_t floor_latency(void *const *at, size_t n)
{
	struct watch watch;
	uint64_t ns;
	void *p = at[0];
	size_t i;

	for (i = 0; i < n; i++)
		*(void **)at[i] = at[(i + 1) % n];
	native_memory_cold();
	watch_start(&watch);
	for (i = 0; i < n; i++)
		p = *(void *volatile *)p;
	/* The clock is not read before the last load is done. */
	asm volatile("" : : "r"(p) : "memory");
	ns = watch_stop(&watch);
	return p == at[0] ? ns : 0;
}

uint64_t floor_read(void *const *page, size_t n)
{
	struct watch watch;
	uint64_t sum = 0;
	size_t i, j;

	native_memory_cold();
	watch_start(&watch);
	for (i = 0; i < n; i++) {
		const uint64_t *p = page[i];

		for (j = 0; j < PAGE / sizeof(*p); j++)
			sum += p[j];
	}
	asm volatile("" : : "r"(sum) : "memory");
	return watch_stop(&watch);
}

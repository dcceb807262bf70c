/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness page: one page of preserved memory that the device, the agent of both kernels and
 * an observer outside the machine look at. Its layout is shared with the controller's observer;
 * append fields only.
 */
#ifndef BENCH_AGENT_WITNESS_H
#define BENCH_AGENT_WITNESS_H

#include <stddef.h>
#include <stdint.h>

/** LUB_WITNESS_MAGIC - first eight bytes of the page, without a terminating NUL. */
#define LUB_WITNESS_MAGIC "LUBWITN1"

/** enum lub_phase - what the CPU is about to do, written by the agent. */
enum lub_phase {
	LUB_PHASE_NONE = 0,
	LUB_PHASE_CONTROL = 1,	/* an idle window without a kexec, for comparison */
	LUB_PHASE_WORK = 2,	/* anything else of the outgoing agent */
	LUB_PHASE_BLACKOUT = 3, /* set last before the jump */
	LUB_PHASE_AFTER = 4,	/* the incoming agent has its memory back */
};

/**
 * struct lub_witness - the witness page
 * @magic: LUB_WITNESS_MAGIC
 * @cookie: lub_witness_cookie() of this cycle, so that a page of an older cycle is not taken for it
 * @phase: one of &enum lub_phase
 * @counter: written by the device once a loop, before it copies the block
 * @echo: written by the device once a loop, after the copy: equal to @counter or one behind
 * @reserved: zero
 * @jump_ticks: raw ticks of the outgoing CPU just before it entered the jump
 * @jump_counter: what @counter was then
 * @reserved2: zero
 */
struct lub_witness {
	uint8_t magic[8];
	uint64_t cookie;
	uint32_t phase;
	uint32_t counter;
	uint32_t echo;
	uint32_t reserved;
	uint64_t jump_ticks;
	uint32_t jump_counter;
	uint32_t reserved2;
};

_Static_assert(offsetof(struct lub_witness, phase) == 16, "observer reads it here");
_Static_assert(offsetof(struct lub_witness, counter) == 20, "observer reads it here");
_Static_assert(offsetof(struct lub_witness, echo) == 24, "observer reads it here");

/**
 * lub_witness_cookie() - 64-bit FNV-1a of "RUN/CYCLE"
 * @run: run id
 * @cycle: number of the cycle
 *
 * Return: the cookie of that cycle.
 */
static inline uint64_t lub_witness_cookie(const char *run, uint32_t cycle)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	char digits[10];
	int n = 0;

	while (*run)
		hash = (hash ^ (uint8_t)*run++) * 0x100000001b3ull;
	hash = (hash ^ '/') * 0x100000001b3ull;
	do {
		digits[n++] = '0' + cycle % 10;
		cycle /= 10;
	} while (cycle);
	while (n)
		hash = (hash ^ (uint8_t)digits[--n]) * 0x100000001b3ull;
	return hash;
}

#endif

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
#define LUB_WITNESS_MAGIC "LUBWITN2"

/** LUB_WITNESS_DEVICE - from here to the end of the page only the device writes while it runs. */
#define LUB_WITNESS_DEVICE 1024

/** enum lub_phase - what the CPU is about to do, written by the agent. */
enum lub_phase {
	LUB_PHASE_NONE = 0,
	LUB_PHASE_CONTROL = 1,	/* a window without a kexec, as busy as a boot, for comparison */
	LUB_PHASE_WORK = 2,	/* anything else of the outgoing agent */
	LUB_PHASE_BLACKOUT = 3, /* set last before the jump */
	LUB_PHASE_AFTER = 4,	/* the incoming agent has its memory back */
};

/**
 * struct lub_witness - the witness page
 * @magic: LUB_WITNESS_MAGIC
 * @cookie: lub_witness_cookie() of this cycle, so that a page of an older cycle is not taken for it
 * @phase: one of &enum lub_phase
 * @served: completions that user space has seen so far, see &dma_ops.serve
 * @beat_ticks: raw ticks of the newest heartbeat of the service thread
 * @served_ticks: raw ticks when user space saw a completion last
 * @jump_ticks: raw ticks of the outgoing CPU just before it entered the jump
 * @jump_counter: what @counter was then
 * @reserved: zero
 * @counter: written by the device with each of its steps, little-endian; never goes back
 * @echo: written by the device when a step is done, by workloads that have two writes a step
 * @device: more that the device may write: a workload's DMA may cover all from @counter on
 *
 * What the CPU writes and what the device writes lie apart, so that a workload can let a whole frame
 * or block land on @counter.
 */
struct lub_witness {
	uint8_t magic[8];
	uint64_t cookie;
	uint32_t phase;
	uint32_t served;
	uint64_t beat_ticks;
	uint64_t served_ticks;
	uint64_t jump_ticks;
	uint32_t jump_counter;
	uint32_t reserved[(LUB_WITNESS_DEVICE - 52) / 4];
	uint32_t counter;
	uint32_t echo;
	uint8_t device[4096 - LUB_WITNESS_DEVICE - 8];
};

_Static_assert(offsetof(struct lub_witness, phase) == 16, "observer reads it here");
_Static_assert(offsetof(struct lub_witness, beat_ticks) == 24, "observer reads it here");
_Static_assert(offsetof(struct lub_witness, counter) == LUB_WITNESS_DEVICE,
	       "observer reads it here");
_Static_assert(sizeof(struct lub_witness) == 4096, "one page");

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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw counters that run on across kexec: TSC on x86, CNTVCT_EL0 on arm64. */
#ifndef BENCH_AGENT_CLOCK_H
#define BENCH_AGENT_CLOCK_H

#include <stdint.h>

#if defined(__x86_64__)

#define CLOCK_NAME "tsc"

/**
 * clock_ticks() - read the raw counter
 *
 * Loads before it are done, and nothing after it has started: rdtscp waits for earlier loads,
 * mfence for earlier stores, lfence holds back what follows.
 *
 * Return: ticks.
 */
static inline uint64_t clock_ticks(void)
{
	uint32_t lo, hi, aux;

	__asm__ volatile("mfence\n\trdtscp\n\tlfence" : "=a"(lo), "=d"(hi), "=c"(aux) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

#elif defined(__aarch64__)

#define CLOCK_NAME "cntvct"

static inline uint64_t clock_ticks(void)
{
	uint64_t val;

	__asm__ volatile("dsb ish\n\tisb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(val) : : "memory");
	return val;
}

#else
#error "no raw counter known for this architecture"
#endif

/**
 * clock_start() - take the first point of the calibration
 *
 * Call it first thing: the longer the time to the first clock_hz(), the better the rate.
 */
void clock_start(void);

/**
 * clock_hz() - rate of the raw counter
 *
 * x86: calibrated once against CLOCK_MONOTONIC_RAW, over the time since clock_start() but at
 * least 50 ms (it sleeps for what is missing). arm64: CNTFRQ_EL0.
 *
 * Return: ticks a second.
 */
uint64_t clock_hz(void);

/**
 * ticks_to_ns() - convert a difference of ticks
 * @ticks: the difference
 * @hz: rate, not 0
 *
 * Exact for any difference below 2^64 ticks whose result fits.
 *
 * Return: nanoseconds, rounded down.
 */
static inline uint64_t ticks_to_ns(uint64_t ticks, uint64_t hz)
{
	return (uint64_t)((__uint128_t)ticks * 1000000000u / hz);
}

/**
 * clock_ns() - convert with the rate of this kernel
 * @ticks: a difference of ticks
 *
 * Return: nanoseconds.
 */
uint64_t clock_ns(uint64_t ticks);

/**
 * msleep() - sleep
 * @ms: milliseconds
 */
void msleep(unsigned int ms);

#endif

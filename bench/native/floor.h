/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine needs for the same memory when nothing is done with it.
 */
#ifndef LUBENCH_NATIVE_FLOOR_H
#define LUBENCH_NATIVE_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/**
 * floor_latency() - one load from each of @n places, each of which has the address of the next
 * @at: the places, 8 bytes of each are overwritten
 *
 * Return: ns of all of them.
 */
uint64_t floor_latency(void *const *at, size_t n);

/**
 * floor_read() - all bytes of @n pages, in that order
 *
 * Return: ns of all of them.
 */
uint64_t floor_read(void *const *page, size_t n);

#endif

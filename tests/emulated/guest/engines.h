/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two devices of workload lsi, each with a window in a memfd of its own: what programs share that look at
 * the DMA of two devices over a kexec.
 */
#ifndef TESTS_EMULATED_GUEST_ENGINES_H
#define TESTS_EMULATED_GUEST_ENGINES_H

#include "bench/agent/memory.h"
#include "tests/emulated/guest/guest.h"
#include "workloads/dma/dma.h"

extern struct dma_engine engine[2];
extern struct memory mem[2];

/** engine_place() - device @i is at @where, which stays the caller's; from the start they are DEVICE_0 and DEVICE_1 */
void engine_place(int i, const char *where);

/** engine_window() - from now on @memfd is the window of device @i, which sees it at @iova */
void engine_window(int i, int memfd, uint64_t iova);

/** ENGINE_IDENTITY_BYTES - one page of that size, so that its addresses follow each other */
#define ENGINE_IDENTITY_BYTES (2u << 20)

/** engine_identity_window() - the same, where the device sees it at its own physical address */
void engine_identity_window(int i, int memfd);

/** engine_hwpt() - HWPT of a new IOAS that has the window of device @i and nothing else */
uint32_t engine_hwpt(int iommufd, int i, const struct device *d);

/** engine_start() - start device @i, which is attached; returns when it does DMA */
void engine_start(int i, const struct device *d);

/** engine_stop() - end it; a device that was found running is taken over first */
void engine_stop(int i, const struct device *d);

/** engine_page() - witness page of device @i */
volatile struct lub_witness *engine_page(int i);

/** engine_loops() - how far the counter of device @i goes in @ms */
uint32_t engine_loops(int i, unsigned int ms);

/**
 * engine_force() - what somebody with all rights but no driver can do with device @i
 *
 * Bus mastering on, the program in its window started, and both off again. Return: how far its counter came;
 * 0 only if it stood still for half a second.
 */
uint32_t engine_force(int i);

/** engine_command() - the command register of device @i, read from its config space */
uint16_t engine_command(int i);

/** two_sides() - main() of a program that is called as `outgoing` and, after the kexec, as `incoming` */
int two_sides(int argc, char **argv, void (*outgoing)(void), void (*incoming)(void));

#endif

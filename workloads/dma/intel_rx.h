/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A gigabit device of Intel's that receives frames which somebody outside sends, up to some ten thousand
 * of them without any help, and sends each one back when user space gets to see it. Shared by the workloads
 * e1000e and igb, which say in a table where their registers are.
 *
 * What proves that a DMA happened while no kernel ran? Not that a frame of that time is in memory:
 * as long as the device does not receive, the network in front of it (a tap, a socket, a switch) keeps
 * frames, and they arrive in one burst afterwards, with the times at which they were sent. What counts is
 * when they arrived:
 * - the observer in the controller sees the counter of the witness page change, which the device
 *   itself writes with the end of each frame, and takes its own time of it;
 * - the emulator dumps each frame when its device gets it (frames-N.pcap): those dumped in the blackout
 *   must be as many as the counter went on;
 * - verify() compares the device's count of good frames with those found in memory: one that was
 *   received and not written is lost.
 * The first two exist on emulated targets only.
 *
 * The frames are addressed to a MAC that only this program knows, and nothing else is let in, so that
 * each frame takes one pair of descriptors.
 */
#ifndef WORKLOADS_DMA_INTEL_RX_H
#define WORKLOADS_DMA_INTEL_RX_H

#include <stddef.h>
#include <stdint.h>

#include "workloads/dma/dma.h"
#include "workloads/dma/intel_ring.h"

/**
 * struct intel_setting - what to write to a register
 * @reg: its offset
 * @val: the value
 */
struct intel_setting {
	uint32_t reg;
	uint32_t val;
};

/**
 * struct intel_nic - what a device has of its own; &dma_ops.device of its workload
 * @slots: frames for which its receive ring has room, at most INTEL_RX_SLOTS; twice as many descriptors
 *	   must be a multiple of 8 and allowed by RDLEN
 * @rx: offset of RDBAL of its first receive queue
 * @tx: offset of TDBAL of its first send queue
 * @rxdctl: value of that queue's RXDCTL
 * @txdctl: value of that queue's TXDCTL
 * @quiet: written before and after a reset: no interrupts, no DMA
 * @nr_quiet: how many
 * @setup: written before the rings are set up
 * @nr_setup: how many
 * @after_reset: wait until it may be used again; NULL: nothing to wait for
 * @after_enable: enable what the general enable bits do not, before there are any descriptors; NULL:
 *		  nothing to enable
 */
struct intel_nic {
	uint32_t slots;
	uint32_t rx;
	uint32_t tx;
	uint32_t rxdctl;
	uint32_t txdctl;
	const struct intel_setting *quiet;
	size_t nr_quiet;
	const struct intel_setting *setup;
	size_t nr_setup;
	int (*after_reset)(struct dma_engine *e);
	int (*after_enable)(struct dma_engine *e);
};

/**
 * intel_read() - read a register
 * @e: open engine
 * @reg: offset
 * @val: set to its value on 0
 *
 * Return: 0 or -errno.
 */
int intel_read(struct dma_engine *e, uint32_t reg, uint32_t *val);

/**
 * intel_write() - write a register
 * @e: open engine
 * @reg: offset
 * @val: value
 *
 * Return: 0 or -errno.
 */
int intel_write(struct dma_engine *e, uint32_t reg, uint32_t val);

/* The operations of &struct dma_ops, for a device described by its @device. */
int intel_open(struct dma_engine *e);
int intel_start(struct dma_engine *e);
int intel_counter(struct dma_engine *e, uint32_t *count);
int intel_serve(struct dma_engine *e);
int intel_stop(struct dma_engine *e);
int intel_verify(struct dma_engine *e, bool running, struct dma_verdict *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DMA workloads: small drivers, over a VFIO cdev, for devices that can do DMA on their own for as
 * long as nobody stops them. One file and one line in dma.c each.
 */
#ifndef WORKLOADS_DMA_DMA_H
#define WORKLOADS_DMA_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/agent/witness.h"

struct dma_ops;

/**
 * struct dma_area - pages of an IOAS that a device goes over in a loop, besides its window
 * @pages: their number, 0: there is no such area
 * @iova: where the device sees the first one; all of them lie below 4 GiB
 * @stride: from one page to the next, their size
 * @va: what is mapped there, again and again
 * @bytes: length of @va, a multiple of @stride
 */
struct dma_area {
	uint32_t pages;
	uint64_t iova;
	uint64_t stride;
	const uint8_t *va;
	uint64_t bytes;
};

/**
 * struct dma_engine - one device doing DMA
 * @ops: its driver, from dma_find()
 * @fd: the VFIO cdev, bound to an iommufd
 * @window: memory that the device may use: shared, @ops->window_bytes long and, with an area,
 *	    @ops->area_bytes more; zero when new
 * @iova: where the device sees @window; below 4 GiB
 * @area: the working set
 * @regs: for the driver: offset of its registers in @fd
 * @config: for the driver: offset of the config space in @fd
 * @map: for the driver: registers that it mapped, for as long as the process lives
 * @seen: for the driver: what @ops->serve() saw last
 *
 * The first page of the window is the witness page. Everything the driver needs to take over a
 * running device must be in the device or in the window: after a kexec there is no other state.
 */
struct dma_engine {
	const struct dma_ops *ops;
	int fd;
	uint8_t *window;
	uint64_t iova;
	struct dma_area area;
	uint64_t regs;
	uint64_t config;
	void *map;
	uint32_t seen;
};

/**
 * struct dma_verdict - what a check of the moved data found
 * @corrupt: bytes that are not what they must be
 * @lost: loops that the device counted but whose last write is not in memory; only meaningful
 *        once stopped
 */
struct dma_verdict {
	uint32_t corrupt;
	uint32_t lost;
};

/**
 * struct dma_ops - a DMA workload
 * @name: workload name of the plan
 * @device: for the driver: what tells its devices apart, where several workloads share one
 * @window_bytes: memory it needs, a multiple of the page size
 * @area_bytes: how much more to go over a working set; 0: it has no such loop
 * @match: is this its device
 * @open: find the registers. Must not change the device in any way: it may be running since before
 *	  a kexec. Needs no attached page table.
 * @start: reset the device, fill the window, enable bus mastering and let it run. The counter of
 *	   the witness page starts again from zero, or goes on from what somebody outside counts, where the
 *	   device moves what others send. Interrupts stay off for ever.
 * @counter: the device's own count of loops, from its registers, without stopping it
 * @serve: user space's part of the work, as its users would do it: look for what was completed since the
 *	   last call, and give the device more to do where it needs that (descriptors, commands). Never
 *	   waits. The first call after @open sees what the device did while nobody served it, or, when
 *	   the device does not keep that, its next completion. Returns the number of completions.
 * @stop: end after a whole loop, all writes done. -ETIMEDOUT when the device does not react: it
 *	  is then reset and its count is lost.
 * @verify: check what the device moved; says whether a running device still moves what it should.
 *	    Takes at most a second.
 *
 * All but @serve return 0 or -errno, @serve a number or -errno; they say nothing. @counter's result is
 * only set on 0. No two of them run at the same time for one engine.
 */
struct dma_ops {
	const char *name;
	const void *device;
	uint32_t window_bytes;
	uint32_t area_bytes;
	bool (*match)(uint16_t vendor, uint16_t device);
	int (*open)(struct dma_engine *e);
	int (*start)(struct dma_engine *e);
	int (*counter)(struct dma_engine *e, uint32_t *count);
	int (*serve)(struct dma_engine *e);
	int (*stop)(struct dma_engine *e);
	int (*verify)(struct dma_engine *e, bool running, struct dma_verdict *v);
};

/**
 * dma_find() - driver by workload name
 * @name: as in the plan
 *
 * Return: the driver or NULL.
 */
const struct dma_ops *dma_find(const char *name);

/**
 * dma_witness() - the witness page of an engine
 * @e: engine with a window
 *
 * Return: the page; the device writes to it at any time.
 */
static inline volatile struct lub_witness *dma_witness(struct dma_engine *e)
{
	return (volatile struct lub_witness *)e->window;
}

/**
 * dma_wait_counter() - wait until the device has done more loops
 * @e: running engine
 * @loops: how many more
 * @timeout_ms: give up after this time
 *
 * Return: 0 or -ETIMEDOUT.
 */
int dma_wait_counter(struct dma_engine *e, uint32_t loops, unsigned int timeout_ms);

extern const struct dma_ops dma_lsi_ops;
extern const struct dma_ops dma_nvme_ops;
extern const struct dma_ops dma_e1000e_ops;
extern const struct dma_ops dma_igb_ops;
extern const struct dma_ops dma_dsa_ops;

#endif

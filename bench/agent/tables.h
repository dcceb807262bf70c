/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device, its iommufd, one IOAS and the growing set of HWPTs that it fills. */
#ifndef BENCH_AGENT_TABLES_H
#define BENCH_AGENT_TABLES_H

#include <stdint.h>

#include "bench/agent/cycle.h"
#include "bench/agent/memory.h"
#include "workloads/dma/dma.h"

/** TABLES_WINDOW_IOVA - where the device sees its window; clear of the MSI ranges of both archs. */
#define TABLES_WINDOW_IOVA 0x10000000ull

/**
 * TABLES_DATA_IOVA - from here on the data memfd is mapped as often as the IOAS size says
 *
 * For base pages it starts one base page later: the data memfd is made of 2 MiB pages where
 * possible, and where address and memory are not aligned to each other nothing larger than a base
 * page fits in a table. Filling tables that way takes a tenth of the time that
 * IOMMU_OPTION_HUGE_PAGES=0 takes, which hands out every page on its own. tables_wrong_size()
 * checks the result.
 */
#define TABLES_DATA_IOVA (4ull << 30)

/**
 * TABLES_AREA_IOVA - the working set of a workload that is given one, as far as the next GiB
 *
 * It is the data memfd, mapped again and again, and lies below 4 GiB, where all devices reach it.
 */
#define TABLES_AREA_IOVA (1ull << 30)

/** TABLES_AREA_MAX - bytes that there are for it. */
#define TABLES_AREA_MAX (1ull << 30)

/**
 * struct tables - start with tables_init()
 * @device: VFIO cdev
 * @iommufd: the iommufd
 * @device_id: of @device in @iommufd
 * @ioas: id of the IOAS
 * @hwpt: ids; the device is attached to the first
 * @nr: number of HWPTs
 * @area_pages: pages of the working set that every IOAS has; set before tables_ioas()
 * @area_page: their size in bytes
 */
struct tables {
	int device;
	int iommufd;
	uint32_t device_id;
	uint32_t ioas;
	uint32_t hwpt[CYCLE_MAX_HWPTS];
	uint32_t nr;
	uint32_t area_pages;
	uint64_t area_page;
};

/**
 * tables_init() - nothing is open
 * @t: the tables
 */
void tables_init(struct tables *t);

/**
 * tables_open() - open the cdev and an iommufd and bind them
 * @t: initialised tables
 * @bdf: device, bound to vfio-pci
 * @what: set to what was tried last, for a message
 *
 * Return: 0 or -errno.
 */
int tables_open(struct tables *t, const char *bdf, const char **what);

/**
 * tables_area() - where a device finds the working set
 * @t: tables with @area_pages and @area_page
 * @m: the memory
 *
 * Return: the area; without a working set it has no pages.
 */
struct dma_area tables_area(const struct tables *t, const struct memory *m);

/**
 * tables_ioas() - a new IOAS with the window and the working set mapped
 * @t: tables with an iommufd
 * @m: the memory
 * @ioas: set to its id
 *
 * Return: 0 or -errno.
 */
int tables_ioas(struct tables *t, const struct memory *m, uint32_t *ioas);

/**
 * tables_fill_step() - map the data memfd once more
 * @t: tables with an iommufd
 * @m: the memory
 * @p: its IOAS and page size count
 * @ioas: where
 * @at: bytes mapped so far; advanced. Done when it is @p->ioas_bytes.
 *
 * All HWPTs of the IOAS get it at once, and the memory is pinned once only: much cheaper than
 * adding a HWPT to a full IOAS, which reads every page back from another table.
 *
 * Return: 0 or -errno.
 */
int tables_fill_step(struct tables *t, const struct memory *m, const struct point *p, uint32_t ioas,
		     uint64_t *at);

/**
 * tables_fill() - tables_fill_step() until done
 * @t: tables with an iommufd
 * @m: the memory
 * @p: its IOAS and page size count
 * @ioas: where
 *
 * Return: 0 or -errno.
 */
int tables_fill(struct tables *t, const struct memory *m, const struct point *p, uint32_t ioas);

/**
 * tables_add() - one more HWPT on @t->ioas, filled with what is mapped there
 * @t: tables with a device and an IOAS
 *
 * Return: 0 or -errno.
 */
int tables_add(struct tables *t);

/**
 * tables_trim() - destroy HWPTs until @nr are left, the last ones first
 * @t: the tables
 * @nr: how many to keep
 *
 * Return: 0 or -errno.
 */
int tables_trim(struct tables *t, uint32_t nr);

/**
 * tables_close() - close the device and the iommufd, which destroys everything in it
 * @t: the tables
 */
void tables_close(struct tables *t);

/**
 * tables_expected_pages() - page-table pages of one HWPT
 * @p: its IOAS and page size count
 *
 * Return: pages of the levels that grow with the size; a few more are always needed.
 */
uint64_t tables_expected_pages(const struct point *p);

/**
 * tables_wrong_size() - do the tables show that another page size was used
 * @p: the point
 * @pages: page-table pages that one HWPT took
 *
 * Return: 0 when they fit, 1 when there are too few pages, -1 when there are too many.
 */
int tables_wrong_size(const struct point *p, int64_t pages);

#endif

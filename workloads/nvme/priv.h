/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the NVMe driver only. */
#ifndef WORKLOADS_NVME_PRIV_H
#define WORKLOADS_NVME_PRIV_H

#include "workloads/nvme/nvme.h"

/** NVME_DOORBELLS - offset of the first doorbell register (3.1.1, table of the PCIe transport). */
#define NVME_DOORBELLS 0x1000u

/** NVME_ADMIN_ENTRIES - of each admin queue; a page has room for them. */
#define NVME_ADMIN_ENTRIES 16u

/**
 * struct nvme_layout - the region, in pages from its begin
 * @slots: command ids
 * @admin_sq: admin submission queue
 * @admin_cq: admin completion queue
 * @data: answers of admin commands
 * @sq: I/O submission queue
 * @cq: I/O completion queue
 * @list: PRP lists
 * @end: of the region
 */
struct nvme_layout {
	size_t slots;
	size_t admin_sq;
	size_t admin_cq;
	size_t data;
	size_t sq;
	size_t cq;
	size_t list;
	size_t end;
};

/**
 * nvme_layout() - where is what
 * @c: handle
 *
 * Return: the layout.
 */
struct nvme_layout nvme_layout(const struct nvme_ctrl *c);

/**
 * nvme_at() - a page of the region for us
 * @c: handle
 * @page: its number
 *
 * Return: its address.
 */
void *nvme_at(const struct nvme_ctrl *c, size_t page);

/**
 * nvme_iova() - a page of the region for the controller
 * @c: handle
 * @page: its number
 *
 * Return: its address.
 */
uint64_t nvme_iova(const struct nvme_ctrl *c, size_t page);

/**
 * nvme_write32() - write a register
 * @c: handle
 * @reg: its offset
 * @val: value
 *
 * All stores before it are visible to the controller first.
 *
 * Return: 0 or -errno.
 */
int nvme_write32(struct nvme_ctrl *c, uint32_t reg, uint32_t val);

/** nvme_nap() - sleep for a millisecond. */
void nvme_nap(void);

/**
 * nvme_free_ids() - fill @c->free from the states of the slots
 * @c: handle
 */
void nvme_free_ids(struct nvme_ctrl *c);

/**
 * nvme_queue_recover() - make the region of another kernel whole again
 * @c: handle; its region fits the controller
 */
void nvme_queue_recover(struct nvme_ctrl *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NVMe commands as they lie in memory: structures, PRP entries, ring arithmetic. Pure: no device, no
 * I/O. Sections are those of the NVM Express Base Specification 2.0c, "NVM" ones those of the NVM
 * Command Set Specification 1.0c. All fields are little-endian.
 */
#ifndef WORKLOADS_NVME_CMD_H
#define WORKLOADS_NVME_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** NVME_PAGE - memory page of the controller; we use CC.MPS = 0 (3.1.3.5). */
#define NVME_PAGE 4096u

/** enum nvme_op - opcodes of NVM commands (NVM 3.1) and admin commands (5) that we use. */
enum nvme_op {
	NVME_FLUSH = 0x00,
	NVME_WRITE = 0x01,
	NVME_READ = 0x02,
	NVME_ADMIN_CREATE_SQ = 0x01,
	NVME_ADMIN_CREATE_CQ = 0x05,
	NVME_ADMIN_IDENTIFY = 0x06,
};

/** NVME_PRACT - in @cdw12: the controller makes and strips protection information (NVM 5.2.2). */
#define NVME_PRACT (1u << 29)

/**
 * struct nvme_sqe - submission queue entry (3.3.3.1)
 * @opcode: &enum nvme_op
 * @flags: 0: no fused command, PRPs
 * @cid: command id
 * @nsid: namespace
 * @cdw2: command
 * @cdw3: command
 * @mptr: separate metadata, not used
 * @prp1: first page, any dword-aligned address
 * @prp2: second page, or a list of those from the second on
 * @cdw10: command
 * @cdw11: command
 * @cdw12: command
 * @cdw13: command
 * @cdw14: command
 * @cdw15: command
 */
struct nvme_sqe {
	uint8_t opcode;
	uint8_t flags;
	uint16_t cid;
	uint32_t nsid;
	uint32_t cdw2;
	uint32_t cdw3;
	uint64_t mptr;
	uint64_t prp1;
	uint64_t prp2;
	uint32_t cdw10;
	uint32_t cdw11;
	uint32_t cdw12;
	uint32_t cdw13;
	uint32_t cdw14;
	uint32_t cdw15;
};

/**
 * struct nvme_cqe - completion queue entry (3.3.3.2)
 * @dw0: command
 * @dw1: command
 * @sq_head: how far the controller has fetched the submission queue
 * @sq_id: that queue
 * @cid: command id
 * @status: bit 0 phase tag; bits 1-15 status field, 0 for success
 */
struct nvme_cqe {
	uint32_t dw0;
	uint32_t dw1;
	uint16_t sq_head;
	uint16_t sq_id;
	uint16_t cid;
	uint16_t status;
};

_Static_assert(sizeof(struct nvme_sqe) == 64, "3.3.3.1");
_Static_assert(sizeof(struct nvme_cqe) == 16, "3.3.3.2");

/**
 * struct nvme_seg - contiguous piece of a data buffer, as the device sees it
 * @iova: address, a multiple of 4
 * @bytes: length
 *
 * Between the first byte and the last, every border of pieces is a page border.
 */
struct nvme_seg {
	uint64_t iova;
	uint32_t bytes;
};

/**
 * struct nvme_io - one NVM command
 * @op: NVME_READ, NVME_WRITE or NVME_FLUSH; a flush uses none of the rest
 * @slba: first block
 * @blocks: how many, at least 1
 * @seg: data buffer
 * @nr_segs: its pieces
 */
struct nvme_io {
	enum nvme_op op;
	uint64_t slba;
	uint32_t blocks;
	const struct nvme_seg *seg;
	unsigned int nr_segs;
};

/**
 * nvme_prps() - PRP entries of a data buffer (4.1.1)
 * @seg: its pieces
 * @nr: how many
 * @prp1: set to the first entry
 * @prp2: set to the second entry: 0, a page, or @list_iova
 * @list: room for a list, inside of one page
 * @room: entries that fit in there
 * @list_iova: where the device sees @list
 *
 * Return: bytes of the buffer, -EINVAL for a buffer that PRPs cannot describe, -E2BIG for one with more
 * pages than fit in the list.
 */
int64_t nvme_prps(const struct nvme_seg *seg, unsigned int nr, uint64_t *prp1, uint64_t *prp2,
		  uint64_t *list, unsigned int room, uint64_t list_iova);

/**
 * nvme_rw() - build a read, write or flush (NVM 3.2.4, 3.2.6; Base 7.1)
 * @sqe: filled in, but for the PRPs, which are left as they are
 * @io: command
 * @cid: command id
 * @nsid: namespace
 * @pi: the namespace has protection information: the controller makes and strips it
 */
void nvme_rw(struct nvme_sqe *sqe, const struct nvme_io *io, uint16_t cid, uint32_t nsid, bool pi);

/**
 * nvme_index() - place in a ring of something that was counted from 0 on
 * @count: entries before it, modulo 2^32
 * @entries: size of the ring, a power of two
 *
 * Return: its index.
 */
static inline uint32_t nvme_index(uint32_t count, uint32_t entries)
{
	return count & (entries - 1);
}

/**
 * nvme_phase() - phase tag that the controller writes in the completion with this count (3.3.3.2.2)
 * @count: completions before it, modulo 2^32
 * @entries: size of the ring, a power of two
 *
 * Return: 1 in the first round through the ring, then 0, then 1 ...
 */
static inline unsigned int nvme_phase(uint32_t count, uint32_t entries)
{
	return !(count & entries);
}

#endif

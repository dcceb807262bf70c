// SPDX-License-Identifier: GPL-2.0-or-later
/* Admin commands: what is the namespace like, and make the I/O queues. */
#include <endian.h>
#include <errno.h>
#include <string.h>

#include "workloads/nvme/priv.h"

#define ADMIN_TIMEOUT_MS 5000

#define IDENTIFY_NS 0
#define IDENTIFY_CTRL 1
#define CTRL_MDTS 77
#define NS_NSZE 0
#define NS_FLBAS 26
#define NS_DPS 29
#define NS_LBAF 128

#define QUEUE_CONTIGUOUS 0x1
#define IO_QUEUE 1u

/* One command at a time, so that one count serves both queues. */
static int admin(struct nvme_ctrl *c, const struct nvme_sqe *sqe)
{
	const struct nvme_layout l = nvme_layout(c);
	const uint32_t n = c->state->admin_submitted, next = nvme_index(n + 1, NVME_ADMIN_ENTRIES);
	struct nvme_sqe *sq = nvme_at(c, l.admin_sq);
	volatile struct nvme_cqe *cqe = nvme_at(c, l.admin_cq);
	uint16_t status;
	int err, ms;

	sq[nvme_index(n, NVME_ADMIN_ENTRIES)] = *sqe;
	cqe += nvme_index(n, NVME_ADMIN_ENTRIES);
	c->state->admin_submitted = n + 1;
	err = nvme_write32(c, NVME_DOORBELLS, next);
	for (ms = 0; !err && ms < ADMIN_TIMEOUT_MS; ms++) {
		status = le16toh(__atomic_load_n(&cqe->status, __ATOMIC_ACQUIRE));
		if ((status & 1) == nvme_phase(n, NVME_ADMIN_ENTRIES)) {
			err = nvme_write32(c, NVME_DOORBELLS + c->stride, next);
			return err ? err : status >> 1 ? -EIO : 0;
		}
		nvme_nap();
	}
	return err ? err : -ETIMEDOUT;
}

static int identify(struct nvme_ctrl *c, uint32_t nsid, uint32_t cns)
{
	const struct nvme_sqe sqe = {
		.opcode = NVME_ADMIN_IDENTIFY,
		.nsid = htole32(nsid),
		.prp1 = htole64(nvme_iova(c, nvme_layout(c).data)),
		.cdw10 = htole32(cns),
	};

	return admin(c, &sqe);
}

int nvme_identify_ns(struct nvme_ctrl *c, uint32_t nsid)
{
	const uint8_t *data = nvme_at(c, nvme_layout(c).data), *lbaf;
	struct nvme_state *s = c->state;
	uint16_t metadata;
	uint64_t blocks;
	int err = identify(c, 0, IDENTIFY_CTRL);

	if (err)
		return err;
	if (data[CTRL_MDTS] && data[CTRL_MDTS] < 10 && NVME_PAGE << data[CTRL_MDTS] < s->max_bytes)
		s->max_bytes = NVME_PAGE << data[CTRL_MDTS];
	err = identify(c, nsid, IDENTIFY_NS);
	if (err)
		return err;
	memcpy(&blocks, data + NS_NSZE, sizeof(blocks));
	/* Bits 0-3 and 5-6: which of up to 64 formats; bit 4: metadata follows the data. */
	lbaf = data + NS_LBAF + 4 * ((data[NS_FLBAS] & 0xf) | (data[NS_FLBAS] >> 1 & 0x30));
	memcpy(&metadata, lbaf, sizeof(metadata));
	metadata = le16toh(metadata);
	s->nsid = nsid;
	s->blocks = le64toh(blocks);
	if (!s->blocks)
		return -ENODEV;
	s->pi = metadata && data[NS_DPS] & 7;
	/* PRACT keeps only such metadata away from the host as is protection information and nothing else. */
	if ((metadata && (metadata != 8 || !s->pi)) || lbaf[2] < 9 || lbaf[2] > 20)
		return -EOPNOTSUPP;
	s->block_bytes = 1u << lbaf[2];
	return 0;
}

int nvme_create_queues(struct nvme_ctrl *c)
{
	const struct nvme_layout l = nvme_layout(c);
	const uint32_t size = (c->set.entries - 1) << 16 | IO_QUEUE;
	struct nvme_sqe cq = {
		.opcode = NVME_ADMIN_CREATE_CQ,
		.prp1 = htole64(nvme_iova(c, l.cq)),
		.cdw10 = htole32(size),
		.cdw11 = htole32(QUEUE_CONTIGUOUS),
	};
	struct nvme_sqe sq = {
		.opcode = NVME_ADMIN_CREATE_SQ,
		.prp1 = htole64(nvme_iova(c, l.sq)),
		.cdw10 = htole32(size),
		.cdw11 = htole32(IO_QUEUE << 16 | QUEUE_CONTIGUOUS),
	};
	int err = admin(c, &cq);

	if (!err)
		err = admin(c, &sq);
	if (!err)
		__atomic_store_n(&c->state->magic, NVME_MAGIC, __ATOMIC_RELEASE);
	return err;
}

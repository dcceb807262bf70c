// SPDX-License-Identifier: GPL-2.0-or-later
/* The controller: reset, admin commands, adoption. Register numbers are those of 3.1.3. */
#include "workloads/nvme/nvme.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "workloads/nvme/priv.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4

#define REG_CAP 0x00
#define CAP_MQES(cap) ((cap)&0xffff)
#define CAP_TO(cap) ((unsigned int)((cap) >> 24) & 0xff) /* of 500 ms */
#define CAP_DSTRD(cap) ((unsigned int)((cap) >> 32) & 0xf)
#define CAP_CSS_NVM (1ull << 37)
#define CAP_MPSMIN(cap) ((unsigned int)((cap) >> 48) & 0xf)
#define REG_INTMS 0x0c
#define REG_CC 0x14
#define CC_ENABLE 0x1
#define CC_ENTRY_SIZES (6u << 16 | 4u << 20) /* 64 and 16 bytes */
#define REG_CSTS 0x1c
#define CSTS_READY 0x1
#define CSTS_FATAL 0x2
#define REG_AQA 0x24
#define REG_ASQ 0x28
#define REG_ACQ 0x30

static size_t pages(size_t bytes)
{
	return (bytes + NVME_PAGE - 1) / NVME_PAGE;
}

static uint32_t list_entries(uint32_t max_bytes)
{
	uint32_t n = 1;

	if (max_bytes <= NVME_PAGE)
		return 0;
	while (n < pages(max_bytes))
		n *= 2;
	return n;
}

static struct nvme_layout layout_of(uint32_t entries, uint32_t max_bytes)
{
	struct nvme_layout l;

	l.slots = pages(sizeof(struct nvme_state));
	l.admin_sq = l.slots + pages(entries * sizeof(struct nvme_slot));
	l.admin_cq = l.admin_sq + 1;
	l.data = l.admin_cq + 1;
	l.sq = l.data + 1;
	l.cq = l.sq + pages(entries * sizeof(struct nvme_sqe));
	l.list = l.cq + pages(entries * sizeof(struct nvme_cqe));
	l.end = l.list + pages(entries * list_entries(max_bytes) * sizeof(uint64_t));
	return l;
}

struct nvme_layout nvme_layout(const struct nvme_ctrl *c)
{
	return layout_of(c->set.entries, c->set.max_bytes);
}

void *nvme_at(const struct nvme_ctrl *c, size_t page)
{
	return (uint8_t *)c->set.region + page * NVME_PAGE;
}

uint64_t nvme_iova(const struct nvme_ctrl *c, size_t page)
{
	return c->set.iova + page * NVME_PAGE;
}

size_t nvme_region_bytes(uint32_t entries, uint32_t max_bytes)
{
	return layout_of(entries, max_bytes).end * NVME_PAGE;
}

int nvme_init(struct nvme_ctrl *c, const struct nvme_setup *set)
{
	struct nvme_layout l;

	if (set->entries < 2 || set->entries > NVME_MAX_ENTRIES ||
	    set->entries & (set->entries - 1) || set->iova & (NVME_PAGE - 1) || !set->max_bytes ||
	    set->max_bytes > NVME_PAGE / 8 * NVME_PAGE)
		return -EINVAL;
	memset(c, 0, sizeof(*c));
	c->set = *set;
	l = nvme_layout(c);
	c->state = set->region;
	c->slot = nvme_at(c, l.slots);
	c->sq = nvme_at(c, l.sq);
	c->cq = nvme_at(c, l.cq);
	c->list = nvme_at(c, l.list);
	c->scan = set->entries;
	return 0;
}

void nvme_nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static int read32(struct nvme_ctrl *c, uint32_t reg, uint32_t *val)
{
	ssize_t n = pread(c->set.fd, val, 4, (off_t)(c->set.regs + reg));

	*val = le32toh(*val);
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

static int read64(struct nvme_ctrl *c, uint32_t reg, uint64_t *val)
{
	uint32_t low, high;
	int err = read32(c, reg, &low);

	if (!err)
		err = read32(c, reg + 4, &high);
	if (!err)
		*val = (uint64_t)high << 32 | low;
	return err;
}

int nvme_write32(struct nvme_ctrl *c, uint32_t reg, uint32_t val)
{
	ssize_t n;

	val = htole32(val);
	__sync_synchronize();
	n = pwrite(c->set.fd, &val, 4, (off_t)(c->set.regs + reg));
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

static int write64(struct nvme_ctrl *c, uint32_t reg, uint64_t val)
{
	int err = nvme_write32(c, reg, (uint32_t)val);

	return err ? err : nvme_write32(c, reg + 4, (uint32_t)(val >> 32));
}

static int command_set(struct nvme_ctrl *c, uint16_t bits)
{
	off_t reg = (off_t)(c->set.config + PCI_COMMAND);
	uint16_t cmd;

	if (pread(c->set.fd, &cmd, 2, reg) != 2)
		return -EIO;
	cmd = htole16(le16toh(cmd) | bits);
	return pwrite(c->set.fd, &cmd, 2, reg) == 2 ? 0 : -EIO;
}

static int wait_ready(struct nvme_ctrl *c, uint32_t ready, uint64_t cap)
{
	unsigned int ms, limit = (CAP_TO(cap) + 1) * 500;
	uint32_t csts;
	int err;

	for (ms = 0; ms < limit; ms++) {
		err = read32(c, REG_CSTS, &csts);
		if (err)
			return err;
		if (ready && csts & CSTS_FATAL)
			return -EIO;
		if ((csts & CSTS_READY) == ready)
			return 0;
		nvme_nap();
	}
	return -ETIMEDOUT;
}

static int stop(struct nvme_ctrl *c, uint64_t *cap)
{
	int err = command_set(c, PCI_COMMAND_MEMORY);

	if (!err)
		err = read64(c, REG_CAP, cap);
	if (!err)
		err = nvme_write32(c, REG_CC, 0);
	return err ? err : wait_ready(c, 0, *cap);
}

int nvme_disable(struct nvme_ctrl *c)
{
	uint64_t cap;

	return stop(c, &cap);
}

static bool suits(const struct nvme_ctrl *c, uint64_t cap)
{
	return CAP_MQES(cap) + 1 >= c->set.entries && !CAP_MPSMIN(cap) && cap & CAP_CSS_NVM;
}

int nvme_reset_enable(struct nvme_ctrl *c)
{
	const struct nvme_layout l = nvme_layout(c);
	uint64_t cap;
	int err = stop(c, &cap);

	if (err)
		return err;
	if (!suits(c, cap))
		return -ENODEV;
	memset(c->set.region, 0, l.end * NVME_PAGE);
	c->state->entries = c->set.entries;
	c->state->list_entries = list_entries(c->set.max_bytes);
	c->state->max_bytes = c->set.max_bytes;
	c->stride = 4u << CAP_DSTRD(cap);
	c->scan = c->set.entries;
	c->sq_rung = c->cq_rung = 0;
	nvme_free_ids(c);

	err = command_set(c, PCI_COMMAND_MASTER);
	if (!err)
		err = nvme_write32(c, REG_INTMS, ~0u);
	if (!err)
		err = nvme_write32(c, REG_AQA,
				   (NVME_ADMIN_ENTRIES - 1) << 16 | (NVME_ADMIN_ENTRIES - 1));
	if (!err)
		err = write64(c, REG_ASQ, nvme_iova(c, l.admin_sq));
	if (!err)
		err = write64(c, REG_ACQ, nvme_iova(c, l.admin_cq));
	if (!err)
		err = nvme_write32(c, REG_CC, CC_ENTRY_SIZES | CC_ENABLE);
	return err ? err : wait_ready(c, CSTS_READY, cap);
}

int nvme_adopt(struct nvme_ctrl *c)
{
	const struct nvme_state *s = c->state;
	uint64_t cap, asq;
	uint32_t csts;
	int err;

	if (s->magic != NVME_MAGIC)
		return -ENOENT;
	err = read32(c, REG_CSTS, &csts);
	if (!err)
		err = read64(c, REG_CAP, &cap);
	if (!err)
		err = read64(c, REG_ASQ, &asq);
	if (err)
		return err;
	if (csts & CSTS_FATAL)
		return -EIO;
	if (!(csts & CSTS_READY))
		return -ENOENT;
	if (s->entries != c->set.entries || s->list_entries != list_entries(c->set.max_bytes) ||
	    asq != nvme_iova(c, nvme_layout(c).admin_sq))
		return -EBADMSG;
	c->stride = 4u << CAP_DSTRD(cap);
	nvme_queue_recover(c);
	return 0;
}

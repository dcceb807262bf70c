// SPDX-License-Identifier: GPL-2.0-or-later
/* The pair of I/O queues: giving commands, taking completions, and going on after a kexec. */
#include <endian.h>
#include <errno.h>

#include "workloads/nvme/priv.h"

/*
 * A kexec may stop us between any two of these stores, and the next kernel reads what is there then.
 * So each is a release: none becomes visible before those that the program does first.
 */
#define STORE(field, val) __atomic_store_n(&(field), val, __ATOMIC_RELEASE)

void nvme_free_ids(struct nvme_ctrl *c)
{
	uint32_t cid = c->state->entries - 1;

	/* One less than the queue has entries: a full queue would look like an empty one. */
	c->nr_free = 0;
	while (cid--)
		if (c->slot[cid].state == NVME_SLOT_FREE)
			c->free[c->nr_free++] = (uint16_t)cid;
}

static int64_t map(struct nvme_ctrl *c, const struct nvme_io *io, uint16_t cid,
		   struct nvme_sqe *sqe)
{
	const struct nvme_state *s = c->state;
	uint64_t *list = c->list + (size_t)cid * s->list_entries;
	uint64_t iova = c->set.iova + (uint64_t)((uint8_t *)list - (uint8_t *)c->set.region);

	return nvme_prps(io->seg, io->nr_segs, &sqe->prp1, &sqe->prp2, list, s->list_entries, iova);
}

static int fits(const struct nvme_state *s, const struct nvme_io *io)
{
	if (io->op == NVME_FLUSH)
		return 0;
	if ((io->op != NVME_READ && io->op != NVME_WRITE) || !io->blocks || io->slba >= s->blocks ||
	    io->blocks > s->blocks - io->slba)
		return -EINVAL;
	return io->blocks > s->max_bytes / s->block_bytes ? -E2BIG : 0;
}

int nvme_submit(struct nvme_ctrl *c, const struct nvme_io *io)
{
	struct nvme_state *s = c->state;
	struct nvme_sqe *sqe = &c->sq[nvme_index(s->submitted, s->entries)];
	struct nvme_slot *slot;
	int64_t bytes;
	uint16_t cid;
	int err = fits(s, io);

	if (err)
		return err;
	if (!c->nr_free)
		return -EAGAIN;
	cid = nvme_next_id(c);
	if (io->op != NVME_FLUSH) {
		bytes = map(c, io, cid, sqe);
		if (bytes < 0)
			return (int)bytes;
		if (bytes != (int64_t)io->blocks * s->block_bytes)
			return -EINVAL;
	}
	nvme_rw(sqe, io, cid, s->nsid, s->pi);
	c->nr_free--;
	slot = &c->slot[cid];
	slot->seq = s->submitted;
	slot->status = 0;
	STORE(slot->state, NVME_SLOT_BUSY);
	/* From here on it counts as given, even if the doorbell is rung by the next kernel only. */
	STORE(s->submitted, s->submitted + 1);
	return cid;
}

static uint32_t doorbell(const struct nvme_ctrl *c, uint32_t nr)
{
	return NVME_DOORBELLS + nr * c->stride;
}

int nvme_kick(struct nvme_ctrl *c)
{
	const struct nvme_state *s = c->state;
	int err = 0;

	/* Room for completions first, then the commands that need it. */
	if (c->cq_rung != s->completed)
		err = nvme_write32(c, doorbell(c, 3), nvme_index(s->completed, s->entries));
	if (err)
		return err;
	c->cq_rung = s->completed;
	if (c->sq_rung != s->submitted)
		err = nvme_write32(c, doorbell(c, 2), nvme_index(s->submitted, s->entries));
	if (err)
		return err;
	c->sq_rung = s->submitted;
	return 0;
}

/* The status of a completion with its phase tag, or -1 when it is not there yet. */
static int status_of(const struct nvme_ctrl *c, uint32_t count)
{
	const uint32_t entries = c->state->entries;
	uint16_t status = le16toh(
		__atomic_load_n(&c->cq[nvme_index(count, entries)].status, __ATOMIC_ACQUIRE));

	return (status & 1) == nvme_phase(count, entries) ? status : -1;
}

/* The oldest completion that was not taken yet. */
static int next_status(const struct nvme_ctrl *c)
{
	return status_of(c, c->state->completed);
}

static uint16_t next_cid(const struct nvme_ctrl *c)
{
	const struct nvme_state *s = c->state;

	return le16toh(c->cq[nvme_index(s->completed, s->entries)].cid);
}

/* Takes one completion. Returns its command id, or -ENOENT when there is none. */
static int reap(struct nvme_ctrl *c)
{
	struct nvme_state *s = c->state;
	int status = next_status(c);
	uint16_t cid;

	if (status < 0)
		return -ENOENT;
	cid = next_cid(c);
	if (cid >= s->entries || c->slot[cid].state != NVME_SLOT_BUSY)
		return -EBADMSG;
	c->slot[cid].status = (uint16_t)status >> 1;
	STORE(c->slot[cid].state, NVME_SLOT_DONE);
	STORE(s->completed, s->completed + 1);
	return cid;
}

static int told_nobody(struct nvme_ctrl *c)
{
	while (c->scan < c->state->entries)
		if (c->slot[c->scan++].state == NVME_SLOT_DONE)
			return (int)c->scan - 1;
	return -ENOENT;
}

int nvme_poll(struct nvme_ctrl *c, struct nvme_done *done)
{
	int cid = told_nobody(c);

	if (cid == -ENOENT)
		cid = reap(c);
	if (cid < 0)
		return cid == -ENOENT ? 0 : cid;
	*done = (struct nvme_done){ (uint16_t)cid, c->slot[cid].seq, c->slot[cid].status };
	return 1;
}

void nvme_release(struct nvme_ctrl *c, uint16_t cid)
{
	STORE(c->slot[cid].state, NVME_SLOT_FREE);
	c->free[c->nr_free++] = cid;
}

uint32_t nvme_outstanding(const struct nvme_ctrl *c)
{
	return c->state->submitted - c->state->completed;
}

uint32_t nvme_completed(const struct nvme_ctrl *c)
{
	uint32_t count = c->state->completed;

	while (count != c->state->submitted && status_of(c, count) >= 0)
		count++;
	return count;
}

int nvme_quiesce(struct nvme_ctrl *c, unsigned int timeout_ms)
{
	unsigned int idle = 0;
	int err = nvme_kick(c), cid;

	while (!err && nvme_outstanding(c)) {
		cid = reap(c);
		if (cid >= 0) {
			idle = 0;
		} else if (cid != -ENOENT) {
			err = cid;
		} else if (idle++ >= timeout_ms) {
			err = -ETIMEDOUT;
		} else {
			err = nvme_kick(c);
			nvme_nap();
		}
	}
	c->scan = 0;
	return err ? err : nvme_kick(c);
}

/* Where did the other kernel stop? See nvme_submit() and reap() for what it may have begun. */
void nvme_queue_recover(struct nvme_ctrl *c)
{
	struct nvme_state *s = c->state;
	uint32_t cid;

	for (cid = 0; cid < s->entries; cid++)
		if (c->slot[cid].state == NVME_SLOT_BUSY && c->slot[cid].seq == s->submitted)
			STORE(c->slot[cid].state, NVME_SLOT_FREE);
	if (next_status(c) >= 0 && next_cid(c) < s->entries &&
	    c->slot[next_cid(c)].state == NVME_SLOT_DONE)
		STORE(s->completed, s->completed + 1);
	nvme_free_ids(c);
	c->scan = 0;
	/* What was rung is not known; the next nvme_kick() rings in any case. */
	c->cq_rung = s->completed - 1;
	c->sq_rung = s->submitted - 1;
}

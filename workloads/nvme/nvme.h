/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small NVMe driver over a VFIO cdev: one namespace, one pair of I/O queues, polled, no interrupts.
 *
 * Everything that the controller knows of us lies in one region of memory that the caller gives,
 * queues included, and so does everything that we know of the controller. When that region and the
 * device go over a kexec, nvme_adopt() goes on where the other kernel was stopped, which may have been
 * between any two instructions: each step is made valid by one store, in an order that leaves
 * no command unknown or known twice.
 *
 * Sections are those of the NVM Express Base Specification 2.0c.
 *
 *	nvme_init(); nvme_reset_enable(); nvme_identify_ns(); nvme_create_queues();
 *	nvme_submit()...; nvme_kick(); while (nvme_poll() > 0) { use; nvme_release(); } nvme_kick();
 *	kexec
 *	nvme_init(); nvme_adopt(); nvme_kick(); nvme_poll()...
 */
#ifndef WORKLOADS_NVME_NVME_H
#define WORKLOADS_NVME_NVME_H

#include <stddef.h>
#include <stdint.h>

#include "workloads/nvme/cmd.h"

/** NVME_MAX_ENTRIES - most entries of a queue here; a queue of N holds N - 1 commands. */
#define NVME_MAX_ENTRIES 4096u

/** enum nvme_slot_state - what is known of a command id. */
enum nvme_slot_state {
	NVME_SLOT_FREE = 0,
	NVME_SLOT_BUSY = 1, /* the controller has it */
	NVME_SLOT_DONE = 2, /* completed, not yet released */
};

/**
 * struct nvme_slot - one command id
 * @seq: how many commands were submitted before it, modulo 2^32
 * @status: status field of its completion, 0 for success
 * @state: &enum nvme_slot_state
 */
struct nvme_slot {
	uint32_t seq;
	uint16_t status;
	uint16_t state;
};

/**
 * struct nvme_state - first page of the region, all that must survive
 * @magic: NVME_MAGIC once the I/O queues exist
 * @entries: of each I/O queue; a power of two
 * @list_entries: room for PRPs of each command: 0, or a power of two, at most a page of them
 * @submitted: commands given to the I/O submission queue so far; the controller's tail is this modulo @entries
 * @completed: completions taken from the I/O completion queue so far
 * @admin_submitted: the same for the admin queue, which has one command at a time
 * @nsid: namespace
 * @block_bytes: of data in a block
 * @blocks: of the namespace
 * @max_bytes: of one command: what the caller wants and the controller can
 * @pi: the namespace has 8 bytes of protection information a block, handled by the controller
 *
 * After it come the slots, the queues and the PRP lists.
 */
struct nvme_state {
	uint64_t magic;
	uint32_t entries;
	uint32_t list_entries;
	uint32_t submitted;
	uint32_t completed;
	uint32_t admin_submitted;
	uint32_t nsid;
	uint32_t block_bytes;
	uint32_t pi;
	uint64_t blocks;
	uint32_t max_bytes;
};

/** NVME_MAGIC - of struct nvme_state; changes with its layout. */
#define NVME_MAGIC 0x3130454d564e4c55ull

/**
 * struct nvme_setup - what the caller brings
 * @fd: VFIO cdev, bound to an iommufd; stays the caller's
 * @regs: offset of BAR 0 in @fd
 * @config: offset of the config space in @fd
 * @region: shared memory of nvme_region_bytes(), mapped for the device; zero when new
 * @iova: where the device sees it; a multiple of NVME_PAGE
 * @entries: of each I/O queue; a power of two, at most NVME_MAX_ENTRIES
 * @max_bytes: of data of one command, at most 2 MiB
 */
struct nvme_setup {
	int fd;
	uint64_t regs;
	uint64_t config;
	void *region;
	uint64_t iova;
	uint32_t entries;
	uint32_t max_bytes;
};

/**
 * struct nvme_ctrl - handle of one process; made anew from the region after a kexec
 * @set: the caller's
 * @state: the region
 * @slot: in it: command ids, @state->entries of them
 * @sq: in it: submission queue
 * @cq: in it: completion queue
 * @list: in it: PRP lists, @state->list_entries for each command id
 * @stride: bytes between doorbells (CAP.DSTRD)
 * @free: command ids that are free
 * @nr_free: how many
 * @scan: the next poll looks here for completed commands that nobody was told of; @entries: nowhere
 * @sq_rung: @state->submitted when the doorbell was rung last
 * @cq_rung: @state->completed when the doorbell was rung last
 */
struct nvme_ctrl {
	struct nvme_setup set;
	struct nvme_state *state;
	struct nvme_slot *slot;
	struct nvme_sqe *sq;
	volatile struct nvme_cqe *cq;
	uint64_t *list;
	uint32_t stride;
	uint16_t free[NVME_MAX_ENTRIES];
	uint32_t nr_free;
	uint32_t scan;
	uint32_t sq_rung;
	uint32_t cq_rung;
};

/**
 * struct nvme_done - a completed command
 * @cid: its id, as nvme_submit() returned it
 * @seq: how many commands were submitted before it, modulo 2^32
 * @status: status field of its completion (3.3.3.2.1), 0 for success
 */
struct nvme_done {
	uint16_t cid;
	uint32_t seq;
	uint16_t status;
};

/**
 * nvme_region_bytes() - size of the region
 * @entries: as in struct nvme_setup
 * @max_bytes: as in struct nvme_setup; up to NVME_PAGE takes no room
 *
 * Return: bytes, a multiple of NVME_PAGE.
 */
size_t nvme_region_bytes(uint32_t entries, uint32_t max_bytes);

/**
 * nvme_init() - make a handle; touches neither the device nor the region
 * @c: filled in
 * @set: copied
 *
 * Return: 0, or -EINVAL for a bad argument.
 */
int nvme_init(struct nvme_ctrl *c, const struct nvme_setup *set);

/**
 * nvme_reset_enable() - stop the controller, set up the admin queue and enable it (3.5.1)
 * @c: handle; the device has a page table with the region in it
 *
 * Turns bus mastering on, once the controller is stopped, and interrupts off. The region is empty afterwards.
 *
 * Return: 0, -ENODEV for a controller that has too few queue entries or other pages, -ETIMEDOUT,
 * or -errno of the cdev.
 */
int nvme_reset_enable(struct nvme_ctrl *c);

/**
 * nvme_identify_ns() - learn size and format of a namespace (5.17.2.1, NVM 4.1.5.1)
 * @c: enabled controller
 * @nsid: namespace
 *
 * Return: 0, -ENODEV when there is none, -EOPNOTSUPP for a format with metadata that the controller
 * does not handle by itself, -EIO for a command that failed, -ETIMEDOUT, or -errno of the cdev.
 */
int nvme_identify_ns(struct nvme_ctrl *c, uint32_t nsid);

/**
 * nvme_create_queues() - the pair of I/O queues, without interrupts (5.4, 5.5)
 * @c: enabled controller, namespace identified
 *
 * Return: 0, -EIO for a command that failed, -ETIMEDOUT, or -errno of the cdev.
 */
int nvme_create_queues(struct nvme_ctrl *c);

/**
 * nvme_adopt() - go on with a controller that an earlier process or kernel has left running
 * @c: handle
 *
 * Reads the device and the region only. Commands that were begun but not given to the controller
 * are dropped: their ids are free, and @state->submitted has not counted them. Those that were completed
 * but not released come first in nvme_poll().
 *
 * Return: 0; -ENOENT when the region is new or the controller is not enabled, as after a reset;
 * -EIO when it has given up (CSTS.CFS); -EBADMSG when the region does not fit the controller
 * or the handle; or -errno of the cdev.
 */
int nvme_adopt(struct nvme_ctrl *c);

/**
 * nvme_submit() - put a command into the queue; nvme_kick() tells the controller
 * @c: controller with queues
 * @io: command; addresses are as the device sees them and need not lie in the region
 *
 * Return: command id, -EAGAIN when all are in use, -EINVAL for a command beyond the namespace, with
 * a buffer of another length or one that PRPs cannot describe, -E2BIG for too long a one.
 */
int nvme_submit(struct nvme_ctrl *c, const struct nvme_io *io);

/**
 * nvme_next_id() - the command id that the next nvme_submit() will use
 * @c: controller with queues, @c->nr_free is not zero
 *
 * For buffers that belong to command ids.
 *
 * Return: the id.
 */
static inline uint16_t nvme_next_id(const struct nvme_ctrl *c)
{
	return c->free[c->nr_free - 1];
}

/**
 * nvme_kick() - ring the doorbells where something has changed
 * @c: controller with queues
 *
 * Return: 0 or -errno of the cdev.
 */
int nvme_kick(struct nvme_ctrl *c);

/**
 * nvme_poll() - one completed command; never waits
 * @c: controller with queues
 * @done: set to it; its id is in use until nvme_release()
 *
 * Completions come in the order in which the controller has written them.
 *
 * Return: 1, 0 when there is none, -EBADMSG for a completion of a command that was not given.
 */
int nvme_poll(struct nvme_ctrl *c, struct nvme_done *done);

/**
 * nvme_release() - the id of a completed command is free again
 * @c: controller with queues
 * @cid: command id that nvme_poll() returned
 */
void nvme_release(struct nvme_ctrl *c, uint16_t cid);

/**
 * nvme_outstanding() - commands that the controller has
 * @c: controller with queues
 *
 * Return: how many are neither free nor known as completed.
 */
uint32_t nvme_outstanding(const struct nvme_ctrl *c);

/**
 * nvme_completed() - commands that the controller has completed so far
 * @c: controller with queues
 *
 * Return: how many, modulo 2^32, whether nvme_poll() has returned them or not.
 */
uint32_t nvme_completed(const struct nvme_ctrl *c);

/**
 * nvme_quiesce() - wait until no command is with the controller
 * @c: controller with queues
 * @timeout_ms: give up after this time without any completion
 *
 * nvme_poll() still returns what was completed, but in no order. All that it had returned before must be released.
 *
 * Return: 0, -ETIMEDOUT, or as nvme_poll() and nvme_kick().
 */
int nvme_quiesce(struct nvme_ctrl *c, unsigned int timeout_ms);

/**
 * nvme_disable() - stop the controller; it forgets all queues (3.6)
 * @c: handle
 *
 * Return: 0, -ETIMEDOUT, or -errno of the cdev.
 */
int nvme_disable(struct nvme_ctrl *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fio's engine works on: an NVMe controller behind a VFIO cdev, attached to a HWPT that maps one
 * memfd. The memfd begins with the region of workloads/nvme; the rest is data, from which fio gets
 * its buffers. The three descriptors are all there is: whoever has them, in this process or in the next
 * kernel, goes on where the last one stopped. No messages: the caller knows what it was for.
 */
#ifndef WORKLOADS_FIO_SESSION_H
#define WORKLOADS_FIO_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "workloads/nvme/nvme.h"

/** SESSION_IOVA - where the device sees the memfd; clear of the MSI ranges of both architectures. */
#define SESSION_IOVA 0x10000000ull

/** SESSION_BYTES - of the memfd, when nobody says otherwise. */
#define SESSION_BYTES (32u << 20)

/** SESSION_ENTRIES - of each I/O queue: one more than the highest iodepth. */
#define SESSION_ENTRIES 256u

/** SESSION_MAX_IO - bytes of one command; the controller may want less. */
#define SESSION_MAX_IO (1u << 20)

/** SESSION_NSID - the namespace. */
#define SESSION_NSID 1

/**
 * struct session - start with session_init()
 * @device: VFIO cdev
 * @iommufd: the iommufd; the engine of an inherited session does not need it
 * @memfd: queues and data
 * @bytes: length of @memfd
 * @map: @memfd, mapped
 * @device_id: of @device in @iommufd
 * @hwpt: that the device is attached to
 * @ctrl: the controller
 */
struct session {
	int device;
	int iommufd;
	int memfd;
	size_t bytes;
	uint8_t *map;
	uint32_t device_id;
	uint32_t hwpt;
	struct nvme_ctrl ctrl;
};

/**
 * session_init() - nothing is open
 * @s: the session
 */
void session_init(struct session *s);

/**
 * session_make() - memfd, iommufd, IOAS and HWPT for a device, attached
 * @s: initialised session
 * @bdf: device, bound to vfio-pci
 * @bytes: of the memfd, a multiple of the page size
 * @what: set to what was tried last, for a message
 *
 * Return: 0 or -errno.
 */
int session_make(struct session *s, const char *bdf, size_t bytes, const char **what);

/**
 * session_map() - map the memfd
 * @s: session with its memfd
 *
 * Return: 0, -EINVAL for one that is too short, or another -errno.
 */
int session_map(struct session *s);

/**
 * session_table() - a new IOAS and HWPT for the memfd
 * @s: session with its iommufd and bound device
 * @misplaced: the halves of the data change places: what the device writes does not arrive where it
 *	       was to go. The queues are where they belong.
 * @hwpt: set to its id
 *
 * Return: 0 or -errno.
 */
int session_table(struct session *s, bool misplaced, uint32_t *hwpt);

/**
 * session_start() - reset the controller and make its queues
 * @s: session, mapped and attached
 *
 * Return: 0 or -errno, see workloads/nvme/nvme.h.
 */
int session_start(struct session *s);

/**
 * session_adopt() - go on with a controller that session_start() has started, here or elsewhere
 * @s: session, mapped and attached
 *
 * Return: 0 or -errno, see nvme_adopt().
 */
int session_adopt(struct session *s);

/**
 * session_data() - the part of the memfd that is for data
 * @s: session, mapped
 * @bytes: set to its length
 *
 * Return: its begin, on a page border.
 */
uint8_t *session_data(const struct session *s, size_t *bytes);

/**
 * session_iova() - what the device calls an address in the memfd
 * @s: session, mapped
 * @p: address in @s->map
 *
 * Return: the IOVA.
 */
uint64_t session_iova(const struct session *s, const void *p);

/**
 * session_close() - unmap and close everything
 * @s: the session
 */
void session_close(struct session *s);

#endif

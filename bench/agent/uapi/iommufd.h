/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ioctls of /dev/iommu. No messages: the caller knows what it was for. */
#ifndef BENCH_AGENT_UAPI_IOMMUFD_H
#define BENCH_AGENT_UAPI_IOMMUFD_H

#include <stdbool.h>
#include <stdint.h>

/**
 * iommufd_open() - open /dev/iommu
 *
 * Return: fd or -errno.
 */
int iommufd_open(void);

/**
 * iommufd_ioas_alloc() - a new IO address space
 * @fd: iommufd
 * @ioas: set to its id
 *
 * Return: 0 or -errno.
 */
int iommufd_ioas_alloc(int fd, uint32_t *ioas);

/**
 * iommufd_huge_pages() - may the tables of an IOAS use large entries
 * @fd: iommufd
 * @ioas: its id
 * @on: false: everything is mapped in base pages
 *
 * Return: 0 or -errno.
 */
int iommufd_huge_pages(int fd, uint32_t ioas, bool on);

/**
 * iommufd_map_file() - map a part of a memfd for read and write at a fixed address
 * @fd: iommufd
 * @ioas: where
 * @memfd: what
 * @start: first byte of the file
 * @length: bytes
 * @iova: first address
 *
 * Return: 0 or -errno.
 */
int iommufd_map_file(int fd, uint32_t ioas, int memfd, uint64_t start, uint64_t length,
		     uint64_t iova);

/**
 * iommufd_hwpt_alloc() - a page table of its own for an IOAS, filled before it returns
 * @fd: iommufd
 * @device: id that binding the device gave
 * @ioas: the IOAS that fills it
 * @hwpt: set to its id
 *
 * Return: 0 or -errno.
 */
int iommufd_hwpt_alloc(int fd, uint32_t device, uint32_t ioas, uint32_t *hwpt);

/**
 * iommufd_destroy() - destroy an object
 * @fd: iommufd
 * @id: of an IOAS or HWPT
 *
 * Return: 0 or -errno.
 */
int iommufd_destroy(int fd, uint32_t id);

/**
 * iommufd_mark() - mark a HWPT for preservation
 * @fd: iommufd
 * @hwpt: its id
 * @token: name for iommufd_restore()
 *
 * Return: 0 or -errno (ENOTTY: the kernel does not have it).
 */
int iommufd_mark(int fd, uint32_t hwpt, uint64_t token);

/**
 * iommufd_restore() - get a HWPT of the previous kernel
 * @fd: a retrieved iommufd
 * @token: the name of iommufd_mark()
 * @hwpt: set to its id in this kernel
 *
 * Return: 0 or -errno.
 */
int iommufd_restore(int fd, uint64_t token, uint32_t *hwpt);

/**
 * iommufd_can_preserve() - does this kernel know how to mark a HWPT
 *
 * Asks with an id that cannot exist.
 *
 * Return: true if so.
 */
bool iommufd_can_preserve(void);

#endif

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
 * iommufd_unmap_all() - take all mappings out of an IOAS
 * @fd: iommufd
 * @ioas: its id
 *
 * Return: 0 or -errno.
 */
int iommufd_unmap_all(int fd, uint32_t ioas);

/** enum iommufd_pt_format - of the page tables that iommufd_hwpt_alloc() makes */
enum iommufd_pt_format {
	PT_FORMAT_UNKNOWN,
	PT_FORMAT_VTD_SS,  /* VT-d second stage */
	PT_FORMAT_VTD_FS,  /* VT-d first stage */
	PT_FORMAT_LPAE_S1, /* SMMUv3 stage 1 */
	PT_FORMAT_LPAE_S2, /* SMMUv3 stage 2 */
};

/**
 * struct iommufd_formats - page table formats of an IOMMU
 * @used: what a new HWPT gets
 * @other: another one that the architecture knows
 * @why: why new HWPTs do not get @other
 */
struct iommufd_formats {
	enum iommufd_pt_format used;
	enum iommufd_pt_format other;
	const char *why;
};

/**
 * iommufd_formats() - which formats the IOMMU of a device has, by what it says of itself
 * @fd: iommufd
 * @device: id that binding the device gave
 * @no_scalable: the kernel was told not to use VT-d's scalable mode
 * @out: filled in
 *
 * Return: 0 or -errno.
 */
int iommufd_formats(int fd, uint32_t device, bool no_scalable, struct iommufd_formats *out);

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

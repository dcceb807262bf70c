/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ioctls of a VFIO device cdev. No messages: the caller knows what it was for. */
#ifndef BENCH_AGENT_UAPI_VFIO_H
#define BENCH_AGENT_UAPI_VFIO_H

#include <stdint.h>

/** VFIO_REGION_CONFIG - number of the config space region, after BARs 0-5 and the ROM. */
#define VFIO_REGION_CONFIG 7

/**
 * vfio_bind() - give a cdev to an iommufd; nothing else works before
 * @device: fd of the cdev
 * @iommufd: fd
 * @id: set to the id of the device in the iommufd
 *
 * Return: 0 or -errno.
 */
int vfio_bind(int device, int iommufd, uint32_t *id);

/**
 * vfio_attach() - let a page table translate for the device, in place of the one before
 * @device: fd of the cdev
 * @pt: id of a HWPT or IOAS
 *
 * Return: 0 or -errno.
 */
int vfio_attach(int device, uint32_t pt);

/**
 * vfio_detach() - no translation: the device's DMA is blocked
 * @device: fd of the cdev
 *
 * Return: 0 or -errno.
 */
int vfio_detach(int device);

/**
 * vfio_region() - where a region lies in the cdev
 * @device: fd of the cdev
 * @index: BAR number or VFIO_REGION_CONFIG
 * @offset: set to what to add to the offset of pread(2) and pwrite(2)
 * @size: set to its length, 0 when the device does not have it
 *
 * Return: 0 or -errno.
 */
int vfio_region(int device, uint32_t index, uint64_t *offset, uint64_t *size);

/**
 * vfio_reset() - function-level reset
 * @device: fd of the cdev
 *
 * Return: 0 or -errno (many devices cannot).
 */
int vfio_reset(int device);

#endif

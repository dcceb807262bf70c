/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The device that may be taken: from its driver to vfio-pci and back. */
#ifndef BENCH_AGENT_PCIDEV_H
#define BENCH_AGENT_PCIDEV_H

#include <stddef.h>
#include <stdint.h>

/**
 * pcidev_ids() - what the device is
 * @bdf: PCI address
 * @vendor: set
 * @device: set
 *
 * Return: 0 or -errno.
 */
int pcidev_ids(const char *bdf, uint16_t *vendor, uint16_t *device);

/**
 * pcidev_take() - bind the device to vfio-pci
 * @bdf: PCI address
 * @undo: file that pcidev_give_back() needs; written and synced before anything is changed, and
 *	  left alone when it is there already and about this device; one of another device is
 *	  followed first
 *
 * Return: 0 or -errno.
 */
int pcidev_take(const char *bdf, const char *undo);

/**
 * pcidev_give_back() - give the device back to the driver that it had
 * @undo: file written by pcidev_take(); removed. No file, or a device that is gone: nothing
 *	  to do.
 *
 * Return: 0 or -errno.
 */
int pcidev_give_back(const char *undo);

/**
 * pcidev_cdev() - path of the VFIO cdev
 * @bdf: PCI address of a device bound to vfio-pci
 * @path: filled in
 * @len: room in @path
 *
 * Waits up to a second for the node to appear.
 *
 * Return: 0 or -errno.
 */
int pcidev_cdev(const char *bdf, char *path, size_t len);

#endif

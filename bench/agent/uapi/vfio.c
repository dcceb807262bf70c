// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/uapi/vfio.h"

#include <errno.h>
#include <sys/ioctl.h>

#include <linux/vfio.h>

_Static_assert(VFIO_REGION_CONFIG == VFIO_PCI_CONFIG_REGION_INDEX, "region numbers");

int vfio_bind(int device, int iommufd, uint32_t *id)
{
	struct vfio_device_bind_iommufd cmd = { .argsz = sizeof(cmd), .iommufd = iommufd };

	if (ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, &cmd))
		return -errno;
	*id = cmd.out_devid;
	return 0;
}

int vfio_attach(int device, uint32_t pt)
{
	struct vfio_device_attach_iommufd_pt cmd = { .argsz = sizeof(cmd), .pt_id = pt };

	return ioctl(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &cmd) ? -errno : 0;
}

int vfio_detach(int device)
{
	struct vfio_device_detach_iommufd_pt cmd = { .argsz = sizeof(cmd) };

	return ioctl(device, VFIO_DEVICE_DETACH_IOMMUFD_PT, &cmd) ? -errno : 0;
}

int vfio_region(int device, uint32_t index, uint64_t *offset, uint64_t *size)
{
	struct vfio_region_info cmd = { .argsz = sizeof(cmd), .index = index };

	if (ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &cmd))
		return -errno;
	*offset = cmd.offset;
	*size = cmd.size;
	return 0;
}

int vfio_reset(int device)
{
	return ioctl(device, VFIO_DEVICE_RESET) ? -errno : 0;
}

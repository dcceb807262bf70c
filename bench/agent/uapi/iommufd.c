// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/uapi/iommufd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/iommufd.h>

/* So that an agent built with the headers of an unpatched kernel can say what is missing. */
#ifndef IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE
struct iommu_hwpt_liveupdate_mark_preserve {
	__u32 size;
	__u32 hwpt_id;
	__aligned_u64 hwpt_token;
};

#define IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE _IO(IOMMUFD_TYPE, 0x96)

struct iommu_hwpt_liveupdate_restore {
	__u32 size;
	__u32 flags;
	__aligned_u64 hwpt_token;
	__u32 out_hwpt_id;
	__u32 __reserved;
};

#define IOMMU_HWPT_LIVEUPDATE_RESTORE _IO(IOMMUFD_TYPE, 0x97)
#endif

int iommufd_open(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int iommufd_ioas_alloc(int fd, uint32_t *ioas)
{
	struct iommu_ioas_alloc cmd = { .size = sizeof(cmd) };

	if (ioctl(fd, IOMMU_IOAS_ALLOC, &cmd))
		return -errno;
	*ioas = cmd.out_ioas_id;
	return 0;
}

int iommufd_huge_pages(int fd, uint32_t ioas, bool on)
{
	struct iommu_option cmd = {
		.size = sizeof(cmd),
		.option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_SET,
		.object_id = ioas,
		.val64 = on,
	};

	return ioctl(fd, IOMMU_OPTION, &cmd) ? -errno : 0;
}

int iommufd_map_file(int fd, uint32_t ioas, int memfd, uint64_t start, uint64_t length,
		     uint64_t iova)
{
	struct iommu_ioas_map_file cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.fd = memfd,
		.start = start,
		.length = length,
		.iova = iova,
	};

	return ioctl(fd, IOMMU_IOAS_MAP_FILE, &cmd) ? -errno : 0;
}

int iommufd_unmap_all(int fd, uint32_t ioas)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.iova = 0,
		.length = UINT64_MAX,
	};

	return ioctl(fd, IOMMU_IOAS_UNMAP, &cmd) ? -errno : 0;
}

#define VTD_ECAP_SMTS (1ull << 43)
#define VTD_ECAP_FLTS (1ull << 47)
#define SMMU_IDR0_S2P (1u << 0)
#define SMMU_IDR0_S1P (1u << 1)

/* The drivers take the first stage where there is one. */
int iommufd_formats(int fd, uint32_t device, bool no_scalable, struct iommufd_formats *out)
{
	union {
		struct iommu_hw_info_vtd vtd;
		struct iommu_hw_info_arm_smmuv3 smmu;
	} info = { 0 };
	struct iommu_hw_info cmd = {
		.size = sizeof(cmd),
		.dev_id = device,
		.data_len = sizeof(info),
		.data_uptr = (uintptr_t)&info,
	};

	*out = (struct iommufd_formats){ 0 };
	if (ioctl(fd, IOMMU_GET_HW_INFO, &cmd))
		return -errno;
	if (cmd.out_data_type == IOMMU_HW_INFO_TYPE_INTEL_VTD) {
		uint64_t ecap = info.vtd.ecap_reg;
		bool first = !no_scalable && ecap & VTD_ECAP_SMTS && ecap & VTD_ECAP_FLTS;

		out->used = first ? PT_FORMAT_VTD_FS : PT_FORMAT_VTD_SS;
		out->other = first ? PT_FORMAT_VTD_SS : PT_FORMAT_VTD_FS;
		out->why =
			first ? "the driver makes new HWPTs in the first stage, which this IOMMU has"
			: !(ecap & VTD_ECAP_FLTS)
				? "this IOMMU has no first stage (ECAP.FLTS is 0)"
				: "the first stage needs scalable mode, which is not in use";
	} else if (cmd.out_data_type == IOMMU_HW_INFO_TYPE_ARM_SMMUV3) {
		bool first = info.smmu.idr[0] & SMMU_IDR0_S1P;

		out->used = first ? PT_FORMAT_LPAE_S1 : PT_FORMAT_LPAE_S2;
		out->other = first ? PT_FORMAT_LPAE_S2 : PT_FORMAT_LPAE_S1;
		out->why = !first ? "this IOMMU has no stage 1 (IDR0.S1P is 0)"
			   : info.smmu.idr[0] & SMMU_IDR0_S2P
				   ? "the driver makes new HWPTs in stage 1, which this IOMMU has"
				   : "this IOMMU has no stage 2 (IDR0.S2P is 0)";
	}
	return 0;
}

int iommufd_hwpt_alloc(int fd, uint32_t device, uint32_t ioas, uint32_t *hwpt)
{
	struct iommu_hwpt_alloc cmd = {
		.size = sizeof(cmd),
		.dev_id = device,
		.pt_id = ioas,
		.data_type = IOMMU_HWPT_DATA_NONE,
	};

	if (ioctl(fd, IOMMU_HWPT_ALLOC, &cmd))
		return -errno;
	*hwpt = cmd.out_hwpt_id;
	return 0;
}

int iommufd_destroy(int fd, uint32_t id)
{
	struct iommu_destroy cmd = { .size = sizeof(cmd), .id = id };

	return ioctl(fd, IOMMU_DESTROY, &cmd) ? -errno : 0;
}

int iommufd_mark(int fd, uint32_t hwpt, uint64_t token)
{
	struct iommu_hwpt_liveupdate_mark_preserve cmd = {
		.size = sizeof(cmd),
		.hwpt_id = hwpt,
		.hwpt_token = token,
	};

	return ioctl(fd, IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE, &cmd) ? -errno : 0;
}

int iommufd_restore(int fd, uint64_t token, uint32_t *hwpt)
{
	struct iommu_hwpt_liveupdate_restore cmd = { .size = sizeof(cmd), .hwpt_token = token };

	if (ioctl(fd, IOMMU_HWPT_LIVEUPDATE_RESTORE, &cmd))
		return -errno;
	*hwpt = cmd.out_hwpt_id;
	return 0;
}

bool iommufd_can_preserve(void)
{
	int fd = iommufd_open(), err;

	if (fd < 0)
		return false;
	err = iommufd_mark(fd, UINT32_MAX, 0);
	close(fd);
	/* ENOTTY: no such command; EOPNOTSUPP: compiled without live update. */
	return err != -ENOTTY && err != -EOPNOTSUPP;
}

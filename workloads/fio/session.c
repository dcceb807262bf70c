// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/fio/session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/pcidev.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/vfio.h"

/* A preserved memfd may not change its size, and nobody may take that promise back. */
#define SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

#define BAR_REGS 0

static size_t region_bytes(void)
{
	return nvme_region_bytes(SESSION_ENTRIES, SESSION_MAX_IO);
}

void session_init(struct session *s)
{
	memset(s, 0, sizeof(*s));
	s->device = -1;
	s->iommufd = -1;
	s->memfd = -1;
}

static int make_memfd(struct session *s, size_t bytes)
{
	s->memfd = memfd_create("lubench-fio", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (s->memfd < 0)
		return -errno;
	if (ftruncate(s->memfd, (off_t)bytes) || fcntl(s->memfd, F_ADD_SEALS, SEALS))
		return -errno;
	return session_map(s);
}

int session_make(struct session *s, const char *bdf, size_t bytes, const char **what)
{
	char path[PATH_MAX];
	int err;

	*what = "no VFIO cdev; is it bound to vfio-pci";
	err = pcidev_cdev(bdf, path, sizeof(path));
	if (err)
		return err;
	*what = "open of the VFIO cdev";
	s->device = open(path, O_RDWR | O_CLOEXEC);
	if (s->device < 0)
		return -errno;
	*what = "open of /dev/iommu";
	s->iommufd = iommufd_open();
	if (s->iommufd < 0)
		return s->iommufd;
	*what = "VFIO_DEVICE_BIND_IOMMUFD";
	err = vfio_bind(s->device, s->iommufd, &s->device_id);
	if (err)
		return err;
	*what = "making the memfd";
	err = make_memfd(s, bytes);
	if (err)
		return err;
	*what = "making the HWPT";
	err = session_table(s, false, &s->hwpt);
	if (err)
		return err;
	*what = "attaching the HWPT";
	return vfio_attach(s->device, s->hwpt);
}

int session_map(struct session *s)
{
	struct stat st;
	void *map;

	if (fstat(s->memfd, &st))
		return -errno;
	if (st.st_size < (off_t)region_bytes() + 2 * NVME_PAGE || st.st_size % NVME_PAGE)
		return -EINVAL;
	s->bytes = (size_t)st.st_size;
	map = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s->memfd, 0);
	if (map == MAP_FAILED)
		return -errno;
	s->map = map;
	return 0;
}

int session_table(struct session *s, bool misplaced, uint32_t *hwpt)
{
	const uint64_t region = region_bytes(), data = s->bytes - region;
	const uint64_t half = data / 2 & ~(uint64_t)(NVME_PAGE - 1);
	uint32_t ioas;
	int err = iommufd_ioas_alloc(s->iommufd, &ioas);

	if (err)
		return err;
	if (misplaced) {
		err = iommufd_map_file(s->iommufd, ioas, s->memfd, 0, region, SESSION_IOVA);
		if (!err)
			err = iommufd_map_file(s->iommufd, ioas, s->memfd, region + half,
					       data - half, SESSION_IOVA + region);
		if (!err)
			err = iommufd_map_file(s->iommufd, ioas, s->memfd, region, half,
					       SESSION_IOVA + region + data - half);
	} else {
		err = iommufd_map_file(s->iommufd, ioas, s->memfd, 0, s->bytes, SESSION_IOVA);
	}
	return err ? err : iommufd_hwpt_alloc(s->iommufd, s->device_id, ioas, hwpt);
}

static int controller(struct session *s)
{
	struct nvme_setup set = {
		.fd = s->device,
		.region = s->map,
		.iova = SESSION_IOVA,
		.entries = SESSION_ENTRIES,
		.max_bytes = SESSION_MAX_IO,
	};
	uint64_t size;
	int err = vfio_region(s->device, VFIO_REGION_CONFIG, &set.config, &size);

	if (!err)
		err = vfio_region(s->device, BAR_REGS, &set.regs, &size);
	return err ? err : nvme_init(&s->ctrl, &set);
}

int session_start(struct session *s)
{
	int err = controller(s);

	if (!err)
		err = nvme_reset_enable(&s->ctrl);
	if (!err)
		err = nvme_identify_ns(&s->ctrl, SESSION_NSID);
	return err ? err : nvme_create_queues(&s->ctrl);
}

int session_adopt(struct session *s)
{
	int err = controller(s);

	return err ? err : nvme_adopt(&s->ctrl);
}

uint8_t *session_data(const struct session *s, size_t *bytes)
{
	*bytes = s->bytes - region_bytes();
	return s->map + region_bytes();
}

uint64_t session_iova(const struct session *s, const void *p)
{
	return SESSION_IOVA + (uint64_t)((const uint8_t *)p - s->map);
}

void session_close(struct session *s)
{
	if (s->map)
		munmap(s->map, s->bytes);
	if (s->device >= 0)
		close(s->device);
	if (s->iommufd >= 0)
		close(s->iommufd);
	if (s->memfd >= 0)
		close(s->memfd);
	session_init(s);
}

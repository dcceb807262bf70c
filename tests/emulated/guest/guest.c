// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/emulated/guest/guest.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/iommufd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kexec.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/vfio.h"

#define FAR_IOVA (1ull << 40)

static unsigned int failed;

static void line(bool good, const char *fmt, va_list args)
{
	failed += !good;
	printf("%s - ", good ? "ok" : "not ok");
	vprintf(fmt, args);
}

void check(bool good, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	line(good, fmt, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
}

static const char *name(int err)
{
	return err < 0 ? strerrorname_np(-err) : "success";
}

void gives(int got, int want, const char *fmt, ...)
{
	va_list args;

	if (got > 0)
		got = 0;
	va_start(args, fmt);
	line(got == want, fmt, args);
	va_end(args);
	if (got == want)
		printf(": %s\n", name(got));
	else
		printf(": %s instead of %s\n", name(got), name(want));
	fflush(stdout);
}

int need(int err, const char *fmt, ...)
{
	va_list args;

	if (err >= 0)
		return err;
	va_start(args, fmt);
	line(false, fmt, args);
	va_end(args);
	printf(": %s; cannot go on\n", name(err));
	fflush(stdout);
	exit(EXIT_FAILURE);
}

int finish(void)
{
	puts("# done");
	fflush(stdout);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int memfd_make(size_t bytes, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || ftruncate(fd, (off_t)bytes) || fallocate(fd, 0, 0, (off_t)bytes) ||
	    (seals && fcntl(fd, F_ADD_SEALS, seals)))
		need(-errno, "memfd of %zu bytes", bytes);
	return fd;
}

void device_open(struct device *d, const char *bdf, int iommufd)
{
	char path[PATH_MAX], undo[PATH_MAX];

	snprintf(undo, sizeof(undo), DIR "/undo-%s", bdf);
	need(pcidev_take(bdf, undo), "binding %s to vfio-pci", bdf);
	need(pcidev_cdev(bdf, path, sizeof(path)), "cdev of %s", bdf);
	d->fd = open(path, O_RDWR | O_CLOEXEC);
	need(d->fd < 0 ? -errno : 0, "open of %s", path);
	need(vfio_bind(d->fd, iommufd, &d->id), "binding %s to the iommufd", bdf);
}

uint32_t ioas_make(int iommufd, int memfd, size_t bytes, uint64_t iova)
{
	uint32_t ioas;

	need(iommufd_ioas_alloc(iommufd, &ioas), "IOAS");
	need(iommufd_map_file(iommufd, ioas, memfd, 0, bytes, iova), "mapping %zu bytes", bytes);
	return ioas;
}

uint32_t hwpt_make(int iommufd, const struct device *d, uint32_t ioas)
{
	uint32_t hwpt;

	need(iommufd_hwpt_alloc(iommufd, d->id, ioas, &hwpt), "HWPT");
	return hwpt;
}

int ioas_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t bytes)
{
	struct iommu_ioas_unmap cmd = {
		.size = sizeof(cmd),
		.ioas_id = ioas,
		.iova = iova,
		.length = bytes,
	};

	return ioctl(iommufd, IOMMU_IOAS_UNMAP, &cmd) ? -errno : 0;
}

int ioas_copy(int iommufd, uint32_t to, uint64_t at, uint32_t from, uint64_t iova, uint64_t bytes)
{
	struct iommu_ioas_copy cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
		.dst_ioas_id = to,
		.src_ioas_id = from,
		.length = bytes,
		.dst_iova = at,
		.src_iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_COPY, &cmd) ? -errno : 0;
}

int ioas_map_user(int iommufd, uint32_t ioas, void *memory, uint64_t bytes, uint64_t iova)
{
	struct iommu_ioas_map cmd = {
		.size = sizeof(cmd),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas,
		.user_va = (uintptr_t)memory,
		.length = bytes,
		.iova = iova,
	};

	return ioctl(iommufd, IOMMU_IOAS_MAP, &cmd) ? -errno : 0;
}

int try_change(int iommufd, uint32_t ioas, int memfd)
{
	int err = iommufd_map_file(iommufd, ioas, memfd, 0, 4096, FAR_IOVA);

	return err ? err : ioas_unmap(iommufd, ioas, FAR_IOVA, 4096);
}

int64_t settled(int64_t (*count)(void), int64_t want)
{
	int64_t is = count();
	int tries;

	for (tries = 0; is != want && tries < 200; tries++) {
		msleep(10);
		is = count();
	}
	return is;
}

static char append[4096];

void load(void)
{
	need((int)sys_read("/proc/cmdline", append, sizeof(append)), "/proc/cmdline");
	need(kexec_load(DIR "/kernel", NULL, append, false), "loading the next kernel");
}

void jump(void)
{
	fflush(NULL);
	sync();
	need(kexec_jump(false), "kexec");
	exit(EXIT_FAILURE);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices do DMA through HWPTs of one iommufd, each into a memfd of its own; all of it is preserved.
 * `outgoing` ends in a kexec. In `incoming` taking the devices over fails: the first one is bound with
 * nowhere to put the answer, the second one has no driver when it is retrieved.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/vfio.h>

#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"

#define HWPT_TOKEN 1 /* of the first device, the next one of the second */

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static struct device dev[2];

static void outgoing(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), fd = need(iommufd_open(), "/dev/iommu"), s,
	    i;

	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	s = need(luo_session_create(luo, SESSION), "session");
	for (i = 0; i < 2; i++) {
		uint32_t hwpt;

		engine_window(i, memfd_make(dma_lsi_ops.window_bytes, SEALS), TABLES_WINDOW_IOVA);
		hwpt = engine_hwpt(fd, i, &dev[i]);
		need(vfio_attach(dev[i].fd, hwpt), "attach");
		engine_start(i, &dev[i]);
		need(iommufd_mark(fd, hwpt, HWPT_TOKEN + (uint64_t)i), "mark");
		need(luo_preserve(s, mem[i].part[MEM_WINDOW].fd, TOKEN_WINDOW_0 + (uint64_t)i),
		     "memfd");
	}
	need(luo_preserve(s, fd, TOKEN_IOMMUFD), "iommufd");
	need(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "first cdev");
	need(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), "second cdev");
	check(true, "both devices are preserved");
	load();
	jump();
}

/* The device is opened and bound, and then its id can not be written. */
static int bind_in_vain(int device, int iommufd)
{
	struct vfio_device_bind_iommufd *cmd =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int err;

	need(cmd == MAP_FAILED ? -errno : 0, "mmap");
	cmd->argsz = sizeof(*cmd);
	cmd->iommufd = iommufd;
	need(mprotect(cmd, 4096, PROT_READ) ? -errno : 0, "mprotect");
	err = ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, cmd) ? -errno : 0;
	munmap(cmd, 4096);
	return err;
}

static void incoming(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), s, fd, i;
	uint32_t old, fresh;

	s = need(luo_session_retrieve(luo, SESSION), "session");
	for (i = 0; i < 2; i++) {
		engine_window(i, need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i), "memfd"),
			      TABLES_WINDOW_IOVA);
		check(engine_loops(i, 100) > 0, "device %d does DMA in the new kernel", i);
	}
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");

	need(sys_write("/sys/bus/pci/drivers/vfio-pci/unbind", DEVICE_1),
	     "unbinding the second device");
	check(engine_loops(1, 100) > 0, "the second one goes on without a driver");
	gives(luo_retrieve(s, TOKEN_DEVICE_1), -ENODEV, "its cdev can not be retrieved");
	check(engine_loops(1, 100) == 0, "it is stopped then");

	dev[0].fd = need(luo_retrieve(s, TOKEN_DEVICE_0), "cdev of the first device");
	gives(bind_in_vain(dev[0].fd, fd), -EFAULT, "bind with nowhere to put the answer");
	check(engine_loops(0, 100) > 0, "the first device goes on");
	gives(luo_finish(s), -EBUSY, "finish while it does");
	gives(vfio_bind(dev[0].fd, fd, &dev[0].id), 0, "second bind");
	check(engine_loops(0, 100) > 0, "it still goes on");
	need(iommufd_restore(fd, HWPT_TOKEN, &old), "restore");
	need(vfio_attach(dev[0].fd, old), "attach");
	fresh = engine_hwpt(fd, 0, &dev[0]);
	need(vfio_attach(dev[0].fd, fresh), "replace");
	need(iommufd_destroy(fd, old), "destroy");
	gives(luo_finish(s), 0, "finish, in spite of the second device");
	check(engine_loops(0, 100) > 0, "the first device has its new HWPT");

	device_open(&dev[1], DEVICE_1, fd);
	need(vfio_attach(dev[1].fd, engine_hwpt(fd, 1, &dev[1])), "attach");
	engine_start(1, &dev[1]);
	check(engine_loops(1, 100) > 0, "the second one can be used like any other device");
	for (i = 0; i < 2; i++)
		engine_stop(i, &dev[i]);
}

int main(int argc, char **argv)
{
	return two_sides(argc, argv, outgoing, incoming);
}

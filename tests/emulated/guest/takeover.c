// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices do DMA through HWPTs of one iommufd, each into a memfd of its own; all of it is preserved.
 * `outgoing` ends in a kexec. In `incoming` taking the devices over fails: the first one is bound with
 * nowhere to put the answer, the second one has no driver when it is retrieved.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "bench/agent/clock.h"
#include "bench/agent/memory.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "bench/agent/witness.h"
#include "tests/emulated/guest/guest.h"
#include "workloads/dma/dma.h"

#define HWPT_TOKEN 1 /* of the first device, the next one of the second */

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static const struct dma_ops *ops;
static struct dma_engine engine[2];
static struct memory mem[2];
static struct device dev[2];

static void take_window(int i, int memfd)
{
	memory_init(&mem[i]);
	need(memory_adopt(&mem[i], MEM_WINDOW, memfd), "window");
	engine[i] = (struct dma_engine){ .ops = ops,
					 .window = mem[i].part[MEM_WINDOW].va,
					 .iova = TABLES_WINDOW_IOVA };
}

static uint32_t window_hwpt(int fd, int i)
{
	uint32_t ioas =
		ioas_make(fd, mem[i].part[MEM_WINDOW].fd, ops->window_bytes, TABLES_WINDOW_IOVA);

	return hwpt_make(fd, &dev[i], ioas);
}

static void start_dma(int i)
{
	engine[i].fd = dev[i].fd;
	need(ops->open(&engine[i]), "engine %d", i);
	need(ops->start(&engine[i]), "engine %d", i);
	need(dma_wait_counter(&engine[i], 100, 2000), "DMA of device %d", i);
}

static uint32_t loops_in(int i, unsigned int ms)
{
	uint32_t before = dma_witness(&engine[i])->counter;

	msleep(ms);
	return dma_witness(&engine[i])->counter - before;
}

static void outgoing(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), fd = need(iommufd_open(), "/dev/iommu"), s,
	    i;

	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	s = need(luo_session_create(luo, SESSION), "session");
	for (i = 0; i < 2; i++) {
		uint32_t hwpt;

		take_window(i, memfd_make(ops->window_bytes, SEALS));
		hwpt = window_hwpt(fd, i);
		need(vfio_attach(dev[i].fd, hwpt), "attach");
		start_dma(i);
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
		take_window(i, need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i), "memfd"));
		check(loops_in(i, 100) > 0, "device %d does DMA in the new kernel", i);
	}
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");

	need(sys_write("/sys/bus/pci/drivers/vfio-pci/unbind", DEVICE_1),
	     "unbinding the second device");
	check(loops_in(1, 100) > 0, "the second one goes on without a driver");
	gives(luo_retrieve(s, TOKEN_DEVICE_1), -ENODEV, "its cdev can not be retrieved");
	check(loops_in(1, 100) == 0, "it is stopped then");

	dev[0].fd = need(luo_retrieve(s, TOKEN_DEVICE_0), "cdev of the first device");
	gives(bind_in_vain(dev[0].fd, fd), -EFAULT, "bind with nowhere to put the answer");
	check(loops_in(0, 100) > 0, "the first device goes on");
	gives(luo_finish(s), -EBUSY, "finish while it does");
	gives(vfio_bind(dev[0].fd, fd, &dev[0].id), 0, "second bind");
	check(loops_in(0, 100) > 0, "it still goes on");
	need(iommufd_restore(fd, HWPT_TOKEN, &old), "restore");
	need(vfio_attach(dev[0].fd, old), "attach");
	fresh = window_hwpt(fd, 0);
	need(vfio_attach(dev[0].fd, fresh), "replace");
	need(iommufd_destroy(fd, old), "destroy");
	gives(luo_finish(s), 0, "finish, in spite of the second device");
	check(loops_in(0, 100) > 0, "the first device has its new HWPT");

	device_open(&dev[1], DEVICE_1, fd);
	need(vfio_attach(dev[1].fd, window_hwpt(fd, 1)), "attach");
	start_dma(1);
	check(loops_in(1, 100) > 0, "the second one can be used like any other device");
	for (i = 0; i < 2; i++) {
		engine[i].fd = dev[i].fd;
		need(ops->open(&engine[i]), "engine");
		need(ops->stop(&engine[i]), "stop");
	}
}

int main(int argc, char **argv)
{
	setlinebuf(stdout);
	sys_mount();
	ops = dma_find("lsi");
	if (argc == 2 && !strcmp(argv[1], "outgoing"))
		outgoing();
	else if (argc == 2 && !strcmp(argv[1], "incoming"))
		incoming();
	else
		return 2;
	return finish();
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices do DMA through HWPTs of one iommufd, each into a memfd of its own; only the first is
 * preserved, together with both memfds. `outgoing` ends in a kexec; `incoming` sees what the second
 * one has done since, and then lets it try: bus mastering on, program started again.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/counters.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/memory.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "bench/agent/witness.h"
#include "tests/emulated/guest/guest.h"
#include "workloads/dma/dma.h"

#define SCRIPT_IOVA (TABLES_WINDOW_IOVA + 4096) /* where lsi.c has it */
#define SYSFS "/sys/bus/pci/devices/" DEVICE_1 "/"
#define REG_ISTAT0 0x14
#define ISTAT0_SRST 0x40
#define REG_DSP 0x2c
#define INVALIDATIONS 50

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE
};

static const struct dma_ops *ops;
static struct dma_engine engine[2];
static struct memory mem[2];

static volatile struct lub_witness *page(int i)
{
	return dma_witness(&engine[i]);
}

static void set_phase(uint32_t phase)
{
	page(0)->phase = phase;
	page(1)->phase = phase;
}

/* The observer outside takes one announcement at a time. */
static void announce(int i)
{
	volatile struct lub_witness *w = page(i);

	memcpy((void *)w->magic, LUB_WITNESS_MAGIC, sizeof(w->magic));
	w->cookie = lub_witness_cookie("unpreserved", (uint32_t)i);
	kmsg("witness gpa=0x%llx cookie=0x%016llx", (unsigned long long)memory_gpa(&mem[i]),
	     (unsigned long long)w->cookie);
	msleep(700);
}

static void outgoing(void)
{
	int fd, luo, s, i;
	struct device dev[2];
	uint32_t hwpt[2];

	luo = need(luo_open(), "/dev/liveupdate");
	fd = need(iommufd_open(), "/dev/iommu");
	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	for (i = 0; i < 2; i++) {
		int window = memfd_make(ops->window_bytes, SEALS);
		uint32_t ioas;

		memory_init(&mem[i]);
		need(memory_adopt(&mem[i], MEM_WINDOW, window), "window");
		ioas = ioas_make(fd, window, ops->window_bytes, TABLES_WINDOW_IOVA);
		hwpt[i] = hwpt_make(fd, &dev[i], ioas);
		need(vfio_attach(dev[i].fd, hwpt[i]), "attach");
		engine[i] = (struct dma_engine){ .ops = ops,
						 .fd = dev[i].fd,
						 .window = mem[i].part[MEM_WINDOW].va,
						 .iova = TABLES_WINDOW_IOVA };
		need(ops->open(&engine[i]), "engine %d", i);
		need(ops->start(&engine[i]), "engine %d", i);
		need(dma_wait_counter(&engine[i], 100, 2000), "DMA of device %d", i);
	}
	check(true, "both devices do DMA: %u and %u loops", page(0)->counter, page(1)->counter);
	set_phase(LUB_PHASE_CONTROL);
	announce(0);
	announce(1);
	need(iommufd_mark(fd, hwpt[0], 1), "mark");
	s = need(luo_session_create(luo, SESSION), "session");
	for (i = 0; i < 2; i++)
		need(luo_preserve(s, mem[i].part[MEM_WINDOW].fd, TOKEN_WINDOW_0 + (uint64_t)i),
		     "memfd");
	need(luo_preserve(s, fd, TOKEN_IOMMUFD), "iommufd");
	need(luo_preserve(s, dev[0].fd, TOKEN_DEVICE), "cdev");
	gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE + 1), -EINVAL,
	      "the second device, under an unmarked HWPT");
	load();
	sync();
	for (i = 0; i < 2; i++)
		page(i)->jump_counter = page(i)->counter;
	page(0)->jump_ticks = clock_ticks();
	set_phase(LUB_PHASE_BLACKOUT);
	jump();
}

static uint16_t command_of_second(void)
{
	uint16_t cmd = 0xffff;
	int fd = open(SYSFS "config", O_RDONLY | O_CLOEXEC);

	need(fd < 0 || pread(fd, &cmd, 2, 4) != 2 ? -EIO : 0, "config space of the second device");
	close(fd);
	return cmd;
}

static void set_command_of_second(uint16_t cmd)
{
	int fd = open(SYSFS "config", O_WRONLY | O_CLOEXEC);

	need(fd < 0 || pwrite(fd, &cmd, 2, 4) != 2 ? -EIO : 0, "config space of the second device");
	close(fd);
}

static volatile uint8_t *registers_of_second(void)
{
	unsigned long long start[2];
	int fd = open(SYSFS "resource1", O_RDWR | O_CLOEXEC);
	FILE *in = fopen(SYSFS "resource", "r");
	uint8_t *map;

	need(fd < 0 || !in ? -errno : 0, "BAR of the second device");
	need(fscanf(in, "%llx %*x %*x %llx", &start[0], &start[1]) == 2 ? 0 : -EIO, "resource");
	fclose(in);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(map == MAP_FAILED ? -errno : 0, "mapping the BAR");
	close(fd);
	return map + (start[1] & 4095);
}

/* Somebody with all rights but no driver: do leftovers of the old kernel let the DMA through? */
static void attack(void)
{
	volatile uint8_t *regs = registers_of_second();
	volatile struct lub_witness *w = page(1);
	uint32_t counter = w->counter;

	set_command_of_second(2);
	regs[REG_ISTAT0] = ISTAT0_SRST;
	regs[REG_ISTAT0] = 0;
	msleep(2);
	regs[REG_ISTAT0] = ISTAT0_SRST;
	regs[REG_ISTAT0] = 0;
	set_command_of_second(6);
	*(volatile uint32_t *)(volatile void *)(regs + REG_DSP) = SCRIPT_IOVA;
	msleep(20);
	regs[REG_ISTAT0] = ISTAT0_SRST;
	regs[REG_ISTAT0] = 0;
	set_command_of_second(0);
	msleep(20);
	check(w->counter == counter,
	      "started again with bus mastering on, it reaches nothing (%u loops)",
	      w->counter - counter);
}

/*
 * What the IOMMU has cached may hide that tables are gone. Where the kernel has a file for it, make the
 * hardware fetch all entries again, from the tables that were preserved and are not replaced yet.
 */
static void forget_caches(void)
{
	glob_t found;
	int i, on = 0;

	if (glob(DEBUGFS "/iommu/*/invalidate_all", 0, NULL, &found)) {
		puts("# this kernel has no file to invalidate everything with");
		return;
	}
	for (i = 0; i < INVALIDATIONS; i++) {
		need(sys_write(found.gl_pathv[0], "1\n"), "invalidate_all");
		on += !dma_wait_counter(&engine[0], 10, 1000);
	}
	globfree(&found);
	check(on == INVALIDATIONS, "it goes on after each of %d invalidations of everything (%d)",
	      INVALIDATIONS, on);
}

static void take_window(int s, int i)
{
	memory_init(&mem[i]);
	need(memory_adopt(&mem[i], MEM_WINDOW,
			  need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i), "memfd")),
	     "window");
	engine[i] = (struct dma_engine){ .ops = ops,
					 .window = mem[i].part[MEM_WINDOW].va,
					 .iova = TABLES_WINDOW_IOVA };
}

/* Phase 3 of the second page ends last: until then the observer waits for a change of its counter. */
static void incoming(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), s, fd;
	uint32_t first, second, old, fresh, ioas;
	struct dma_verdict v;
	struct device dev;
	uint16_t cmd;

	s = need(luo_session_retrieve(luo, SESSION), "session");
	take_window(s, 0);
	take_window(s, 1);
	first = page(0)->counter;
	second = page(1)->counter;
	cmd = command_of_second();
	check(first - page(0)->jump_counter > 1000, "the preserved device went on: %u loops",
	      first - page(0)->jump_counter);
	printf("# the other one: %u loops between the jump's start and its end\n",
	       second - page(1)->jump_counter);
	msleep(500);
	check(page(0)->counter != first, "it goes on in the new kernel");
	forget_caches();
	check(page(1)->counter == second, "the other one does not (%u loops in 500 ms)",
	      page(1)->counter - second);
	check(!(cmd & 4), "bus mastering of the other one is off (command %#x)", cmd);
	check(access(SYSFS "driver", F_OK), "no driver has it");
	page(0)->phase = LUB_PHASE_AFTER;

	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	dev.fd = need(luo_retrieve(s, TOKEN_DEVICE), "cdev");
	need(iommufd_restore(fd, 1, &old), "restore");
	need(vfio_bind(dev.fd, fd, &dev.id), "bind");
	need(vfio_attach(dev.fd, old), "attach");
	attack();
	ioas = ioas_make(fd, mem[0].part[MEM_WINDOW].fd, ops->window_bytes, TABLES_WINDOW_IOVA);
	fresh = hwpt_make(fd, &dev, ioas);
	need(vfio_attach(dev.fd, fresh), "replace");
	need(iommufd_destroy(fd, old), "destroy");
	gives(luo_finish(s), 0, "finish");
	engine[0].fd = dev.fd;
	need(ops->open(&engine[0]), "engine");
	gives(ops->verify(&engine[0], true, &v), 0, "the preserved device still works");
	check(v.corrupt == 0, "its data is right (%u bytes are not)", v.corrupt);
	attack();
	page(1)->phase = LUB_PHASE_AFTER;
	need(ops->stop(&engine[0]), "stop");
	puts(sys_read_all(DEBUGFS "/liveupdate/timeline"));
	printf("jump_ticks %llu\n", (unsigned long long)page(0)->jump_ticks);
	msleep(10);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices do DMA through HWPTs of one iommufd, each into a memfd of its own; only the first is
 * preserved, together with both memfds. `outgoing` ends in a kexec; `incoming` sees what the second
 * one has done since, and then lets it try: bus mastering on, program started again.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/counters.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"

#define INVALIDATIONS 50

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE
};

static void set_phase(uint32_t phase)
{
	engine_page(0)->phase = phase;
	engine_page(1)->phase = phase;
}

/* The observer outside takes one announcement at a time. */
static void announce(int i)
{
	volatile struct lub_witness *w = engine_page(i);

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
		engine_window(i, memfd_make(dma_lsi_ops.window_bytes, SEALS), TABLES_WINDOW_IOVA);
		hwpt[i] = engine_hwpt(fd, i, &dev[i]);
		need(vfio_attach(dev[i].fd, hwpt[i]), "attach");
		engine_start(i, &dev[i]);
	}
	check(true, "both devices do DMA: %u and %u loops", engine_page(0)->counter,
	      engine_page(1)->counter);
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
		engine_page(i)->jump_counter = engine_page(i)->counter;
	engine_page(0)->jump_ticks = clock_ticks();
	set_phase(LUB_PHASE_BLACKOUT);
	jump();
}

/* Do leftovers of the old kernel let the DMA of the second device through? */
static void attack(void)
{
	uint32_t loops = engine_force(1);

	check(!loops, "started again with bus mastering on, it reaches nothing (%u loops)", loops);
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

/* Phase 3 of the second page ends last: until then the observer waits for a change of its counter. */
static void incoming(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), s, fd, i;
	uint32_t first, second, old, fresh;
	struct dma_verdict v;
	struct device dev;
	uint16_t cmd;

	s = need(luo_session_retrieve(luo, SESSION), "session");
	for (i = 0; i < 2; i++)
		engine_window(i, need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i), "memfd"),
			      TABLES_WINDOW_IOVA);
	first = engine_page(0)->counter;
	second = engine_page(1)->counter;
	cmd = engine_command(1);
	check(first - engine_page(0)->jump_counter > 1000, "the preserved device went on: %u loops",
	      first - engine_page(0)->jump_counter);
	printf("# the other one: %u loops between the jump's start and its end\n",
	       second - engine_page(1)->jump_counter);
	msleep(500);
	check(engine_page(0)->counter != first, "it goes on in the new kernel");
	forget_caches();
	check(engine_page(1)->counter == second, "the other one does not (%u loops in 500 ms)",
	      engine_page(1)->counter - second);
	check(!(cmd & 4), "bus mastering of the other one is off (command %#x)", cmd);
	check(access("/sys/bus/pci/devices/" DEVICE_1 "/driver", F_OK), "no driver has it");
	engine_page(0)->phase = LUB_PHASE_AFTER;

	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	dev.fd = need(luo_retrieve(s, TOKEN_DEVICE), "cdev");
	need(iommufd_restore(fd, 1, &old), "restore");
	need(vfio_bind(dev.fd, fd, &dev.id), "bind");
	need(vfio_attach(dev.fd, old), "attach");
	attack();
	fresh = engine_hwpt(fd, 0, &dev);
	need(vfio_attach(dev.fd, fresh), "replace");
	need(iommufd_destroy(fd, old), "destroy");
	gives(luo_finish(s), 0, "finish");
	engine[0].fd = dev.fd;
	need(engine[0].ops->open(&engine[0]), "engine");
	gives(engine[0].ops->verify(&engine[0], true, &v), 0, "the preserved device still works");
	check(v.corrupt == 0, "its data is right (%u bytes are not)", v.corrupt);
	attack();
	engine_page(1)->phase = LUB_PHASE_AFTER;
	engine_stop(0, &dev);
	puts(sys_read_all(DEBUGFS "/liveupdate/timeline"));
	printf("jump_ticks %llu\n", (unsigned long long)engine_page(0)->jump_ticks);
	msleep(10);
}

int main(int argc, char **argv)
{
	return two_sides(argc, argv, outgoing, incoming);
}

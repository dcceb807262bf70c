// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices do DMA and are preserved, and then somebody outside damages a record of the IOMMU for the next
 * kernel (tests/emulated/damage.c). `incoming OUTCOME` sees what becomes of their DMA.
 *
 * Each window is mapped at its own physical address: DMA that passes untranslated hits it as well as DMA that
 * is translated by the old tables. What stands still was refused.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"

#define WAIT_MS 60000

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static void wait_for_damage(void)
{
	volatile struct lub_witness *w = engine_page(0);
	int ms;

	memcpy((void *)w->magic, LUB_WITNESS_MAGIC, sizeof(w->magic));
	w->phase = LUB_PHASE_CONTROL;
	kmsg("damage page=0x%llx", (unsigned long long)memory_gpa(&mem[0]));
	for (ms = 0; w->phase == LUB_PHASE_CONTROL && ms < WAIT_MS; ms += 10)
		msleep(10);
	need(w->phase == LUB_PHASE_BLACKOUT ? 0 : -ETIMEDOUT, "damage from outside");
}

static void outgoing(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), fd = need(iommufd_open(), "/dev/iommu");
	int s = need(luo_session_create(luo, SESSION), "session"), i;
	struct device dev[2];

	need(sys_write("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "within_size\n"),
	     "large pages");
	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	for (i = 0; i < 2; i++) {
		uint32_t hwpt;

		engine_identity_window(i, memfd_make(ENGINE_IDENTITY_BYTES, SEALS));
		hwpt = engine_hwpt(fd, i, &dev[i]);
		need(vfio_attach(dev[i].fd, hwpt), "attach");
		engine_start(i, &dev[i]);
		check(engine_force(i) > 0, "device %d can be started without its driver", i);
		engine_start(i, &dev[i]);
		need(iommufd_mark(fd, hwpt, 1 + (uint64_t)i), "mark");
		need(luo_preserve(s, mem[i].part[MEM_WINDOW].fd, TOKEN_WINDOW_0 + (uint64_t)i),
		     "memfd");
	}
	need(luo_preserve(s, fd, TOKEN_IOMMUFD), "iommufd");
	need(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "first cdev");
	need(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), "second cdev");
	load();
	wait_for_damage();
	for (i = 0; i < 2; i++)
		engine_page(i)->jump_counter = engine_page(i)->counter;
	jump();
}

/* It went on without a kernel, and somebody has ended that: neither can it go on nor be started again. */
static void is_blocked(int i)
{
	uint32_t loops = engine_page(i)->counter - engine_page(i)->jump_counter;

	check(loops > 100, "device %d went on into the kexec: %u loops", i, loops);
	loops = engine_loops(i, 500);
	check(!loops, "it is stopped (%u loops in 500 ms)", loops);
	loops = engine_force(i);
	check(!loops, "started again with bus mastering on, it reaches nothing (%u loops)", loops);
}

static void goes_on(int i)
{
	check(engine_loops(i, 100) > 0, "device %d goes on", i);
}

static void no_driver(int i)
{
	const char *dir = i ? "/sys/bus/pci/devices/" DEVICE_1 "/driver"
			    : "/sys/bus/pci/devices/" DEVICE_0 "/driver";
	uint16_t cmd = engine_command(i);

	check(!(cmd & 4), "bus mastering of device %d is off (command %#x)", i, cmd);
	check(access(dir, F_OK), "no driver has it");
}

/* All records that hang on the root are of no use: both devices. The iommufd has a record of its own. */
static void all_blocked(int s)
{
	uint32_t hwpt;
	int fd, i;

	for (i = 0; i < 2; i++) {
		no_driver(i);
		is_blocked(i);
	}
	fd = luo_retrieve(s, TOKEN_IOMMUFD);
	for (i = 0; i < 2; i++)
		check(fd < 0 || iommufd_restore(fd, 1 + (uint64_t)i, &hwpt) < 0,
		      "HWPT of device %d can not be restored", i);
}

/* The IOMMU goes on with empty tables. Those of userspace are right, and nobody is attached to them. */
static void iommu_blocked(int s)
{
	uint32_t old;
	int fd, i;

	is_blocked(0);
	is_blocked(1);
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	for (i = 0; i < 2; i++) {
		gives(iommufd_restore(fd, 1 + (uint64_t)i, &old), 0, "restore of a HWPT");
		gives(iommufd_destroy(fd, old), 0, "destroy of it, as nobody uses it");
	}
	is_blocked(0);
	is_blocked(1);
}

/* The live update of the second device goes on as if nothing had happened. */
static void second_is_adopted(int s, int fd)
{
	struct device dev;
	uint32_t old;

	dev.fd = need(luo_retrieve(s, TOKEN_DEVICE_1), "cdev of the second device");
	need(iommufd_restore(fd, 2, &old), "restore");
	gives(vfio_bind(dev.fd, fd, &dev.id), 0, "bind of the second device");
	gives(vfio_attach(dev.fd, old), 0, "attach");
	gives(vfio_attach(dev.fd, engine_hwpt(fd, 1, &dev)), 0, "replace");
	goes_on(1);
	gives(iommufd_destroy(fd, old), 0, "destroy of the restored HWPT");
	engine_stop(1, &dev);
}

/* The page table of the first device is of no use. */
static void domain_blocked(int s)
{
	uint32_t old;
	int fd;

	is_blocked(0);
	goes_on(1);
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	check(iommufd_restore(fd, 1, &old) < 0, "the HWPT of the first device can not be restored");
	second_is_adopted(s, fd);
}

/* The page table is right, and it is not known who uses it. */
static void device_blocked(int s)
{
	uint32_t old;
	int fd;

	is_blocked(0);
	goes_on(1);
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	gives(iommufd_restore(fd, 1, &old), 0, "restore of the HWPT of the first device");
	gives(iommufd_destroy(fd, old), 0, "destroy of it, as nobody uses it");
	is_blocked(0);
	second_is_adopted(s, fd);
}

/* It is another iommufd that may have the first device, and there is none. */
static void not_bound(int s)
{
	int fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	struct device dev;

	goes_on(0);
	dev.fd = need(luo_retrieve(s, TOKEN_DEVICE_0), "cdev of the first device");
	check(vfio_bind(dev.fd, fd, &dev.id) < 0, "the first device can not be bound");
	goes_on(0);
	second_is_adopted(s, fd);
	gives(luo_finish(s), -EBUSY, "finish with the first device at its memory");
	goes_on(0);
}

/* Nobody knows which devices PCI has left running. */
static void out_of_service(int s)
{
	int i;

	(void)s;
	for (i = 0; i < 2; i++) {
		no_driver(i);
		is_blocked(i);
	}
}

/* The first device is not the one that was preserved. */
static void first_out_of_service(int s)
{
	no_driver(0);
	is_blocked(0);
	goes_on(1);
	second_is_adopted(s, need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd"));
}

/* Nobody can say whose it is, so that it goes on, in memory that the session keeps. */
static void cdev_lost(int s)
{
	int fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");

	goes_on(0);
	gives(luo_retrieve(s, TOKEN_DEVICE_0), -EINVAL, "retrieving the cdev of the first device");
	second_is_adopted(s, fd);
	gives(luo_finish(s), -EBUSY, "finish with the first device at its memory");
	goes_on(0);
}

/* Nobody can claim the page tables, but they are right: the devices go on until the session ends. */
static void not_retrieved(int s)
{
	int i;

	goes_on(0);
	goes_on(1);
	gives(luo_retrieve(s, TOKEN_IOMMUFD), -EINVAL, "retrieving the iommufd");
	goes_on(0);
	goes_on(1);
	gives(luo_finish(s), 0, "finish");
	for (i = 0; i < 2; i++)
		is_blocked(i);
}

static const char *expected;

static const struct {
	const char *name;
	void (*look)(int session);
} outcomes[] = {
	{ "all-blocked", all_blocked },	      { "iommu-blocked", iommu_blocked },
	{ "domain-blocked", domain_blocked }, { "device-blocked", device_blocked },
	{ "not-retrieved", not_retrieved },   { "not-bound", not_bound },
	{ "out-of-service", out_of_service }, { "first-out-of-service", first_out_of_service },
	{ "cdev-lost", cdev_lost },	      { NULL, NULL },
};

static void incoming(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), i;
	int s = need(luo_session_retrieve(luo, SESSION), "session");

	for (i = 0; i < 2; i++)
		engine_identity_window(i, need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i),
					       "memfd"));
	for (i = 0; outcomes[i].name; i++)
		if (!strcmp(outcomes[i].name, expected)) {
			outcomes[i].look(s);
			return;
		}
	need(-EINVAL, "what is expected");
}

int main(int argc, char **argv)
{
	expected = argc > 2 ? argv[2] : "";
	return two_sides(argc > 2 ? 2 : argc, argv, outgoing, incoming);
}

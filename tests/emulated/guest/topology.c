// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two devices, wherever the machine has them: the first on the root bus, the second possibly behind bridges. Each
 * does DMA into a window of its own. `outgoing WHAT` preserves them and ends in a kexec, `incoming WHAT` takes over:
 *
 * shared   both use one HWPT
 * ioas     each has a HWPT of its own, of one IOAS
 * apart    each has a HWPT and an IOAS of its own
 * refused  the second one can not be preserved, which costs the first one nothing
 * group    as apart, and the next kernel finds a third device in the group of the second one
 */
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"

#define PLACES DIR "/places"
#define THIRD "0000:00:05.1"

enum {
	TOKEN_WINDOW_0 = 1,
	TOKEN_WINDOW_1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static const char *what;
static char place[2][16];
static struct device dev[2];
static int nr = 2; /* devices that are preserved */

static bool is(const char *word)
{
	return !strcmp(what, word);
}

/* The devices of this kind, in the order of their addresses. */
static void find_places(void)
{
	uint16_t vendor, device;
	size_t i;
	int n = 0;
	glob_t all;

	need(glob("/sys/bus/pci/devices/*", 0, NULL, &all) ? -ENOENT : 0, "PCI devices");
	for (i = 0; i < all.gl_pathc && n < 2; i++) {
		const char *bdf = strrchr(all.gl_pathv[i], '/') + 1;

		if (pcidev_ids(bdf, &vendor, &device) || !engine[0].ops->match(vendor, device))
			continue;
		snprintf(place[n], sizeof(place[n]), "%s", bdf);
		engine_place(n, place[n]);
		n++;
	}
	globfree(&all);
	need(n == 2 ? 0 : -ENODEV, "two devices (%d)", n);
}

/* This kernel forgets the third device, so that the second one is alone in its group. */
static void hide_third(void)
{
	char path[128];
	glob_t devices;

	need(sys_write("/sys/bus/pci/devices/" THIRD "/remove", "1"), "removing " THIRD);
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/devices/*", place[1]);
	need(glob(path, 0, NULL, &devices) ? -ENOENT : 0, "%s", path);
	check(devices.gl_pathc == 1, "the device at %s is alone in its group", place[1]);
	globfree(&devices);
}

/* Where the other window is in an IOAS that has both. */
static uint64_t iova_of(int i)
{
	return TABLES_WINDOW_IOVA + (is("shared") || is("ioas") ? (uint64_t)i << 24 : 0);
}

static uint32_t ioas_of_both(int fd)
{
	const struct mapping *w = &mem[1].part[MEM_WINDOW];
	uint32_t ioas = ioas_make(fd, mem[0].part[MEM_WINDOW].fd, w->bytes, iova_of(0));

	need(iommufd_map_file(fd, ioas, w->fd, 0, w->bytes, iova_of(1)), "second window");
	return ioas;
}

/* New HWPTs of the kind that this is about. */
static void make_hwpts(int fd, uint32_t hwpt[2])
{
	uint32_t ioas;

	if (is("shared") || is("ioas")) {
		ioas = ioas_of_both(fd);
		hwpt[0] = hwpt_make(fd, &dev[0], ioas);
		hwpt[1] = is("shared") ? hwpt[0] : hwpt_make(fd, &dev[1], ioas);
		return;
	}
	hwpt[0] = engine_hwpt(fd, 0, &dev[0]);
	if (nr == 2 || is("refused"))
		hwpt[1] = engine_hwpt(fd, 1, &dev[1]);
}

static void set_ops(void)
{
	engine[0].ops = engine[1].ops = dma_find("lsi");
}

static void both_go_on(const char *when)
{
	int i;

	for (i = 0; i < nr; i++)
		check(engine_loops(i, 100) > 0, "device %d goes on %s", i, when);
}

static void refused(int s, int fd)
{
	uint32_t ioas;

	gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), -EOPNOTSUPP,
	      "preserving the device at %s", place[1]);
	check(engine_loops(1, 100) > 0, "it goes on");
	gives(vfio_detach(dev[1].fd), 0, "and can be detached");
	ioas = ioas_make(fd, mem[1].part[MEM_WINDOW].fd, mem[1].part[MEM_WINDOW].bytes, iova_of(1));
	gives(vfio_attach(dev[1].fd, hwpt_make(fd, &dev[1], ioas)), 0,
	      "and attached to something else");
}

static void outgoing(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), fd = need(iommufd_open(), "/dev/iommu");
	int s = need(luo_session_create(luo, SESSION), "session"), i;
	uint32_t hwpt[2];
	char text[64];

	set_ops();
	find_places();
	snprintf(text, sizeof(text), "%s %s", place[0], place[1]);
	need(sys_save(PLACES, text), PLACES);
	if (is("group"))
		hide_third();
	for (i = 0; i < 2; i++) {
		device_open(&dev[i], place[i], fd);
		engine_window(i, memfd_make(dma_lsi_ops.window_bytes, SEALS), iova_of(i));
	}
	make_hwpts(fd, hwpt);
	for (i = 0; i < 2; i++) {
		need(vfio_attach(dev[i].fd, hwpt[i]), "attaching the device at %s", place[i]);
		engine_start(i, &dev[i]);
		if (!i || !is("shared"))
			need(iommufd_mark(fd, hwpt[i], 1 + (uint64_t)i), "mark");
		need(luo_preserve(s, mem[i].part[MEM_WINDOW].fd, TOKEN_WINDOW_0 + (uint64_t)i),
		     "memfd");
	}
	need(luo_preserve(s, fd, TOKEN_IOMMUFD), "iommufd");
	gives(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), 0, "preserving the device at %s",
	      place[0]);
	if (is("refused"))
		refused(s, fd);
	else
		gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), 0, "preserving the device at %s",
		      place[1]);
	load();
	for (i = 0; i < 2; i++)
		engine_page(i)->jump_counter = engine_page(i)->counter;
	jump();
}

/* One after the other: while the first has a new HWPT the second does DMA through the old one. */
static void replace(int fd, int s, const uint32_t old[2])
{
	uint32_t fresh[2];

	make_hwpts(fd, fresh);
	gives(vfio_attach(dev[0].fd, fresh[0]), 0, "replacing the HWPT of the first device");
	both_go_on("after that");
	if (nr == 2) {
		gives(iommufd_destroy(fd, old[1]), -EBUSY, "destroy of what the second one uses");
		gives(luo_finish(s), -EBUSY, "finish");
		gives(vfio_attach(dev[1].fd, fresh[1]), 0, "replacing that of the second device");
		both_go_on("after that");
		gives(iommufd_destroy(fd, old[1]), 0, "destroy of the second old HWPT");
	}
	if (!is("shared"))
		gives(iommufd_destroy(fd, old[0]), 0, "destroy of the first old HWPT");
	gives(luo_finish(s), 0, "finish");
	both_go_on("after finish");
}

static void take(int fd, int s, uint32_t old[2])
{
	int i;

	for (i = 0; i < nr; i++) {
		dev[i].fd = need(luo_retrieve(s, TOKEN_DEVICE_0 + (uint64_t)i), "cdev");
		if (i && is("shared"))
			old[1] = old[0];
		else
			gives(iommufd_restore(fd, 1 + (uint64_t)i, &old[i]), 0, "restore");
		gives(vfio_bind(dev[i].fd, fd, &dev[i].id), 0, "bind");
		gives(vfio_attach(dev[i].fd, old[i]), 0, "attach");
	}
	if (nr == 2 && !is("shared")) {
		gives(vfio_attach(dev[0].fd, old[1]), -EINVAL,
		      "attaching it to the HWPT of the other");
		both_go_on("after that");
	}
}

static void verify(int i)
{
	struct dma_verdict v;

	engine[i].fd = dev[i].fd;
	need(engine[i].ops->open(&engine[i]), "engine");
	gives(engine[i].ops->verify(&engine[i], true, &v), 0, "device %d still works", i);
	check(v.corrupt == 0, "its data is right (%u bytes are not)", v.corrupt);
	engine_stop(i, &dev[i]);
}

static void second_is_out(void)
{
	uint32_t loops = engine_loops(1, 300);

	check(!loops, "the second device does no DMA (%u loops)", loops);
	/* One that was preserved is where it can do nothing, and need not be out of service. */
	if (is("refused"))
		check(!(engine_command(1) & 4), "bus mastering of it is off");
	loops = engine_force(1);
	check(!loops, "started again with bus mastering on, it reaches nothing (%u loops)", loops);
}

static void incoming(void)
{
	int luo = need(luo_open(), "/dev/liveupdate"), s, fd, i;
	char was[64], now[64];
	uint32_t old[2];

	set_ops();
	find_places();
	need((int)sys_read(PLACES, was, sizeof(was)), PLACES);
	snprintf(now, sizeof(now), "%s %s", place[0], place[1]);
	check(!strncmp(was, now, strlen(now)), "the devices are where they were: %s", now);
	nr = is("refused") || is("group") ? 1 : 2;
	s = need(luo_session_retrieve(luo, SESSION), "session");
	for (i = 0; i < 2; i++)
		engine_window(i, need(luo_retrieve(s, TOKEN_WINDOW_0 + (uint64_t)i), "memfd"),
			      iova_of(i));
	for (i = 0; i < nr; i++)
		check(engine_page(i)->counter - engine_page(i)->jump_counter > 100,
		      "device %d went on over the kexec", i);
	both_go_on("in the new kernel");
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	take(fd, s, old);
	both_go_on("with restored HWPTs");
	if (nr == 1) {
		second_is_out();
		if (is("group")) {
			gives(iommufd_restore(fd, 2, &old[1]), 0, "restore of its HWPT");
			gives(iommufd_destroy(fd, old[1]), 0, "destroy of it, as nobody uses it");
		}
		what = "apart";
		gives(vfio_attach(dev[0].fd, engine_hwpt(fd, 0, &dev[0])), 0, "replace");
		gives(iommufd_destroy(fd, old[0]), 0, "destroy");
		/* The HWPT of the second one was marked, and is preserved without it. */
		gives(luo_finish(s), 0, "finish");
	} else {
		replace(fd, s, old);
	}
	for (i = 0; i < nr; i++)
		verify(i);
}

int main(int argc, char **argv)
{
	what = argc > 2 ? argv[2] : "";
	if (!is("shared") && !is("ioas") && !is("apart") && !is("refused") && !is("group"))
		return 2;
	return two_sides(2, argv, outgoing, incoming);
}

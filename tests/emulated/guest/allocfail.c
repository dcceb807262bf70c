// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each allocation of each call of a live update fails once. `outgoing` preserves, and unpreserves, a
 * device that does DMA; `incoming` takes it over. What failed must have changed nothing, and DMA goes
 * on through all of it.
 *
 * RETRIEVE_FD of a file that failed is not tried again by LUO. So there is a session of its own for
 * each allocation of RETRIEVE_FD of an iommufd, and for that of a cdev a second device. What can not
 * be undone when it got along without an allocation goes on in the next kexec: DIR/nth says with
 * which allocation.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/counters.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"
#include "tests/emulated/guest/inject.h"

#define SHOTS 24 /* sessions for RETRIEVE_FD of an iommufd */
#define LOST_SESSION "lost"
#define RAM_BYTES 65536
#define HWPTS 3 /* two of one IOAS, which the first device is attached to, and one of another */

enum {
	TOKEN_RAM = 1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE
};

static int luo, s, fd;
static struct device dev[2];
static uint32_t ioas[2], hwpt[HWPTS], fresh;
static int64_t kho_before, pages_before;
static unsigned int nth_first;

static void read_nth(void)
{
	uint64_t nth;

	need(sys_read_u64(DIR "/nth", &nth), DIR "/nth");
	nth_first = (unsigned int)nth;
}

static bool goes_on(void)
{
	return !dma_wait_counter(&engine[0], 2, 1000);
}

static int new_session(const char *name)
{
	return need(luo_session_create(luo, name), "session %s", name);
}

/* Outgoing */

static int preserve_iommufd(void)
{
	return luo_preserve(s, fd, TOKEN_IOMMUFD);
}

static int preserve_device(void)
{
	return luo_preserve(s, dev[0].fd, TOKEN_DEVICE);
}

static void only_memory(void)
{
	close(s);
	s = new_session(SESSION);
	need(luo_preserve(s, mem[0].part[MEM_WINDOW].fd, TOKEN_RAM), "memfd");
}

static void without_device(void)
{
	only_memory();
	need(preserve_iommufd(), "iommufd");
}

static bool changes(void)
{
	int i, err = 0;

	for (i = 0; i < 2 && !err; i++)
		err = try_change(fd, ioas[i], mem[0].part[MEM_WINDOW].fd);
	if (err)
		printf("# the IOAS can not be changed: %s\n", strerrorname_np(-err));
	return !err;
}

static bool counts(void)
{
	int64_t kho = kho_preserved_pages(), pages = settled(iommu_pages, pages_before);

	if (kho != kho_before || pages != pages_before)
		printf("# %lld pages with KHO, %lld of page tables; before %lld and %lld\n",
		       (long long)kho, (long long)pages, (long long)kho_before,
		       (long long)pages_before);
	return kho == kho_before && pages == pages_before;
}

static bool free_iommufd(void)
{
	return changes() && counts() && goes_on();
}

static bool free_device(void)
{
	int err = vfio_attach(dev[0].fd, hwpt[1]);

	err = err ? err : vfio_attach(dev[0].fd, hwpt[0]);
	if (err)
		printf("# the device can not be attached elsewhere: %s\n", strerrorname_np(-err));
	return !err && counts() && goes_on();
}

static void remember(void)
{
	kho_before = kho_preserved_pages();
	pages_before = iommu_pages();
}

/* Closing the session unpreserves, and can not fail. */
static void sweep_close(void)
{
	unsigned int nth, failed = 0, changed = 0;

	for (nth = 1;; nth++) {
		bool happened;

		need(luo_preserve(s, mem[0].part[MEM_WINDOW].fd, TOKEN_RAM), "memfd");
		need(preserve_iommufd(), "iommufd");
		need(preserve_device(), "cdev");
		inject(nth);
		close(s);
		happened = inject(0);
		failed += happened;
		s = new_session(SESSION);
		changed += !changes() || !free_device();
		if (!happened)
			break;
	}
	swept("unpreserve", failed, failed, changed);
}

static void shot_session(int n)
{
	char name[16];
	int iommufd = need(iommufd_open(), "/dev/iommu"), ram = memfd_make(RAM_BYTES, SEALS),
	    session;
	struct device d;

	device_open(&d, DEVICE_1, iommufd);
	need(iommufd_mark(iommufd,
			  hwpt_make(iommufd, &d,
				    ioas_make(iommufd, ram, RAM_BYTES, TABLES_WINDOW_IOVA)),
			  1),
	     "mark");
	close(d.fd);
	snprintf(name, sizeof(name), "shot%d", n);
	session = new_session(name);
	need(luo_preserve(session, ram, TOKEN_RAM), "memfd");
	need(luo_preserve(session, iommufd, TOKEN_IOMMUFD), "iommufd of session %s", name);
}

/* The device whose cdev will be lost */
static void lost_session(void)
{
	int iommufd = need(iommufd_open(), "/dev/iommu"), session;
	uint32_t id;

	device_open(&dev[1], DEVICE_1, iommufd);
	engine_window(1, memfd_make(dma_lsi_ops.window_bytes, SEALS), TABLES_WINDOW_IOVA);
	id = engine_hwpt(iommufd, 1, &dev[1]);
	need(vfio_attach(dev[1].fd, id), "attach");
	engine_start(1, &dev[1]);
	need(iommufd_mark(iommufd, id, 1), "mark");
	session = new_session(LOST_SESSION);
	need(luo_preserve(session, mem[1].part[MEM_WINDOW].fd, TOKEN_RAM), "memfd");
	need(luo_preserve(session, iommufd, TOKEN_IOMMUFD), "iommufd");
	need(luo_preserve(session, dev[1].fd, TOKEN_DEVICE), "cdev");
}

static void first_device(void)
{
	int i;

	fd = need(iommufd_open(), "/dev/iommu");
	device_open(&dev[0], DEVICE_0, fd);
	engine_window(0, memfd_make(dma_lsi_ops.window_bytes, SEALS), TABLES_WINDOW_IOVA);
	for (i = 0; i < 2; i++)
		ioas[i] = ioas_make(fd, mem[0].part[MEM_WINDOW].fd, mem[0].part[MEM_WINDOW].bytes,
				    TABLES_WINDOW_IOVA);
	for (i = 0; i < HWPTS; i++) {
		hwpt[i] = hwpt_make(fd, &dev[0], ioas[i / 2]);
		need(iommufd_mark(fd, hwpt[i], 1 + (uint64_t)i), "mark");
	}
	need(vfio_attach(dev[0].fd, hwpt[0]), "attach");
	engine_start(0, &dev[0]);
}

/* All that can be undone goes through all allocations in one go. */
static void sweeps(void)
{
	only_memory();
	/* A first change leaves tables that the next one finds. */
	changes();
	remember();
	sweep(&(struct sweep){ "preserve of the iommufd", preserve_iommufd, only_memory,
			       free_iommufd, 1 });
	without_device();
	remember();
	sweep(&(struct sweep){ "preserve of the cdev", preserve_device, without_device, free_device,
			       1 });
	close(s);
	s = new_session(SESSION);
	remember();
	sweep_close();
	leaks("in the outgoing kernel");
}

/* What all this says is to be seen before the kexec, which it takes too long for to be waited for. */
static void finish_before_jump(void)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	need(child < 0 ? -errno : 0, "fork");
	if (child)
		exit(finish());
	setsid();
	need(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr) ? 0 : -errno,
	     "/dev/null");
	msleep(1000);
	jump();
}

static void outgoing(void)
{
	int n;

	luo = need(luo_open(), "/dev/liveupdate");
	read_nth();
	first_device();
	inject_init();
	s = new_session(SESSION);
	if (nth_first == 1)
		sweeps();
	without_device();
	need(preserve_device(), "cdev");
	for (n = 0; n < SHOTS && nth_first == 1; n++)
		shot_session(n);
	lost_session();
	load();
	finish_before_jump();
}

/* Incoming */

static int bind(void)
{
	return vfio_bind(dev[0].fd, fd, &dev[0].id);
}

static int restore(void)
{
	return iommufd_restore(fd, 1, &hwpt[0]);
}

static int attach(void)
{
	return vfio_attach(dev[0].fd, hwpt[0]);
}

static int replace(void)
{
	return vfio_attach(dev[0].fd, fresh);
}

static int finish_session(void)
{
	return luo_finish(s);
}

/* If an iommufd can not be retrieved its session can be finished, which frees its page tables. */
static void shots(void)
{
	unsigned int failed = 0, spared = 0, changed = 0;
	int64_t pages, kho;
	bool happened = true;
	int n, err;

	for (n = 0; n < SHOTS; n++) {
		char name[16];
		int session, iommufd = -1;
		uint32_t id;

		snprintf(name, sizeof(name), "shot%d", n);
		session = need(luo_session_retrieve(luo, name), "session %s", name);
		need(luo_retrieve(session, TOKEN_RAM), "memfd of session %s", name);
		pages = iommu_pages();
		kho = kho_unclaimed_pages();
		/* The last one goes well for sure, to compare with. */
		inject(happened && n < SHOTS - 1 ? (unsigned int)n + 1 : 0);
		err = luo_retrieve(session, TOKEN_IOMMUFD);
		happened = inject(0) && happened && n < SHOTS - 1;
		failed += happened;
		if (err >= 0) {
			spared += happened;
			iommufd = err;
			need(iommufd_restore(iommufd, 1, &id), "restore of session %s", name);
			need(iommufd_destroy(iommufd, id), "destroy of session %s", name);
		} else if (!happened || err != -ENOMEM) {
			printf("# session %s: %s\n", name, strerrorname_np(-err));
		}
		err = luo_finish(session);
		changed += err || !goes_on();
		if (err)
			printf("# finish of session %s: %s\n", name, strerrorname_np(-err));
		close(session);
		if (iommufd >= 0)
			close(iommufd);
		printf("# session %s: %lld pages of page tables, %lld with KHO\n", name,
		       (long long)(iommu_pages() - pages),
		       (long long)(kho_unclaimed_pages() - kho));
	}
	check(!happened, "%d sessions were enough", SHOTS);
	swept("retrieve of the iommufd", failed, spared, changed);
}

/* It is as in takeover.c when it can not be retrieved, and otherwise any other device. */
static void lost(void)
{
	int session = need(luo_session_retrieve(luo, LOST_SESSION), "session " LOST_SESSION),
	    iommufd, err;
	uint32_t old, id;
	bool happened;

	engine_window(1, need(luo_retrieve(session, TOKEN_RAM), "memfd"), TABLES_WINDOW_IOVA);
	check(engine_loops(1, 100) > 0, "the second device does DMA");
	iommufd = need(luo_retrieve(session, TOKEN_IOMMUFD), "iommufd");
	inject(nth_first);
	err = luo_retrieve(session, TOKEN_DEVICE);
	happened = inject(0);
	if (err < 0) {
		gives(err, -ENOMEM, "retrieve of the cdev");
		check(happened && !engine_loops(1, 100), "its device is stopped");
	} else {
		dev[1].fd = err;
		need(vfio_bind(dev[1].fd, iommufd, &dev[1].id), "bind");
		need(iommufd_restore(iommufd, 1, &old), "restore");
		need(vfio_attach(dev[1].fd, old), "attach");
		id = engine_hwpt(iommufd, 1, &dev[1]);
		need(vfio_attach(dev[1].fd, id), "replace");
		need(iommufd_destroy(iommufd, old), "destroy");
		check(engine_loops(1, 100) > 0, "its device goes on");
		engine_stop(1, &dev[1]);
	}
	gives(luo_finish(session), 0, "finish of its session");
	close(session);
	swept("retrieve of the cdev", happened, happened && err >= 0, 0);
}

static void incoming(void)
{
	int64_t left;
	int i;

	luo = need(luo_open(), "/dev/liveupdate");
	read_nth();
	inject_init();
	s = need(luo_session_retrieve(luo, SESSION), "session");
	engine_window(0, need(luo_retrieve(s, TOKEN_RAM), "memfd"), TABLES_WINDOW_IOVA);
	check(goes_on(), "the first device does DMA");
	lost();
	if (nth_first == 1)
		shots();

	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	dev[0].fd = need(luo_retrieve(s, TOKEN_DEVICE), "cdev");
	sweep(&(struct sweep){ "bind", bind, NULL, goes_on, nth_first });
	sweep(&(struct sweep){ "restore", restore, NULL, goes_on, nth_first });
	for (i = 1; i < HWPTS; i++)
		need(iommufd_restore(fd, 1 + (uint64_t)i, &hwpt[i]), "restore");
	sweep(&(struct sweep){ "attach", attach, NULL, goes_on, nth_first });
	fresh = engine_hwpt(fd, 0, &dev[0]);
	sweep(&(struct sweep){ "replace", replace, NULL, goes_on, nth_first });
	for (i = 0; i < HWPTS; i++)
		need(iommufd_destroy(fd, hwpt[i]), "destroy");
	sweep(&(struct sweep){ "finish", finish_session, NULL, goes_on, nth_first });
	check(goes_on(), "the first device has its new HWPT");
	engine_stop(0, &dev[0]);
	left = kho_unclaimed_pages();
	check(left <= KHO_KEEPS, "nothing is left with KHO (%lld pages)", (long long)left);
	leaks("in the incoming kernel");
}

int main(int argc, char **argv)
{
	return two_sides(argc, argv, outgoing, incoming);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The findings of the review and the rules of the interface, on real VT-d page tables. `api` runs in
 * one kernel; `race` ends in a kexec, after which `restore` compares what came over with what
 * the racing threads had left.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/counters.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/guest.h"
#include "tests/emulated/guest/race.h"

#define RAM_BYTES (1ul << 20)
#define IOVA 0x10000000ull

enum {
	TOKEN_RAM = 1,
	TOKEN_LOOSE,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static int luo, fd, ram;
static struct device dev[2];
static uint32_t ioas, hwpt[2];
static int64_t kho_before;

static void setup(void)
{
	int i;

	sys_mount();
	luo = need(luo_open(), "/dev/liveupdate");
	fd = need(iommufd_open(), "/dev/iommu");
	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	ram = memfd_make(RAM_BYTES, SEALS);
	ioas = ioas_make(fd, ram, RAM_BYTES, IOVA);
	for (i = 0; i < 2; i++) {
		hwpt[i] = hwpt_make(fd, &dev[i], ioas);
		need(vfio_attach(dev[i].fd, hwpt[i]), "attaching device %d", i);
	}
	kho_before = kho_preserved_pages();
	check(kho_before >= 0, "kho/out/preserved_pages can be read (%lld)", (long long)kho_before);
	/* Page tables of the far end stay when it is unmapped: make them before pages are counted. */
	gives(try_change(fd, ioas, ram), 0, "IOAS can be changed before anything is preserved");
}

/* What is marked is registered already, and stays so when a session ends. */
static int open_session(void)
{
	kho_before = kho_preserved_pages();
	return need(luo_session_create(luo, SESSION), "session");
}

/* Everything is as it was: nothing is left with KHO, and the IOAS can be changed. */
static void close_session(int session, const char *after)
{
	int64_t pages;

	close(session);
	pages = settled(kho_preserved_pages, kho_before);
	check(pages == kho_before, "no KHO page is left after %s (%lld)", after,
	      (long long)(pages - kho_before));
	gives(try_change(fd, ioas, ram), 0, "IOAS can be changed after %s", after);
}

static void test_order(void)
{
	int s = open_session();

	gives(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), -ENOENT, "cdev before iommufd");
	gives(luo_preserve(s, ram, TOKEN_RAM), 0, "memfd after that");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), 0, "iommufd without marked HWPTs");
	gives(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), -EINVAL, "cdev under an unmarked HWPT");
	close_session(s, "orders that are wrong");
}

static void test_mark(void)
{
	uint32_t out;

	gives(iommufd_mark(fd, hwpt[0], 10), 0, "mark");
	gives(iommufd_mark(fd, hwpt[1], 10), -EADDRINUSE, "mark of another HWPT with that token");
	gives(iommufd_mark(fd, hwpt[1], 30), 0, "mark with a free token");
	gives(iommufd_mark(fd, hwpt[0], 11), 0, "mark again with another token");
	gives(iommufd_mark(fd, hwpt[0], 10), 0, "and back: the first token is free");
	gives(iommufd_mark(fd, 0xffffff, 12), -ENOENT, "mark of nothing");
	gives(iommufd_mark(fd, ioas, 12), -ENOENT, "mark of an IOAS");
	gives(iommufd_restore(fd, 10, &out), -EINVAL,
	      "restore on an iommufd that was not retrieved");
}

/* With memfd, iommufd and the first device preserved, nothing that matters can be changed. */
static void test_busy(void)
{
	uint32_t spare = hwpt_make(fd, &dev[1], ioas), unmarked = hwpt_make(fd, &dev[1], ioas), out;
	uint32_t other = ioas_make(fd, ram, RAM_BYTES, IOVA), fresh = hwpt_make(fd, &dev[0], other);
	int s, s2;

	gives(iommufd_mark(fd, spare, 31), 0, "mark of a HWPT without device");
	/* Its tables of the far end, too, see setup() */
	need(try_change(fd, ioas, ram), "change");
	s = open_session();
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -ENOENT, "iommufd before its memfd");
	gives(try_change(fd, ioas, ram), 0, "IOAS can be changed after that");
	gives(luo_preserve(s, ram, TOKEN_RAM), 0, "memfd");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), 0, "iommufd");
	gives(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), 0, "cdev");

	gives(iommufd_mark(fd, fresh, 77), -EBUSY, "mark while preserved");
	gives(try_change(fd, ioas, ram), -EBUSY, "map while preserved");
	gives(ioas_unmap(fd, ioas, IOVA, RAM_BYTES), -EBUSY, "unmap while preserved");
	gives(ioas_unmap(fd, ioas, 0, UINT64_MAX), -EBUSY, "unmap of all while preserved");
	gives(ioas_copy(fd, ioas, 1ull << 40, other, IOVA, 4096), -EBUSY,
	      "copy into it while preserved");
	gives(iommufd_hwpt_alloc(fd, dev[0].id, ioas, &out), -EBUSY, "new HWPT while preserved");
	gives(iommufd_destroy(fd, hwpt[0]), -EBUSY, "destroy of a preserved HWPT in use");
	gives(iommufd_destroy(fd, spare), -EBUSY, "destroy of a preserved HWPT without device");
	gives(iommufd_destroy(fd, unmarked), -EBUSY, "destroy of an unmarked HWPT of that IOAS");
	gives(iommufd_destroy(fd, ioas), -EBUSY, "destroy of the IOAS");
	gives(vfio_detach(dev[0].fd), -EBUSY, "detach of the preserved device");
	gives(vfio_attach(dev[0].fd, fresh), -EBUSY, "replacing its HWPT");
	gives(vfio_attach(dev[0].fd, hwpt[1]), -EBUSY,
	      "replacing it by one that is preserved, too");
	gives(vfio_reset(dev[0].fd) ? -EBUSY : 0, -EBUSY, "reset of the preserved device");
	gives(try_change(fd, other, ram), 0, "map in another IOAS of the iommufd");

	s2 = need(luo_session_create(luo, "second"), "second session");
	check(luo_preserve(s2, fd, TOKEN_IOMMUFD) < 0, "iommufd in a second session is refused");
	check(luo_preserve(s2, dev[0].fd, TOKEN_DEVICE_0) < 0,
	      "cdev in a second session is refused");
	close(s2);
	gives(try_change(fd, ioas, ram), -EBUSY, "map after the second session");
	gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), 0, "second cdev");
	gives(vfio_detach(dev[1].fd), -EBUSY, "detach of the second device");
	close_session(s, "unpreserve");

	gives(vfio_attach(dev[0].fd, fresh), 0, "replacing the HWPT after unpreserve");
	gives(vfio_attach(dev[0].fd, hwpt[0]), 0, "and back");
	gives(vfio_detach(dev[1].fd), 0, "detach after unpreserve");
	gives(vfio_attach(dev[1].fd, hwpt[1]), 0, "attach after unpreserve");
	gives(iommufd_destroy(fd, spare), 0, "destroy after unpreserve");
	iommufd_destroy(fd, unmarked);
	iommufd_destroy(fd, fresh);
	iommufd_destroy(fd, other);
}

/*
 * Finding 1. Both HWPTs of the shared IOAS are preserved before, after and around one that fails,
 * because its own IOAS has a memfd without seals.
 */
static void test_shared_ioas(void)
{
	static const uint64_t at[] = { 5, 20, 40 };
	int loose = memfd_make(2ul << 20, 0), s;
	uint32_t bad_ioas = ioas_make(fd, loose, 2ul << 20, IOVA),
		 bad = hwpt_make(fd, &dev[1], bad_ioas);
	unsigned int i;

	for (i = 0; i < 3; i++) {
		need(iommufd_mark(fd, bad, at[i]), "mark");
		need(try_change(fd, bad_ioas, ram), "change");
		s = open_session();
		need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
		need(luo_preserve(s, loose, TOKEN_LOOSE), "memfd without seals");
		gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -EINVAL, "HWPT %u of 3 fails", i + 1);
		gives(try_change(fd, ioas, ram), 0, "shared IOAS can be changed at once");
		gives(try_change(fd, bad_ioas, ram), 0, "the failing one can, too");
		gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -EINVAL, "it fails a second time");
		if (i < 2) {
			close_session(s, "a failed preserve");
			continue;
		}
		need(fcntl(loose, F_ADD_SEALS, SEALS) ? -errno : 0, "seals");
		gives(luo_preserve(s, fd, TOKEN_IOMMUFD), 0, "with seals it works, same session");
		gives(try_change(fd, ioas, ram), -EBUSY, "shared IOAS is immutable");
		gives(try_change(fd, bad_ioas, ram), -EBUSY, "the other one is, too");
	}
	/* The second device fails while the first one stays preserved. */
	gives(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), 0, "first device");
	gives(vfio_detach(dev[1].fd), 0, "second device is detached");
	gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), -EINVAL, "second device fails");
	gives(try_change(fd, ioas, ram), -EBUSY, "shared IOAS stays immutable for the first");
	gives(vfio_detach(dev[0].fd), -EBUSY, "the first one can not be detached");
	gives(vfio_attach(dev[1].fd, hwpt[1]), 0, "the second one is attached again");
	gives(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), 0, "and preserved");
	close_session(s, "the last HWPT is unpreserved");
	iommufd_destroy(fd, bad);
	iommufd_destroy(fd, bad_ioas);
	close(loose);
}

/* Finding 3. */
static void test_seals(void)
{
	int late = memfd_make(2ul << 20, 0), s;
	uint32_t where = ioas_make(fd, late, 2ul << 20, IOVA), pt = hwpt_make(fd, &dev[1], where);
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	need(iommufd_mark(fd, pt, 50), "mark");
	s = open_session();
	need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
	need(luo_preserve(s, late, TOKEN_LOOSE), "memfd without seals");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -EINVAL, "no seals");
	need(fcntl(late, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) ? -errno : 0, "seals");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -EINVAL, "F_SEAL_SEAL is missing");
	need(fcntl(late, F_ADD_SEALS, F_SEAL_SEAL) ? -errno : 0, "seals");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), 0, "all seals, added after the map");
	close_session(s, "seals");

	s = open_session();
	need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -ENOENT, "sealed memfd that is not preserved");
	close_session(s, "a memfd that is not preserved");

	need(memory == MAP_FAILED ? -errno : 0, "mmap");
	need(ioas_map_user(fd, where, memory, 4096, 1ull << 30), "map of anonymous memory");
	s = open_session();
	need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
	need(luo_preserve(s, late, TOKEN_LOOSE), "memfd");
	gives(luo_preserve(s, fd, TOKEN_IOMMUFD), -EINVAL, "memory of no file is mapped, too");
	close_session(s, "memory of no file");
	iommufd_destroy(fd, pt);
	iommufd_destroy(fd, where);
	close(late);
}

static void api(void)
{
	int64_t pages;

	setup();
	pages = iommu_pages();
	test_order();
	test_mark();
	test_busy();
	test_shared_ioas();
	test_seals();
	check(settled(iommu_pages, pages) == pages, "page-table pages are back to %lld (%lld)",
	      (long long)pages, (long long)iommu_pages());
}

/* Finding 2: preserve and unpreserve again and again, then once for good. */
static void test_race(void)
{
	uint64_t end = clock_ticks() + clock_hz() / 1000 * RACE_MS;
	unsigned int tried, held = 0;
	int64_t pages, kho;
	int err, s;

	need(iommufd_map_file(fd, ioas, ram, 0, 4096, RACE_IOVA), "map");
	need(ioas_unmap(fd, ioas, RACE_IOVA, 4096), "unmap");
	pages = iommu_pages();
	kho = kho_preserved_pages();
	race_start(fd, &dev[1], ioas, ram);
	for (tried = 0; clock_ticks() < end; tried++) {
		s = open_session();
		need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
		err = luo_preserve(s, fd, TOKEN_IOMMUFD);
		if (!err) {
			held++;
			need(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "cdev while others race");
			if (try_change(fd, ioas, ram) != -EBUSY)
				check(false, "preserved IOAS can be changed");
		} else if (err != -EBUSY) {
			gives(err, -EBUSY, "preserve while others race");
		}
		msleep(1);
		close(s);
		msleep(1);
	}
	race_pause();
	check(held > 10,
	      "preserved %u times in %u tries, against %u new, %u marked, %u destroyed HWPTs", held,
	      tried, race_made(), race_marked(), race_destroyed());
	check(race_made() > 100 && race_destroyed() > 100, "there was a race");
	check(!race_errors(), "racing threads saw EBUSY and nothing worse (%u)", race_errors());
	race_clear();
	check(settled(kho_preserved_pages, kho) == kho, "no KHO page is left");
	check(settled(iommu_pages, pages) == pages, "page-table pages are back to %lld (%lld)",
	      (long long)pages, (long long)iommu_pages());
	race_resume();
}

static void race(void)
{
	int s, tries, err = -EBUSY;

	setup();
	need(iommufd_mark(fd, hwpt[0], 10), "mark");
	need(iommufd_mark(fd, hwpt[1], 30), "mark");
	test_race();
	load();
	s = open_session();
	need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
	msleep(50);
	for (tries = 0; err == -EBUSY && tries < 1000; tries++)
		err = luo_preserve(s, fd, TOKEN_IOMMUFD);
	need(err, "preserve in the middle of a race");
	msleep(50);
	race_pause();
	need(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "cdev");
	need(race_save(DIR "/tokens"), "writing the tokens");
	check(true, "%u HWPTs of the racing threads are preserved", race_alive());
	jump();
}

static void restore(void)
{
	uint32_t id, all[RACE_MAX + 2], nr = 0, fresh, old;
	unsigned long long token;
	int s, err;
	FILE *in;

	sys_mount();
	luo = need(luo_open(), "/dev/liveupdate");
	s = need(luo_session_retrieve(luo, SESSION), "session");
	ram = need(luo_retrieve(s, TOKEN_RAM), "memfd");
	fd = need(luo_retrieve(s, TOKEN_IOMMUFD), "iommufd");
	dev[0].fd = need(luo_retrieve(s, TOKEN_DEVICE_0), "cdev");
	gives(iommufd_restore(fd, 10, &old), 0, "restore of the device's HWPT");
	gives(iommufd_restore(fd, 30, &all[nr++]), 0, "restore of the other one");
	in = fopen(DIR "/tokens", "r");
	need(in ? 0 : -errno, DIR "/tokens");
	while (fscanf(in, "%llx", &token) == 1 && nr < RACE_MAX + 2) {
		err = iommufd_restore(fd, token, &all[nr++]);
		if (err)
			gives(err, 0, "restore of token %#llx", token);
	}
	fclose(in);
	check(nr > 1, "%u HWPTs of the racing threads were restored", nr - 1);
	gives(iommufd_restore(fd, RACE_TOKEN_DEAD, &id), -ENOENT,
	      "a token that no HWPT had any more");
	check(iommufd_restore(fd, 10, &id) < 0, "no token is restored twice");
	check(luo_finish(s) < 0, "no finish before the cdev is bound and HWPTs are gone");
	gives(iommufd_destroy(fd, old), -EBUSY, "destroy of a HWPT in use, device not bound");
	gives(vfio_bind(dev[0].fd, fd, &dev[0].id), 0, "bind");
	gives(iommufd_destroy(fd, old), -EBUSY,
	      "destroy of a HWPT in use, device bound but not attached");
	gives(luo_finish(s), -EBUSY, "finish, bound but not attached");
	gives(vfio_attach(dev[0].fd, old), 0, "attach takes the old HWPT over");
	ioas = ioas_make(fd, ram, RAM_BYTES, IOVA);
	fresh = hwpt_make(fd, &dev[0], ioas);
	gives(vfio_attach(dev[0].fd, fresh), 0, "replacing it by a new one");
	check(luo_finish(s) < 0, "no finish while restored HWPTs are there");
	gives(iommufd_destroy(fd, old), 0, "destroy of the old one");
	while (nr--)
		if (iommufd_destroy(fd, all[nr]))
			check(false, "destroy of restored HWPT %u", nr);
	gives(luo_finish(s), 0, "finish");
	check(kho_unclaimed_pages() <= KHO_KEEPS, "every preserved page was claimed (%lld left)",
	      (long long)kho_unclaimed_pages());
}

int main(int argc, char **argv)
{
	setlinebuf(stdout);
	if (argc == 2 && !strcmp(argv[1], "api"))
		api();
	else if (argc == 2 && !strcmp(argv[1], "race"))
		race();
	else if (argc == 2 && !strcmp(argv[1], "restore"))
		restore();
	else
		return 2;
	return finish();
}

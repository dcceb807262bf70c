// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Everything that can be done to a device or a descriptor while it is preserved, against preserve, on real page tables.
 * Each row runs for RACE_MS, and afterwards nothing may be left: no page with KHO, no page table, and the IOAS
 * can be changed. What a racing call may answer is EBUSY; anything else ends the row. Calls are counted.
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/vfio.h>

#include "bench/agent/clock.h"
#include "bench/agent/counters.h"
#include "bench/agent/kexec.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/guest.h"

#define RAM_BYTES (1ul << 20)
#define IOVA 0x10000000ull
#define RACE_MS 2000

enum {
	TOKEN_RAM = 1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE_0,
	TOKEN_DEVICE_1
};

static int luo, fd, ram;
static struct device dev[2];
static uint32_t ioas, hwpt[3];

static atomic_bool stop;
static atomic_uint calls, odd;

/**
 * struct row - one race
 * @name: what races with preserve
 * @before: before it; may be NULL
 * @racer: in a thread of its own until stop; may be NULL
 * @round: again and again; 1 when preserve got what it wanted
 * @after: may be NULL
 */
struct row {
	const char *name;
	void (*before)(void);
	void *(*racer)(void *arg);
	unsigned int (*round)(unsigned int n);
	void (*after)(void);
};

/* A racing call: 0 and one of the errors are what may come of it. */
static int may(int err, const char *what, int other)
{
	calls++;
	if (err && err != -EBUSY && err != other && !odd++)
		printf("# %s: %s\n", what, strerrorname_np(-err));
	return err;
}

static int session(const char *name)
{
	return need(luo_session_create(luo, name), "session %s", name);
}

/* The memfd, the iommufd, the first device: nobody races with these. */
static bool preserve_first(int s)
{
	need(luo_preserve(s, ram, TOKEN_RAM), "memfd");
	return !may(luo_preserve(s, fd, TOKEN_IOMMUFD), "preserve of the iommufd", 0) &&
	       !may(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "preserve of device 0", 0);
}

static void frozen(void)
{
	if (try_change(fd, ioas, ram) != -EBUSY)
		check(false, "a preserved IOAS can be changed");
}

/* Detach and attach */
static void *detacher(void *arg)
{
	(void)arg;
	while (!stop)
		if (!may(vfio_detach(dev[1].fd), "detach", 0))
			while (may(vfio_attach(dev[1].fd, hwpt[1]), "attach", 0) && !stop)
				;
	return NULL;
}

/* One that is detached has no HWPT that could be preserved. */
static unsigned int second_device(unsigned int n)
{
	int s = session("race"), err;
	bool held;

	(void)n;
	held = preserve_first(s) &&
	       !may(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), "preserve of device 1", -EINVAL);
	if (held) {
		frozen();
		err = vfio_detach(dev[1].fd);
		if (err != -EBUSY)
			check(false, "a preserved device can be detached");
		err = vfio_attach(dev[1].fd, hwpt[2]);
		if (err != -EBUSY)
			check(false, "the HWPT of a preserved device can be replaced");
	}
	close(s);
	return held;
}

static void attach_again(void)
{
	vfio_detach(dev[1].fd);
	need(vfio_attach(dev[1].fd, hwpt[1]), "attaching device 1");
}

static void *replacer(void *arg)
{
	unsigned int i;

	(void)arg;
	for (i = 0; !stop; i++)
		may(vfio_attach(dev[1].fd, hwpt[1 + i % 2]), "replace", 0);
	return NULL;
}

/* Two sessions want the same files: never more than one has them. */
static atomic_int holders;

static unsigned int one_of_two(const char *name)
{
	int s = session(name);
	bool held;

	may(luo_preserve(s, ram, TOKEN_RAM), "preserve of the memfd", 0);
	held = !may(luo_preserve(s, fd, TOKEN_IOMMUFD), "preserve of the iommufd", -ENOENT);
	if (held) {
		if (++holders != 1)
			check(false, "two sessions have the same iommufd");
		frozen();
		if (may(luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0), "preserve of device 0", 0))
			check(false, "a device whose iommufd this session has is refused");
		holders--;
	}
	close(s);
	return held;
}

static void *other_session(void *arg)
{
	(void)arg;
	while (!stop)
		one_of_two("other");
	return NULL;
}

static unsigned int this_session(unsigned int n)
{
	(void)n;
	return one_of_two("this");
}

/* Who holds the session dies at any moment. */
static unsigned int holder(unsigned int n)
{
	pid_t pid = fork();
	int status;

	need(pid < 0 ? -errno : 0, "fork");
	if (!pid) {
		for (;;) {
			int s = luo_session_create(luo, "holder");

			if (s < 0)
				_exit(1);
			if (!luo_preserve(s, ram, TOKEN_RAM) && !luo_preserve(s, fd, TOKEN_IOMMUFD))
				luo_preserve(s, dev[0].fd, TOKEN_DEVICE_0);
			close(s);
		}
	}
	usleep(1000 + n % 16 * 250);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	calls++;
	if (!WIFSIGNALED(status) && !odd++)
		printf("# the holder ended by itself, status %d\n", status);
	/* Its session ends with it, but not at once. */
	for (status = 0; try_change(fd, ioas, ram) == -EBUSY; status++) {
		if (status == 1000)
			need(-EBUSY, "the IOAS of a holder that is dead");
		msleep(1);
	}
	return 1;
}

/* A child has the session, too: what is preserved stays so until both have closed it. */
static unsigned int forked(unsigned int n)
{
	int s = session("fork"), out[2], err;
	char byte = 0;
	pid_t pid;

	(void)n;
	need(pipe(out) ? -errno : 0, "pipe");
	pid = fork();
	need(pid < 0 ? -errno : 0, "fork");
	if (!pid) {
		close(out[1]);
		_exit(read(out[0], &byte, 1) != 0);
	}
	close(out[0]);
	if (!preserve_first(s))
		check(false, "preserve with a child that has the session");
	close(s);
	frozen();
	close(out[1]);
	waitpid(pid, NULL, 0);
	calls++;
	err = try_change(fd, ioas, ram);
	for (n = 0; err == -EBUSY && n < 1000; n++) {
		msleep(1);
		err = try_change(fd, ioas, ram);
	}
	need(err, "the IOAS after the last one has closed the session");
	return 1;
}

/* An iommufd of its own with device 1, whose descriptors another thread closes while they are preserved. */
static struct {
	atomic_int go, done;
	int s, iommufd, device;
} victim;

static void *closer(void *arg)
{
	static unsigned int n;
	int *order[] = { &victim.s, &victim.iommufd, &victim.device };
	unsigned int i, spin;

	(void)arg;
	while (!stop) {
		if (!victim.go)
			continue;
		victim.go = 0;
		for (spin = 0; spin < n % 50 * 400; spin++)
			__asm__ volatile("" ::: "memory");
		for (i = 0; i < 3; i++) {
			close(*order[(n + i) % 3]);
			calls++;
		}
		n++;
		victim.done = 1;
	}
	return NULL;
}

static void device_free(void)
{
	vfio_detach(dev[1].fd);
	close(dev[1].fd);
}

static unsigned int closed(unsigned int n)
{
	char path[PATH_MAX];
	uint32_t where, pt;
	struct device d;
	bool held;

	(void)n;
	victim.iommufd = need(iommufd_open(), "/dev/iommu");
	need(pcidev_cdev(DEVICE_1, path, sizeof(path)), "cdev");
	d.fd = open(path, O_RDWR | O_CLOEXEC);
	need(d.fd < 0 ? -errno : 0, "%s", path);
	need(vfio_bind(d.fd, victim.iommufd, &d.id), "bind");
	where = ioas_make(victim.iommufd, ram, RAM_BYTES, IOVA);
	pt = hwpt_make(victim.iommufd, &d, where);
	need(iommufd_mark(victim.iommufd, pt, 1), "mark");
	need(vfio_attach(d.fd, pt), "attach");
	victim.device = d.fd;
	victim.s = session("close");
	need(luo_preserve(victim.s, ram, TOKEN_RAM), "memfd");
	victim.done = 0;
	victim.go = 1;
	held = !may(luo_preserve(victim.s, victim.iommufd, TOKEN_IOMMUFD), "preserve", -EBADF);
	held &= !may(luo_preserve(victim.s, d.fd, TOKEN_DEVICE_1), "preserve of device 1", -EBADF);
	while (!victim.done)
		;
	return held;
}

static void device_back(void)
{
	device_open(&dev[1], DEVICE_1, fd);
	need(vfio_attach(dev[1].fd, hwpt[1]), "attaching device 1");
}

/* Interrupts that are on are refused when the session is frozen, which is within reboot(2). */
static int interrupts(int device, int event)
{
	struct {
		struct vfio_irq_set head;
		int fd;
	} set = {
		.head = { .argsz = sizeof(set),
			  .flags = VFIO_IRQ_SET_ACTION_TRIGGER |
				   (event < 0 ? VFIO_IRQ_SET_DATA_NONE : VFIO_IRQ_SET_DATA_EVENTFD),
			  .index = VFIO_PCI_INTX_IRQ_INDEX,
			  .count = event < 0 ? 0 : 1 },
		.fd = event,
	};

	if (event < 0)
		set.head.argsz = sizeof(set.head);
	return ioctl(device, VFIO_DEVICE_SET_IRQS, &set) ? -errno : 0;
}

/* The last file of the session can not be frozen: what was frozen before it goes on, and nothing is lost. */
static void freeze_fails(void)
{
	int64_t kho = kho_preserved_pages();
	int s = session("freeze"), event = eventfd(0, EFD_CLOEXEC);
	unsigned int i;

	need(event < 0 ? -errno : 0, "eventfd");
	if (!preserve_first(s))
		check(false, "preserve before a freeze");
	need(interrupts(dev[1].fd, event), "interrupts of device 1");
	need(luo_preserve(s, dev[1].fd, TOKEN_DEVICE_1), "device 1");
	load();
	for (i = 0; i < 3; i++)
		gives(kexec_jump(false), -EBUSY, "kexec while the last device has interrupts");
	frozen();
	gives(vfio_detach(dev[0].fd), -EBUSY, "detach of the device that was frozen before it");
	gives(interrupts(dev[0].fd, event), -EBUSY, "interrupts while preserved");
	need(interrupts(dev[1].fd, -1), "no interrupts of device 1");
	close(s);
	close(event);
	check(settled(kho_preserved_pages, kho) == kho, "freeze: KHO has what it had");
	gives(try_change(fd, ioas, ram), 0, "freeze: the IOAS can be changed");
	gives(vfio_detach(dev[1].fd), 0, "freeze: device 1 can be detached");
	need(vfio_attach(dev[1].fd, hwpt[1]), "attaching device 1");
}

static const struct row rows[] = {
	{ "detach and attach", NULL, detacher, second_device, attach_again },
	{ "replace", NULL, replacer, second_device, attach_again },
	{ "the same files in two sessions", NULL, other_session, this_session, NULL },
	{ "death of the holder", NULL, NULL, holder, NULL },
	{ "fork", NULL, NULL, forked, NULL },
	{ "close of session, iommufd and cdev", device_free, closer, closed, device_back },
};

static void setup(void)
{
	unsigned int i;

	sys_mount();
	luo = need(luo_open(), "/dev/liveupdate");
	fd = need(iommufd_open(), "/dev/iommu");
	device_open(&dev[0], DEVICE_0, fd);
	device_open(&dev[1], DEVICE_1, fd);
	ram = memfd_make(RAM_BYTES, SEALS);
	ioas = ioas_make(fd, ram, RAM_BYTES, IOVA);
	for (i = 0; i < 3; i++) {
		hwpt[i] = hwpt_make(fd, &dev[i > 0], ioas);
		need(iommufd_mark(fd, hwpt[i], 10 + i), "mark");
	}
	need(vfio_attach(dev[0].fd, hwpt[0]), "attaching device 0");
	need(vfio_attach(dev[1].fd, hwpt[1]), "attaching device 1");
	/* Page tables of the far end stay when it is unmapped: make them before pages are counted. */
	need(try_change(fd, ioas, ram), "a change before anything is preserved");
}

static void run(const struct row *r)
{
	int64_t kho, pages;
	unsigned int n, held = 0;
	pthread_t thread;
	uint64_t end;

	calls = odd = 0;
	stop = false;
	kho = kho_preserved_pages();
	pages = iommu_pages();
	if (r->before)
		r->before();
	if (r->racer)
		need(-pthread_create(&thread, NULL, r->racer, NULL), "thread");
	end = clock_ticks() + clock_hz() / 1000 * RACE_MS;
	for (n = 0; !odd && clock_ticks() < end; n++)
		held += r->round(n);
	stop = true;
	if (r->racer)
		pthread_join(thread, NULL);
	if (r->after)
		r->after();
	check(!odd, "%s: EBUSY and nothing worse", r->name);
	check(held > 0, "%s: preserved %u times in %u rounds, %u racing calls", r->name, held, n,
	      calls);
	check(settled(kho_preserved_pages, kho) == kho, "%s: KHO has what it had (%lld)", r->name,
	      (long long)(kho_preserved_pages() - kho));
	check(settled(iommu_pages, pages) == pages, "%s: so has the IOMMU (%lld)", r->name,
	      (long long)(iommu_pages() - pages));
	gives(try_change(fd, ioas, ram), 0, "%s: the IOAS can be changed", r->name);
}

int main(void)
{
	size_t i;

	setlinebuf(stdout);
	setup();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		run(&rows[i]);
	freeze_fails();
	return finish();
}

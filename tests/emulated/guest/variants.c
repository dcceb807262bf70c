// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A preserved device, and a next kernel that is not what it expects. `outgoing IMAGE WORD...` preserves it and
 * loads IMAGE with more words on its command line. What is looked at then depends on what must come of that:
 *
 * adopted    the live update works as always
 * isolated   the next kernel knows nothing of live updates: the device is out of service until remove and rescan
 * no-iommu   it does, but has no IOMMU: translation stays on until the device can not be retrieved
 * unaware    the next kernel has LUO, and nobody in it knows IOMMUs and devices that are preserved
 * unfinished the process that has taken the device over dies without finishing
 * over       behind a second kexec, by a kernel that has not finished: the device is stopped
 *
 * The kernel between two kexecs starts this program as its init, with variant=WHAT: `leave` touches nothing,
 * `hold` takes the device over and does not finish, `other` leaves it and preserves another one.
 *
 * The window is mapped at its own physical address, as in damaged.c: DMA that passes untranslated hits it, too.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kexec.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "tests/emulated/guest/engines.h"

#define OTHER "other" /* session of the second device */
#define SYS_DEVICE "/sys/bus/pci/devices/" DEVICE_0
#define BUS_MASTER 4

enum {
	TOKEN_WINDOW = 1,
	TOKEN_IOMMUFD,
	TOKEN_DEVICE
};

static void identity_memfd(int i)
{
	need(sys_write("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "within_size\n"),
	     "large pages");
	engine_identity_window(i, memfd_make(ENGINE_IDENTITY_BYTES, SEALS));
}

/* From here on the observer outside sees when the counter changes. */
static void announce(int i)
{
	volatile struct lub_witness *w = engine_page(i);

	memcpy((void *)w->magic, LUB_WITNESS_MAGIC, sizeof(w->magic));
	w->cookie = lub_witness_cookie("variants", (uint32_t)i);
	w->phase = LUB_PHASE_CONTROL;
	kmsg("witness gpa=0x%llx cookie=0x%016llx", (unsigned long long)memory_gpa(&mem[i]),
	     (unsigned long long)w->cookie);
	msleep(700);
}

/* Device @i does DMA, and all that is of it is preserved in a session of its own. */
static void preserve(int i, const char *where, const char *session)
{
	int luo = need(luo_open(), "/dev/liveupdate"), fd = need(iommufd_open(), "/dev/iommu");
	int s = need(luo_session_create(luo, session), "session");
	struct device dev;
	uint32_t hwpt;

	device_open(&dev, where, fd);
	identity_memfd(i);
	hwpt = engine_hwpt(fd, i, &dev);
	need(vfio_attach(dev.fd, hwpt), "attach");
	engine_start(i, &dev);
	need(iommufd_mark(fd, hwpt, 1), "mark");
	need(luo_preserve(s, mem[i].part[MEM_WINDOW].fd, TOKEN_WINDOW), "memfd");
	need(luo_preserve(s, fd, TOKEN_IOMMUFD), "iommufd");
	need(luo_preserve(s, dev.fd, TOKEN_DEVICE), "cdev");
	check(true, "device %d does DMA and is preserved", i);
	close(luo);
}

static void load_with(const char *image, char **words)
{
	static char append[8192];
	size_t len;

	need((int)sys_read("/proc/cmdline", append, 4096), "/proc/cmdline");
	len = strcspn(append, "\n");
	append[len] = '\0';
	for (; *words; words++)
		len += (size_t)snprintf(append + len, sizeof(append) - len, " %s", *words);
	need(len < sizeof(append) ? 0 : -E2BIG, "command line");
	need(kexec_load(image, NULL, append, false), "loading %s", image);
}

static void jump_from(int i, uint32_t phase)
{
	engine_page(i)->jump_counter = engine_page(i)->counter;
	engine_page(i)->phase = phase;
	jump();
}

static void outgoing(char **args)
{
	preserve(0, DEVICE_0, SESSION);
	announce(0);
	load_with(args[0], args + 1);
	jump_from(0, LUB_PHASE_BLACKOUT);
}

/* What a kernel finds that is as it should be */

struct taken {
	int luo, session, iommufd;
	struct device dev;
	uint32_t old;
};

static void take_session(struct taken *t, int i, const char *session)
{
	t->luo = need(luo_open(), "/dev/liveupdate");
	t->session = need(luo_session_retrieve(t->luo, session), "session");
	engine_identity_window(i, need(luo_retrieve(t->session, TOKEN_WINDOW), "memfd"));
	check(engine_page(i)->counter - engine_page(i)->jump_counter > 100,
	      "device %d went on over the kexec", i);
	check(engine_loops(i, 200) > 0, "it goes on in the new kernel");
}

static void take_device(struct taken *t)
{
	t->iommufd = need(luo_retrieve(t->session, TOKEN_IOMMUFD), "iommufd");
	t->dev.fd = need(luo_retrieve(t->session, TOKEN_DEVICE), "cdev");
	need(iommufd_restore(t->iommufd, 1, &t->old), "restore");
	need(vfio_bind(t->dev.fd, t->iommufd, &t->dev.id), "bind");
	need(vfio_attach(t->dev.fd, t->old), "attach");
}

static void adopt(int i, const char *session)
{
	struct dma_verdict v;
	struct taken t;

	take_session(&t, i, session);
	take_device(&t);
	need(vfio_attach(t.dev.fd, engine_hwpt(t.iommufd, i, &t.dev)), "replace");
	need(iommufd_destroy(t.iommufd, t.old), "destroy");
	gives(luo_finish(t.session), 0, "finish");
	check(engine_loops(i, 100) > 0, "device %d has its new HWPT", i);
	engine[i].fd = t.dev.fd;
	need(engine[i].ops->open(&engine[i]), "engine");
	gives(engine[i].ops->verify(&engine[i], true, &v), 0, "it still works");
	check(v.corrupt == 0, "its data is right (%u bytes are not)", v.corrupt);
	engine_page(i)->phase = LUB_PHASE_AFTER;
	engine_stop(i, &t.dev);
	close(t.luo);
}

/* What others find */

static bool masters(void)
{
	uint16_t cmd = engine_command(0);

	printf("# command register %#x\n", cmd);
	return cmd & BUS_MASTER;
}

static bool bound(void)
{
	return !access(SYS_DEVICE "/driver", F_OK);
}

/* A device that nobody knows anything of can be used like any other. */
static void use(void)
{
	int fd = need(iommufd_open(), "/dev/iommu");
	struct device dev;

	device_open(&dev, DEVICE_0, fd);
	identity_memfd(0);
	need(vfio_attach(dev.fd, engine_hwpt(fd, 0, &dev)), "attach");
	engine_start(0, &dev);
	check(engine_loops(0, 100) > 0, "it can be used like any other device");
	engine_stop(0, &dev);
}

static void isolated(void)
{
	gives(luo_open(), -ENOENT, "/dev/liveupdate in a kernel without live update");
	check(!masters(), "bus mastering of the device is off");
	check(!bound(), "no driver has it");
	need(sys_write(SYS_DEVICE "/driver_override", "vfio-pci\n"), "driver_override");
	check(sys_write("/sys/bus/pci/drivers/vfio-pci/bind", DEVICE_0) < 0 && !bound(),
	      "and none can have it");
	need(sys_write(SYS_DEVICE "/remove", "1\n"), "remove");
	need(sys_write("/sys/bus/pci/rescan", "1\n"), "rescan");
	if (access("/sys/class/iommu/", F_OK) || !access("/sys/kernel/iommu_groups/0", F_OK))
		use();
}

static void no_iommu(void)
{
	struct taken t;
	uint32_t loops;
	int err;

	take_session(&t, 0, SESSION);
	check(masters(), "bus mastering of the device is on");
	check(access(SYS_DEVICE "/iommu_group", F_OK), "this kernel has no IOMMU");
	t.iommufd = need(luo_retrieve(t.session, TOKEN_IOMMUFD), "iommufd");
	check(iommufd_restore(t.iommufd, 1, &t.old) < 0, "the HWPT can not be restored");
	check(engine_loops(0, 200) > 0, "the device goes on");
	gives(luo_retrieve(t.session, TOKEN_DEVICE), -ENODEV, "its cdev can not be retrieved");
	check(engine_loops(0, 200) == 0 && !masters(), "it is stopped then");
	err = luo_finish(t.session);
	printf("# finish: %s\n", err ? strerrorname_np(-err) : "success");
	engine_page(0)->phase = LUB_PHASE_AFTER;
	/* Nobody in this kernel can clear what the IOMMU has: then its memory must stay. */
	loops = engine_force(0);
	printf("# started again with bus mastering on: %u loops\n", loops);
	check(err == -EBUSY || !loops, "no session is finished whose page table is still in use");
}

/* A kernel that has LUO and nothing of the series: all it does is to keep the memory. */
static void unaware(void)
{
	gives(luo_open(), -EIO, "/dev/liveupdate in a kernel that knows no such files");
	printf("# bus mastering is %s\n", masters() ? "on" : "off");
}

/* The process that does all but finish; @t has the session and the window. */
static void die_holding(struct taken *t)
{
	pid_t child = fork();
	int status;

	need(child < 0 ? -errno : 0, "fork");
	if (!child) {
		take_device(t);
		gives(luo_finish(t->session), -EBUSY, "finish with the restored HWPT in use");
		fflush(NULL);
		_exit(0);
	}
	close(t->session);
	waitpid(child, &status, 0);
	check(WIFEXITED(status) && !WEXITSTATUS(status), "a process took the device over and died");
}

static void still_held(struct taken *t)
{
	int fd = need(iommufd_open(), "/dev/iommu"), cdev;
	struct device dev = { .fd = -1 };
	char path[4096];

	check(engine_loops(0, 500) > 0, "the device goes on");
	check(masters(), "bus mastering of the device is on");
	gives(luo_session_retrieve(t->luo, SESSION), -EINVAL, "retrieving the session again");
	need(pcidev_cdev(DEVICE_0, path, sizeof(path)), "cdev");
	cdev = open(path, O_RDWR | O_CLOEXEC);
	if (cdev >= 0) {
		gives(vfio_bind(cdev, fd, &dev.id), -EBUSY, "binding it to another iommufd");
		close(cdev);
	} else {
		gives(-errno, -EBUSY, "opening its cdev");
	}
	check(sys_write(SYS_DEVICE "/reset", "1\n") < 0, "it can not be reset");
	check(engine_loops(0, 500) > 0, "the device still goes on");
	close(fd);
}

static void unfinished(void)
{
	struct taken t;

	take_session(&t, 0, SESSION);
	die_holding(&t);
	still_held(&t);
	engine_page(0)->phase = LUB_PHASE_AFTER;
}

/* Between two kexecs */

static void hold(void)
{
	struct taken t;
	int s;

	take_session(&t, 0, SESSION);
	take_device(&t);
	s = need(luo_session_create(t.luo, OTHER), "session");
	gives(luo_preserve(s, mem[0].part[MEM_WINDOW].fd, TOKEN_WINDOW), -EBUSY,
	      "preserving a memfd that is not finished");
	check(luo_preserve(s, t.iommufd, TOKEN_IOMMUFD) < 0,
	      "an iommufd that is not finished can not be preserved");
	check(luo_preserve(s, t.dev.fd, TOKEN_DEVICE) < 0, "neither can the cdev");
	close(s);
	check(engine_loops(0, 200) > 0, "the device goes on");
}

static void between(void)
{
	char cmdline[4096], *what, *end;
	struct taken t;

	sys_mount();
	need((int)sys_read("/proc/cmdline", cmdline, sizeof(cmdline)), "/proc/cmdline");
	what = strstr(cmdline, " variant=");
	need(what ? 0 : -ENOENT, "variant= on the command line");
	what += strlen(" variant=");
	what[strcspn(what, " \n")] = '\0';
	/* The third kernel is like the first. */
	end = strstr(cmdline, " init=");
	need(end && end < what ? 0 : -EINVAL, "init= before that");
	*end = '\0';
	if (!strcmp(what, "hold")) {
		hold();
	} else {
		take_session(&t, 0, SESSION);
		/* Only one may have /dev/liveupdate open */
		close(t.luo);
		if (!strcmp(what, "other"))
			preserve(1, DEVICE_1, OTHER);
		else
			need(strcmp(what, "leave") ? -EINVAL : 0, "variant=%s", what);
	}
	if (!strcmp(what, "other"))
		engine_page(1)->jump_counter = engine_page(1)->counter;
	need(kexec_load(DIR "/kernel", NULL, cmdline, false), "loading the third kernel");
	jump_from(0, LUB_PHASE_AFTER);
}

static void over(bool other)
{
	check(!masters(), "bus mastering of the device is off behind the second kexec");
	if (other)
		adopt(1, OTHER);
	use();
}

int main(int argc, char **argv)
{
	const char *role = argc > 1 ? argv[1] : "";

	setlinebuf(stdout);
	if (getpid() == 1)
		between();
	sys_mount();
	if (!strcmp(role, "outgoing") && argc > 2)
		outgoing(argv + 2);
	else if (!strcmp(role, "adopted"))
		adopt(0, SESSION);
	else if (!strcmp(role, "isolated"))
		isolated();
	else if (!strcmp(role, "no-iommu"))
		no_iommu();
	else if (!strcmp(role, "unfinished"))
		unfinished();
	else if (!strcmp(role, "unaware"))
		unaware();
	else if (!strcmp(role, "over") || !strcmp(role, "over-other"))
		over(role[4]);
	else
		return 2;
	return finish();
}

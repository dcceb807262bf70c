// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/watchdog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"

#define DOG "/dev/watchdog0"
#define DOG_CLASS "/sys/class/watchdog/watchdog0/"
#define STOP_ON_REBOOT "/sys/module/watchdog/parameters/stop_on_reboot"

/* Only what can be unloaded has a state. */
#define DOG_DRIVER DOG_CLASS "device/driver"
#define DOG_MODULE DOG_DRIVER "/module/initstate"
#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* In the incoming kernel words on its command line do the same; see bench/target/cycle_json.c. */
static const struct {
	const char *path;
	const char *value;
} sysctls[] = {
	{ "/proc/sys/kernel/panic", "30" },
	{ "/proc/sys/kernel/panic_on_oops", "1" },
	{ "/proc/sys/kernel/softlockup_panic", "1" },
};

static int dog = -1;
static bool carried;

/* News for the controller, and so for the watchdog. */
static void feed(void)
{
	if (dog >= 0 && write(dog, "", 1) < 0)
		fprintf(stderr, "lubench-agent: %s: %s\n", DOG, strerror(errno));
}

int guard_limit(int want, int most)
{
	int limit = most > 0 && most < want ? most : want;

	return limit < (want + 1) / 2 ? 0 : limit;
}

/* The magic character, without which closing it leaves it armed. */
static void release(void)
{
	if (dog < 0)
		return;
	kmsg_on_news(NULL);
	if (write(dog, "V", 1) < 0)
		kmsg("%s: disarming: %s", DOG, strerror(errno));
	close(dog);
	dog = -1;
	kmsg("the watchdog is off");
}

/* Some drivers do not say which device theirs is: those are, for sure, only where nothing is a module. */
static bool is_built_in(void)
{
	return access(DOG_DRIVER, F_OK) ? access("/proc/modules", F_OK) != 0
					: access(DOG_MODULE, F_OK) != 0;
}

/*
 * Nobody feeds it from the jump to the incoming agent, so that it may go on only where the hardware counts the whole
 * time by itself (where the driver gives no limit the kernel may do part of it) and where the next kernel has the driver,
 * that is as soon as its agent runs, and the owner of the machine wants it.
 */
static bool goes_on(uint64_t most)
{
	char text[24];

	return most && sys_read(STOP_ON_REBOOT, text, sizeof(text)) > 0 && !strcmp(text, "0") &&
	       is_built_in();
}

/* The longest that the device takes: not every driver says what it can. */
static int set_limit(int want, int limit)
{
	int err = -EINVAL, is;

	for (; err == -EINVAL && guard_limit(want, limit); limit -= want / 16 + 1) {
		is = limit;
		err = ioctl(dog, WDIOC_SETTIMEOUT, &is) ? -errno : 0;
	}
	if (!err && ioctl(dog, WDIOC_GETTIMEOUT, &is))
		err = -errno;
	return err ? err : guard_limit(want, is) ? is : -ERANGE;
}

static void arm(int want)
{
	char name[64] = "unknown", text[24];
	uint64_t most = 0;
	int limit;

	if (sys_read(DOG_CLASS "nowayout", text, sizeof(text)) > 0 && atoi(text)) {
		kmsg("the watchdog is left alone: nowayout, so that nobody could end it");
		return;
	}
	sys_read_u64(DOG_CLASS "max_timeout", &most);
	sys_read(DOG_CLASS "identity", name, sizeof(name));
	limit = guard_limit(want, most > INT_MAX ? 0 : (int)most);
	if (!limit) {
		kmsg("the watchdog is left alone: %s can do %d s at most, and %d are needed", name,
		     (int)most, want);
		return;
	}
	dog = open(DOG, O_WRONLY | O_CLOEXEC);
	if (dog < 0) {
		kmsg("no watchdog: " DOG ": %s%s", strerror(errno),
		     errno == EBUSY ? ", another process has it" : "");
		return;
	}
	limit = set_limit(want, limit);
	if (limit < 0) {
		kmsg("the watchdog is left alone: %s can not be set to %d s: %s", name, want,
		     strerror(-limit));
		release();
		return;
	}
	carried = goes_on(most);
	kmsg("the watchdog is armed: %s, %d s%s", name, limit,
	     carried ? ", through the kexec" : "");
	kmsg_on_news(feed);
}

void guard_jump(void)
{
	if (carried)
		feed();
	else
		release();
}

/* Notes the values that are there before any of them is changed: also none, for a watchdog that is armed. */
static int note(struct agent *ag)
{
	const char *path = agent_path(ag, "guard");
	char boot[64], old[64], text[640], have[64] = "";
	size_t i, n;

	sys_read(BOOT_ID, boot, sizeof(boot));
	/* An agent that was killed has left its own: those are the values from before us both. */
	if (sys_read(path, text, sizeof(text)) > 0 && sscanf(text, "%63s", have) == 1 &&
	    !strcmp(have, boot))
		return 0;
	n = (size_t)snprintf(text, sizeof(text), "%s\n", boot);
	for (i = 0; !ag->incoming && i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
		if (sys_read(sysctls[i].path, old, sizeof(old)) > 0 && !strcmp(old, "0"))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s %s\n",
					      sysctls[i].path, old);
	return sys_save(path, text);
}

void guard_begin(struct agent *ag)
{
	char old[64];
	size_t i;
	int err;

	if (!ag->c.watchdog_s)
		return;
	err = note(ag);
	if (err)
		kmsg("%s: %s; panics and the watchdog are left as they are",
		     agent_path(ag, "guard"), strerror(-err));
	for (i = 0; !err && !ag->incoming && i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
		if (sys_read(sysctls[i].path, old, sizeof(old)) > 0 && !strcmp(old, "0"))
			sys_write(sysctls[i].path, sysctls[i].value);
	/* What could not be noted nobody could end. */
	if (!err)
		arm(ag->c.watchdog_s);
}

void guard_end(struct agent *ag)
{
	int err;

	if (!ag->c.watchdog_s)
		return;
	release();
	err = guard_undo(agent_path(ag, "guard"));
	if (err)
		kmsg("%s: %s; these values are not put back", agent_path(ag, "guard"),
		     strerror(-err));
}

int guard_undo(const char *path)
{
	char boot[64], have[64] = "", name[64], value[24], *text = sys_read_all(path), *line;
	int err = 0, failed;
	bool ours;
	size_t i;

	if (!text)
		return errno == ENOENT ? 0 : -errno;
	sys_read(BOOT_ID, boot, sizeof(boot));
	ours = sscanf(text, "%63s", have) == 1 && !strcmp(have, boot);
	/* An agent that was killed has left it armed. */
	if (ours && dog < 0 && sys_read(DOG_CLASS "state", name, sizeof(name)) > 0 &&
	    !strcmp(name, "active")) {
		dog = open(DOG, O_WRONLY | O_CLOEXEC);
		err = dog < 0 ? -errno : 0;
		release();
	}
	line = ours ? strchr(text, '\n') : NULL;
	for (; line; line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, "%63s %23s", name, value) != 2)
			continue;
		for (i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++) {
			failed = strcmp(name, sysctls[i].path) ? 0
							       : sys_write(sysctls[i].path, value);
			err = err ? err : failed;
		}
	}
	free(text);
	return err ? err : unlink(path) ? -errno : 0;
}

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
	if (write(dog, "V", 1) < 0)
		kmsg("%s: disarming: %s", DOG, strerror(errno));
	close(dog);
	dog = -1;
	kmsg("the watchdog is off");
}

static void arm(int want)
{
	char name[64] = "unknown", text[24];
	uint64_t most = 0;
	int limit, kept;

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
	if (ioctl(dog, WDIOC_SETTIMEOUT, &limit) || ioctl(dog, WDIOC_GETTIMEOUT, &limit) ||
	    limit < want / 2) {
		kmsg("the watchdog is left alone: %s can not be set to %d s", name, want);
		release();
		return;
	}
	kept = sys_read(STOP_ON_REBOOT, text, sizeof(text)) > 0 && !strcmp(text, "0");
	kmsg("the watchdog is armed: %s, %d s%s", name, limit,
	     kept ? ""
		  : "; the kexec may end it: boot with watchdog.stop_on_reboot=0 to have it go on");
	kmsg_on_news(feed);
}

/* Notes the values that are there before any of them is changed. */
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
	for (i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
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
	if (!ag->incoming) {
		err = note(ag);
		if (err)
			kmsg("%s: %s; a panic is left as it is", agent_path(ag, "guard"),
			     strerror(-err));
		for (i = 0; !err && i < sizeof(sysctls) / sizeof(sysctls[0]); i++)
			if (sys_read(sysctls[i].path, old, sizeof(old)) > 0 && !strcmp(old, "0"))
				sys_write(sysctls[i].path, sysctls[i].value);
	} else {
		unlink(agent_path(ag, "guard"));
	}
	arm(ag->c.watchdog_s);
}

void guard_end(struct agent *ag)
{
	int err;

	if (!ag->c.watchdog_s)
		return;
	kmsg_on_news(NULL);
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
	size_t i;

	if (!text)
		return errno == ENOENT ? 0 : -errno;
	sys_read(BOOT_ID, boot, sizeof(boot));
	line = sscanf(text, "%63s", have) == 1 && !strcmp(have, boot) ? strchr(text, '\n') : NULL;
	/* An agent that was killed has left it armed. */
	if (line && dog < 0 && sys_read(DOG_CLASS "state", name, sizeof(name)) > 0 &&
	    !strcmp(name, "active")) {
		dog = open(DOG, O_WRONLY | O_CLOEXEC);
		release();
	}
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel does itself when it has no initramfs: mount root= and start init there. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/handover.h"
#include "bench/agent/sysfile.h"

#define NEW_ROOT "/newroot"

/* A disk may come some time after the first process. */
#define DISK_TICKS 100
#define DISK_TICK_MS 100

/* Value of the last word KEY=...; keeps what is in @value when there is none. */
static void word(const char *cmdline, const char *key, char *value, size_t len)
{
	const char *at = cmdline;
	size_t n;

	for (; *at; at += n + (at[n] == ' ')) {
		n = strcspn(at, " ");
		if (n > strlen(key) && !strncmp(at, key, strlen(key)))
			snprintf(value, len, "%.*s", (int)(n - strlen(key)), at + strlen(key));
	}
}

/* With each file system that needs a disk, in the kernel's order. */
static int mount_root(const char *device, const char *only, unsigned long flags)
{
	char list[4096], *save = NULL, *line;
	int err = -ENODEV;

	if (*only)
		return mount(device, NEW_ROOT, only, flags, NULL) ? -errno : 0;
	sys_read("/proc/filesystems", list, sizeof(list));
	for (line = strtok_r(list, "\n", &save); line && err; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] != '\t')
			continue;
		err = mount(device, NEW_ROOT, line + 1, flags, NULL) ? -errno : 0;
	}
	return err;
}

int handover_bare(const char *cmdline)
{
	char device[256] = "", type[64] = "", init[256] = "/sbin/init";
	char *const argv[] = { init, NULL };
	char padded[4200];
	int i, err;

	snprintf(padded, sizeof(padded), " %s ", cmdline);
	word(cmdline, "root=", device, sizeof(device));
	word(cmdline, "rootfstype=", type, sizeof(type));
	word(cmdline, "init=", init, sizeof(init));
	if (strncmp(device, "/dev/", 5))
		return -EINVAL;
	mkdir(NEW_ROOT, 0755);
	for (i = 0; access(device, F_OK) && i < DISK_TICKS; i++)
		msleep(DISK_TICK_MS);
	err = mount_root(device, type, strstr(padded, " rw ") ? 0 : MS_RDONLY);
	if (err)
		return err;
	if (chdir(NEW_ROOT) || mount("/dev", "dev", NULL, MS_MOVE, NULL) ||
	    mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return -errno;
	execv(init, argv);
	return -errno;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/toolsdisk.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"

static void mount_disk(void)
{
	char serial[64], device[80];
	glob_t disks;
	size_t i;

	if (glob("/sys/block/*/serial", 0, NULL, &disks))
		return;
	for (i = 0; i < disks.gl_pathc; i++) {
		const char *name = disks.gl_pathv[i] + strlen("/sys/block/");

		if (sys_read(disks.gl_pathv[i], serial, sizeof(serial)) < 0 ||
		    strcmp(serial, TOOLSDISK_SERIAL))
			continue;
		snprintf(device, sizeof(device), "/dev/%.*s", (int)strcspn(name, "/"), name);
		mkdir(TOOLSDISK_DIR, 0755);
		if (mount(device, TOOLSDISK_DIR, "ext4", MS_RDONLY, NULL) && errno != EBUSY)
			kmsg("%s on %s: %s", device, TOOLSDISK_DIR, strerror(errno));
	}
	globfree(&disks);
}

const char *toolsdisk_program(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), TOOLSDISK_DIR "/bin/%.100s", name);
	if (access(path, X_OK))
		mount_disk();
	return access(path, X_OK) ? name : path;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/pcidev.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/sysfile.h"

#define DEVICES "/sys/bus/pci/devices"

static void dev_path(char *path, const char *bdf, const char *file)
{
	snprintf(path, PATH_MAX, DEVICES "/%s/%s", bdf, file);
}

static int read_hex16(const char *bdf, const char *file, uint16_t *val)
{
	char path[PATH_MAX], buf[32];
	long n;

	dev_path(path, bdf, file);
	n = sys_read(path, buf, sizeof(buf));
	if (n < 0)
		return (int)n;
	*val = (uint16_t)strtoul(buf, NULL, 16);
	return 0;
}

int pcidev_ids(const char *bdf, uint16_t *vendor, uint16_t *device)
{
	int err = read_hex16(bdf, "vendor", vendor);

	return err ? err : read_hex16(bdf, "device", device);
}

/* Name of the bound driver, "" for none. */
static void driver_of(const char *bdf, char *name, size_t len)
{
	char path[PATH_MAX], link[PATH_MAX];
	ssize_t n;

	dev_path(path, bdf, "driver");
	n = readlink(path, link, sizeof(link) - 1);
	link[n < 0 ? 0 : n] = '\0';
	snprintf(name, len, "%s", n < 0 ? "" : basename(link));
}

static int unbind(const char *bdf)
{
	char path[PATH_MAX];
	int err;

	dev_path(path, bdf, "driver/unbind");
	err = sys_write(path, bdf);
	return err == -ENOENT ? 0 : err;
}

/* Is the file there, and about this device? */
static bool undo_is_of(const char *undo, const char *bdf)
{
	char text[160], of[64];

	return sys_read(undo, text, sizeof(text)) >= 0 && sscanf(text, "%63s", of) == 1 &&
	       !strcmp(of, bdf);
}

int pcidev_take(const char *bdf, const char *undo)
{
	char path[PATH_MAX], driver[64], text[160];
	int err;

	driver_of(bdf, driver, sizeof(driver));
	if (!undo_is_of(undo, bdf)) {
		/* What an earlier run took and did not give back is not to be forgotten. */
		err = pcidev_give_back(undo);
		if (err)
			return err;
		snprintf(text, sizeof(text), "%s %s\n", bdf, driver);
		err = sys_save(undo, text);
		if (err)
			return err;
	}
	if (!strcmp(driver, "vfio-pci"))
		return 0;
	dev_path(path, bdf, "driver_override");
	err = sys_write(path, "vfio-pci\n");
	if (!err)
		err = unbind(bdf);
	if (!err)
		err = sys_write("/sys/bus/pci/drivers_probe", bdf);
	if (err)
		return err;
	driver_of(bdf, driver, sizeof(driver));
	return strcmp(driver, "vfio-pci") ? -ENODEV : 0;
}

int pcidev_give_back(const char *undo)
{
	char text[160], bdf[64], driver[64] = "", path[PATH_MAX];
	long n = sys_read(undo, text, sizeof(text));
	int err;

	if (n < 0)
		return n == -ENOENT ? 0 : (int)n;
	if (sscanf(text, "%63s %63s", bdf, driver) < 1)
		return -EINVAL;
	dev_path(path, bdf, "driver_override");
	err = sys_write(path, "\n");
	/* The device is gone: there is nothing to give back. */
	if (err == -ENOENT)
		return unlink(undo) ? -errno : 0;
	/* It was with vfio-pci before we came: then that is where it belongs. */
	if (!err && strcmp(driver, "vfio-pci")) {
		err = unbind(bdf);
		if (!err && driver[0])
			err = sys_write("/sys/bus/pci/drivers_probe", bdf);
	}
	return err ? err : unlink(undo) ? -errno : 0;
}

int pcidev_cdev(const char *bdf, char *path, size_t len)
{
	char dir[PATH_MAX];
	int tries;

	dev_path(dir, bdf, "vfio-dev");
	for (tries = 0; tries < 100; tries++) {
		DIR *d = opendir(dir);
		struct dirent *ent;

		path[0] = '\0';
		while (d && (ent = readdir(d)))
			if (!strncmp(ent->d_name, "vfio", 4))
				snprintf(path, len, "/dev/vfio/devices/%s", ent->d_name);
		if (d)
			closedir(d);
		if (path[0] && !access(path, F_OK))
			return 0;
		msleep(10);
	}
	return -ENOENT;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int initramfs_find(const char *boot, const char *release, char *path, size_t len)
{
	/* Debian and Ubuntu; Fedora and its kind; openSUSE */
	static const char *const names[][2] = {
		{ "initrd.img-", "" },
		{ "initramfs-", ".img" },
		{ "initrd-", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, len, "%s/%s%s%s", boot, names[i][0], release, names[i][1]);
		if (!access(path, R_OK))
			return 0;
	}
	path[0] = '\0';
	return -ENOENT;
}

static int append(FILE *out, const char *path)
{
	char buf[65536];
	FILE *in = fopen(path, "re");
	size_t n;
	int err;

	if (!in)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), in)))
		fwrite(buf, 1, n, out);
	err = ferror(in) ? -EIO : 0;
	fclose(in);
	return err;
}

/* Zeros up to a multiple of four, also between archives. */
static void pad(FILE *out)
{
	while (ftello(out) & 3)
		fputc(0, out);
}

/* One entry of format "newc"; @bytes of content have to follow. */
static void entry(FILE *out, const char *name, unsigned int mode, unsigned long bytes)
{
	static unsigned int ino;

	fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08lX%08X%08X%08X%08X%08zX%08X", ++ino, mode, 0,
		0, 1, 0, bytes, 0, 0, 0, 0, strlen(name) + 1, 0);
	fwrite(name, 1, strlen(name) + 1, out);
	pad(out);
}

static int add(FILE *out, const char *name, unsigned int mode, const char *path)
{
	struct stat st;
	int err;

	if (stat(path, &st))
		return -errno;
	entry(out, name, S_IFREG | mode, (unsigned long)st.st_size);
	err = append(out, path);
	pad(out);
	return err;
}

int initramfs_make(const char *path, const char *own, const char *agent, const char *cycle)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), err = 0;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	if (own)
		err = append(out, own);
	pad(out);
	/* Names as in the archive of an initramfs: without the slash in front. */
	entry(out, INITRAMFS_DIR + 1, S_IFDIR | 0700, 0);
	if (!err)
		err = add(out, INITRAMFS_INIT + 1, 0700, agent);
	if (!err)
		err = add(out, INITRAMFS_DIR "/cycle.json" + 1, 0600, cycle);
	entry(out, "TRAILER!!!", 0, 0);
	if (fflush(out) && !err)
		err = -errno;
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

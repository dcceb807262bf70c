// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/courier.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kmsg.h"

#define FILES_MAX 64
#define TICK_MS 50

/* In the order in which they are written: the outcome says that the others are there. */
static struct {
	char name[300];
	char *data;
	size_t len;
} files[FILES_MAX];
static size_t nr_files;

static int load_one(const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	size_t done = 0;
	ssize_t n = 1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return 0;
	}
	if (nr_files == FILES_MAX) {
		close(fd);
		return -E2BIG;
	}
	files[nr_files].data = malloc((size_t)st.st_size + 1);
	while (files[nr_files].data && done < (size_t)st.st_size && n > 0) {
		n = read(fd, files[nr_files].data + done, (size_t)st.st_size - done);
		done += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	if (!files[nr_files].data)
		return -ENOMEM;
	snprintf(files[nr_files].name, sizeof(files[nr_files].name), "%s", name);
	files[nr_files++].len = done;
	return n < 0 ? -EIO : 0;
}

int courier_load(const char *from)
{
	char path[PATH_MAX], name[300];
	struct dirent *ent;
	int err = 0;
	DIR *out;

	nr_files = 0;
	/* What the next cycle starts from; there is none after a failure. */
	err = load_one(from, "chain");
	if (err == -ENOENT)
		err = 0;
	snprintf(path, sizeof(path), "%s/out", from);
	out = opendir(path);
	if (!out)
		return -errno;
	while (!err && (ent = readdir(out))) {
		if (ent->d_name[0] == '.' || !strcmp(ent->d_name, "outcome.json"))
			continue;
		snprintf(name, sizeof(name), "out/%s", ent->d_name);
		err = load_one(from, name);
	}
	closedir(out);
	return err ? err : load_one(from, "out/outcome.json");
}

static int write_one(int dir, size_t i)
{
	char tmp[310];
	size_t done = 0;
	ssize_t n = 0;
	int fd, err;

	snprintf(tmp, sizeof(tmp), "%s.new", files[i].name);
	fd = openat(dir, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EROFS ? -EAGAIN : -errno;
	while (done < files[i].len && n >= 0) {
		n = write(fd, files[i].data + done, files[i].len - done);
		done += n > 0 ? (size_t)n : 0;
	}
	err = n < 0 ? -errno : 0;
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && renameat(dir, tmp, dir, files[i].name))
		err = -errno;
	return err;
}

int courier_deliver(int root, const char *to)
{
	int dir = openat(root, to, O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;
	size_t i;

	if (dir < 0)
		return -EAGAIN;
	/* A mount point that nothing is mounted on yet */
	if (faccessat(dir, "cycle.json", F_OK, 0))
		err = -EAGAIN;
	for (i = 0; !err && i < nr_files; i++)
		err = write_one(dir, i);
	if (!err)
		fsync(dir);
	close(dir);
	return err;
}

/* The root of this process is the initramfs for good; that of the first process becomes the host's. */
static int wait_for_host(int proc, const char *to, uint32_t limit_ms)
{
	int root, err = -EAGAIN;
	uint32_t ms;

	for (ms = 0; err == -EAGAIN && ms < limit_ms; ms += TICK_MS) {
		msleep(TICK_MS);
		root = openat(proc, "1/root", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (root < 0)
			continue;
		err = courier_deliver(root, to);
		close(root);
	}
	return err;
}

int courier_start(const char *from, const char *to, char *argv0, uint32_t limit_ms)
{
	int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC), err;
	pid_t pid;

	if (proc < 0)
		return -errno;
	err = courier_load(from);
	pid = err ? 0 : fork();
	if (!err && !pid) {
		setsid();
		argv0[0] = '@';
		err = wait_for_host(proc, to, limit_ms);
		if (err)
			kmsg("results cannot be written to /%s: %s", to, strerror(-err));
		_exit(err ? EXIT_FAILURE : EXIT_SUCCESS);
	}
	close(proc);
	return err ? err : pid < 0 ? -errno : 0;
}

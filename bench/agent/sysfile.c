// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/sysfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

void sys_mount(void)
{
	static const struct {
		const char *type, *where, *probe;
	} fs[] = {
		{ "proc", "/proc", "/proc/version" },
		{ "sysfs", "/sys", "/sys/kernel" },
		{ "devtmpfs", "/dev", "/dev/null" },
		{ "debugfs", DEBUGFS, DEBUGFS "/kho" },
	};
	size_t i;

	/* An absent file system shows where it is used, with a better message. */
	for (i = 0; i < sizeof(fs) / sizeof(fs[0]); i++)
		if (access(fs[i].probe, F_OK))
			mount(fs[i].type, fs[i].where, fs[i].type, 0, NULL);
}

long sys_read(const char *path, char *buf, size_t len)
{
	size_t done = 0;
	long err = 0;
	int fd;

	buf[0] = '\0';
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (done < len - 1) {
		ssize_t n = read(fd, buf + done, len - 1 - done);

		if (n < 0)
			err = -errno;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	close(fd);
	buf[done] = '\0';
	if (err)
		return err;
	while (done && buf[done - 1] == '\n')
		buf[--done] = '\0';
	return (long)done;
}

char *sys_read_all(const char *path)
{
	size_t size = 65536;
	char *buf = NULL;

	for (;;) {
		char *more = realloc(buf, size);
		long n;

		if (!more)
			break;
		buf = more;
		n = sys_read(path, buf, size);
		if (n < 0) {
			errno = (int)-n;
			break;
		}
		if ((size_t)n < size / 2)
			return buf;
		size *= 2;
	}
	free(buf);
	return NULL;
}

int sys_read_u64(const char *path, uint64_t *val)
{
	char buf[64], *end;
	long n = sys_read(path, buf, sizeof(buf));

	if (n < 0)
		return (int)n;
	errno = 0;
	*val = strtoull(buf, &end, 10);
	return end == buf || *end || errno ? -EINVAL : 0;
}

static int write_all(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left) {
		ssize_t n = write(fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO;
		text += n;
		left -= (size_t)n;
	}
	return 0;
}

int sys_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int sync_dir_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char dir[PATH_MAX];
	int fd, err;

	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	fd = open(dir[0] ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = fsync(fd) ? -errno : 0;
	close(fd);
	return err;
}

int sys_save(const char *path, const char *text)
{
	char tmp[PATH_MAX];
	int fd, err;

	snprintf(tmp, sizeof(tmp), "%s.tmp", path);
	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	err = write_all(fd, text);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	return err ? err : sync_dir_of(path);
}

bool sys_cmdline_has(const char *word)
{
	char buf[4096];
	char *save, *tok;

	if (sys_read("/proc/cmdline", buf, sizeof(buf)) < 0)
		return false;
	for (tok = strtok_r(buf, " ", &save); tok; tok = strtok_r(NULL, " ", &save))
		if (!strcmp(tok, word))
			return true;
	return false;
}

void sys_build_id(char *hex, size_t len)
{
	uint8_t notes[4096];
	size_t at = 0, size;
	ssize_t n;
	int fd;

	hex[0] = '\0';
	fd = open("/sys/kernel/notes", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	n = read(fd, notes, sizeof(notes));
	close(fd);
	size = n < 0 ? 0 : (size_t)n;

	/* ELF notes: name size, descriptor size, type; name and descriptor padded to 4 bytes. */
	while (at + 12 <= size) {
		uint32_t head[3], i;
		size_t name = at + 12, desc;

		memcpy(head, notes + at, sizeof(head));
		desc = name + ((head[0] + 3ul) & ~3ul);
		if (desc > size || head[1] > size - desc)
			return;
		if (head[2] == 3 && head[0] == 4 && !memcmp(notes + name, "GNU", 4)) {
			for (i = 0; i < head[1] && 2 * i + 3 <= len; i++)
				sprintf(hex + 2 * i, "%02x", notes[desc + i]);
			return;
		}
		at = desc + ((head[1] + 3ul) & ~3ul);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preloaded into the controller: does something at its N-th operation on a file. LUBENCH_SHIM says what:
 *
 *   list:FILE  write a line for each operation there
 *   kill:N     SIGKILL before it
 *   torn:N     SIGKILL after half of it, when it is a write
 *   full:N     from then on the disk is full: half of a write is done, nothing more, and no file is made
 *
 * What the C library does inside of stdio is not seen; fsync() after it is.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int count;

/* The controller only, and not the shell that plays its host. */
__attribute__((constructor)) static void stay_alone(void)
{
	unsetenv("LD_PRELOAD");
}

static void note(const char *what, int fd, const char *path)
{
	char link[64], name[4096] = "", line[4200];
	const char *slash;
	ssize_t n;
	int out;

	if (!path) {
		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, name, sizeof(name) - 1);
		name[n < 0 ? 0 : n] = '\0';
		path = name;
	}
	slash = strrchr(path, '/');
	n = snprintf(line, sizeof(line), "%s %s\n", what, slash ? slash + 1 : path);
	out = (int)syscall(SYS_openat, AT_FDCWD, getenv("LUBENCH_SHIM") + 5,
			   O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (syscall(SYS_write, out, line, n) != n)
		abort();
	syscall(SYS_close, out);
}

/* 0: as always, 1: half of it and SIGKILL, 2: the disk is full. */
static int now(const char *what, int fd, const char *path)
{
	const char *say = getenv("LUBENCH_SHIM");
	struct stat st;
	int at;

	if (!say || (!path && (fd < 3 || fstat(fd, &st) || !S_ISREG(st.st_mode))))
		return 0;
	count++;
	if (!strncmp(say, "list:", 5)) {
		note(what, fd, path);
		return 0;
	}
	at = atoi(say + 5);
	if (!strncmp(say, "kill:", 5) && count == at)
		raise(SIGKILL);
	if (!strncmp(say, "torn:", 5) && count == at)
		return 1;
	return !strncmp(say, "full:", 5) && count >= at ? 2 : 0;
}

ssize_t write(int fd, const void *buf, size_t len)
{
	int what = now("write", fd, NULL);
	static bool half;

	if (what == 1) {
		syscall(SYS_write, fd, buf, len / 2);
		raise(SIGKILL);
	}
	if (what == 2) {
		half = !half;
		if (half && len > 1)
			return syscall(SYS_write, fd, buf, len / 2);
		errno = ENOSPC;
		return -1;
	}
	return syscall(SYS_write, fd, buf, len);
}

int fsync(int fd)
{
	if (now("fsync", fd, NULL) == 1)
		raise(SIGKILL);
	return (int)syscall(SYS_fsync, fd);
}

int ftruncate(int fd, off_t size)
{
	if (now("ftruncate", fd, NULL) == 1)
		raise(SIGKILL);
	return (int)syscall(SYS_ftruncate, fd, size);
}

int rename(const char *from, const char *to)
{
	if (now("rename", -1, to) == 1)
		raise(SIGKILL);
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;
	int what;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, mode_t);
		va_end(ap);
		what = now("open", -1, path);
		if (what == 1)
			raise(SIGKILL);
		if (what == 2) {
			errno = ENOSPC;
			return -1;
		}
	}
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Writer of samples.jsonl. */
#include "bench/record/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"

static int fail(const struct record_writer *w, const char *what, int err)
{
	lub_err("%s: cannot %s: %s; free some space and resume the run", w->path, what,
		strerror(-err));
	return err;
}

/* Bytes up to and including the last newline. */
static long long whole_lines(int fd, long long size)
{
	char c;

	while (size > 0 && pread(fd, &c, 1, size - 1) == 1 && c != '\n')
		size--;
	return size;
}

int record_open(struct record_writer *w, const char *dir)
{
	long long size, whole;

	w->fd = -1;
	if (asprintf(&w->path, "%s/" RECORD_SAMPLES, dir) < 0) {
		w->path = NULL;
		return -ENOMEM;
	}
	w->fd = open(w->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (w->fd < 0)
		return fail(w, "open", -errno);
	size = record_size(w);
	if (size < 0)
		return fail(w, "stat", (int)size);
	whole = whole_lines(w->fd, size);
	if (whole == size)
		return 0;
	lub_err("%s: torn last line (%lld bytes) moved to samples.torn", w->path, size - whole);
	return record_cut(w, whole, "samples.torn");
}

int record_write(struct record_writer *w, json_t *line)
{
	int err = emit_write(w->fd, line);

	return err ? fail(w, "append a record", err) : 0;
}

long long record_size(const struct record_writer *w)
{
	struct stat st;

	return fstat(w->fd, &st) ? -errno : (long long)st.st_size;
}

static int copy_tail(struct record_writer *w, long long from, int out)
{
	char buf[65536];
	ssize_t n;

	while ((n = pread(w->fd, buf, sizeof(buf), from)) > 0) {
		if (write(out, buf, (size_t)n) != n)
			return errno ? -errno : -EIO;
		from += n;
	}
	return n < 0 ? -errno : 0;
}

int record_cut(struct record_writer *w, long long size, const char *aside)
{
	long long have = record_size(w);
	char *path = NULL;
	int out, err;

	if (have < 0 || have <= size)
		return have < 0 ? (int)have : 0;
	if (asprintf(&path, "%.*s%s", (int)(strlen(w->path) - strlen(RECORD_SAMPLES)), w->path,
		     aside) < 0)
		return -ENOMEM;
	out = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	errno = out < 0 ? errno : 0;
	err = out < 0 ? -errno : copy_tail(w, size, out);
	if (!err && fsync(out))
		err = -errno;
	if (!err && ftruncate(w->fd, size))
		err = -errno;
	if (out >= 0)
		close(out);
	free(path);
	return err ? fail(w, "move the last lines aside", err) : 0;
}

int record_sync(struct record_writer *w)
{
	return fsync(w->fd) ? fail(w, "fsync", -errno) : 0;
}

void record_close(struct record_writer *w)
{
	if (w->path && w->fd >= 0)
		close(w->fd);
	free(w->path);
	w->path = NULL;
	w->fd = -1;
}

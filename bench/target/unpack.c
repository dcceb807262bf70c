// SPDX-License-Identifier: GPL-2.0-or-later
/* Archives that a target sends: POSIX ustar as every tar writes it, and of that the plain part only. */
#include "bench/target/unpack.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"

#define BLOCK 512

/** struct header - the part of the first block of an entry that is looked at */
struct header {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12];
	char mtime[12], sum[8];
	char type;
	char link[100];
	char rest[255];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path) && errno != ENOENT ? -1 : 0;
}

int remove_tree(const char *dir)
{
	if (nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) && errno != ENOENT)
		return -errno;
	return 0;
}

/* 1: a block, 0: the end of the file, else -errno. */
static int read_block(int fd, void *block)
{
	size_t have = 0;
	ssize_t n;

	while (have < BLOCK) {
		n = read(fd, (char *)block + have, BLOCK - have);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return have ? -EBADMSG : 0;
		have += n > 0 ? (size_t)n : 0;
	}
	return 1;
}

/* Octal digits, then a space or NUL; -1 for all else, sizes of 8 GiB and more among it. */
static long long octal(const char *text, size_t len)
{
	long long value = 0;
	size_t i = 0;

	while (i < len && text[i] == ' ')
		i++;
	if (i == len || text[i] < '0' || text[i] > '7')
		return -1;
	for (; i < len && text[i] >= '0' && text[i] <= '7'; i++)
		value = value * 8 + (text[i] - '0');
	return i == len || !text[i] || text[i] == ' ' ? value : -1;
}

static bool sum_fits(const struct header *h)
{
	const unsigned char *p = (const unsigned char *)h;
	size_t from = offsetof(struct header, sum), i;
	long long sum = 0;

	for (i = 0; i < BLOCK; i++)
		sum += i >= from && i < from + sizeof(h->sum) ? ' ' : p[i];
	return sum == octal(h->sum, sizeof(h->sum));
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len > n && !strcmp(text + len - n, end);
}

/* Plain words with slashes between them, none of which begins with a dot. */
static bool name_good(const char *name)
{
	bool begins = true;
	const char *p;

	for (p = name; *p; p++) {
		if (*p == '/' ? begins
			      : !isalnum((unsigned char)*p) && (begins || !strchr("._+-", *p)))
			return false;
		begins = *p == '/';
	}
	if (begins)
		return false;
	return !strncmp(name, "out/", 4) || !strcmp(name, "out") ||
	       (!strchr(name, '/') && ends_with(name, ".log"));
}

static int write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		buf += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return 0;
}

/* Reads what belongs to an entry; @to -1: it is dropped. */
static int copy(int fd, int to, long long size)
{
	char block[BLOCK];
	int err = 0;

	while (!err && size > 0) {
		err = read_block(fd, block);
		err = err == 1 ? 0 : err ? err : -EBADMSG;
		if (!err && to >= 0)
			err = write_all(to, block, size < BLOCK ? (size_t)size : BLOCK);
		size -= BLOCK;
	}
	return err;
}

static int unpack_file(int fd, int dir, const char *name, long long size)
{
	int to = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err = to < 0 ? -errno : copy(fd, to, size);

	if (to >= 0 && close(to) && !err)
		err = -errno;
	return err;
}

/* A second name of a file that came before it: nothing else is in that directory. */
static int unpack_link(int dir, const struct header *h, const char *name)
{
	char to[sizeof(h->link) + 1];

	snprintf(to, sizeof(to), "%.*s", (int)sizeof(h->link), h->link);
	if (!name_good(to))
		return -EBADMSG;
	return linkat(dir, to, dir, name, 0) ? (errno == EPERM ? -EBADMSG : -errno) : 0;
}

static int unpack_entry(int fd, int dir, const struct header *h, const char **why)
{
	long long size = octal(h->size, sizeof(h->size));
	char name[sizeof(h->name) + 1];
	size_t len;
	int err = -EBADMSG;

	snprintf(name, sizeof(name), "%.*s", (int)sizeof(h->name), h->name);
	len = strlen(name);
	if (h->type == '5' && len && name[len - 1] == '/')
		name[len - 1] = '\0';
	*why = "a header in it is damaged";
	if (!sum_fits(h) || size < 0)
		return err;
	/* Times and the like; what would be a name or a size is ignored with them. */
	if (h->type == 'x' || h->type == 'g') {
		*why = "it ends too early";
		return copy(fd, -1, size);
	}
	*why = "it holds more than plain files and directories";
	if (h->type != '0' && h->type && h->type != '5' && (h->type != '1' || size))
		return err;
	*why = "it holds names that no agent gives";
	if (!name_good(name))
		return err;
	*why = "it ends too early";
	if (h->type == '1')
		err = unpack_link(dir, h, name);
	else if (h->type == '5')
		err = mkdirat(dir, name, 0700) ? -errno : 0;
	else
		err = unpack_file(fd, dir, name, size);
	if (err != -EEXIST && err != -ENOENT && err != -ENOTDIR)
		return err;
	*why = "it holds a name twice, or a file outside of its directories";
	return -EBADMSG;
}

int unpack(int fd, const char *dir, const char **why)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), err;
	unsigned int nr = 0;
	struct header h;

	if (at < 0)
		return -errno;
	for (;;) {
		*why = "it ends too early";
		err = read_block(fd, &h);
		if (err != 1)
			err = err ? err : -EBADMSG;
		else if (!*h.name)
			err = 0; /* a block of zeros: the end */
		else if (++nr > UNPACK_ENTRIES)
			*why = "it holds too many files", err = -EBADMSG;
		if (err != 1 || !*h.name)
			break;
		err = unpack_entry(fd, at, &h, why);
		if (err)
			break;
	}
	close(at);
	return err == -EDQUOT ? -ENOSPC : err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the consoles of a run said, copied beside its page as text. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/dashboard/parts.h"
#include "bench/lubench.h"

/* Of a longer log its end is copied: how it ended is asked most. */
#define CONSOLE_MOST (256 * 1024)

/* A cut log begins with a whole line, unless the first is longer than this. */
#define LONGEST_LINE 4096

struct console {
	const char *path;
	FILE *in;
	struct stat st;
	off_t left_out;
};

static int is_log(const struct dirent *entry)
{
	return !fnmatch("console-*.log", entry->d_name, 0);
}

/* Opens it at what is copied. Return: 0 or -errno. */
static int open_end(struct console *c)
{
	int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), n, ch = 0;

	if (fd < 0)
		return -errno;
	c->in = fdopen(fd, "r");
	if (!c->in) {
		close(fd);
		return -ENOMEM;
	}
	if (fstat(fd, &c->st))
		return -errno;
	if (!S_ISREG(c->st.st_mode))
		return -EINVAL;
	if (c->st.st_size <= CONSOLE_MOST)
		return 0;
	c->left_out = c->st.st_size - CONSOLE_MOST;
	/* from the byte before, which may end a line */
	if (fseeko(c->in, c->left_out - 1, SEEK_SET))
		return -errno;
	for (n = 0; n <= LONGEST_LINE && ch != '\n' && ch != EOF; n++)
		ch = getc(c->in);
	if (ch == '\n')
		c->left_out = ftello(c->in);
	return fseeko(c->in, c->left_out, SEEK_SET) ? -errno : 0;
}

/*
 * Bytes that are no text would make a browser save the file instead of showing it. A run is its owner's, and a
 * machine may say anything on its console: whoever may not read the log may not read the copy.
 */
static int print_end(FILE *out, const void *arg)
{
	const struct console *c = arg;
	off_t left = c->st.st_size - c->left_out;
	struct stat st;
	int ch;

	if (fstat(fileno(out), &st) || fchmod(fileno(out), st.st_mode & c->st.st_mode & 0666))
		return -errno;
	if (c->left_out)
		fprintf(out, "[lubench: the first %lld of %lld bytes are left out here: %s]\n",
			(long long)c->left_out, (long long)c->st.st_size, c->path);
	for (; left > 0 && (ch = getc(c->in)) != EOF; left--) {
		bool text = (unsigned char)ch >= ' ' && ch != 127;

		putc(text || ch == '\n' || ch == '\t' || ch == '\r' ? ch : '?', out);
	}
	return ferror(c->in) || ferror(out) ? -EIO : 0;
}

/* Return: 0, or -errno when the site cannot be written (said). */
static int add_console(const struct dash_options *opt, json_t *all, const char *path,
		       const char *file)
{
	struct console c = { .path = path };
	json_t *o = json_object();
	int err = open_end(&c), failed = 0;

	if (err)
		lub_err("dashboard: the console %s is left out: %s", path, strerror(-err));
	else
		failed = dash_write_file(opt, file, print_end, &c);
	dash_set(o, "name", dash_text(strrchr(path, '/') + 1));
	dash_set(o, "path", dash_text(path));
	dash_set(o, "file", err ? json_null() : dash_text(file));
	dash_set(o, "why", err ? dash_text(strerror(-err)) : json_null());
	dash_set(o, "bytes", err ? json_null() : json_integer(c.st.st_size));
	dash_set(o, "left_out", err ? json_null() : json_integer(c.left_out));
	dash_append(all, o);
	if (c.in)
		fclose(c.in);
	return failed;
}

int dash_consoles(const struct dash_options *opt, const char *dir, size_t nr, json_t *all)
{
	struct dirent **names;
	int n = scandir(dir, &names, is_log, versionsort), i, err = 0;
	char *path, file[64];

	/* a run may be given as a file */
	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "run-%zu.console-%d.txt", nr, i + 1);
		if (!err && asprintf(&path, "%s/%s", dir, names[i]->d_name) < 0) {
			err = -ENOMEM;
		} else if (!err) {
			err = add_console(opt, all, path, file);
			free(path);
		}
		free(names[i]);
	}
	free(names);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The directory of a run: its name, that it is there and nobody else's, the plan in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"

int make_dirs(const char *dir)
{
	char *path = strdup(dir), *at;
	int err = path ? 0 : -ENOMEM;

	for (at = path ? path + 1 : NULL; at && !err; at++) {
		at = strchrnul(at, '/');
		if (!*at)
			break;
		*at = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			err = -errno;
		*at = '/';
	}
	if (!err && mkdir(dir, 0755) && errno != EEXIST)
		err = -errno;
	free(path);
	return err;
}

/* The run id names files and goes onto a kernel command line: plain characters only. */
static void name_run(struct campaign *c)
{
	struct timespec ts;
	struct tm tm;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	n = strftime(c->run, sizeof(c->run), "%Y%m%d-%H%M%S", &tm);
	snprintf(c->run + n, sizeof(c->run) - n, "-%s-%04lx", c->target.row->name,
		 (unsigned long)(ts.tv_nsec ^ (getpid() << 12)) & 0xffff);
}

/* A controller that was killed before its start line was whole has left nothing to go on with. */
bool rundir_began(const char *dir)
{
	char *path = NULL, *text = NULL;
	bool whole;

	if (asprintf(&path, "%s/" JOURNAL_FILE, dir) >= 0)
		text = file_text(path);
	whole = text && strchr(text, '\n');
	free(text);
	free(path);
	return whole;
}

int rundir_make(struct campaign *c, const char *out, const char *resume)
{
	char *path = NULL;
	int err;

	if (c->resume) {
		c->dir = realpath(resume, NULL);
		return c->dir ? 0 : -errno;
	}
	name_run(c);
	if (asprintf(&path, "%s%s", out ? out : "results/runs/", out ? "" : c->run) < 0)
		return -ENOMEM;
	err = make_dirs(path);
	if (err)
		lub_err("cannot make %s: %s", path, strerror(-err));
	else
		c->dir = realpath(path, NULL);
	free(path);
	if (!err && c->dir && rundir_began(c->dir)) {
		lub_err("%s holds a run already; use --resume %s or another --out", c->dir, c->dir);
		err = -EEXIST;
	}
	return err;
}

int rundir_copy_plan(const struct campaign *c)
{
	char *to = NULL, *text = file_text(c->plan.file);
	FILE *out = NULL;
	int err = -EIO;

	if (text && asprintf(&to, "%s/plan.ini", c->dir) >= 0 && (out = fopen(to, "we"))) {
		err = fputs(text, out) < 0 ? -EIO : 0;
		if (fflush(out) || fsync(fileno(out)) || fclose(out))
			err = -EIO;
	}
	if (err)
		lub_err("cannot write %s: %s; free some space or use another --out",
			to ? to : c->dir, strerror(errno));
	free(text);
	free(to);
	return err;
}

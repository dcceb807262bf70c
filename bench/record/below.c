// SPDX-License-Identifier: GPL-2.0-or-later
/* Finds runs. */
#include "bench/record/below.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/journal.h"
#include "bench/record/record.h"

struct search {
	size_t top_len;
	unsigned int depth;
	bool said;
	int (*each)(const char *name, void *arg);
	void *arg;
};

static bool holds(const char *dir, const char *file)
{
	char *path;
	bool yes;

	if (asprintf(&path, "%s/%s", dir, file) < 0)
		return false;
	yes = !access(path, F_OK);
	free(path);
	return yes;
}

bool run_is(const char *dir)
{
	return holds(dir, RECORD_SAMPLES);
}

static bool is_dir(const char *path)
{
	struct stat st;

	return !lstat(path, &st) && S_ISDIR(st.st_mode);
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int look_into(struct search *s, const char *dir, unsigned int level);

/* @level: 1 for what is in the top. */
static int look_at(struct search *s, const char *path, unsigned int level)
{
	if (!is_dir(path))
		return 0;
	if (run_is(path))
		return s->each(path + s->top_len + 1, s->arg);
	if (holds(path, JOURNAL_FILE))
		return 0;
	if (level < s->depth)
		return look_into(s, path, level);
	if (s->depth == RUNS_DEPTH && !s->said) {
		s->said = true;
		lub_err("%s: runs are looked for %d directories down, and not in this one; name it itself",
			path, RUNS_DEPTH);
	}
	return 0;
}

static int look_into(struct search *s, const char *dir, unsigned int level)
{
	struct dirent **names;
	int nr = scandir(dir, &names, visible, alphasort), i, err = 0;
	char *path;

	if (nr < 0) {
		err = -errno;
		if (!level)
			return err;
		lub_err("cannot read %s: %s; runs in it are left out", dir, strerror(-err));
		return err == -ENOMEM ? err : 0;
	}
	for (i = 0; i < nr; i++) {
		if (!err && asprintf(&path, "%s/%s", dir, names[i]->d_name) < 0) {
			err = -ENOMEM;
		} else if (!err) {
			err = look_at(s, path, level + 1);
			free(path);
		}
		free(names[i]);
	}
	free(names);
	return err;
}

int runs_below(const char *top, unsigned int depth, int (*each)(const char *name, void *arg),
	       void *arg)
{
	struct search s = { .top_len = strlen(top), .depth = depth, .each = each, .arg = arg };

	if (run_is(top) || holds(top, JOURNAL_FILE))
		return 0;
	return look_into(&s, top, 0);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Which runs a word of the command line means. */
#include "bench/cli/runs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/index.h"
#include "bench/record/record.h"

#define RUNS "results/runs"

static const char *const places[] = { "", "results/runs/", "results/baselines/" };

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

static bool holds_run(const char *dir)
{
	bool yes = false;
	char *path;

	if (asprintf(&path, "%s/" RECORD_SAMPLES, dir) < 0)
		return false;
	yes = !access(path, F_OK);
	free(path);
	return yes;
}

/* Takes @dir over. */
static int push(char *dir, char **dirs, size_t *n, size_t max)
{
	if (*n == max) {
		lub_err("%s: more than %zu runs at once; name fewer", dir, max);
		free(dir);
		return -E2BIG;
	}
	dirs[(*n)++] = dir;
	return 0;
}

static int all_below(const char *dir, char **dirs, size_t *n, size_t max)
{
	struct dirent **names;
	int nr = scandir(dir, &names, NULL, alphasort), i, err = 0;
	char *path;

	for (i = 0; i < nr; i++) {
		if (!err && names[i]->d_name[0] != '.') {
			if (asprintf(&path, "%s/%s", dir, names[i]->d_name) < 0)
				err = -ENOMEM;
			else if (holds_run(path))
				err = push(path, dirs, n, max);
			else
				free(path);
		}
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	return err;
}

static int find_one(const char *word, char **dirs, size_t *n, size_t max)
{
	size_t i, before = *n;
	char *path;
	int err = 0;

	for (i = 0; i < ARRAY_LEN(places) && *n == before && !err; i++) {
		if (asprintf(&path, "%s%s", places[i], word) < 0)
			return -ENOMEM;
		/* A file is taken at its word when it is named, and no run when it just lies there. */
		if (is_file(path) || holds_run(path)) {
			err = push(path, dirs, n, max);
		} else {
			err = all_below(path, dirs, n, max);
			free(path);
		}
	}
	if (!err && *n == before) {
		lub_err("%s: no run; give its directory, or its name in results/runs or results/baselines "
			"(lubench list runs)",
			word);
		err = -ENOENT;
	}
	return err;
}

struct chosen {
	const char *top;
	char **dirs;
	size_t *n, max;
	int err;
};

static void take(const struct index_run *run, void *arg)
{
	struct chosen *c = arg;
	char *path;

	if (c->err)
		return;
	if (asprintf(&path, "%s/%s", c->top, run->dir) < 0)
		c->err = -ENOMEM;
	else
		c->err = push(path, c->dirs, c->n, c->max);
}

/* All runs of a kernel or commit. */
static int find_all(const char *word, const struct index_filter *f, const char *top, char **dirs,
		    size_t *n, size_t max)
{
	struct chosen c = { .top = top ? top : RUNS, .dirs = dirs, .n = n, .max = max };
	size_t before = *n;
	int err = index_runs(c.top, f, take, &c);

	err = err ? err : c.err;
	if (!err && *n == before) {
		lub_err("%s: %s has no such run; `lubench list runs` shows kernels and series",
			word, c.top);
		err = -ENOENT;
	}
	return err;
}

static int find_word(const char *word, const struct runs_choice *choice, char **dirs, size_t *n,
		     size_t max)
{
	struct index_filter f = { 0 };

	if (choice) {
		f.target = choice->target;
		f.plan = choice->plan;
	}
	if (!strncmp(word, "kernel:", 7))
		f.kernel = word + 7;
	else if (!strncmp(word, "commit:", 7))
		f.series = word + 7;
	else
		return find_one(word, dirs, n, max);
	return find_all(word, &f, choice ? choice->dir : NULL, dirs, n, max);
}

int runs_find(const char *words, const struct runs_choice *choice, char **dirs, size_t max)
{
	char *copy = strdup(words), *save = NULL, *word;
	size_t n = 0;
	int err = copy ? 0 : -ENOMEM;

	for (word = copy ? strtok_r(copy, ",", &save) : NULL; word && !err;
	     word = strtok_r(NULL, ",", &save))
		err = find_word(word, choice, dirs, &n, max);
	free(copy);
	if (!err && !n) {
		lub_err("'%s' names no run", words);
		err = -ENOENT;
	}
	while (err && n)
		free(dirs[--n]);
	return err ? err : (int)n;
}

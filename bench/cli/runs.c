// SPDX-License-Identifier: GPL-2.0-or-later
/* Which runs a word of the command line means. */
#include "bench/cli/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/lubench.h"
#include "bench/record/below.h"
#include "bench/record/index.h"

#define RUNS "results/runs"

static const char *const places[] = { "", "results/runs/", "results/baselines/" };

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
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

struct below {
	const char *top;
	char **dirs;
	size_t *n, max;
};

static int take_below(const char *name, void *arg)
{
	struct below *b = arg;
	char *path;

	if (asprintf(&path, "%s/%s", b->top, name) < 0)
		return -ENOMEM;
	return push(path, b->dirs, b->n, b->max);
}

/* Of the places that a word may mean not all are there. */
static int all_below(const char *dir, unsigned int depth, char **dirs, size_t *n, size_t max)
{
	struct below b = { dir, dirs, n, max };
	int err = runs_below(dir, depth, take_below, &b);

	if (err == -ENOENT || err == -ENOTDIR)
		return 0;
	if (err && err != -E2BIG)
		lub_err("cannot look for runs in %s: %s", dir, strerror(-err));
	return err;
}

static int find_one(const char *word, unsigned int depth, char **dirs, size_t *n, size_t max)
{
	size_t i, before = *n;
	char *path;
	int err = 0;

	for (i = 0; i < ARRAY_LEN(places) && *n == before && !err; i++) {
		if (asprintf(&path, "%s%s", places[i], word) < 0)
			return -ENOMEM;
		/* A file is taken at its word when it is named, and no run when it just lies there. */
		if (is_file(path) || run_is(path)) {
			err = push(path, dirs, n, max);
		} else {
			err = all_below(path, depth, dirs, n, max);
			free(path);
		}
	}
	if (!err && *n == before) {
		lub_err("%s: no run; give its directory, or its name in results/runs or results/baselines "
			"(lubench list runs; ls results/baselines)",
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
	unsigned int depth = choice && choice->depth ? choice->depth : RUNS_DEPTH;

	if (choice) {
		f.target = choice->target;
		f.plan = choice->plan;
	}
	if (!strncmp(word, "kernel:", 7))
		f.kernel = word + 7;
	else if (!strncmp(word, "commit:", 7))
		f.series = word + 7;
	else
		return find_one(word, depth, dirs, n, max);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of the site. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/dashboard/parts.h"
#include "bench/lubench.h"

#define FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII | JSON_ESCAPE_SLASH | JSON_REAL_PRECISION(15))

/* Of uPlot, and where npm has it. Its licence wants to be beside it. */
static const struct {
	const char *from, *name;
} uplot[] = {
	{ "dist/uPlot.iife.min.js", "uPlot.iife.min.js" },
	{ "dist/uPlot.min.css", "uPlot.min.css" },
	{ "LICENSE", "LICENSE" },
};

static const char *const places[] = { "", "/data", "/uplot" };

/* Writes @path as a whole: whoever reads meanwhile has the old one. */
static int write_whole(const char *path, int (*write)(FILE *out, const void *arg), const void *arg)
{
	char *aside = NULL;
	FILE *out;
	int err;

	if (asprintf(&aside, "%s.new", path) < 0)
		return -ENOMEM;
	out = fopen(aside, "we");
	err = out ? write(out, arg) : -errno;
	if (out && fclose(out) && !err)
		err = -errno;
	if (!err && rename(aside, path))
		err = -errno;
	if (err) {
		lub_err("cannot write %s: %s", path, strerror(-err));
		unlink(aside);
	}
	free(aside);
	return err;
}

static int copy_stream(FILE *out, const void *arg)
{
	FILE *in = fopen(arg, "re");
	char buf[65536];
	int err = in ? 0 : -errno;
	size_t n;

	while (!err && (n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (fwrite(buf, 1, n, out) != n)
			err = -EIO;
	if (in && ferror(in) && !err)
		err = -EIO;
	if (in)
		fclose(in);
	return err;
}

/* Copies @dir/@from to @out/@place/@name. */
static int copy(const char *dir, const char *from, const char *out, const char *place,
		const char *name)
{
	char *path = NULL, *to = NULL;
	int err = asprintf(&path, "%s/%s", dir, from) < 0 ? -ENOMEM : 0;

	if (!err && asprintf(&to, "%s%s/%s", out, place, name) < 0)
		err = -ENOMEM;
	if (!err && access(path, R_OK)) {
		err = -errno;
		lub_err("cannot read %s: %s; run lubench dashboard from the top of its tree, or "
			"make dashboard",
			path, strerror(-err));
	}
	if (!err)
		err = write_whole(to, copy_stream, path);
	free(path);
	free(to);
	return err;
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int copy_pages(const struct dash_options *opt)
{
	struct dirent **names;
	int nr = scandir(opt->site, &names, visible, alphasort), i, err = 0;

	if (nr < 0) {
		err = -errno;
		lub_err("cannot read %s: %s; run lubench dashboard from the top of its tree",
			opt->site, strerror(-err));
		return err;
	}
	for (i = 0; i < nr; i++) {
		if (!err)
			err = copy(opt->site, names[i]->d_name, opt->out, "", names[i]->d_name);
		free(names[i]);
	}
	free(names);
	return err;
}

static bool is_data(const char *name)
{
	static const char *const kinds[] = { "index.js", "run-", "group-", "compare-" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strncmp(name, kinds[i], strlen(kinds[i])))
			return true;
	return false;
}

/* Data of an earlier site would be found by old links, and be wrong. */
static int forget(const char *out)
{
	char *dir = NULL, *path;
	struct dirent **names;
	int nr, i, err = 0;

	if (asprintf(&dir, "%s/data", out) < 0)
		return -ENOMEM;
	nr = scandir(dir, &names, visible, NULL);
	for (i = 0; i < nr; i++) {
		if (!err && is_data(names[i]->d_name)) {
			if (asprintf(&path, "%s/%s", dir, names[i]->d_name) < 0) {
				err = -ENOMEM;
			} else {
				unlink(path);
				free(path);
			}
		}
		free(names[i]);
	}
	if (nr >= 0)
		free(names);
	free(dir);
	return err;
}

static bool there(const char *out, const char *name)
{
	char *path = NULL;
	bool yes = asprintf(&path, "%s/%s", out, name) >= 0 && !access(path, F_OK);

	free(path);
	return yes;
}

int dash_prepare(const struct dash_options *opt)
{
	char *path;
	size_t i;
	int err = 0;

	if (there(opt->out, "index.html") && !there(opt->out, "uplot")) {
		lub_err("%s holds an index.html that is no dashboard; give another directory",
			opt->out);
		return -EEXIST;
	}
	for (i = 0; i < ARRAY_LEN(places) && !err; i++) {
		if (asprintf(&path, "%s%s", opt->out, places[i]) < 0)
			return -ENOMEM;
		if (mkdir(path, 0777) && errno != EEXIST) {
			err = -errno;
			lub_err("cannot make %s: %s", path, strerror(-err));
		}
		free(path);
	}
	if (!err)
		err = forget(opt->out);
	if (!err)
		err = copy_pages(opt);
	for (i = 0; i < ARRAY_LEN(uplot) && !err && opt->uplot; i++)
		err = copy(opt->uplot, uplot[i].from, opt->out, "/uplot", uplot[i].name);
	return err;
}

int dash_print_json(FILE *out, const void *arg)
{
	return json_dumpf(arg, out, FLAGS) || fputc('\n', out) == EOF ? -EIO : 0;
}

int dash_write_file(const struct dash_options *opt, const char *name,
		    int (*write)(FILE *out, const void *arg), const void *arg)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/data/%s", opt->out, name) < 0)
		return -ENOMEM;
	err = write_whole(path, write, arg);
	free(path);
	return err;
}

struct script {
	const char *name;
	const json_t *data;
};

static int print_js(FILE *out, const void *arg)
{
	const struct script *s = arg;
	int err;

	fprintf(out, "LUB.data(\"%s\",\n", s->name);
	err = dash_print_json(out, s->data);
	fputs(");\n", out);
	return err ? err : ferror(out) ? -EIO : 0;
}

int dash_write_js(const struct dash_options *opt, const char *name, const json_t *data)
{
	struct script s = { name, data };
	char file[64];

	snprintf(file, sizeof(file), "%s.js", name);
	return dash_write_file(opt, file, print_js, &s);
}

int dash_copy_data(const struct dash_options *opt, const char *from, const char *name)
{
	return dash_write_file(opt, name, copy_stream, from);
}

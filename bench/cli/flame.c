// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench flame, and the flame graphs of a run with perf on. */
#include <argp.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/report/fold.h"

/* Folded files end in ".folded"; everything else is what perf script prints. */
static int load(const char *path, struct fold *f)
{
	size_t len = strlen(path);
	bool folded = len > 7 && !strcmp(path + len - 7, ".folded");
	FILE *in = fopen(path, "re");
	unsigned int line;
	int err;

	if (!in) {
		err = -errno;
		lub_err("cannot read %s: %s", path, strerror(-err));
		return err;
	}
	err = folded ? fold_text(f, in, &line) : fold_script(f, in, &line);
	if (err == -EINVAL)
		lub_err("%s:%u: %s", path, line,
			folded ? "not a folded stack; write \"outer;inner COUNT\""
			       : "not what `perf script -F comm,ip,sym` prints");
	else if (err)
		lub_err("%s: out of memory", path);
	fclose(in);
	return err;
}

typedef int (*writer)(FILE *out, const struct fold *f, const char *title, const char *about);

static int folded(FILE *out, const struct fold *f, const char *title, const char *about)
{
	(void)title;
	(void)about;
	return fold_write(out, f);
}

static int save(const char *path, writer write, const struct fold *f, const char *title,
		const char *about)
{
	FILE *out = fopen(path, "we");
	int err = out ? write(out, f, title, about) : -errno;

	if (out && fclose(out) && !err)
		err = -EIO;
	if (err == -ENODATA)
		lub_err("%s: no sample to draw", path);
	else if (err)
		lub_err("cannot write %s: %s", path, strerror(-err));
	return err;
}

/* All cycles so far, so that an interrupted run has its picture, too. */
static int draw_run(const struct campaign *c)
{
	char *pattern = NULL, *svg = NULL, title[200], about[300];
	struct fold f = { 0 };
	glob_t files = { 0 };
	int err = -ENOMEM;
	size_t i;

	if (asprintf(&pattern, "%s/perf-*.folded", c->dir) < 0)
		pattern = NULL;
	if (asprintf(&svg, "%s/perf.svg", c->dir) < 0)
		svg = NULL;
	if (pattern && svg && !glob(pattern, 0, NULL, &files))
		err = 0;
	for (i = 0; !err && i < files.gl_pathc; i++)
		err = load(files.gl_pathv[i], &f);
	fold_sort(&f);
	snprintf(title, sizeof(title), "Preserving an iommufd, %s%s", c->target.row->name,
		 c->target.row->emulated ? " [EMULATED]" : "");
	snprintf(about, sizeof(about), "run %s, %zu cycle%s; cpu-clock, kernel only%s", c->run,
		 files.gl_pathc, files.gl_pathc == 1 ? "" : "s",
		 c->target.row->emulated ? "; shares of an emulator's time, not of hardware's"
					 : "");
	if (!err)
		err = save(svg, flame_svg, &f, title, about);
	globfree(&files);
	fold_free(&f);
	free(pattern);
	free(svg);
	return err;
}

int campaign_flame(const struct campaign *c, const struct plan_cycle *cycle)
{
	char *script = NULL, *to = NULL;
	struct fold f = { 0 };
	int err = -ENOMEM;

	if (strcmp(cycle->mode, "preserve"))
		return 0;
	if (asprintf(&script, "%s/cycle-%u/out/perf.script", c->dir, cycle->number) < 0)
		script = NULL;
	if (asprintf(&to, "%s/perf-%u.folded", c->dir, cycle->number) < 0)
		to = NULL;
	if (script && to)
		err = load(script, &f);
	fold_sort(&f);
	if (!err)
		err = save(to, folded, &f, NULL, NULL);
	if (!err)
		err = draw_run(c);
	fold_free(&f);
	free(script);
	free(to);
	return err;
}

struct options {
	struct fold f;
	const char *title;
	const char *out;
	bool folded;
	int err;
};

static const struct argp_option options[] = {
	{ "out", 'o', "FILE", 0, "Write to FILE instead of stdout", 0 },
	{ "title", 't', "TEXT", 0, "First line of the picture", 0 },
	{ "folded", 'f', NULL, 0, "Write folded stacks instead of a picture", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'o':
		o->out = arg;
		break;
	case 't':
		o->title = arg;
		break;
	case 'f':
		o->folded = true;
		break;
	case ARGP_KEY_ARG:
		if (!o->err)
			o->err = load(arg, &o->f);
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which samples? Give files");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE...",
	.doc = "Flame graph (SVG) of samples: files of folded stacks (*.folded), or what "
	       "`perf script -F comm,ip,sym` printed. Several are added up.",
};

int cmd_flame(int argc, char **argv)
{
	struct options o = { .title = "Flame graph" };
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	err = o.err;
	fold_sort(&o.f);
	if (!err)
		err = save(o.out ? o.out : "/dev/stdout", o.folded ? folded : flame_svg, &o.f,
			   o.title, "");
	fold_free(&o.f);
	return err ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench export */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "bench/cli/runs.h"
#include "bench/compare/compare.h"
#include "bench/export/export.h"
#include "bench/lubench.h"
#include "bench/record/record.h"

struct options {
	const char *format, *out;
	const char *words[CMP_MAX_RUNS];
	size_t nr_words;
	bool emulated;
};

static const struct argp_option options[] = {
	{ "emulated", 'e', NULL, 0, "Export the times of emulated runs, and simulated runs, too",
	  0 },
	{ "out", 'o', "FILE", 0,
	  "Write to FILE, which appears as a whole (default: standard output)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'e':
		o->emulated = true;
		break;
	case 'o':
		o->out = arg;
		break;
	case ARGP_KEY_ARG:
		if (!o->format)
			o->format = arg;
		else if (o->nr_words == CMP_MAX_RUNS)
			argp_error(state, "at most %d runs at a time", CMP_MAX_RUNS);
		else
			o->words[o->nr_words++] = arg;
		break;
	case ARGP_KEY_END:
		if (!o->nr_words)
			argp_error(state, "export what? A format (lubench list formats) and a run");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FORMAT RUN...",
	.doc = "A run in the format of another program. Times of an emulator are no times of hardware, and are "
	       "left out unless --emulated is given.",
};

struct input {
	struct record_set set[CMP_MAX_RUNS];
	struct compare c[CMP_MAX_RUNS];
	struct export_run run[CMP_MAX_RUNS];
	size_t n;
};

static int read_run(struct input *in, const char *dir, const struct options *o)
{
	struct export_run *run = &in->run[in->n];
	size_t hidden;
	int err;

	err = record_read(dir, &in->set[in->n]);
	cmp_init(&in->c[in->n], NULL);
	if (!err)
		err = cmp_add_run(&in->c[in->n], &in->set[in->n], CMP_BASE);
	if (!err)
		err = cmp_reduce(&in->c[in->n]);
	run->set = &in->set[in->n];
	run->c = &in->c[in->n++];
	run->emulated = o->emulated;
	hidden = err ? 0 : export_hidden(run);
	if (hidden)
		lub_err("%s: %zu numbers of %s are left out; say --emulated to have them", dir,
			hidden, run->set->simulated ? "a simulation" : "an emulator's clock");
	return err;
}

static int by_time(const void *a, const void *b)
{
	const struct export_run *x = a, *y = b;

	return strcmp(export_text(x->set, NULL, "started"), export_text(y->set, NULL, "started"));
}

static int read_all(struct input *in, const struct options *o)
{
	char *dirs[CMP_MAX_RUNS];
	int err = 0, nr, i;
	size_t w;

	for (w = 0; w < o->nr_words && !err; w++) {
		nr = runs_find(o->words[w], NULL, dirs, CMP_MAX_RUNS - in->n);
		err = nr < 0 ? nr : 0;
		for (i = 0; i < nr; i++) {
			if (!err)
				err = read_run(in, dirs[i], o);
			free(dirs[i]);
		}
	}
	qsort(in->run, in->n, sizeof(in->run[0]), by_time);
	return err;
}

static int write_file(const struct export_format *f, const struct input *in, const char *path)
{
	char *aside = NULL;
	FILE *out = stdout;
	int err = 0;

	if (path && asprintf(&aside, "%s.new", path) < 0)
		return -ENOMEM;
	if (path)
		out = fopen(aside, "we");
	if (!out)
		err = -errno;
	if (!err)
		err = f->write(out, in->run, in->n);
	if (out && (path ? fclose(out) : fflush(out)) && !err)
		err = -errno;
	if (!err && path && rename(aside, path))
		err = -errno;
	if (err)
		lub_err("cannot write %s: %s", path ? path : "the export", strerror(-err));
	free(aside);
	return err;
}

static int export(const struct export_format *f, struct input *in, const struct options *o)
{
	int err = read_all(in, o);

	if (!err && in->n > 1 && !f->many) {
		lub_err("format %s holds one run, and these are %zu", f->name, in->n);
		err = -EINVAL;
	}
	return err ? err : write_file(f, in, o->out);
}

int cmd_export(int argc, char **argv)
{
	const struct export_format *f;
	struct options o = { 0 };
	struct input *in;
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	for (f = export_formats; f->name && strcmp(f->name, o.format); f++)
		;
	if (!f->name) {
		lub_err("export %s: no such format; `lubench list formats` has them", o.format);
		return LUB_EXIT_USAGE;
	}
	in = calloc(1, sizeof(*in));
	if (!in) {
		lub_err("export: out of memory");
		return LUB_EXIT_FAIL;
	}
	err = export(f, in, &o);
	while (in->n) {
		cmp_free(&in->c[--in->n]);
		record_set_free(&in->set[in->n]);
	}
	free(in);
	return err ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

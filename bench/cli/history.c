// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench history */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/runs.h"
#include "bench/compare/compare.h"
#include "bench/compare/history.h"
#include "bench/lubench.h"
#include "bench/record/index.h"
#include "bench/record/record.h"

#define RUNS "results/runs"

struct options {
	const char *words[CMP_MAX_RUNS];
	size_t nr_words;
	const char *runs, *notes, *metric;
	struct index_filter filter;
	bool force, json;
};

static const struct argp_option options[] = {
	{ "runs", 'r', "DIR", 0, "Index of runs (default: " RUNS ")", 0 },
	{ "target", 't', "NAME", 0, "Of the index, runs on this target", 0 },
	{ "kernel", 'k', "SELECTION", 0, "Of the index, runs of this kernel", 0 },
	{ "series", 's', "COMMIT", 0, "Of the index, runs of this kernel series", 0 },
	{ "plan", 'p', "NAME", 0, "Of the index, runs of this plan", 0 },
	{ "annotations", 'a', "FILE", 0,
	  "What is known about runs (default: " RUNS_ANNOTATIONS ", if there)", 0 },
	{ "metric", 'M', "PATTERN", 0, "The metrics that match, instead of the usual ones", 0 },
	{ "json", 'j', NULL, 0, "One JSON object with everything in it", 0 },
	{ "force", 'f', NULL, 0, "Take runs that differ in hardware, clock or emulation", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'r':
		o->runs = arg;
		break;
	case 't':
		o->filter.target = arg;
		break;
	case 'k':
		o->filter.kernel = arg;
		break;
	case 's':
		o->filter.series = arg;
		break;
	case 'p':
		o->filter.plan = arg;
		break;
	case 'a':
		o->notes = arg;
		break;
	case 'M':
		o->metric = arg;
		break;
	case 'j':
		o->json = true;
		break;
	case 'f':
		o->force = true;
		break;
	case ARGP_KEY_ARG:
		if (o->nr_words == CMP_MAX_RUNS)
			argp_error(state, "at most %d runs at a time", CMP_MAX_RUNS);
		o->words[o->nr_words++] = arg;
		break;
	case ARGP_KEY_END:
		if (o->nr_words && (o->runs || o->filter.target || o->filter.kernel ||
				    o->filter.series || o->filter.plan))
			argp_error(state, "name runs, or choose from the index, not both");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[RUN...]",
	.doc = "Where over many runs something changed for good; without RUN, those of the index. Exit status 0: "
	       "nothing got worse that is not annotated as expected, 1: something did, 2: nothing could be judged.",
};

/* Directories of runs, oldest first; of more than there is room for, the newest. */
struct found {
	const char *top;
	char *dirs[CMP_MAX_RUNS];
	size_t n, older;
	int err;
};

static void take(const struct index_run *run, void *arg)
{
	struct found *f = arg;
	size_t i;

	if (f->err)
		return;
	if (f->n == CMP_MAX_RUNS) {
		free(f->dirs[0]);
		for (i = 1; i < f->n; i++)
			f->dirs[i - 1] = f->dirs[i];
		f->n--;
		f->older++;
	}
	if (asprintf(&f->dirs[f->n], "%s/%s", f->top, run->dir) < 0)
		f->err = -ENOMEM;
	else
		f->n++;
}

static int find(const struct options *o, struct found *f)
{
	size_t i;
	int nr, err;

	for (i = 0; i < o->nr_words; i++) {
		nr = runs_find(o->words[i], NULL, f->dirs + f->n, CMP_MAX_RUNS - f->n);
		if (nr < 0)
			return nr;
		f->n += (size_t)nr;
	}
	if (o->nr_words)
		return 0;
	f->top = o->runs ? o->runs : RUNS;
	if (!o->runs && access(RUNS, F_OK)) {
		lub_err("no runs yet: there is no %s; name runs, or measure some (make bench)",
			RUNS);
		return -ENOENT;
	}
	err = index_runs(f->top, &o->filter, take, f);
	err = err ? err : f->err;
	if (!err && !f->n) {
		lub_err("%s: no such runs (lubench list runs)", f->top);
		err = -ENOENT;
	}
	if (f->older)
		lub_err("the newest %d runs are looked at, %zu older ones are not", CMP_MAX_RUNS,
			f->older);
	return err;
}

static int read_all(struct compare *c, struct record_set *sets, const struct found *f)
{
	size_t i;
	int err = 0;

	for (i = 0; i < f->n && !err; i++) {
		err = record_read(f->dirs[i], &sets[i]);
		if (!err && !sets[i].run) {
			lub_err("%s: without a run line nobody knows what it ran on", f->dirs[i]);
			err = -EINVAL;
		}
		if (!err && (sets[i].torn || sets[i].bad_lines))
			lub_err("%s: torn, or holds bad lines: what is left is used", f->dirs[i]);
		if (!err && cmp_find_run(c, sets[i].run_id))
			lub_err("%s: run %s was given before, and is taken once", f->dirs[i],
				sets[i].run_id);
		else if (!err)
			err = cmp_add_run(c, &sets[i], CMP_BASE);
	}
	return err;
}

/* All of the index was asked for, and yet that run was not there: its id may be mistyped. */
static void say_strangers(const struct compare *c, const struct note_list *notes, const char *file)
{
	size_t i;

	for (i = 0; i < notes->n; i++)
		if (!cmp_find_run(c, notes->v[i].run))
			lub_err("history: %s: a note is about run %s, which is none of these", file,
				notes->v[i].run);
}

static void say_difference(const char *what, void *arg)
{
	lub_err("%s%s", arg ? "FORCED in spite of " : "not comparable: ", what);
}

/* Return: an exit status. */
static int show(const struct compare *c, const struct note_list *notes, bool as_json)
{
	json_t *all = history_json(c, notes);
	int status = CMP_UNKNOWN, err = -ENOMEM;

	if (all && as_json)
		err = json_dumpf(all, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) ? -EIO : 0;
	else if (all)
		err = history_text(stdout, all);
	if (!err && as_json)
		putchar('\n');
	if (!err && fflush(stdout))
		err = -errno;
	if (err)
		lub_err("history: %s", strerror(-err));
	else
		status = (int)json_integer_value(json_object_get(all, "exit"));
	json_decref(all);
	return status;
}

static int history(struct compare *c, struct record_set *sets, const struct options *o,
		   struct note_list *notes, struct found *f)
{
	const char *file = o->notes			    ? o->notes
			   : access(RUNS_ANNOTATIONS, F_OK) ? NULL
							    : RUNS_ANNOTATIONS;
	int err = file ? history_notes_read(file, notes) : 0;

	if (!err)
		err = find(o, f);
	if (!err)
		err = read_all(c, sets, f);
	if (!err && !o->nr_words && !f->older && !o->filter.target && !o->filter.kernel &&
	    !o->filter.series && !o->filter.plan)
		say_strangers(c, notes, file);
	if (!err && cmp_conditions(c, say_difference, o->force ? "forced" : NULL) && !o->force) {
		lub_err("choose runs of one machine (--target, --plan, or by name), or say --force");
		err = -EINVAL;
	}
	if (!err)
		err = cmp_reduce(c);
	return err ? CMP_UNKNOWN : show(c, notes, o->json);
}

int cmd_history(int argc, char **argv)
{
	struct cmp_options opt = { .alpha = CMP_ALPHA, .floor = CMP_FLOOR };
	struct note_list notes = { 0 };
	struct options o = { 0 };
	struct found found = { 0 };
	struct record_set *sets;
	struct compare c;
	int status;
	size_t i;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	sets = calloc(CMP_MAX_RUNS, sizeof(*sets));
	if (!sets) {
		lub_err("history: out of memory");
		return LUB_EXIT_USAGE;
	}
	opt.metric = o.metric;
	cmp_init(&c, &opt);
	status = history(&c, sets, &o, &notes, &found);
	cmp_free(&c);
	for (i = 0; i < CMP_MAX_RUNS; i++)
		record_set_free(&sets[i]);
	free(sets);
	while (found.n)
		free(found.dirs[--found.n]);
	history_notes_free(&notes);
	return status;
}

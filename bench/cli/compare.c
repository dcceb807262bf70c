// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench compare */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/runs.h"
#include "bench/compare/compare.h"
#include "bench/compare/history.h"
#include "bench/lubench.h"
#include "bench/record/record.h"

enum form {
	TEXT,
	JSON,
	MARKDOWN,
};

struct options {
	const char *side[CMP_SIDES];
	const char *history, *notes;
	struct runs_choice choice;
	struct cmp_options cmp;
	enum form form;
	bool all, force;
};

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "One JSON object with everything in it", 0 },
	{ "markdown", 'm', NULL, 0, "A table for a mail", 0 },
	{ "all", 'a', NULL, 0, "Show what is not judged, too", 0 },
	{ "metric", 'M', "PATTERN", 0, "Judge the metrics that match, instead of the usual ones",
	  0 },
	{ "history", 'H', "RUN,...", 0, "Learn from these runs, too, how noisy a series is", 0 },
	{ "noise", 'n', "PERCENT", 0, "Changes that are noise without a history (default: 2)", 0 },
	{ "alpha", 'A', "PERCENT", 0,
	  "Of comparisons of equal sides, how many may find a change of a value (default: 1); "
	  "cycles that fail have a level of their own",
	  0 },
	{ "annotations", 'N', "FILE", 0,
	  "Which runs are invalid (default: " RUNS_ANNOTATIONS
	  ", if there); steps are not looked at",
	  0 },
	{ "target", 't', "TARGET", 0, "Of kernel: and commit:, runs on this target only", 0 },
	{ "plan", 'p', "PLAN", 0, "Of kernel: and commit:, runs of this plan only", 0 },
	{ "runs", 'r', "DIR", 0, "Where kernel: and commit: look (default: results/runs)", 0 },
	{ "force", 'f', NULL, 0, "Compare what differs in hardware, clock or emulation", 0 },
	{ 0 },
};

static double percent(const char *arg, struct argp_state *state)
{
	char *end;
	double v = strtod(arg, &end);

	if (end == arg || *end || !(v > 0) || !(v < 100))
		argp_error(state, "%s: a number of per cent, more than 0 and less than 100", arg);
	return v / 100;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'j':
		o->form = JSON;
		break;
	case 'm':
		o->form = MARKDOWN;
		break;
	case 'a':
		o->all = true;
		break;
	case 'M':
		o->cmp.metric = arg;
		break;
	case 'H':
		o->history = arg;
		break;
	case 'n':
		o->cmp.floor = percent(arg, state);
		break;
	case 'A':
		o->cmp.alpha = percent(arg, state);
		break;
	case 'N':
		o->notes = arg;
		break;
	case 't':
		o->choice.target = arg;
		break;
	case 'p':
		o->choice.plan = arg;
		break;
	case 'r':
		o->choice.dir = arg;
		break;
	case 'f':
		o->force = true;
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num >= CMP_SIDES)
			argp_error(state,
				   "two sides; several runs of one side have commas between");
		o->side[state->arg_num] = arg;
		break;
	case ARGP_KEY_END:
		if (!o->side[CMP_NEW])
			argp_error(state, "which runs? BASE and NEW (lubench list runs)");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "BASE NEW",
	.doc = "Did it get slower? BASE and NEW are directories of runs, or names of runs in results/runs or "
	       "results/baselines; kernel:NAME is all runs of that kernel (base, series, series:9), commit:BEGIN all of the "
	       "series whose commit begins so; several of a side have commas between. Exit status 0: no regression "
	       "found, 1: a regression, 2: nothing could be compared.",
};

struct input {
	struct record_set sets[CMP_MAX_RUNS];
	size_t n;
	bool broken;
};

/* Return: does it have any valid value, as far as is known? What is left out is said. */
static bool is_valid(const struct note_list *notes, const char *run)
{
	const struct note *whole = history_note_whole(notes, run);
	size_t i;

	if (whole)
		lub_err("run %s is left out, as it is noted as invalid: %s", run, whole->text);
	for (i = 0; i < notes->n && !whole; i++)
		if (notes->v[i].kind == NOTE_INVALID && !strcmp(notes->v[i].run, run))
			lub_err("run %s: %s is left out, as it is noted as invalid: %s", run,
				notes->v[i].metric, notes->v[i].text);
	return !whole;
}

/*
 * A run that is given twice would be twice as many cycles that are not independent of each other, and one on both
 * sides is no comparison. A run of either side has its part in the history already.
 *
 * Return: 1 to take it, 0 to leave it out, -EINVAL.
 */
static int is_new(const struct compare *c, const struct record_set *set, const char *dir,
		  enum cmp_side side)
{
	const struct cmp_run *run = cmp_find_run(c, set->run_id);

	if (!run)
		return 1;
	if (side == CMP_NEW && run->side == CMP_BASE) {
		lub_err("%s: run %s is on both sides; leave it out of BASE or of NEW", dir,
			set->run_id);
		return -EINVAL;
	}
	lub_err("%s: run %s was given before, and is taken once", dir, set->run_id);
	return 0;
}

static int read_side(struct input *in, struct compare *c, const char *words,
		     const struct runs_choice *choice, enum cmp_side side)
{
	size_t before = c->nr_runs;
	char *dirs[CMP_MAX_RUNS];
	int nr = runs_find(words, choice, dirs, CMP_MAX_RUNS), err = nr < 0 ? nr : 0, i, take;

	for (i = 0; i < nr; i++) {
		struct record_set *set = &in->sets[in->n];

		if (!err && in->n == CMP_MAX_RUNS) {
			lub_err("more than %d runs in all; name fewer", CMP_MAX_RUNS);
			err = -E2BIG;
		}
		if (!err) {
			in->n++;
			err = record_read(dirs[i], set);
		}
		if (!err && !set->run) {
			lub_err("%s: without a run line nobody knows what it ran on", dirs[i]);
			err = -EINVAL;
		}
		if (!err) {
			in->broken |= set->torn || set->bad_lines;
			take = is_new(c, set, dirs[i], side);
			take = take > 0 ? is_valid(c->opt.notes, set->run_id) : take;
			err = take > 0 ? cmp_add_run(c, set, side) : take;
		}
		free(dirs[i]);
	}
	if (!err && side != CMP_HISTORY && c->nr_runs == before) {
		lub_err("%s: no run of it is left to be compared", words);
		err = -ENODATA;
	}
	return err;
}

static void say_difference(const char *what, void *arg)
{
	lub_err("%s%s", arg ? "FORCED in spite of " : "not comparable: ", what);
}

static void say_caution(const char *what, void *arg)
{
	(void)arg;
	lub_err("caution: %s", what);
}

/* A side without any number is no comparison; the first point that failed tells most. */
static void say_if_empty(const struct compare *c, const struct options *o, enum cmp_side side)
{
	const struct lub_outcome *first = NULL;
	size_t i;

	for (i = 0; i < c->nr_runs; i++) {
		const struct record_set *set = c->runs[i].set;

		if (c->runs[i].side == side && set->nr_samples)
			return;
		if (c->runs[i].side == side && set->nr_outcomes && !first)
			first = &set->outcomes[0];
	}
	lub_err("%s: none of its %zu cycles ended ok, so that there is nothing to compare; the first: %s%s%s",
		o->side[side], c->cycles[side], first ? first->outcome : "not begun",
		first && first->reason ? ": " : "", first && first->reason ? first->reason : "");
}

static int write_out(const struct compare *c, const struct options *o)
{
	json_t *json;
	int err = 0;

	switch (o->form) {
	case TEXT:
		return cmp_text(stdout, c, o->all);
	case MARKDOWN:
		return cmp_markdown(stdout, c, o->all);
	case JSON:
		json = cmp_json(c);
		if (!json || json_dumpf(json, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(12)))
			err = json ? -EIO : -ENOMEM;
		json_decref(json);
		putchar('\n');
		break;
	}
	return err;
}

/* Return: an exit status. */
static int compare(struct compare *c, struct input *in, const struct options *o)
{
	int err = read_side(in, c, o->side[CMP_BASE], &o->choice, CMP_BASE), side;

	if (!err)
		err = read_side(in, c, o->side[CMP_NEW], &o->choice, CMP_NEW);
	if (!err && o->history)
		err = read_side(in, c, o->history, &o->choice, CMP_HISTORY);
	if (!err && cmp_conditions(c, say_difference, o->force ? "forced" : NULL) && !o->force) {
		lub_err("compare runs of one machine (--target, --plan), or say --force");
		return CMP_UNKNOWN;
	}
	if (!err) {
		cmp_cautions(c, say_caution, NULL);
		err = cmp_judge(c);
	}
	for (side = 0; side < CMP_SIDES && !err; side++)
		say_if_empty(c, o, side);
	if (!err)
		err = write_out(c, o);
	if (!err && fflush(stdout))
		err = -errno;
	if (err == -ENOMEM || err == -EIO)
		lub_err("comparison: %s", strerror(-err));
	if (!err && in->broken)
		lub_err("a record is torn or holds bad lines: what is left was compared");
	return err ? CMP_UNKNOWN : cmp_outcome(c);
}

int cmd_compare(int argc, char **argv)
{
	struct options o = {
		.cmp = { .alpha = CMP_ALPHA, .floor = CMP_FLOOR, .resamples = STATS_RESAMPLES },
		/* deeper there are base/ and new/ of bench-compare, which are no one side */
		.choice = { .depth = 1 },
	};
	struct note_list notes = { 0 };
	struct input *in;
	struct compare c;
	int status = CMP_UNKNOWN;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	in = calloc(1, sizeof(*in));
	if (!in) {
		lub_err("comparison: out of memory");
		return LUB_EXIT_USAGE;
	}
	if (!o.notes && !access(RUNS_ANNOTATIONS, F_OK))
		o.notes = RUNS_ANNOTATIONS;
	o.cmp.notes = &notes;
	cmp_init(&c, &o.cmp);
	if (!o.notes || !history_notes_read(o.notes, &notes))
		status = compare(&c, in, &o);
	cmp_free(&c);
	while (in->n)
		record_set_free(&in->sets[--in->n]);
	free(in);
	history_notes_free(&notes);
	return status;
}

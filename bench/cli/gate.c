// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench gate */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>

#include "bench/cli/artifacts.h"
#include "bench/cli/runs.h"
#include "bench/compare/gate.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/sections.h"

struct options {
	const char *side[CMP_SIDES];
	double tolerance;
};

static const struct argp_option options[] = {
	{ "tolerance", 't', "PERCENT", 0, "How much more than the baseline passes (default: 2)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	char *end;

	switch (key) {
	case 't':
		o->tolerance = strtod(arg, &end) / 100;
		if (end == arg || *end || !(o->tolerance > 0) || !(o->tolerance < 1))
			argp_error(state, "%s: a number of per cent, more than 0 and less than 100",
				   arg);
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num >= CMP_SIDES)
			argp_error(state, "one baseline and one run");
		o->side[state->arg_num] = arg;
		break;
	case ARGP_KEY_END:
		if (!o->side[CMP_NEW])
			argp_error(state, "which? BASELINE and RUN");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "BASELINE RUN",
	.doc = "Is a run whose time is a count of instructions worse than its baseline, at any point? Both are "
	       "directories of runs, or names of runs. Exit status 0: no, 1: yes, 2: they do not compare, and the "
	       "baseline has to be renewed, or bad usage, 4: likewise, because emulator, compiler or the kernel's "
	       "source are others here.",
};

struct input {
	struct record_set set[CMP_SIDES];
	char *plan[CMP_SIDES];
	bool broken;
};

static int read_side(struct input *in, struct compare *c, const char *word, enum cmp_side side)
{
	struct record_set *set = &in->set[side];
	char *dir, *path = NULL;
	int nr = runs_find(word, NULL, &dir, 1), err;

	if (nr < 0)
		return nr;
	err = record_read(dir, set);
	if (!err && !set->run) {
		lub_err("%s: without a run line nobody knows what it ran on", dir);
		err = -EINVAL;
	}
	in->broken |= set->torn || set->bad_lines;
	if (!err && asprintf(&path, "%s/plan.ini", dir) >= 0) {
		in->plan[side] = file_text(path);
		if (!in->plan[side]) {
			lub_err("%s: cannot be read; a gate needs to know that both had the same plan",
				path);
			err = -ENOENT;
		}
		free(path);
	}
	if (!err)
		err = cmp_add_run(c, set, side);
	free(dir);
	return err;
}

/* The next line that says something; comments and blank lines do not count. */
static char *next_line(char **rest)
{
	char *line;

	while ((line = strsep(rest, "\n"))) {
		line += strspn(line, " \t\r");
		if (*line && !strchr(";#", *line))
			return line;
	}
	return NULL;
}

static bool same_plan(const struct input *in)
{
	char *rest[CMP_SIDES] = { in->plan[CMP_BASE], in->plan[CMP_NEW] }, *a, *b;

	do {
		a = next_line(&rest[CMP_BASE]);
		b = next_line(&rest[CMP_NEW]);
	} while (a && b && !strcmp(a, b));
	return !a && !b;
}

static void say_difference(const char *what, void *arg)
{
	(void)arg;
	lub_err("not comparable: %s", what);
}

/* Return: an exit status, 0 when the two compare. */
static int check(const struct compare *c, const struct input *in, const struct options *o)
{
	bool elsewhere;
	size_t found;

	if (!icount_run(&in->set[CMP_NEW])) {
		lub_err("%s: its time is no count of instructions; run it with --icount",
			o->side[CMP_NEW]);
		return CMP_UNKNOWN;
	}
	found = gate_refusals(c, say_difference, NULL, &elsewhere);
	if (!same_plan(in)) {
		say_difference("the plan.ini of the two runs are not the same", NULL);
		found++;
	}
	if (!found)
		return 0;
	lub_err("the baseline %s is of something else; renew it with: make gate-baseline TARGET=%s",
		o->side[CMP_BASE], in->set[CMP_NEW].target);
	return elsewhere ? LUB_EXIT_SKIP : CMP_UNKNOWN;
}

static int judge(struct compare *c, const struct options *o)
{
	struct gate g = { .tolerance = o->tolerance };
	int err = gate_judge(&g, c), status;

	if (!err)
		err = gate_text(stdout, &g, c);
	if (!err && fflush(stdout))
		err = -errno;
	if (err)
		lub_err("gate: %s", strerror(-err));
	status = err ? CMP_UNKNOWN : (int)gate_outcome(&g);
	if (!status && g.better)
		lub_err("better than the baseline: to keep it so, make gate-baseline TARGET=%s",
			c->runs[0].set->target);
	gate_free(&g);
	return status;
}

int cmd_gate(int argc, char **argv)
{
	struct options o = { .tolerance = GATE_TOLERANCE };
	struct input in = { 0 };
	struct compare c;
	int status = 0, side;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	cmp_init(&c, NULL);
	for (side = 0; side < CMP_SIDES && !status; side++)
		status = read_side(&in, &c, o.side[side], side) ? CMP_UNKNOWN : 0;
	if (!status)
		status = check(&c, &in, &o);
	if (!status)
		status = judge(&c, &o);
	if (!status && in.broken)
		lub_err("a record is torn or holds bad lines: what is left was compared");
	cmp_free(&c);
	for (side = 0; side < CMP_SIDES; side++) {
		record_set_free(&in.set[side]);
		free(in.plan[side]);
	}
	return status;
}

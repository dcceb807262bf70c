// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench dashboard */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/runs.h"
#include "bench/dashboard/dashboard.h"
#include "bench/lubench.h"

/* More make a page of links that nobody reads, and take long. */
#define MAX_RUNS 2000

struct options {
	struct dash_options dash;
	char *dirs[MAX_RUNS];
	size_t n;
	int err;
};

static const struct argp_option options[] = {
	{ "out", 'o', "DIR", 0, "Directory of the site (default: build/dashboard)", 0 },
	{ "site", 's', "DIR", 0, "Where the pages are (default: bench/dashboard/site)", 0 },
	{ "uplot", 'u', "DIR", 0,
	  "Where npm unpacked uPlot (make dashboard does; default: none, and no charts)", 0 },
	{ "annotations", 'a', "FILE", 0,
	  "What is known about runs (default: " RUNS_ANNOTATIONS ", when it is there)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	int nr;

	switch (key) {
	case 'o':
		o->dash.out = arg;
		break;
	case 's':
		o->dash.site = arg;
		break;
	case 'a':
		o->dash.notes = arg;
		break;
	case 'u':
		o->dash.uplot = arg;
		break;
	case ARGP_KEY_ARG:
		nr = o->err ? 0 : runs_find(arg, NULL, o->dirs + o->n, MAX_RUNS - o->n);
		if (nr < 0)
			o->err = nr;
		else
			o->n += (size_t)nr;
		break;
	case ARGP_KEY_END:
		if (!state->arg_num)
			argp_error(state, "which runs? Directories, or names (lubench list runs)");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN...",
	.doc = "A static site about runs: did it regress, what, and how much. It opens from a file and from any web "
	       "server. A RUN is a directory of a run, or one with runs in it or further down, or a name in results/runs or "
	       "results/baselines.",
};

int cmd_dashboard(int argc, char **argv)
{
	struct options *o = calloc(1, sizeof(*o));
	int status = LUB_EXIT_USAGE;

	if (!o) {
		lub_err("dashboard: out of memory");
		return LUB_EXIT_FAIL;
	}
	o->dash.out = "build/dashboard";
	o->dash.site = "bench/dashboard/site";
	if (!access(RUNS_ANNOTATIONS, F_OK))
		o->dash.notes = RUNS_ANNOTATIONS;
	if (!argp_parse(&argp, argc, argv, 0, NULL, o) && !o->err)
		status = dashboard_write(&o->dash, o->dirs, o->n) ? LUB_EXIT_FAIL : LUB_EXIT_OK;
	while (o->n)
		free(o->dirs[--o->n]);
	free(o);
	return status;
}

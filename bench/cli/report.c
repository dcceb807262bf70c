// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench report */
#include <argp.h>
#include <errno.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/report.h"

/* More than the side by side table takes, so that this one tells. */
#define MAX_RUNS 16

struct options {
	const char *run[MAX_RUNS];
	size_t nr_runs;
	const char *svg;
	bool check;
};

static const struct argp_option options[] = {
	{ "svg", 's', "FILE", 0, "Write the scaling curve to FILE, too", 0 },
	{ "check", 'c', NULL, 0, "Exit status 1 when a verdict of a run is FAIL", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's':
		o->svg = arg;
		break;
	case 'c':
		o->check = true;
		break;
	case ARGP_KEY_ARG:
		if (o->nr_runs == MAX_RUNS)
			argp_error(state, "at most %d runs at a time", MAX_RUNS);
		o->run[o->nr_runs++] = arg;
		break;
	case ARGP_KEY_END:
		if (!o->nr_runs)
			argp_error(state, "which run? Give its directory (lubench list runs)");
		if (o->svg && o->nr_runs > 1)
			argp_error(state, "--svg draws one run");
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
	.doc = "Text report of each run: latencies, phases, DMA witness, cost model, and whether "
	       "counts come back. Several runs are then shown side by side. Exit status 1 when a "
	       "record is torn or holds a bad line.",
};

static int write_svg(const char *path, const struct record_set *set)
{
	FILE *out = fopen(path, "we");
	int err;

	if (!out) {
		lub_err("cannot write %s: %s", path, strerror(errno));
		return -errno;
	}
	err = report_svg(out, set);
	if (fclose(out) && !err)
		err = -EIO;
	if (err == -EIO)
		lub_err("cannot write %s", path);
	/* Too few samples for a curve is no failure of the report. */
	return err == -ENODATA ? 0 : err;
}

int cmd_report(int argc, char **argv)
{
	struct record_set sets[MAX_RUNS] = { 0 };
	struct options o = { 0 };
	bool failed[MAX_RUNS] = { false }, whole = true;
	int err = 0, status;
	size_t i;

	argv[0] = (char *)"lubench report";
	argp_err_exit_status = LUB_EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	for (i = 0; !err && i < o.nr_runs; i++) {
		if (i)
			fputs("\n\n", stdout);
		err = record_read(o.run[i], &sets[i]);
		if (!err)
			err = report_text(stdout, &sets[i], &failed[i]);
		/* All that is left is shown; that something is not must not pass unseen. */
		whole &= !sets[i].torn && !sets[i].bad_lines;
	}
	if (!err && o.nr_runs > 1)
		err = report_beside(stdout, sets, o.nr_runs);
	if (!err && o.svg)
		err = write_svg(o.svg, &sets[0]);
	status = err || !whole ? LUB_EXIT_FAIL : LUB_EXIT_OK;
	for (i = 0; i < o.nr_runs; i++) {
		if (o.check && failed[i]) {
			lub_err("run %s: a verdict is FAIL; see its report", sets[i].run_id);
			status = LUB_EXIT_FAIL;
		}
		record_set_free(&sets[i]);
	}
	return status;
}

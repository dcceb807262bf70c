// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench report */
#include <argp.h>
#include <errno.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/report.h"

struct options {
	const char *run;
	const char *svg;
};

static const struct argp_option options[] = {
	{ "svg", 's', "FILE", 0, "Write the scaling curve to FILE, too", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 's':
		o->svg = arg;
		break;
	case ARGP_KEY_ARG:
		if (o->run)
			argp_error(state, "one run at a time");
		o->run = arg;
		break;
	case ARGP_KEY_END:
		if (!o->run)
			argp_error(state, "which run? Give its directory (lubench list runs)");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "RUN",
	.doc = "Text report of one run: latencies, phases, DMA witness, cost model.",
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
	struct options o = { 0 };
	struct record_set set;
	int err;

	argv[0] = (char *)"lubench report";
	argp_err_exit_status = LUB_EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	err = record_read(o.run, &set);
	if (!err)
		err = report_text(stdout, &set);
	if (!err && o.svg)
		err = write_svg(o.svg, &set);
	record_set_free(&set);
	return err ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

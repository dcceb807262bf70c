// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench report */
#include <argp.h>
#include <errno.h>

#include "bench/cli/fleet.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/record/schema.h"
#include "bench/report/report.h"

/* A run of every host that one command takes. */
#define MAX_RUNS FLEET_MAX

struct options {
	const char *run[MAX_RUNS];
	size_t nr_runs;
	const char *svg;
	const char *schema;
	bool check;
};

static const struct argp_option options[] = {
	{ "svg", 's', "FILE", 0, "Write the scaling curve to FILE, too", 0 },
	{ "check", 'c', NULL, 0,
	  "Exit status 1 when a verdict of a run is FAIL, 2 when there is none", 0 },
	{ "schema", 'S', "FILE", 0,
	  "Instead of a report, check every line against this schema (results/schema.json)", 0 },
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
	case 'S':
		o->schema = arg;
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

/* Says what is wrong with which line. Return: 0, or -EINVAL when something is. */
static int check_lines(const char *path, const json_t *schema, const struct record_set *set)
{
	const json_t *line;
	size_t i, bad = 0;
	char why[400];

	json_array_foreach(set->root, i, line) {
		if (!schema_check(schema, line, why, sizeof(why)))
			continue;
		if (!bad++)
			lub_err("%s: record %zu does not match the schema: %s", path, i + 1, why);
	}
	if (bad > 1)
		lub_err("%s: %zu records in all do not", path, bad);
	if (!json_array_size(set->root))
		lub_err("%s: no record in it", path);
	return bad || !json_array_size(set->root) ? -EINVAL : 0;
}

static json_t *load_schema(const char *path)
{
	json_error_t jerr;
	json_t *schema = json_load_file(path, 0, &jerr);

	if (!schema)
		lub_err("%s:%d: %s; give a schema", path, jerr.line, jerr.text);
	return schema;
}

int cmd_report(int argc, char **argv)
{
	struct record_set sets[MAX_RUNS] = { 0 };
	struct options o = { 0 };
	bool failed[MAX_RUNS] = { false }, undecided[MAX_RUNS] = { false }, whole = true;
	json_t *schema = NULL;
	int err = 0, status;
	size_t i;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	if (o.schema) {
		schema = load_schema(o.schema);
		err = schema ? 0 : -EINVAL;
	}
	for (i = 0; !err && i < o.nr_runs; i++) {
		if (i && !schema)
			fputs("\n\n", stdout);
		err = record_read(o.run[i], &sets[i]);
		if (!err)
			err = schema ? check_lines(o.run[i], schema, &sets[i])
				     : report_text(stdout, &sets[i], &failed[i], &undecided[i]);
		/* All that is left is shown; that something is not must not pass unseen. */
		whole &= !sets[i].torn && !sets[i].bad_lines;
	}
	if (!err && !schema && o.nr_runs > 1)
		err = report_beside(stdout, sets, o.nr_runs);
	if (!err && !schema && o.svg)
		err = write_svg(o.svg, &sets[0]);
	status = err || !whole ? LUB_EXIT_FAIL : LUB_EXIT_OK;
	for (i = 0; i < o.nr_runs; i++) {
		if (o.check && failed[i]) {
			lub_err("run %s: a verdict is FAIL; see its report", sets[i].run_id);
			status = LUB_EXIT_FAIL;
		} else if (o.check && undecided[i]) {
			lub_err("run %s: nothing tells whether DMA went on; see its report",
				sets[i].run_id);
			status = status ? status : LUB_EXIT_USAGE;
		}
		record_set_free(&sets[i]);
	}
	json_decref(schema);
	return status;
}

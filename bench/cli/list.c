// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench list */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/export/export.h"
#include "bench/lubench.h"
#include "bench/plan/plan.h"
#include "bench/record/index.h"
#include "bench/target/target.h"
#include "bpf/table.h"

struct options {
	const char *what;
	const char *runs;
	struct index_filter filter;
};

static const struct argp_option options[] = {
	{ "runs", 'r', "DIR", 0, "Directory of runs (default: results/runs)", 0 },
	{ "target", 't', "TARGET", 0, "Runs on this target only", 0 },
	{ "kernel", 'k', "KERNEL", 0, "Runs of this kernel only: base, series, series:10, ...", 0 },
	{ "series", 's', "COMMIT", 0, "Runs of the series whose commit begins so", 0 },
	{ "plan", 'p', "PLAN", 0, "Runs of this plan only", 0 },
	{ 0 },
};

static int list_words(const struct plan_word *table)
{
	for (; table->name; table++)
		printf("%-12s %s\n", table->name, table->about);
	return LUB_EXIT_OK;
}

static int list_scenarios(const struct options *o)
{
	(void)o;
	return list_words(plan_scenarios);
}

static int list_workloads(const struct options *o)
{
	(void)o;
	return list_words(plan_workloads);
}

static int list_probes(const struct options *o)
{
	const struct probe_row *row;

	(void)o;
	for (row = probe_rows; row->name; row++)
		printf("%-14s %s\n", row->name, row->about);
	return LUB_EXIT_OK;
}

static int list_formats(const struct options *o)
{
	const struct export_format *f;

	(void)o;
	for (f = export_formats; f->name; f++)
		printf("%-12s %s\n", f->name, f->about);
	return LUB_EXIT_OK;
}

static int list_targets(const struct options *o)
{
	const struct target_row *row;

	(void)o;
	for (row = target_rows; row->name; row++)
		printf("%-12s %s\n", row->name, row->about);
	return LUB_EXIT_OK;
}

static int is_plan(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && !strcmp(entry->d_name + len - 4, ".ini");
}

static void list_plan(const char *dir, const char *file)
{
	struct plan plan;
	char msg[512], *path;

	if (asprintf(&path, "%s/%s", dir, file) < 0)
		return;
	if (plan_load(path, &plan, msg, sizeof(msg)))
		printf("%-12.*s %s\n", (int)strlen(file) - 4, file, msg);
	else
		printf("%-12s %s, mode %s, %u cycles, %u points x %u repetitions\n", plan.name,
		       plan.scenario, plan.mode, plan_nr_cycles(&plan), plan_nr_points(&plan),
		       plan.reps);
	plan_free(&plan);
	free(path);
}

static int list_plans(const struct options *o)
{
	char *dir = plans_dir();
	struct dirent **names;
	int nr = dir ? scandir(dir, &names, is_plan, alphasort) : -1, i;

	(void)o;
	if (nr < 0) {
		lub_err("cannot read %s: %s; set LUBENCH_PLANS", dir ? dir : "plans",
			strerror(errno));
		free(dir);
		return LUB_EXIT_FAIL;
	}
	for (i = 0; i < nr; i++) {
		list_plan(dir, names[i]->d_name);
		free(names[i]);
	}
	free(names);
	free(dir);
	return LUB_EXIT_OK;
}

static void list_run(const struct index_run *run, void *arg)
{
	bool *head = arg;

	if (!*head)
		printf("%-36s %-8s %-9s %-10s %-12s %-8s %5s %5s %6s %8s\n", "run", "target",
		       "mode", "kernel", "series", "plan", "ok", "skip", "failed", "planned");
	*head = true;
	printf("%-36s %-8s %-9s %-10s %-12.12s %-8s %5lld %5lld %6lld %8lld\n", run->dir,
	       run->target, run->mode, run->kernel, *run->series ? run->series : "-", run->plan,
	       (long long)run->ok, (long long)run->skipped, (long long)run->failed,
	       (long long)run->planned);
}

static int list_runs(const struct options *o)
{
	bool head = false;

	/* a tree in which nothing was measured yet */
	if (!o->runs && access("results/runs", F_OK)) {
		puts("no runs yet");
		return LUB_EXIT_OK;
	}
	if (index_runs(o->runs ? o->runs : "results/runs", &o->filter, list_run, &head))
		return LUB_EXIT_FAIL;
	if (!head)
		puts(o->filter.target || o->filter.kernel || o->filter.series || o->filter.plan
			     ? "no such runs"
			     : "no runs yet");
	return LUB_EXIT_OK;
}

static const struct list_kind {
	const char *name;
	int (*list)(const struct options *o);
} kinds[] = {
	{ "scenarios", list_scenarios }, { "workloads", list_workloads }, { "plans", list_plans },
	{ "targets", list_targets },	 { "runs", list_runs },		  { "probes", list_probes },
	{ "formats", list_formats },
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
	case ARGP_KEY_ARG:
		if (o->what)
			argp_error(state, "one kind at a time");
		o->what = arg;
		break;
	case ARGP_KEY_END:
		if (!o->what)
			argp_error(state, "list what?");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "scenarios|workloads|probes|plans|targets|formats|runs",
	.doc = "List what there is.",
};

int cmd_list(int argc, char **argv)
{
	struct options o = { 0 };
	size_t i;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	for (i = 0; i < ARRAY_LEN(kinds); i++)
		if (!strcmp(kinds[i].name, o.what))
			return kinds[i].list(&o);
	lub_err("list %s: unknown; use scenarios, workloads, probes, plans, targets, formats or runs",
		o.what);
	return LUB_EXIT_USAGE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads one run after the other, writes what is said of each, and then what is said of all. */
#include "bench/dashboard/dashboard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/dashboard/parts.h"
#include "bench/export/export.h"
#include "bench/lubench.h"
#include "bench/record/journal.h"

static void leave_out(struct dash *d, const char *dir, const char *why)
{
	json_t *o = json_object();

	lub_err("dashboard: %s is left out: %s", dir, why);
	dash_set(o, "dir", dash_text(dir));
	dash_set(o, "why", dash_text(why));
	json_array_append_new(d->left_out, o);
}

static bool known(const struct dash *d, const char *run_id)
{
	size_t i;

	for (i = 0; i < d->nr_runs; i++)
		if (!strcmp(d->runs[i].head.run_id, run_id))
			return true;
	return false;
}

static int print_csv(FILE *out, const void *arg)
{
	return export_csv(out, arg, 1);
}

static int write_run(const struct dash *d, size_t nr, const struct record_set *set,
		     const struct compare *c)
{
	const struct export_run exported = { .set = set, .c = c, .emulated = true };
	json_t *json = dash_run_json(&d->runs[nr], nr, set, c), *consoles = json_array();
	char name[40], *path;
	int err;

	if (!json || !consoles) {
		json_decref(json);
		json_decref(consoles);
		return -ENOMEM;
	}
	err = dash_consoles(d->opt, d->runs[nr].dir, nr, consoles);
	dash_set(json, "consoles", consoles);
	snprintf(name, sizeof(name), "run-%zu", nr);
	if (!err)
		err = dash_write_js(d->opt, name, json);
	snprintf(name, sizeof(name), "run-%zu.json", nr);
	if (!err)
		err = dash_write_file(d->opt, name, dash_print_json, json);
	json_decref(json);
	snprintf(name, sizeof(name), "run-%zu.csv", nr);
	if (!err)
		err = dash_write_file(d->opt, name, print_csv, &exported);
	snprintf(name, sizeof(name), "run-%zu.samples.jsonl", nr);
	if (!err && asprintf(&path, "%s/" RECORD_SAMPLES, d->runs[nr].dir) < 0)
		err = -ENOMEM;
	else if (!err) {
		err = dash_copy_data(d->opt, path, name);
		free(path);
	}
	return err;
}

/* The run line outlives its records: the strings of a head are those of its own reference. */
static int add_run(struct dash *d, const char *dir, const struct record_set *set)
{
	struct dash_run *run =
		model_grow((void **)&d->runs, &d->nr_runs, &d->cap_runs, sizeof(*run));
	size_t nr = d->nr_runs - 1;
	struct compare c;
	int err;

	if (!run)
		return -ENOMEM;
	run->dir = dir;
	run->samples = set->nr_samples;
	run->head = (struct record_set){ .run = json_incref(set->run),
					 .run_id = set->run_id,
					 .target = set->target,
					 .mode = set->mode,
					 .emulated = set->emulated,
					 .simulated = set->simulated,
					 .reps = set->reps,
					 .planned = set->planned };
	run->about = dash_run_about(run, nr, set);
	cmp_init(&c, NULL);
	err = cmp_add_run(&c, set, CMP_BASE);
	if (!err)
		err = cmp_reduce(&c);
	if (!err)
		err = dash_group_add(d, nr, &c);
	if (!err)
		err = write_run(d, nr, set, &c);
	cmp_free(&c);
	return err;
}

static int one_run(struct dash *d, const char *dir)
{
	struct record_set set = { 0 };
	int err = record_read(dir, &set);

	if (err) {
		leave_out(d, dir, strerror(-err));
		err = 0;
	} else if (!set.run) {
		leave_out(d, dir, "it has no run line");
	} else if (known(d, set.run_id)) {
		leave_out(d, dir, "a run of the same name is there already");
	} else {
		err = add_run(d, dir, &set);
	}
	record_set_free(&set);
	return err;
}

static json_t *group_json(const struct dash *d, size_t nr)
{
	const struct dash_group *g = &d->groups[nr];
	const struct dash_run *newest = &d->runs[g->runs[g->nr_runs - 1]];
	json_t *o = json_object();

	dash_set(o, "n", json_integer((json_int_t)nr));
	dash_set(o, "id", dash_text(g->id));
	dash_set(o, "runs", json_integer((json_int_t)g->nr_runs));
	dash_set(o, "last", json_integer((json_int_t)g->runs[g->nr_runs - 1]));
	dash_set(o, "target", dash_text(newest->head.target));
	dash_set(o, "plan", dash_text(dash_field(&newest->head, "plan")));
	dash_set(o, "newest", json_incref(g->newest));
	dash_set(o, "standing", json_incref(g->standing));
	dash_set(o, "since",
		 json_array_size(g->standing) ? json_integer((json_int_t)g->runs[g->since]) : NULL);
	return o;
}

static int write_index(const struct dash *d)
{
	json_t *o = json_object(), *runs = json_array(), *groups = json_array();
	char now[32];
	size_t i, j;
	int err;

	for (i = 0; i < d->nr_groups; i++)
		for (j = 0; j < d->groups[i].nr_runs; j++)
			dash_set(d->runs[d->groups[i].runs[j]].about, "group",
				 json_integer((json_int_t)i));
	for (i = 0; i < d->nr_runs; i++)
		json_array_append(runs, d->runs[i].about);
	for (i = 0; i < d->nr_groups; i++)
		json_array_append_new(groups, group_json(d, i));
	dash_set(o, "schema", json_integer(1));
	dash_set(o, "kind", dash_text("dashboard"));
	dash_set(o, "made", dash_text(journal_now(now)));
	dash_set(o, "version", dash_text(LUBENCH_VERSION));
	dash_set(o, "charts", json_boolean(d->opt->uplot));
	dash_set(o, "groups", groups);
	dash_set(o, "runs", runs);
	dash_set(o, "left_out", json_incref(d->left_out));
	err = dash_write_js(d->opt, "index", o);
	json_decref(o);
	return err;
}

static void release(struct dash *d)
{
	while (d->nr_runs) {
		json_decref(d->runs[--d->nr_runs].head.run);
		json_decref(d->runs[d->nr_runs].about);
	}
	while (d->nr_groups) {
		struct dash_group *g = &d->groups[--d->nr_groups];

		json_decref(g->trend);
		json_decref(g->newest);
		json_decref(g->steps);
		json_decref(g->standing);
		free(g->runs);
		free(g->id);
	}
	history_notes_free(&d->notes);
	json_decref(d->left_out);
	free(d->runs);
	free(d->groups);
}

/* A mistyped id would leave a run in, or a step unexpected. */
static void say_strangers(const struct dash *d)
{
	size_t i;

	for (i = 0; i < d->notes.n; i++)
		if (!known(d, d->notes.v[i].run))
			lub_err("dashboard: %s: a note is about run %s, which is none of these",
				d->opt->notes, d->notes.v[i].run);
}

int dashboard_write(const struct dash_options *opt, char *const *dirs, size_t n)
{
	struct dash d = { .opt = opt, .left_out = json_array() };
	size_t i;
	int err = dash_prepare(opt);

	if (!err && opt->notes)
		err = history_notes_read(opt->notes, &d.notes);
	for (i = 0; i < n && !err; i++)
		err = one_run(&d, dirs[i]);
	say_strangers(&d);
	dash_groups_sort(&d);
	for (i = 0; i < d.nr_groups && !err; i++)
		err = dash_judge(&d, &d.groups[i]);
	for (i = 0; i < d.nr_groups && !err; i++)
		err = dash_group_write(&d, i);
	/* last: a page that finds it finds all of the others */
	if (!err)
		err = write_index(&d);
	if (!err && !d.nr_runs) {
		lub_err("dashboard: none of these is a run");
		err = -ENODATA;
	}
	if (err == -ENOMEM)
		lub_err("dashboard: out of memory");
	release(&d);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * KCIDB I/O schema 5.3. A test holds one number, so that each value is a test of its own: DONE, as it is a measurement
 * and no verdict. A point that did not end ok is a test without a number: FAIL when the kernel under test is to
 * blame, ERROR or MISS when that is not known, SKIP when it was left out. One that was planned and never begun is MISS,
 * too. Nothing may be null.
 */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/lubench.h"
#include "bench/record/record.h"

#define ORIGIN "lubench"

static const struct {
	const char *outcome, *status;
} statuses[] = {
	{ "skip", "SKIP" },	      { "preserve-error", "FAIL" },
	{ "freeze-error", "FAIL" },   { "kexec-load-error", "FAIL" },
	{ "panic-outgoing", "FAIL" }, { "panic-incoming", "FAIL" },
	{ "hang", "ERROR" },	      { "lost", "ERROR" },
	{ "cold-reboot", "ERROR" },   { "wrong-kernel", "ERROR" },
	{ "disturbed", "ERROR" },     { "harness-error", "MISS" },
};

static const char *status_of(const char *outcome)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(statuses); i++)
		if (!strcmp(statuses[i].outcome, outcome))
			return statuses[i].status;
	return "ERROR";
}

/* Nanoseconds are seconds, and the reader puts the prefix back. */
static json_t *number(const struct export_value *v)
{
	const char *unit = v->series->first->unit;

	if (!strcmp(unit, "ns"))
		return json_pack("{s:f, s:s, s:s}", "value", v->median * 1e-9, "unit", "s",
				 "prefix", "metric");
	if (!strcmp(unit, "bytes"))
		return json_pack("{s:f, s:s, s:s}", "value", v->median, "unit", "B", "prefix",
				 "binary");
	return json_pack("{s:f, s:s}", "value", v->median, "unit", unit);
}

static json_t *environment(const struct record_set *set)
{
	char comment[300];

	snprintf(comment, sizeof(comment), "target %s%s, %s, cpu %s", set->target,
		 set->simulated	 ? ", SIMULATED"
		 : set->emulated ? ", EMULATED"
				 : "",
		 export_text(set, "machine", "emulator"), export_text(set, "machine", "cpu"));
	return json_pack("{s:s}", "comment", comment);
}

static json_t *test(const struct export_run *run, const char *id, const char *path,
		    const char *status)
{
	json_t *t = json_pack("{s:s++, s:s+++, s:s, s:s, s:s+, s:o}", "build_id", ORIGIN ":",
			      run->set->run_id, "-build", "id", ORIGIN ":", run->set->run_id, "-",
			      id, "origin", ORIGIN, "status", status, "path", "lubench.", path,
			      "environment", environment(run->set));

	if (t && *export_text(run->set, NULL, "started"))
		json_object_set_new(t, "start_time",
				    json_string(export_text(run->set, NULL, "started")));
	return t;
}

static int add_values(json_t *tests, const struct export_run *run)
{
	struct export_value *v;
	char key[600];
	size_t i, n;
	int err = export_values(run, &v, &n);

	for (i = 0; i < n && !err; i++) {
		json_t *t = test(run, export_key(&v[i], key, sizeof(key)), key, "DONE");

		json_object_set_new(t, "number", number(&v[i]));
		json_object_set_new(t, "misc",
				    json_pack("{s:i, s:f, s:f, s:b, s:b}", "cycles", (int)v[i].n,
					      "min", v[i].min, "max", v[i].max, "emulated",
					      run->set->emulated, "simulated",
					      run->set->simulated));
		if (json_array_append_new(tests, t))
			err = -ENOMEM;
	}
	free(v);
	return err;
}

static int add_failures(json_t *tests, const struct export_run *run)
{
	const struct record_set *set = run->set;
	char id[64], path[200], name[200];
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++) {
		const struct lub_outcome *o = &set->outcomes[i];
		json_t *t;

		if (!strcmp(o->outcome, "ok"))
			continue;
		snprintf(id, sizeof(id), "outcome-%zu", i);
		snprintf(path, sizeof(path), "outcome.%s.%s", o->scenario, o->params.mode);
		t = test(run, id, path, status_of(o->outcome));
		json_object_set_new(t, "comment",
				    json_string(export_outcome_name(o, name, sizeof(name))));
		json_object_set_new(t, "misc",
				    json_pack("{s:s, s:s}", "outcome", o->outcome, "reason",
					      o->reason));
		if (json_array_append_new(tests, t))
			return -ENOMEM;
	}
	return 0;
}

/* Of those nobody recorded which they are: a number tells them apart. */
static int add_missing(json_t *tests, const struct export_run *run)
{
	size_t i;

	for (i = run->set->nr_outcomes; i < run->set->planned; i++) {
		char id[64];
		json_t *t;

		snprintf(id, sizeof(id), "missing-%zu", i + 1);
		t = test(run, id, "outcome.missing", "MISS");
		json_object_set_new(t, "comment", json_sprintf("planned point %zu", i + 1));
		json_object_set_new(t, "misc",
				    json_pack("{s:s, s:s}", "outcome", "missing", "reason",
					      "the run was interrupted"));
		if (json_array_append_new(tests, t))
			return -ENOMEM;
	}
	return 0;
}

int export_kcidb(FILE *out, const struct export_run *runs, size_t n)
{
	const struct record_set *set = runs->set;
	json_t *tests = json_array(), *build;
	int err = add_values(tests, runs);

	(void)n;
	if (!err)
		err = add_failures(tests, runs);
	if (!err)
		err = add_missing(tests, runs);
	if (err) {
		json_decref(tests);
		return err;
	}
	build = json_pack("{s:s++, s:s++, s:s, s:s, s:{s:s, s:s, s:s}}", "checkout_id", ORIGIN ":",
			  set->run_id, "-checkout", "id", ORIGIN ":", set->run_id, "-build",
			  "origin", ORIGIN, "comment", export_text(set, "kernel", "release"),
			  "misc", "build_id", export_text(set, "kernel", "build_id"), "selection",
			  export_text(set, "kernel", "selection"), "series",
			  export_text(set, NULL, "series"));
	if (build && *export_text(set, "machine", "arch"))
		json_object_set_new(build, "architecture",
				    json_string(export_text(set, "machine", "arch")));
	return export_json(out, json_pack("{s:{s:i, s:i}, s:[{s:s++, s:s, s:s}], s:[o], s:o}",
					  "version", "major", 5, "minor", 3, "checkouts", "id",
					  ORIGIN ":", set->run_id, "-checkout", "origin", ORIGIN,
					  "comment", export_text(set, "kernel", "release"),
					  "builds", build, "tests", tests));
}

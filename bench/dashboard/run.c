// SPDX-License-Identifier: GPL-2.0-or-later
/* Everything about one run. */
#include <math.h>
#include <stdlib.h>

#include "bench/compare/compare.h"
#include "bench/dashboard/parts.h"
#include "bench/lubench.h"
#include "bench/report/report.h"
#include "bench/report/sections.h"

/* Adds [path, value] of everything in the run line, so that no name in it is taken for one of ours. */
static void flatten(json_t *out, const char *path, const json_t *value)
{
	const char *key;
	json_t *one;
	char *name, *text;

	if (json_is_object(value)) {
		json_object_foreach((json_t *)value, key, one) {
			if (asprintf(&name, "%s%s%s", path, *path ? "." : "", key) < 0)
				continue;
			flatten(out, name, one);
			free(name);
		}
		return;
	}
	text = json_is_string(value) ? strdup(json_string_value(value))
				     : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	one = json_array();
	json_array_append_new(one, dash_text(path));
	json_array_append_new(one, json_is_null(value) ? json_null() : dash_text(text));
	json_array_append_new(out, one);
	free(text);
}

static json_t *outcomes(const struct record_set *set)
{
	json_t *all = json_array(), *o;
	char name[160];
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++) {
		const struct lub_outcome *at = &set->outcomes[i];

		o = json_object();
		dash_set(o, "cycle", json_integer(at->cycle));
		dash_set(o, "mode", dash_text(at->params.mode));
		cmp_point_name(&at->params, name, sizeof(name));
		if (model_kernel(&at->params))
			snprintf(name + strlen(name), sizeof(name) - strlen(name), ", kernel %s",
				 model_kernel(&at->params));
		dash_set(o, "point", dash_text(name));
		dash_set(o, "probes", dash_text(at->params.probes));
		dash_set(o, "outcome", dash_text(at->outcome));
		dash_set(o, "reason", dash_text(at->reason));
		json_array_append_new(all, o);
	}
	return all;
}

/* The whole text report, as `lubench report` prints it, and whether one of its verdicts is FAIL. */
static json_t *report(const struct record_set *set, bool *failed)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	json_t *json = NULL;

	if (!out)
		return NULL;
	if (!report_text(out, set, failed, NULL) && !fclose(out))
		json = dash_text(text);
	free(text);
	return json;
}

static void figures(json_t *o, const struct record_set *set)
{
	bool mixed = subset_mixed(set);
	struct record_set part = { 0 };
	struct model m = { 0 };
	int err = mixed ? subset_make(&part, set, false) : 0;

	/* as in the report: with probes on the numbers hold what those cost */
	if (!err)
		err = model_build(&m, mixed ? &part : set);
	m.all = set;
	if (!err) {
		dash_set(o, "curve", dash_curve(&m));
		dash_set(o, "blackouts", dash_blackouts(&m));
		dash_set(o, "waterfalls", dash_waterfalls(&m));
		dash_set(o, "iotlb", dash_iotlb(&m));
	} else {
		lub_err("dashboard: run %s: out of memory", set->run_id);
	}
	model_free(&m);
	if (mixed)
		subset_free(&part);
}

static json_t *counts(const struct record_set *set)
{
	json_t *o = json_object();
	size_t i, ok = 0, skipped = 0;

	for (i = 0; i < set->nr_outcomes; i++) {
		ok += !strcmp(set->outcomes[i].outcome, "ok");
		skipped += !strcmp(set->outcomes[i].outcome, "skip");
	}
	dash_set(o, "cycles",
		 json_integer(json_integer_value(json_object_get(set->run, "cycles"))));
	dash_set(o, "planned", json_integer(set->planned));
	dash_set(o, "recorded", json_integer((json_int_t)set->nr_outcomes));
	dash_set(o, "ok", json_integer((json_int_t)ok));
	dash_set(o, "skipped", json_integer((json_int_t)skipped));
	dash_set(o, "samples", json_integer((json_int_t)set->nr_samples));
	dash_set(o, "bad_lines", json_integer((json_int_t)set->bad_lines));
	dash_set(o, "torn", json_boolean(set->torn));
	return o;
}

json_t *dash_run_about(const struct dash_run *run, size_t nr, const struct record_set *set)
{
	static const char *const keys[] = { "host", "plan", "scenario", "started", "series" };
	const json_t *kernel = json_object_get(set->run, "kernel");
	json_t *o = json_object();
	size_t i;

	dash_set(o, "n", json_integer((json_int_t)nr));
	dash_set(o, "id", dash_text(set->run_id));
	dash_set(o, "dir", dash_text(run->dir));
	dash_set(o, "target", dash_text(set->target));
	dash_set(o, "mode", dash_text(set->mode));
	dash_set(o, "label", dash_text(provenance_label(set)));
	for (i = 0; i < ARRAY_LEN(keys); i++)
		dash_set(o, keys[i], dash_text(dash_field(set, keys[i])));
	dash_set(o, "kernel", dash_text(json_string_value(json_object_get(kernel, "release"))));
	dash_set(o, "selection",
		 dash_text(json_string_value(json_object_get(kernel, "selection"))));
	dash_set(o, "build_id", dash_text(json_string_value(json_object_get(kernel, "build_id"))));
	dash_set(o, "counts", counts(set));
	return o;
}

json_t *dash_run_json(const struct dash_run *run, size_t nr, const struct record_set *set,
		      const struct compare *c)
{
	json_t *o = json_object(), *provenance = json_array();
	bool failed = false;
	char line[400];

	flatten(provenance, "", set->run);
	provenance_line(set, line, sizeof(line));
	dash_set(o, "schema", json_integer(1));
	dash_set(o, "kind", dash_text("dashboard-run"));
	dash_set(o, "about", dash_run_about(run, nr, set));
	dash_set(o, "line", dash_text(line));
	dash_set(o, "provenance", provenance);
	dash_set(o, "outcomes", outcomes(set));
	figures(o, set);
	dash_set(o, "series", dash_series(c));
	dash_set(o, "report", report(set, &failed));
	dash_set(o, "failed", json_boolean(failed));
	return o;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a trend changed for good, and what people have written about its runs: as `lubench history` says it of the
 * same runs, from the medians that the trend has already.
 */
#include <errno.h>
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/compare/history.h"
#include "bench/dashboard/parts.h"

struct line {
	size_t n;
	size_t run[CMP_MAX_RUNS];
	const char *id[CMP_MAX_RUNS];
	double log[CMP_MAX_RUNS];
};

/* The median of a run, NaN where it has none. Rows are [run, cycles, median, min, max]. */
static double median_of(const json_t *rows, size_t run)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
		if ((size_t)json_integer_value(json_array_get(row, 0)) == run)
			return json_number_value(json_array_get(row, 2));
	return NAN;
}

/* Return: false when a value has no logarithm. */
static bool fill(const struct dash *d, const struct dash_group *g, const bool *comparable,
		 const char *metric, const json_t *rows, struct line *l)
{
	size_t i, newest = g->nr_runs > CMP_MAX_RUNS ? g->nr_runs - CMP_MAX_RUNS : 0;
	const char *id;
	double v;

	for (i = newest, l->n = 0; i < g->nr_runs; i++) {
		v = comparable[i] ? median_of(rows, g->runs[i]) : NAN;
		id = d->runs[g->runs[i]].head.run_id;
		if (isnan(v) || history_note_about(&d->notes, NOTE_INVALID, id, metric))
			continue;
		if (!(v > 0))
			return false;
		l->run[l->n] = g->runs[i];
		l->id[l->n] = id;
		l->log[l->n++] = log(v);
	}
	return true;
}

static json_t *change(const struct dash *d, const struct line *l, const char *metric,
		      const struct stats_change *at)
{
	const struct note *note = history_note_expected(&d->notes, l->id, l->n, at->at, metric);
	double shift = expm1(at->after - at->before);
	json_t *o = json_object();

	dash_set(o, "run", json_integer((json_int_t)l->run[at->at]));
	dash_set(o, "last_before", json_integer((json_int_t)l->run[at->at - 1]));
	dash_set(o, "before", dash_number(exp(at->before)));
	dash_set(o, "after", dash_number(exp(at->after)));
	dash_set(o, "change", dash_number(shift));
	dash_set(o, "p", dash_number(at->p));
	dash_set(o, "verdict", dash_text(shift > 0 ? "worse" : "better"));
	dash_set(o, "expected", dash_text(note ? note->text : NULL));
	return o;
}

int dash_changes(const struct dash *d, const struct dash_group *g, const bool *comparable,
		 const char *metric, const json_t *rows, json_t **out)
{
	struct stats_change found[CMP_MAX_RUNS];
	struct line l;
	size_t i, n = 0;
	int err;

	*out = NULL;
	if (!fill(d, g, comparable, metric, rows, &l) || l.n < STATS_CHANGE_MIN)
		return 0;
	err = stats_change_points(l.log, l.n, STATS_CHANGE_P, log1p(CMP_FLOOR), found, &n);
	if (err)
		return err;
	*out = json_array();
	for (i = 0; i < n; i++)
		dash_append(*out, change(d, &l, metric, &found[i]));
	return 0;
}

void dash_standing(struct dash_group *g, const json_t *series, const char *point,
		   const json_t *changes)
{
	const json_t *at, *since = NULL;
	double by, sum = 0;
	json_t *o;
	size_t i;

	json_array_foreach(changes, i, at) {
		by = log1p(json_number_value(json_object_get(at, "change")));
		if (by > 0 && json_is_string(json_object_get(at, "expected")))
			continue;
		/* that it got better once excuses nothing later */
		if (by < 0 && !since)
			continue;
		since = since ? since : at;
		sum += by;
		if (sum > log1p(CMP_FLOOR))
			continue;
		since = NULL;
		sum = 0;
	}
	if (!since)
		return;
	for (i = 0; i < g->nr_runs; i++)
		if ((json_int_t)g->runs[i] == json_integer_value(json_object_get(since, "run")))
			break;
	if (!json_array_size(g->standing) || i < g->since)
		g->since = i;
	o = json_object();
	dash_set(o, "series", json_incref(json_object_get(series, "name")));
	dash_set(o, "point", dash_text(point));
	dash_set(o, "run", json_incref(json_object_get(since, "run")));
	dash_set(o, "change", dash_number(expm1(sum)));
	json_array_append_new(g->standing, o);
}

json_t *dash_notes(const struct dash *d, const struct dash_group *g, const char *metric)
{
	json_t *all = json_array(), *o;
	size_t i, j;

	for (i = 0; i < d->notes.n; i++) {
		const struct note *note = &d->notes.v[i];

		for (j = 0; j < g->nr_runs; j++) {
			if (strcmp(note->run, d->runs[g->runs[j]].head.run_id) ||
			    fnmatch(note->metric, metric, 0))
				continue;
			o = json_object();
			dash_set(o, "run", json_integer((json_int_t)g->runs[j]));
			dash_set(o, "kind",
				 dash_text(note->kind == NOTE_STEP ? "step" : "invalid"));
			dash_set(o, "text", dash_text(note->text));
			json_array_append_new(all, o);
		}
	}
	return all;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Change points of each judged point over the runs, in order of time: one value a run. */
#include "bench/compare/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/sections.h"

struct line {
	size_t n;
	double value[CMP_MAX_RUNS]; /* a run's median over its cycles, in the unit of the series */
	double log[CMP_MAX_RUNS];
	size_t run[CMP_MAX_RUNS];
	const char *id[CMP_MAX_RUNS];
};

static const char *started(const struct compare *c, size_t run)
{
	const char *at = json_string_value(json_object_get(c->runs[run].set->run, "started"));

	return at ? at : "";
}

static void in_order(const struct compare *c, size_t *order)
{
	size_t i, j;

	for (i = 0; i < c->nr_runs; i++) {
		for (j = i; j && strcmp(started(c, order[j - 1]), started(c, i)) > 0; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
}

static int fill(const struct compare *c, const struct cmp_point *p, const char *metric,
		const struct note_list *notes, struct line *l)
{
	const struct cmp_obs_list *obs = &p->obs[CMP_BASE];
	size_t order[CMP_MAX_RUNS], i, j;
	int err = 0;

	in_order(c, order);
	for (i = 0, l->n = 0; i < c->nr_runs && !err; i++) {
		const char *id = c->runs[order[i]].set->run_id;
		struct vec v = { 0 };

		if (history_note_about(notes, NOTE_INVALID, id, metric))
			continue;
		for (j = 0; j < obs->n && !err; j++)
			if (obs->v[j].run == order[i])
				err = vec_push(&v, obs->v[j].value);
		if (!err && v.n) {
			l->run[l->n] = order[i];
			l->id[l->n] = id;
			l->value[l->n] = stats_median(v.v, v.n);
			l->log[l->n] = log(l->value[l->n]);
			l->n++;
		}
		free(v.v);
	}
	return err;
}

static json_t *change(const struct compare *c, const struct line *l, const char *metric,
		      const struct stats_change *at, const struct note_list *notes)
{
	const struct record_set *set = c->runs[l->run[at->at]].set;
	const struct note *note = history_note_expected(notes, l->id, l->n, at->at, metric);
	double shift = expm1(at->after - at->before);

	return json_pack("{s:s, s:s, s:s?, s:f, s:f, s:f, s:f, s:s, s:s?}", "run", l->id[at->at],
			 "last_before", l->id[at->at - 1], "series",
			 json_string_value(json_object_get(set->run, "series")), "before",
			 exp(at->before), "after", exp(at->after), "change", shift, "p", at->p,
			 "verdict", shift > 0 ? "worse" : "better", "expected",
			 note ? note->text : NULL);
}

static json_t *one_point(const struct compare *c, const struct cmp_series *s,
			 const struct cmp_point *p, const struct note_list *notes)
{
	struct stats_change found[CMP_MAX_RUNS];
	json_t *changes = json_array(), *values = json_array(), *params = emit_params(p->p);
	const char *metric = s->first->metric, *why = NULL;
	struct line l = { 0 };
	char name[100], point[100];
	size_t i, n = 0;
	int err = 0;

	if (isnan(p->ref))
		why = "a value is missing or not positive";
	else
		err = fill(c, p, metric, notes, &l);
	if (!why && l.n < STATS_CHANGE_MIN)
		why = "too few runs";
	if (!err && !why)
		err = stats_change_points(l.log, l.n, STATS_CHANGE_P, log1p(c->opt.floor), found,
					  &n);
	for (i = 0; i < l.n; i++)
		json_array_append_new(values,
				      json_pack("{s:s, s:f}", "run", l.id[i], "value", l.value[i]));
	for (i = 0; i < n; i++)
		json_array_append_new(changes, change(c, &l, metric, &found[i], notes));
	if (err) {
		json_decref(changes);
		json_decref(values);
		json_decref(params);
		return NULL;
	}
	return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s, s:o, s:b, s:s?, s:o, s:o}", "name",
			 cmp_series_name(s, name, sizeof(name)), "point",
			 cmp_point_name(p->p, point, sizeof(point)), "metric", metric, "unit",
			 s->first->unit, "clock", s->first->clock, "scenario", s->first->scenario,
			 "params", params, "judged", !why, "why", why, "values", values, "changes",
			 changes);
}

static json_t *left_out(const struct compare *c, const struct note_list *notes)
{
	json_t *all = json_array();
	size_t i, j;

	for (i = 0; i < notes->n; i++)
		for (j = 0; j < c->nr_runs; j++)
			if (notes->v[i].kind == NOTE_INVALID &&
			    !strcmp(notes->v[i].run, c->runs[j].set->run_id))
				json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "run",
								     notes->v[i].run, "metric",
								     notes->v[i].metric, "reason",
								     notes->v[i].text));
	return all;
}

json_t *history_json(const struct compare *c, const struct note_list *notes)
{
	json_t *points = json_array(), *one, *at;
	size_t i, j, k, judged = 0, worse = 0;

	for (i = 0; i < c->nr_series; i++) {
		for (j = 0; j < c->series[i].nr_points && c->series[i].headline; j++) {
			one = one_point(c, &c->series[i], &c->series[i].points[j], notes);
			if (!one) {
				json_decref(points);
				return NULL;
			}
			judged += json_is_true(json_object_get(one, "judged"));
			json_array_foreach(json_object_get(one, "changes"), k, at)
				worse += json_number_value(json_object_get(at, "change")) > 0 &&
					 json_is_null(json_object_get(at, "expected"));
			json_array_append_new(points, one);
		}
	}
	return json_pack("{s:i, s:s, s:s?, s:i, s:i, s:i, s:i, s:f, s:f, s:o, s:o}", "schema", 1,
			 "kind", "history", "label", cmp_label(c), "runs", (int)c->nr_runs,
			 "judged", (int)judged, "worse", (int)worse, "exit",
			 !judged ? CMP_UNKNOWN
			 : worse ? CMP_REGRESSION
				 : CMP_NO_REGRESSION,
			 "p", STATS_CHANGE_P, "floor", c->opt.floor, "left_out", left_out(c, notes),
			 "points", points);
}

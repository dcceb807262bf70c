// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A comparison as one JSON object, with each cycle's value in it: what draws a picture of it needs nothing else.
 * Its keys are in docs/comparing.md.
 */
#include <math.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/sections.h"

/* Unknown numbers are null; the test's "why" has the reason. */
static json_t *number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

static json_t *test(const struct cmp_test *t)
{
	return json_pack("{s:[i,i], s:[o,o], s:o, s:[o,o], s:o, s:o, s:o, s:b, s:s, s:s?, s:s?}",
			 "n", (int)t->n[CMP_BASE], (int)t->n[CMP_NEW], "median",
			 number(t->med[CMP_BASE]), number(t->med[CMP_NEW]), "change",
			 number(t->shift), "interval", number(t->lo), number(t->hi), "delta",
			 number(t->delta), "p", number(t->p), "p_adjusted", number(t->p_adj),
			 "judged", t->judged, "verdict", cmp_verdict_name(t->verdict), "why",
			 t->why, "expected", t->expected);
}

static json_t *values(const struct compare *c, const struct cmp_obs_list *list)
{
	json_t *all = json_array();
	size_t i;

	for (i = 0; i < list->n; i++)
		json_array_append_new(all, json_pack("{s:s, s:i, s:o}", "run",
						     c->runs[list->v[i].run].set->run_id, "cycle",
						     (int)list->v[i].cycle, "value",
						     number(list->v[i].value)));
	return all;
}

/* Of those that were tried. */
static json_t *ended(const struct compare *c)
{
	const struct cmp_test *t = &c->ended;
	json_t *modes = json_array();
	size_t i;

	for (i = 0; i < c->nr_modes; i++) {
		const struct cmp_cycles *m = &c->modes[i];

		json_array_append_new(modes,
				      json_pack("{s:s, s:[i,i], s:[i,i]}", "mode", m->mode, "tried",
						(int)m->tried[CMP_BASE], (int)m->tried[CMP_NEW],
						"ok", (int)m->ok[CMP_BASE], (int)m->ok[CMP_NEW]));
	}
	return json_pack("{s:[i,i], s:[i,i], s:o, s:f, s:s, s:s?, s:o}", "tried",
			 (int)t->n[CMP_BASE], (int)t->n[CMP_NEW], "ok", (int)c->ok[CMP_BASE],
			 (int)c->ok[CMP_NEW], "p", number(t->p), "level", CMP_ALPHA_FAILED,
			 "verdict", cmp_verdict_name(t->verdict), "why", t->why, "modes", modes);
}

static json_t *point(const struct compare *c, const struct cmp_point *p)
{
	json_t *params = emit_params(p->p), *o = test(&p->test);
	int side;

	json_object_set_new(o, "params", params ? params : json_null());
	json_object_set_new(o, "lost", json_boolean(p->lost));
	for (side = 0; side < CMP_SIDES; side++) {
		const char *name = side ? "new" : "base";

		json_object_set_new(o, name, values(c, &p->obs[side]));
		if (p->nulls[side])
			json_object_set_new(o, side ? "new_missing" : "base_missing",
					    json_pack("{s:i, s:s}", "samples", (int)p->nulls[side],
						      "reason", p->null_why[side]));
	}
	return o;
}

static json_t *series(const struct compare *c, const struct cmp_series *s)
{
	json_t *o = test(&s->all), *points = json_array(), *coefs = json_array(), *one;
	char name[96];
	size_t i;

	json_object_set_new(o, "name", json_string(cmp_series_name(s, name, sizeof(name))));
	json_object_set_new(o, "metric", json_string(s->first->metric));
	json_object_set_new(o, "unit", json_string(s->first->unit));
	json_object_set_new(o, "clock",
			    s->first->clock ? json_string(s->first->clock) : json_null());
	json_object_set_new(o, "scenario", json_string(s->first->scenario));
	json_object_set_new(o, "lost", json_boolean(s->lost));
	json_object_set_new(o, "noise", number(s->noise));
	json_object_set_new(o, "noise_from", json_integer((json_int_t)s->noise_from));
	for (i = 0; i < s->nr_points; i++)
		json_array_append_new(points, point(c, &s->points[i]));
	json_object_set_new(o, "points", points);
	for (i = 0; i < s->scaling.terms && !s->scaling.reason; i++) {
		one = test(&s->scaling.coef[i]);
		json_object_set_new(one, "term", json_string(s->scaling.name[i]));
		json_array_append_new(coefs, one);
	}
	json_object_set_new(o, "scaling",
			    json_pack("{s:o, s:s?}", "terms", coefs, "reason", s->scaling.reason));
	return o;
}

static json_t *run(const struct cmp_run *r)
{
	static const char *const sides[] = { "base", "new", "history" };
	json_t *o = json_pack("{s:s, s:s, s:b, s:b}", "run", r->set->run_id, "side", sides[r->side],
			      "emulated", r->set->emulated, "simulated", r->set->simulated);

	static const char *const keys[] = { "target", "plan",	"started",
					    "series", "kernel", "machine" };
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *v = json_object_get(r->set->run, keys[i]);

		json_object_set(o, keys[i], v ? v : json_null());
	}
	return o;
}

static void condition(const char *what, void *arg)
{
	json_array_append_new(arg, json_string(what));
}

json_t *cmp_json(const struct compare *c)
{
	json_t *all = json_array(), *runs = json_array(), *differ = json_array();
	json_t *cautions = json_array();
	const char *label = cmp_label(c);
	char line[CMP_SENTENCE];
	size_t i;

	for (i = 0; i < c->nr_runs; i++)
		json_array_append_new(runs, run(&c->runs[i]));
	for (i = 0; i < c->nr_series; i++)
		json_array_append_new(all, series(c, &c->series[i]));
	cmp_conditions(c, condition, differ);
	cmp_cautions(c, condition, cautions);
	return json_pack(
		"{s:i, s:s, s:s?, s:i, s:s, s:f, s:f, s:{s:i, s:i, s:i}, s:[i,i], s:[i,i], "
		"s:[i,i], s:[i,i], s:{s:i, s:i, s:i, s:i, s:i, s:i}, s:o, s:o, s:o, s:o, s:o}",
		"schema", 1, "kind", "comparison", "label", label, "exit", cmp_outcome(c),
		"verdict", cmp_sentence(c, line, sizeof(line)), "alpha", c->opt.alpha, "floor",
		c->opt.floor, "families", "series", (int)c->families.series, "scaling",
		(int)c->families.scaling, "points", (int)c->families.points, "cycles",
		(int)c->cycles[CMP_BASE], (int)c->cycles[CMP_NEW], "cycles_ok",
		(int)c->ok[CMP_BASE], (int)c->ok[CMP_NEW], "points_planned",
		(int)c->points[CMP_BASE], (int)c->points[CMP_NEW], "points_ok",
		(int)c->points_ok[CMP_BASE], (int)c->points_ok[CMP_NEW], "answers", "judged",
		(int)c->judged, "worse", (int)c->worse, "better", (int)c->better, "expected",
		(int)c->expected, "lost", (int)c->lost, "lost_points", (int)c->lost_points, "ended",
		ended(c), "differences", differ, "cautions", cautions, "runs", runs, "series", all);
}

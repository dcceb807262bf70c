// SPDX-License-Identifier: GPL-2.0-or-later
/* Latency against size, and where the time of a kexec goes: the numbers of the report, to be drawn. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/dashboard/parts.h"
#include "bench/lubench.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

static const char *const modes[] = { "preserve", "rebuild", "crash" };

static json_t *point(const struct point *p, const struct stats_fit *fit)
{
	double pages = point_median(p, REP_PAGES);
	json_t *o, *values = json_array();
	struct vec v = { 0 };
	char a[CELL], b[CELL], name[4 * CELL];
	size_t i;

	if (point_values(p, REP_IOMMUFD, &v))
		v.n = 0;
	o = dash_summary(v.v, v.n);
	for (i = 0; i < v.n; i++)
		json_array_append_new(values, dash_number(v.v[i]));
	free(v.v);
	snprintf(name, sizeof(name), "%s IOAS, %s pages", fmt_bytes(a, (double)p->p->ioas_bytes),
		 fmt_bytes(b, (double)p->p->page_bytes));
	dash_set(o, "curve", dash_text(name));
	dash_set(o, "kernel", dash_text(p->kernel));
	dash_set(o, "layout", dash_text(p->p->layout));
	dash_set(o, "devices", json_integer(p->p->devices));
	dash_set(o, "hwpts", json_integer(p->p->hwpts));
	dash_set(o, "ioas_bytes", json_integer((json_int_t)p->p->ioas_bytes));
	dash_set(o, "page_bytes", json_integer((json_int_t)p->p->page_bytes));
	dash_set(o, "pages", dash_number(pages));
	dash_set(o, "ok", json_integer(p->ok));
	dash_set(o, "cycles", json_integer(p->cycles));
	dash_set(o, "why", p->nr_why ? dash_text(p->why[0].text) : NULL);
	dash_set(o, "fitted",
		 dash_number(fit && !fit->reason ? fit->coef[0] + fit->coef[1] * p->p->hwpts +
							   fit->coef[2] * pages
						 : NAN));
	dash_set(o, "values", values);
	return o;
}

static json_t *fit_json(const char *kernel, const struct stats_fit *f)
{
	static const char *const names[] = { "fixed", "per HWPT", "per page-table page" };
	json_t *o = json_object(), *terms = json_array(), *term;
	size_t i;

	dash_set(o, "kernel", dash_text(kernel));
	dash_set(o, "reason", dash_text(f->reason));
	dash_set(o, "n", json_integer((json_int_t)f->n));
	for (i = 0; i < ARRAY_LEN(names) && !f->reason; i++) {
		term = json_object();
		dash_set(term, "name", dash_text(names[i]));
		dash_set(term, "ns", dash_number(f->coef[i]));
		dash_set(term, "se", dash_number(f->se[i]));
		json_array_append_new(terms, term);
	}
	dash_set(o, "terms", terms);
	dash_set(o, "r2", f->reason ? NULL : dash_number(f->r2));
	dash_set(o, "mad_rel", f->reason ? NULL : dash_number(f->mad_rel));
	return o;
}

json_t *dash_curve(const struct model *m)
{
	json_t *o, *points, *fits;
	unsigned int without_pages;
	size_t first = 0, end;

	if (!model_has_preserve(m) || walk_run(m))
		return json_null();
	o = json_object();
	points = json_array();
	fits = json_array();
	for (; first < m->nr_points; first = end) {
		struct stats_fit f = { .reason = "a sample is no finite number" };

		for (end = first + 1; end < m->nr_points &&
				      model_same(m->points[first].kernel, m->points[end].kernel);
		     end++)
			;
		if (cost_fit(m, first, end, &f, &without_pages))
			f = (struct stats_fit){ .reason = "it could not be computed" };
		json_array_append_new(fits, fit_json(m->points[first].kernel, &f));
		for (; first < end; first++)
			json_array_append_new(points, point(&m->points[first], &f));
	}
	dash_set(o, "points", points);
	dash_set(o, "fits", fits);
	return o;
}

json_t *dash_blackouts(const struct model *m)
{
	json_t *all, *o;
	size_t i;
	int k;

	if (!blackout_run(m))
		return json_null();
	all = json_array();
	for (i = 0; i < m->nr_cycles; i++) {
		if (!m->cycles[i].ok)
			continue;
		o = json_object();
		dash_set(o, "cycle", json_integer(m->cycles[i].id));
		dash_set(o, "mode", dash_text(m->cycles[i].mode));
		for (k = 0; k < BLACKOUT_NR; k++)
			dash_set(o, blackout_name(k),
				 dash_number(blackout_value(m, m->cycles[i].id, k)));
		json_array_append_new(all, o);
	}
	return all;
}

/* Stages are told with the first cycle, then each cycle has its numbers in the same order. */
struct fall {
	json_t *stages, *cycles, *now;
	uint32_t first, last;
};

static void stage(const struct waterfall_stage *s, void *arg)
{
	struct fall *f = arg;

	if (!f->now)
		f->first = s->cycle;
	if (!f->now || f->last != s->cycle) {
		f->now = json_array();
		json_array_append_new(f->cycles, json_pack("{s:i, s:o}", "cycle", (int)s->cycle,
							   "stages", f->now));
	}
	f->last = s->cycle;
	if (s->cycle == f->first)
		json_array_append_new(f->stages, json_pack("{s:s, s:s, s:s}", "kernel", s->kernel,
							   "event", s->event, "about", s->about));
	json_array_append_new(f->now, json_pack("[o,o]", dash_number(s->ns), dash_number(s->end)));
}

json_t *dash_waterfalls(const struct model *m)
{
	json_t *all, *one;
	size_t i;

	if (!blackout_run(m))
		return json_null();
	all = json_array();
	for (i = 0; i < ARRAY_LEN(modes); i++) {
		struct fall f = { .stages = json_array(), .cycles = json_array() };

		if (waterfall_each(m, modes[i], stage, &f))
			lub_err("dashboard: out of memory");
		one = json_pack("{s:s, s:i, s:o, s:o}", "mode", modes[i], "planned",
				(int)model_planned(m, modes[i], NULL), "stages", f.stages, "cycles",
				f.cycles);
		if (f.now)
			json_array_append_new(all, one);
		else
			json_decref(one);
	}
	return all;
}

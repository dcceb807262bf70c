// SPDX-License-Identifier: GPL-2.0-or-later
/* From records to series, points, and one median a cycle. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/compare/history.h"
#include "bench/record/record.h"

void cmp_init(struct compare *c, const struct cmp_options *opt)
{
	memset(c, 0, sizeof(*c));
	if (opt)
		c->opt = *opt;
	else
		c->opt = (struct cmp_options){ .alpha = CMP_ALPHA,
					       .floor = CMP_FLOOR,
					       .resamples = STATS_RESAMPLES };
}

/* Everything but the size of the point. */
static bool same_series(const struct lub_sample *a, const struct lub_sample *b)
{
	const struct lub_params *p = &a->params, *q = &b->params;

	return !strcmp(a->metric, b->metric) && !strcmp(a->unit, b->unit) &&
	       !strcmp(a->scenario, b->scenario) && model_same(a->clock, b->clock) &&
	       !strcmp(p->mode, q->mode) && !strcmp(p->workload, q->workload) &&
	       !strcmp(p->probes, q->probes) && model_same(p->phase, q->phase) &&
	       model_same(p->kernel, q->kernel) && model_same(p->observer, q->observer) &&
	       model_same(p->format, q->format) && model_same(p->step, q->step) &&
	       model_same(p->device, q->device) && model_same(p->cache, q->cache);
}

static bool same_point(const struct lub_params *p, const struct lub_params *q)
{
	return p->hwpts == q->hwpts && p->ioas_bytes == q->ioas_bytes &&
	       p->page_bytes == q->page_bytes && p->devices == q->devices &&
	       p->working_set == q->working_set && model_same(p->layout, q->layout);
}

static struct cmp_point *find_point(struct cmp_series *s, const struct lub_params *p)
{
	struct cmp_point *pt;
	size_t i;

	for (i = 0; i < s->nr_points; i++)
		if (same_point(s->points[i].p, p))
			return &s->points[i];
	pt = model_grow((void **)&s->points, &s->nr_points, &s->cap_points, sizeof(*pt));
	if (pt)
		pt->p = p;
	return pt;
}

static struct cmp_series *find_series(struct compare *c, const struct lub_sample *sample)
{
	struct cmp_series *s;
	size_t i;

	for (i = 0; i < c->nr_series; i++)
		if (same_series(c->series[i].first, sample))
			return &c->series[i];
	s = model_grow((void **)&c->series, &c->nr_series, &c->cap_series, sizeof(*s));
	if (s) {
		s->first = sample;
		s->headline = cmp_is_headline(sample, c->opt.metric);
		s->noise = c->opt.floor;
	}
	return s;
}

static int add_sample(struct compare *c, const struct record_set *set,
		      const struct lub_sample *sample, enum cmp_side side)
{
	const struct note *note = NULL;
	const char *reason = sample->reason;
	struct cmp_series *s = find_series(c, sample);
	struct cmp_point *pt = s ? find_point(s, &sample->params) : NULL;
	struct cmp_obs_list *list;
	struct cmp_obs *o;

	if (!pt)
		return -ENOMEM;
	if (c->opt.notes)
		note = history_note_about(c->opt.notes, NOTE_INVALID, set->run_id, sample->metric);
	if (note) {
		reason = note->text;
		if (side < CMP_SIDES)
			pt->noted[side]++;
	}
	if (reason) {
		if (side < CMP_SIDES && !pt->nulls[side]++)
			pt->null_why[side] = reason;
		return 0;
	}
	list = &pt->obs[side];
	o = model_grow((void **)&list->v, &list->n, &list->cap, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->run = (uint32_t)c->nr_runs;
	o->cycle = sample->cycle;
	o->value = (double)sample->value;
	return 0;
}

int cmp_add_run(struct compare *c, const struct record_set *set, enum cmp_side side)
{
	size_t i;
	int err;

	if (c->nr_runs == CMP_MAX_RUNS)
		return -E2BIG;
	for (i = 0; i < set->nr_samples; i++) {
		err = add_sample(c, set, &set->samples[i], side);
		if (err)
			return err;
	}
	err = cmp_count_cycles(c, set, side);
	if (err)
		return err;
	c->runs[c->nr_runs].set = set;
	c->runs[c->nr_runs++].side = side;
	return 0;
}

const struct cmp_run *cmp_find_run(const struct compare *c, const char *run_id)
{
	size_t i;

	for (i = 0; i < c->nr_runs; i++)
		if (!strcmp(c->runs[i].set->run_id, run_id))
			return &c->runs[i];
	return NULL;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int cmp_obs(const void *a, const void *b)
{
	const struct cmp_obs *x = a, *y = b;
	int r = ORDER(x->run, y->run);

	r = r ? r : ORDER(x->cycle, y->cycle);
	return r ? r : ORDER(x->value, y->value);
}

/* In place: the list gets shorter, each run of equal (run, cycle) becomes its median. */
static void to_medians(struct cmp_obs_list *list)
{
	size_t i, j, k = 0;

	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), cmp_obs);
	for (i = 0; i < list->n; i = j) {
		for (j = i + 1; j < list->n && list->v[j].run == list->v[i].run &&
				list->v[j].cycle == list->v[i].cycle;
		     j++)
			;
		list->v[k] = list->v[i];
		list->v[k++].value =
			(list->v[(i + j - 1) / 2].value + list->v[(i + j) / 2].value) / 2;
	}
	list->n = k;
}

static int reference(struct cmp_point *pt)
{
	struct vec v = { 0 };
	size_t i, side;
	int err = 0;

	pt->ref = NAN;
	for (side = 0; side < CMP_SIDES + 1; side++)
		for (i = 0; i < pt->obs[side].n; i++)
			if (!(pt->obs[side].v[i].value > 0))
				return 0;
	for (side = 0; side < CMP_SIDES && !err; side++)
		for (i = 0; i < pt->obs[side].n && !err; i++)
			err = vec_push(&v, pt->obs[side].v[i].value);
	if (!err && v.n)
		pt->ref = log(stats_median(v.v, v.n));
	free(v.v);
	return err;
}

static int order_points(const void *a, const void *b)
{
	const struct lub_params *x = ((const struct cmp_point *)a)->p;
	const struct lub_params *y = ((const struct cmp_point *)b)->p;
	int r = strcmp(x->layout ? x->layout : "", y->layout ? y->layout : "");

	r = r ? r : ORDER(x->devices, y->devices);
	r = r ? r : ORDER(x->page_bytes, y->page_bytes);
	r = r ? r : ORDER(x->ioas_bytes, y->ioas_bytes);
	r = r ? r : ORDER(x->hwpts, y->hwpts);
	return r ? r : ORDER(x->working_set, y->working_set);
}

int cmp_reduce(struct compare *c)
{
	size_t i, j, side;

	for (i = 0; i < c->nr_series; i++) {
		struct cmp_series *s = &c->series[i];

		qsort(s->points, s->nr_points, sizeof(*s->points), order_points);
		for (j = 0; j < s->nr_points; j++) {
			for (side = 0; side < CMP_SIDES + 1; side++)
				to_medians(&s->points[j].obs[side]);
			if (reference(&s->points[j]))
				return -ENOMEM;
		}
	}
	return 0;
}

double cmp_point_median(const struct cmp_point *p, enum cmp_side side)
{
	struct vec v = { 0 };
	double m = NAN;
	size_t i;

	for (i = 0; i < p->obs[side].n; i++)
		if (vec_push(&v, p->obs[side].v[i].value))
			goto out;
	m = stats_median(v.v, v.n);
out:
	free(v.v);
	return m;
}

const struct cmp_point *cmp_beside(const struct compare *c, const struct cmp_series *s,
				   const char *metric, const struct lub_params *p)
{
	struct lub_sample want = *s->first;
	size_t i, j;

	want.metric = metric;
	for (i = 0; i < c->nr_series; i++) {
		const struct cmp_series *t = &c->series[i];

		/* counts have no clock and a unit of their own */
		want.unit = t->first->unit;
		want.clock = t->first->clock;
		if (!same_series(t->first, &want))
			continue;
		for (j = 0; j < t->nr_points; j++)
			if (same_point(t->points[j].p, p))
				return &t->points[j];
	}
	return NULL;
}

void cmp_free(struct compare *c)
{
	size_t i, j, side;

	for (i = 0; i < c->nr_series; i++) {
		for (j = 0; j < c->series[i].nr_points; j++)
			for (side = 0; side < CMP_SIDES + 1; side++)
				free(c->series[i].points[j].obs[side].v);
		free(c->series[i].points);
	}
	free(c->series);
	free(c->modes);
	memset(c, 0, sizeof(*c));
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/model.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/stats/stats.h"

void *model_grow(void **array, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t want = *cap ? *cap * 2 : 8;
		void *more = realloc(*array, want * size);

		if (!more)
			return NULL;
		*array = more;
		*cap = want;
	}
	return memset((char *)*array + (*n)++ * size, 0, size);
}

int vec_push(struct vec *v, double x)
{
	double *slot = model_grow((void **)&v->v, &v->n, &v->cap, sizeof(*v->v));

	if (!slot)
		return -ENOMEM;
	*slot = x;
	return 0;
}

/* The kernel param names a side of the kexec in some samples, a kernel under test in others. */
const char *model_kernel(const struct lub_params *p)
{
	if (model_same(p->kernel, "outgoing") || model_same(p->kernel, "incoming"))
		return NULL;
	return p->kernel;
}

static struct point *find_point(struct model *m, const struct lub_params *p, bool make)
{
	const char *kernel = model_kernel(p);
	struct point *pt;
	size_t i;

	for (i = 0; i < m->nr_points; i++) {
		pt = &m->points[i];
		if (pt->p->hwpts == p->hwpts && pt->p->ioas_bytes == p->ioas_bytes &&
		    pt->p->page_bytes == p->page_bytes && pt->p->devices == p->devices &&
		    model_same(pt->p->layout, p->layout) && model_same(pt->kernel, kernel))
			return pt;
	}
	if (!make)
		return NULL;
	pt = model_grow((void **)&m->points, &m->nr_points, &m->cap_points, sizeof(*pt));
	if (pt) {
		pt->p = p;
		pt->kernel = kernel;
	}
	return pt;
}

static void add_why(struct point *pt, const char *kind, const char *text)
{
	unsigned int i;

	for (i = 0; i < pt->nr_why; i++)
		if (model_same(pt->why[i].kind, kind) && model_same(pt->why[i].text, text))
			return;
	if (pt->nr_why < POINT_WHYS) {
		pt->why[pt->nr_why].kind = kind;
		pt->why[pt->nr_why++].text = text;
	}
}

static int add_outcome(struct model *m, const struct lub_outcome *o)
{
	struct cycle *c = cycle_find(m, o->cycle);
	bool ok = !strcmp(o->outcome, "ok");
	struct point *pt;

	if (!c)
		return -ENOMEM;
	c->mode = o->params.mode;
	c->kernel = model_kernel(&o->params);
	if (!m->mixed || cycle_preserves(c)) {
		pt = find_point(m, &o->params, true);
		if (!pt)
			return -ENOMEM;
		pt->cycles++;
		pt->ok += ok;
		if (!ok)
			add_why(pt, o->outcome, o->reason ? o->reason : "no reason was recorded");
	}
	if (ok && !c->ok) {
		c->ok = true;
		m->ok_cycles++;
		c->outcome = o->outcome;
	} else if (!c->outcome) {
		c->outcome = o->outcome;
	}
	if (!ok && strcmp(o->outcome, "skip") && !c->error) {
		c->error = o->outcome;
		c->error_why = o->reason;
	}
	return 0;
}

static int rep_metric(const char *metric)
{
	static const char *const names[REP_NR] = {
		[REP_MEMFD] = "preserve.memfd", [REP_IOMMUFD] = "preserve.iommufd",
		[REP_VFIO] = "preserve.vfio",	[REP_PAGES] = "pagetable.pages",
		[REP_KHO] = "kho.bytes",
	};
	int i;

	for (i = 0; i < REP_NR; i++)
		if (!strcmp(metric, names[i]))
			return i;
	return -1;
}

/*
 * Return: 1 when the sample was taken as part of a repetition, 0 when it is none, -ENOMEM.
 * Page and byte counts of the incoming kernel are leak checks, no cost of preserving.
 */
static int add_rep(struct model *m, const struct lub_sample *s)
{
	int metric = rep_metric(s->metric);
	struct point *pt;
	struct rep *r;
	size_t i;

	if (metric < 0 || model_same(s->params.kernel, "incoming") ||
	    (s->params.phase && strcmp(s->params.phase, "before")) ||
	    (m->mixed && strcmp(s->params.mode, "preserve")))
		return 0;
	pt = find_point(m, &s->params, metric == REP_IOMMUFD);
	if (!pt)
		return metric == REP_IOMMUFD ? -ENOMEM : 0;
	if (s->reason) {
		add_why(pt, s->metric, s->reason);
		return 1;
	}
	for (i = 0; i < pt->nr_reps; i++)
		if (pt->reps[i].cycle == s->cycle && pt->reps[i].rep == s->rep)
			break;
	if (i == pt->nr_reps) {
		r = model_grow((void **)&pt->reps, &pt->nr_reps, &pt->cap, sizeof(*r));
		if (!r)
			return -ENOMEM;
		r->cycle = s->cycle;
		r->rep = s->rep;
	}
	r = &pt->reps[i];
	if (r->have & 1u << metric) {
		m->duplicates++;
		return 1;
	}
	r->have |= 1u << metric;
	r->value[metric] = (double)s->value;
	return 1;
}

static int add_series(struct model *m, const struct lub_sample *s)
{
	struct series *se = NULL;
	size_t i;

	/* section_probes() has tables of its own for these */
	if (!strncmp(s->metric, "probe.", 6))
		return 0;

	for (i = 0; i < m->nr_series && !se; i++) {
		const struct lub_sample *f = m->series[i].first;

		if (model_same(f->metric, s->metric) && model_same(f->unit, s->unit) &&
		    model_same(f->clock, s->clock) && model_same(f->params.mode, s->params.mode) &&
		    model_same(f->params.phase, s->params.phase) &&
		    model_same(f->params.observer, s->params.observer) &&
		    model_same(f->params.kernel, s->params.kernel))
			se = &m->series[i];
	}
	if (!se) {
		se = model_grow((void **)&m->series, &m->nr_series, &m->cap_series, sizeof(*se));
		if (!se)
			return -ENOMEM;
		se->first = s;
	}
	if (s->reason) {
		se->nulls++;
		if (!se->why)
			se->why = s->reason;
		return 0;
	}
	for (i = 0; i < se->cycles.n; i++)
		if (se->cycles.v[i] == s->cycle)
			break;
	if (i == se->cycles.n && vec_push(&se->cycles, s->cycle))
		return -ENOMEM;
	if (s->params.hwpts && vec_push(&se->per_hwpt, (double)s->value / s->params.hwpts))
		return -ENOMEM;
	return vec_push(&se->values, (double)s->value);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int cmp_point(const void *a, const void *b)
{
	const struct point *x = a, *y = b;
	int c = strcmp(x->kernel ? x->kernel : "", y->kernel ? y->kernel : "");

	c = c ? c : ORDER(x->p->devices, y->p->devices);
	c = c ? c : ORDER(x->p->page_bytes, y->p->page_bytes);
	c = c ? c : ORDER(x->p->ioas_bytes, y->p->ioas_bytes);
	return c ? c : ORDER(x->p->hwpts, y->p->hwpts);
}

static int cmp_cycle(const void *a, const void *b)
{
	const struct cycle *x = a, *y = b;

	return ORDER(x->id, y->id);
}

int model_build(struct model *m, const struct record_set *set)
{
	json_int_t planned;
	size_t i;
	int ret;

	memset(m, 0, sizeof(*m));
	m->set = set;
	m->all = set;
	m->mixed = strchr(set->mode, ',') != NULL;
	for (i = 0; i < set->nr_outcomes; i++) {
		ret = add_outcome(m, &set->outcomes[i]);
		if (ret)
			return ret;
	}
	for (i = 0; i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];

		ret = add_rep(m, s);
		if (ret < 0)
			return ret;
		/* memfd and vfio have no column of their own, so they are a series as well */
		if (!ret || rep_metric(s->metric) == REP_MEMFD || rep_metric(s->metric) == REP_VFIO)
			ret = add_series(m, s);
		if (ret < 0 || cycle_add_sample(m, s))
			return -ENOMEM;
	}
	planned = json_integer_value(json_object_get(set->run, "cycles"));
	m->planned_cycles = planned > 0 ? (size_t)planned : 0;
	if (m->planned_cycles < m->nr_cycles)
		m->planned_cycles = m->nr_cycles;
	if (m->nr_points)
		qsort(m->points, m->nr_points, sizeof(*m->points), cmp_point);
	if (m->nr_cycles)
		qsort(m->cycles, m->nr_cycles, sizeof(*m->cycles), cmp_cycle);
	return 0;
}

size_t model_planned(const struct model *m, const char *mode, const char *kernel)
{
	size_t i, n = 0;

	for (i = 0; i < m->nr_cycles; i++)
		n += model_same(m->cycles[i].mode, mode) &&
		     (!kernel || model_same(m->cycles[i].kernel, kernel));
	return n;
}

void model_free(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nr_points; i++)
		free(m->points[i].reps);
	for (i = 0; i < m->nr_series; i++) {
		free(m->series[i].values.v);
		free(m->series[i].per_hwpt.v);
		free(m->series[i].cycles.v);
	}
	free(m->points);
	free(m->series);
	free(m->cycles);
	memset(m, 0, sizeof(*m));
}

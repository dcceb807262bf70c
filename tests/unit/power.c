// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/power.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

/* Added noise as a share of the spread. */
#define JITTER 0.2

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

unsigned int wanted(unsigned int usual)
{
	const char *env = getenv("POWER_RUNS");

	return env ? (unsigned int)atoi(env) : usual;
}

bool pattern_icount(const struct pattern *p)
{
	const json_t *machine = json_object_get(p->set.run, "machine");

	return json_is_integer(json_object_get(machine, "icount"));
}

static const struct cmp_obs *obs_of(const struct cmp_point *p, uint32_t cycle)
{
	size_t i;

	for (i = 0; i < p->obs[CMP_BASE].n; i++)
		if (p->obs[CMP_BASE].v[i].cycle == cycle)
			return &p->obs[CMP_BASE].v[i];
	return NULL;
}

static bool usable(const struct cmp_series *s)
{
	size_t i;

	/* one cycle of a point does not tell how much it varies */
	for (i = 0; i < s->nr_points; i++)
		if (isnan(s->points[i].ref) || s->points[i].obs[CMP_BASE].n < 2)
			return false;
	return s->nr_points && !strcmp(s->first->unit, "ns");
}

/* The same series, but for the set of probes. */
static bool alike(const struct lub_sample *a, const struct lub_sample *b)
{
	const struct lub_params *p = &a->params, *q = &b->params;

	return !strcmp(a->metric, b->metric) && !strcmp(p->mode, q->mode) &&
	       model_same(p->phase, q->phase) && model_same(p->kernel, q->kernel) &&
	       model_same(p->observer, q->observer) && model_same(p->format, q->format) &&
	       model_same(p->step, q->step);
}

static size_t place_of(uint32_t cycle, uint32_t *cycles, size_t *n)
{
	size_t i;

	for (i = 0; i < *n && cycles[i] != cycle; i++)
		;
	assert_true(i < RECORDED);
	if (i == *n)
		cycles[(*n)++] = cycle;
	return i;
}

/* Against a median of few values, they all lie nearer than they are. */
static double off(const struct cmp_point *p, const struct cmp_obs *o)
{
	double n = (double)p->obs[CMP_BASE].n;

	return (log(o->value) - p->ref) * sqrt(n / (n - 1));
}

static void take_noise(struct pattern *p, size_t nr, const struct cmp_series *from, struct vec *all)
{
	size_t i, j, cycle;

	for (i = 0; i < from->nr_points; i++) {
		const struct cmp_point *pt = &from->points[i];

		for (j = 0; j < pt->obs[CMP_BASE].n; j++) {
			const struct cmp_obs *o = &pt->obs[CMP_BASE].v[j];

			cycle = place_of(o->cycle, p->cycles, &p->nr_cycles);
			assert_int_equal(vec_push(&p->off[nr][cycle], off(pt, o)), 0);
			assert_int_equal(vec_push(all, off(pt, o)), 0);
		}
	}
}

static void take_shapes(struct pattern *p, const struct cmp_series *s)
{
	size_t i, j;

	for (i = 0; i < s->nr_points; i++)
		for (j = 0; j < s->points[i].obs[CMP_BASE].n; j++)
			place_of(s->points[i].obs[CMP_BASE].v[j].cycle, p->shapes, &p->nr_shapes);
}

void pattern_learn(struct pattern *p, const char *name, enum noise_of noise)
{
	/* all are gathered: the noise is also that of series which are not judged, for their probes */
	const struct cmp_options any = { .metric = "*" };
	char path[100];
	size_t i, j;

	memset(p, 0, sizeof(*p));
	snprintf(path, sizeof(path), "results/baselines/%s", name);
	assert_int_equal(record_read(path, &p->set), 0);
	for (i = 0; i < p->set.nr_samples && noise == REPS_OF_CYCLE; i++) {
		assert_int_equal(p->set.samples[i].cycle, 1);
		p->set.samples[i].cycle += p->set.samples[i].rep;
	}
	cmp_init(&p->c, &any);
	assert_int_equal(cmp_add_run(&p->c, &p->set, CMP_BASE), 0);
	assert_int_equal(cmp_reduce(&p->c), 0);
	for (i = 0; i < p->c.nr_series; i++) {
		const struct cmp_series *s = &p->c.series[i];
		struct vec all = { 0 };

		if (!usable(s) || !cmp_is_headline(s->first, NULL))
			continue;
		assert_true(p->nr_series < SERIES);
		for (j = 0; j < p->c.nr_series; j++)
			if (usable(&p->c.series[j]) && alike(p->c.series[j].first, s->first))
				take_noise(p, p->nr_series, &p->c.series[j], &all);
		take_shapes(p, s);
		p->spread[p->nr_series] = 1.4826 * stats_mad(all.v, all.n);
		p->series[p->nr_series++] = s;
		free(all.v);
	}
	/* a cycle measures what its first repetition does */
	if (noise == REPS_OF_CYCLE)
		p->nr_shapes = 1;
	assert_true(p->nr_series > 0 && p->nr_shapes > 0 && p->nr_cycles >= 5);
}

void pattern_free(struct pattern *p)
{
	size_t i, j;

	for (i = 0; i < p->nr_series; i++)
		for (j = 0; j < p->nr_cycles; j++)
			free(p->off[i][j].v);
	cmp_free(&p->c);
	record_set_free(&p->set);
}

/* How far off a series was in that recorded cycle, or in the next one that measured it. */
static const struct vec *off_in(const struct pattern *p, size_t series, size_t cycle)
{
	while (!p->off[series][cycle].n)
		cycle = (cycle + 1) % p->nr_cycles;
	return &p->off[series][cycle];
}

/* One made-up run: cycle c has the points of recorded cycle c, and the noise of another one. */
static void make_run(const struct pattern *p, gsl_rng *rng, double slower, size_t which,
		     struct record_set *out)
{
	size_t cap = 0, c, i, j, nth;

	memset(out, 0, sizeof(*out));
	out->run_id = "made-up";
	for (i = 0; i < p->nr_series; i++)
		cap += CYCLES * p->series[i]->nr_points;
	out->samples = calloc(cap, sizeof(*out->samples));
	assert_non_null(out->samples);
	for (c = 0; c < CYCLES; c++) {
		uint32_t shape = p->shapes[c % p->nr_shapes];
		size_t noise = gsl_rng_uniform_int(rng, p->nr_cycles);

		for (i = 0; i < p->nr_series; i++) {
			const struct vec *as = off_in(p, i, noise);
			double more = which == ALL_SERIES || which == i ? slower : 0;

			/* cycles may have measured other points: the nth has the noise of the nth */
			for (j = 0, nth = 0; j < p->series[i]->nr_points; j++) {
				const struct cmp_point *pt = &p->series[i]->points[j];
				struct lub_sample *s = &out->samples[out->nr_samples];
				double r;

				if (!obs_of(pt, shape))
					continue;
				r = as->v[nth++ % as->n] +
				    gsl_ran_gaussian(rng, JITTER * p->spread[i]);
				if (p->normal > 0)
					r = gsl_ran_gaussian(rng, p->normal);
				*s = *p->series[i]->first;
				s->params = *pt->p;
				s->cycle = (uint32_t)c + 1;
				s->rep = 0;
				s->reason = NULL;
				s->value = llround(exp(pt->ref + r) * (1 + more));
				out->nr_samples++;
			}
		}
	}
}

static const struct cmp_series *same_series(const struct compare *c, const struct lub_sample *first)
{
	size_t i;

	for (i = 0; i < c->nr_series; i++)
		if (alike(c->series[i].first, first))
			return &c->series[i];
	fail_msg("a comparison has lost series %s", first->metric);
	return NULL;
}

static bool worse(const struct cmp_series *s)
{
	bool yes = s->all.verdict == CMP_WORSE;
	size_t i;

	for (i = 0; i < s->scaling.terms; i++)
		yes |= s->scaling.coef[i].verdict == CMP_WORSE;
	for (i = 0; i < s->nr_points; i++)
		yes |= s->points[i].test.verdict == CMP_WORSE;
	return yes;
}

void simulate(const struct pattern *p, double slower, size_t which, unsigned int runs,
	      struct figures *f)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct record_set side[CMP_SIDES];
	struct compare c;
	size_t i;

	gsl_rng_set(rng, 20261128);
	memset(f, 0, sizeof(*f));
	for (f->runs = 0; f->runs < runs; f->runs++) {
		make_run(p, rng, 0, ALL_SERIES, &side[CMP_BASE]);
		make_run(p, rng, slower, which, &side[CMP_NEW]);
		cmp_init(&c, NULL);
		/* intervals are for the eye, have no say in a verdict, and take nearly all of the time */
		c.opt.resamples = 0;
		assert_int_equal(cmp_add_run(&c, &side[CMP_BASE], CMP_BASE), 0);
		assert_int_equal(cmp_add_run(&c, &side[CMP_NEW], CMP_NEW), 0);
		assert_int_equal(cmp_judge(&c), 0);
		f->changed += c.worse || c.better;
		f->regressed += cmp_outcome(&c) == CMP_REGRESSION;
		for (i = 0; i < p->nr_series; i++) {
			const struct cmp_series *s = same_series(&c, p->series[i]->first);

			/* what is not asked would look like what is not found */
			if (slower > 0 && (which == ALL_SERIES || which == i))
				assert_false(isnan(s->all.p));
			f->found[i] += worse(s);
		}
		cmp_free(&c);
		free(side[CMP_BASE].samples);
		free(side[CMP_NEW].samples);
	}
	gsl_rng_free(rng);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The questions, their p values, Holm's correction, the verdicts.
 *
 * Three families of questions share the false alarms that are allowed: one question a judged series, one a
 * coefficient of its scaling, one a point of it. A family that is empty leaves its share to the others. What has no
 * number is outcomes.c's.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

#define LEVEL 0.95

enum family {
	SERIES,
	SCALING,
	POINTS,
	FAMILIES,
};

static const double shares[FAMILIES] = { [SERIES] = 2, [SCALING] = 1, [POINTS] = 1 };

void cmp_test_clear(struct cmp_test *t, bool judged)
{
	*t = (struct cmp_test){
		.med = { NAN, NAN },
		.shift = NAN,
		.lo = NAN,
		.hi = NAN,
		.delta = NAN,
		.p = NAN,
		.p_adj = NAN,
		.p_min = NAN,
		.judged = judged,
	};
}

/* Whatever the labels were: then there is nothing to ask, and the question takes nothing from the others. */
static bool all_same(const struct stats_stratum *strata, size_t nr)
{
	size_t i, j;

	for (i = 0; i < nr; i++) {
		if (!strata[i].nx || !strata[i].ny)
			continue;
		for (j = 0; j < strata[i].nx; j++)
			if (strata[i].x[j] != strata[i].x[0])
				return false;
		for (j = 0; j < strata[i].ny; j++)
			if (strata[i].y[j] != strata[i].x[0])
				return false;
	}
	return true;
}

/* Logarithms in, a relative change out. */
static int ask(const struct compare *c, struct cmp_test *t, const struct stats_stratum *strata,
	       size_t nr)
{
	struct stats_ci ci = { .est = NAN, .lo = NAN, .hi = NAN };
	struct stats_mw mw;
	size_t i;
	int err;

	for (i = 0; i < nr; i++) {
		/* what has no counterpart is not compared */
		t->n[CMP_BASE] += strata[i].ny ? strata[i].nx : 0;
		t->n[CMP_NEW] += strata[i].nx ? strata[i].ny : 0;
	}
	err = stats_mann_whitney_strata(strata, nr, &mw);
	if (err)
		return err == -ENODATA ? 0 : err;
	t->shift = expm1(stats_hodges_lehmann_strata(strata, nr));
	t->delta = stats_cliff_delta(mw.u, strata, nr);
	t->p_min = stats_mann_whitney_min_p(strata, nr);
	if (c->opt.resamples) {
		err = stats_bootstrap_shift_strata(strata, nr, LEVEL, c->opt.resamples, STATS_SEED,
						   &ci);
		t->lo = expm1(ci.lo);
		t->hi = expm1(ci.hi);
	}
	if (err == -ENOMEM)
		return err;
	if (t->n[CMP_BASE] < STATS_MIN_COMPARE || t->n[CMP_NEW] < STATS_MIN_COMPARE)
		t->why = "fewer than 5 cycles on a side";
	else if (all_same(strata, nr))
		t->verdict = CMP_SAME;
	else
		t->p = mw.p;
	return 0;
}

static int ask_point(const struct compare *c, const struct cmp_series *s, struct cmp_point *p)
{
	struct vec v[CMP_SIDES] = { { 0 } };
	struct stats_stratum one;
	size_t side, i;
	int err = 0;

	cmp_test_clear(&p->test, s->headline);
	for (side = 0; side < CMP_SIDES; side++) {
		p->test.med[side] = cmp_point_median(p, side);
		for (i = 0; i < p->obs[side].n && !err && !isnan(p->ref); i++)
			err = vec_push(&v[side], log(p->obs[side].v[i].value));
	}
	one = (struct stats_stratum){
		.x = v[CMP_BASE].v, .y = v[CMP_NEW].v, .nx = v[CMP_BASE].n, .ny = v[CMP_NEW].n
	};
	if (!err)
		err = ask(c, &p->test, &one, 1);
	p->test.n[CMP_BASE] = p->obs[CMP_BASE].n;
	p->test.n[CMP_NEW] = p->obs[CMP_NEW].n;
	if (!p->obs[CMP_BASE].n || !p->obs[CMP_NEW].n)
		p->test.why = p->obs[CMP_BASE].n  ? "the new side has no value"
			      : p->obs[CMP_NEW].n ? "the base has no value"
						  : "neither side has a value";
	else if (isnan(p->ref))
		p->test.why = "a value is not positive, so that there is no relative change";
	free(v[CMP_BASE].v);
	free(v[CMP_NEW].v);
	return err;
}

/* All points at once: within the strata of cycles that measured the same points. */
static int ask_series(const struct compare *c, struct cmp_series *s)
{
	struct cmp_strata strata;
	int err;

	if (s->nr_points == 1) {
		s->all = s->points[0].test;
		return 0;
	}
	cmp_test_clear(&s->all, s->headline);
	err = cmp_strata(s, &strata);
	if (!err)
		err = ask(c, &s->all, strata.v, strata.n);
	if (!err && !s->all.n[CMP_BASE] && !s->all.why)
		s->all.why = "no point has positive values on both sides";
	cmp_strata_free(&strata);
	return err;
}

/* Calls @each for every judged test of a family. */
static void for_family(struct compare *c, enum family f,
		       void (*each)(struct cmp_series *s, struct cmp_test *t, void *arg), void *arg)
{
	size_t i, j;

	for (i = 0; i < c->nr_series; i++) {
		struct cmp_series *s = &c->series[i];

		if (!s->headline)
			continue;
		if (f == SERIES)
			each(s, &s->all, arg);
		for (j = 0; f == SCALING && j < s->scaling.terms; j++)
			each(s, &s->scaling.coef[j], arg);
		/* the only point of a series is the series */
		for (j = 0; f == POINTS && s->nr_points > 1 && j < s->nr_points; j++)
			each(s, &s->points[j].test, arg);
	}
}

static void count(struct cmp_series *s, struct cmp_test *t, void *arg)
{
	(void)s;
	*(size_t *)arg += !isnan(t->p);
}

struct correction {
	double *p;
	size_t n;
	double share, alpha;
	size_t members;
};

static void collect(struct cmp_series *s, struct cmp_test *t, void *arg)
{
	struct correction *k = arg;

	(void)s;
	k->p[k->n++] = t->p;
}

static void verdict(const struct cmp_series *s, struct cmp_test *t, const struct correction *k)
{
	if (isnan(t->p))
		return;
	t->verdict = CMP_SAME;
	if (t->p_adj <= k->alpha && fabs(t->shift) < s->noise)
		t->why = "a change, but no larger than the noise of the series";
	else if (t->p_adj <= k->alpha && !cmp_less_is_better(s->first)) {
		t->verdict = CMP_NONE;
		t->why = "a change, and nobody has said that less of it is better";
	} else if (t->p_adj <= k->alpha)
		t->verdict = t->shift > 0 ? CMP_WORSE : CMP_BETTER;
	else if (t->p_min * (double)k->members / k->share > k->alpha) {
		t->verdict = CMP_NONE;
		t->why = "too few cycles for so many questions";
	}
}

static void decide(struct cmp_series *s, struct cmp_test *t, void *arg)
{
	struct correction *k = arg;

	t->p_adj = fmin(1, k->p[k->n++] / k->share);
	if (isnan(t->p))
		t->p_adj = NAN;
	verdict(s, t, k);
}

/* A series without a value on either side is no question: what the plan has none of is not unanswered. */
static bool has_values(const struct cmp_series *s)
{
	size_t i;

	for (i = 0; i < s->nr_points; i++)
		if (s->points[i].obs[CMP_BASE].n || s->points[i].obs[CMP_NEW].n)
			return true;
	return false;
}

static void sum_up(struct cmp_series *s, struct cmp_test *t, void *arg)
{
	struct compare *c = arg;

	c->worse += t->verdict == CMP_WORSE;
	c->better += t->verdict == CMP_BETTER;
	c->judged += t->verdict != CMP_NONE;
	if (t == &s->all && has_values(s)) {
		c->series_asked++;
		c->series_judged += t->verdict != CMP_NONE;
	}
}

static int correct(struct compare *c, enum family f, size_t members, double share)
{
	struct correction k = { .share = share, .alpha = c->opt.alpha, .members = members };
	size_t room = 0, i;
	int err;

	for (i = 0; i < c->nr_series; i++)
		room += c->series[i].nr_points + CMP_TERMS + 1;
	k.p = malloc((room + 1) * sizeof(*k.p));
	if (!k.p)
		return -ENOMEM;
	for_family(c, f, collect, &k);
	err = stats_holm(k.p, k.n, k.p);
	k.n = 0;
	if (!err)
		for_family(c, f, decide, &k);
	free(k.p);
	for_family(c, f, sum_up, c);
	return err;
}

int cmp_judge(struct compare *c)
{
	size_t *members[FAMILIES] = { &c->families.series, &c->families.scaling,
				      &c->families.points };
	double whole = 0;
	size_t i, j;
	int err = cmp_reduce(c), f;

	if (!err)
		err = cmp_failures(c);
	for (i = 0; i < c->nr_series && !err; i++) {
		struct cmp_series *s = &c->series[i];

		for (j = 0; j < s->nr_points && !err; j++)
			err = ask_point(c, s, &s->points[j]);
		if (!err)
			err = ask_series(c, s);
		if (!err)
			err = cmp_noise(c, s);
		if (!err)
			err = cmp_scaling(c, s);
		if (!err)
			cmp_lost(c, s);
	}
	for (f = 0; f < FAMILIES && !err; f++) {
		for_family(c, f, count, members[f]);
		whole += *members[f] ? shares[f] : 0;
	}
	for (f = 0; f < FAMILIES && !err; f++)
		err = correct(c, f, *members[f], whole > 0 ? shares[f] / whole : 1);
	/* the only point of a series has the verdict of the series */
	for (i = 0; i < c->nr_series && !err; i++)
		if (c->series[i].nr_points == 1)
			c->series[i].points[0].test = c->series[i].all;
	return err;
}

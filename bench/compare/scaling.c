// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scaling as slope and intercept: the cost model of the report, fitted to each side, and whether its
 * coefficients differ by more than their errors, which come from leaving out each cycle.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

#define LEVEL 0.95

/* Room to tell one cycle of one run from all others as one number. */
#define CYCLES 4294967296.0

struct side {
	struct vec y, x[CMP_TERMS - 1], scale, cluster;
	struct stats_fit fit;
};

static void side_free(struct side *s)
{
	size_t i;

	free(s->y.v);
	for (i = 0; i < CMP_TERMS - 1; i++)
		free(s->x[i].v);
	free(s->scale.v);
	free(s->cluster.v);
}

/* Page-table pages of a point: by the base, which the new side is measured against. */
static double pages_of(const struct compare *c, const struct cmp_series *s,
		       const struct cmp_point *p)
{
	const struct cmp_point *pages = cmp_beside(c, s, "pagetable.pages", p->p);
	double m = pages ? cmp_point_median(pages, CMP_BASE) : NAN;

	return pages && isnan(m) ? cmp_point_median(pages, CMP_NEW) : m;
}

static int add_point(struct side *side, const struct cmp_point *p, enum cmp_side which,
		     double pages)
{
	const struct cmp_obs_list *list = &p->obs[which];
	size_t i;

	for (i = 0; i < list->n; i++)
		if (vec_push(&side->y, list->v[i].value) || vec_push(&side->x[0], p->p->hwpts) ||
		    vec_push(&side->x[1], pages) || vec_push(&side->scale, exp(p->ref)) ||
		    vec_push(&side->cluster, list->v[i].run * CYCLES + list->v[i].cycle))
			return -ENOMEM;
	return 0;
}

/* Which regressors this series has: a term that never varies is left out. Return: terms in all. */
static size_t choose(const struct cmp_series *s, const double *pages, size_t *use,
		     struct cmp_scaling *out)
{
	static const char *const names[] = { "per HWPT", "per page-table page" };
	bool varies[2] = { false, !isnan(pages[0]) };
	size_t i, n = 0;
	bool other = false;

	for (i = 0; i < s->nr_points; i++) {
		varies[0] |= s->points[i].p->hwpts != s->points[0].p->hwpts;
		varies[1] &= !isnan(pages[i]);
		other |= pages[i] != pages[0];
	}
	varies[1] &= other;
	out->name[0] = "fixed";
	for (i = 0; i < 2; i++) {
		if (varies[i]) {
			use[n++] = i;
			out->name[n] = names[i];
		}
	}
	return n ? n + 1 : 0;
}

/* How much of a point's cost the change of a coefficient is, at the point where it is most. */
static double weight(const struct side *side, const size_t *use, size_t term, double change)
{
	double most = 0;
	size_t i;

	for (i = 0; i < side->y.n; i++)
		most = fmax(most, fabs(change) * (term ? side->x[use[term - 1]].v[i] : 1) /
					  side->scale.v[i]);
	return most;
}

/* Welch's test of two coefficients, each known as well as its clusters allow. */
static void compare_term(struct cmp_test *t, const struct side *side, const size_t *use,
			 size_t term)
{
	const struct stats_fit *a = &side[CMP_BASE].fit, *b = &side[CMP_NEW].fit;
	double va = a->se[term] * a->se[term], vb = b->se[term] * b->se[term];
	double diff = b->coef[term] - a->coef[term], se = sqrt(va + vb), df, half, unit;

	t->med[CMP_BASE] = a->coef[term];
	t->med[CMP_NEW] = b->coef[term];
	t->n[CMP_BASE] = a->clusters;
	t->n[CMP_NEW] = b->clusters;
	if (a->clusters < STATS_MIN_COMPARE || b->clusters < STATS_MIN_COMPARE) {
		t->why = "fewer than 5 cycles on a side";
		return;
	}
	if (!isfinite(se) || !(se > 0)) {
		t->why = "the error of the coefficient is not known";
		return;
	}
	df = (va + vb) * (va + vb) /
	     (va * va / ((double)a->clusters - 1) + vb * vb / ((double)b->clusters - 1));
	t->p = 2 * gsl_cdf_tdist_Q(fabs(diff) / se, df);
	t->p_min = 0;
	/* as a share of the cost where the coefficient matters most: that has a size, a coefficient has none */
	unit = diff ? weight(&side[CMP_BASE], use, term, diff) / fabs(diff) : 0;
	half = gsl_cdf_tdist_Pinv((1 + LEVEL) / 2, df) * se;
	t->shift = diff * unit;
	t->lo = (diff - half) * unit;
	t->hi = (diff + half) * unit;
}

static int fit(struct side *side, const size_t *use, size_t terms)
{
	const double *x[CMP_TERMS - 1] = { NULL };
	size_t i;
	int err;

	for (i = 1; i < terms; i++)
		x[i - 1] = side->x[use[i - 1]].v;
	err = stats_robust_fit(side->y.v, x, side->scale.v, side->y.n, terms, &side->fit);
	if (!err)
		err = stats_cluster_se(side->y.v, x, side->scale.v, side->cluster.v, side->y.n,
				       &side->fit);
	return err;
}

static int fit_sides(struct cmp_series *s, const double *pages, size_t terms, const size_t *use)
{
	struct side side[CMP_SIDES] = { 0 };
	size_t i, which;
	int err = 0;

	for (i = 0; i < s->nr_points && !err; i++) {
		const struct cmp_point *p = &s->points[i];

		if (isnan(p->ref) || !p->obs[CMP_BASE].n || !p->obs[CMP_NEW].n)
			continue;
		for (which = 0; which < CMP_SIDES && !err; which++)
			err = add_point(&side[which], p, which, pages[i]);
	}
	for (which = 0; which < CMP_SIDES && !err; which++)
		err = fit(&side[which], use, terms);
	if (!err) {
		s->scaling.reason = side[CMP_BASE].fit.reason;
		if (!s->scaling.reason)
			s->scaling.reason = side[CMP_NEW].fit.reason;
		s->scaling.terms = terms;
	}
	for (i = 0; i < terms && !err && !s->scaling.reason; i++)
		compare_term(&s->scaling.coef[i], side, use, i);
	side_free(&side[CMP_BASE]);
	side_free(&side[CMP_NEW]);
	return err;
}

int cmp_scaling(const struct compare *c, struct cmp_series *s)
{
	size_t use[CMP_TERMS - 1], terms, i;
	double *pages;
	int err = 0;

	memset(&s->scaling, 0, sizeof(s->scaling));
	for (i = 0; i < CMP_TERMS; i++)
		cmp_test_clear(&s->scaling.coef[i], s->headline);
	if (!s->headline || !cmp_scales(s->first->metric) || s->nr_points < 2)
		return 0;
	pages = malloc(s->nr_points * sizeof(*pages));
	if (!pages)
		return -ENOMEM;
	for (i = 0; i < s->nr_points; i++)
		pages[i] = pages_of(c, s, &s->points[i]);
	terms = choose(s, pages, use, &s->scaling);
	if (terms)
		err = fit_sides(s, pages, terms, use);
	free(pages);
	return err;
}

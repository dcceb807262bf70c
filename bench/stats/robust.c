// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Robust multiple regression, with a refusal where the data cannot tell the terms apart.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multifit.h>

#include "bench/stats/stats.h"

/*
 * Beyond this condition number the terms are told apart by noise alone. Columns that are
 * really proportional give 1e8 and more; sweeps of two independent axes stay below 30.
 */
#define CONDITION_MAX 1000.0

struct design {
	gsl_matrix *x; /* rows divided by the scale, columns by their length */
	gsl_vector *y; /* divided by the scale and by its own length */
	gsl_vector *c;
	gsl_matrix *cov;
	double col[STATS_FIT_TERMS], ylen;
};

static void design_free(struct design *d)
{
	if (d->x)
		gsl_matrix_free(d->x);
	if (d->y)
		gsl_vector_free(d->y);
	if (d->c)
		gsl_vector_free(d->c);
	if (d->cov)
		gsl_matrix_free(d->cov);
}

/*
 * Nanoseconds against page counts span nine decades, so the fit works on columns of unit
 * length and the coefficients are scaled back. A zero column keeps length 0.
 */
static int design_fill(struct design *d, const double *y, const double *const *x,
		       const double *scale, size_t n, size_t terms)
{
	size_t i, j;

	memset(d, 0, sizeof(*d));
	d->x = gsl_matrix_alloc(n, terms);
	d->y = gsl_vector_alloc(n);
	d->c = gsl_vector_alloc(terms);
	d->cov = gsl_matrix_alloc(terms, terms);
	if (!d->x || !d->y || !d->c || !d->cov)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		double s = scale ? scale[i] : 1;

		for (j = 0; j < terms; j++) {
			double v = (j ? x[j - 1][i] : 1) / s;

			gsl_matrix_set(d->x, i, j, v);
			d->col[j] = hypot(d->col[j], v);
		}
		gsl_vector_set(d->y, i, y[i] / s);
		d->ylen = hypot(d->ylen, y[i] / s);
	}
	if (!(d->ylen > 0))
		d->ylen = 1;
	gsl_vector_scale(d->y, 1 / d->ylen);
	for (j = 0; j < terms; j++) {
		gsl_vector_view col = gsl_matrix_column(d->x, j);

		if (d->col[j] > 0)
			gsl_vector_scale(&col.vector, 1 / d->col[j]);
	}
	return 0;
}

/* Ratio of the largest to the smallest singular value; infinite when rank is missing. */
static int condition_number(const struct design *d, size_t terms, double *out)
{
	gsl_matrix *u = gsl_matrix_alloc(d->x->size1, terms);
	gsl_matrix *v = gsl_matrix_alloc(terms, terms);
	gsl_vector *s = gsl_vector_alloc(terms);
	int ret = -ENOMEM;

	if (!u || !v || !s)
		goto out;
	gsl_matrix_memcpy(u, d->x);
	ret = gsl_linalg_SV_decomp_jacobi(u, v, s) ? -EINVAL : 0;
	if (!ret) {
		double small = gsl_vector_get(s, terms - 1);

		*out = small > 0 ? gsl_vector_get(s, 0) / small : INFINITY;
	}
out:
	if (u)
		gsl_matrix_free(u);
	if (v)
		gsl_matrix_free(v);
	if (s)
		gsl_vector_free(s);
	return ret;
}

static const char *not_identified(const struct design *d, const double *const *x, size_t n,
				  size_t terms, double condition)
{
	size_t i, j;

	for (j = 1; j < terms; j++) {
		for (i = 1; i < n && x[j - 1][i] == x[j - 1][0]; i++)
			;
		if (i == n)
			return "a term never varies in this run";
	}
	for (j = 0; j < terms; j++)
		if (!(d->col[j] > 0))
			return "a term is zero in every row";
	if (!(condition <= CONDITION_MAX))
		return "two terms move in proportion, so their costs cannot be told apart";
	return NULL;
}

/* How well the fit speaks about the data as measured, not as scaled for the fit. */
static int residuals(const double *y, const double *const *x, const double *scale, size_t n,
		     size_t terms, struct stats_fit *fit)
{
	double *r = malloc(2 * n * sizeof(*r)), *rel = r + n;
	double mean = 0, ss = 0, rs = 0;
	size_t i, j;

	if (!r)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		mean += y[i] / (double)n;
	for (i = 0; i < n; i++) {
		double e = y[i] - fit->coef[0];

		for (j = 1; j < terms; j++)
			e -= fit->coef[j] * x[j - 1][i];
		ss += (y[i] - mean) * (y[i] - mean);
		rs += e * e;
		r[i] = fabs(e);
		rel[i] = scale ? fabs(e) / scale[i] : NAN;
	}
	fit->r2 = ss > 0 ? 1 - rs / ss : NAN;
	fit->mad = stats_median(r, n);
	fit->mad_rel = scale ? stats_median(rel, n) : NAN;
	free(r);
	return 0;
}

static int iterate(struct design *d, size_t n, size_t terms, const gsl_multifit_robust_type *type)
{
	gsl_multifit_robust_workspace *w = gsl_multifit_robust_alloc(type, n, terms);
	int ret;

	if (!w)
		return GSL_ENOMEM;
	ret = gsl_multifit_robust(d->x, d->y, d->c, d->cov, w);
	gsl_multifit_robust_free(w);
	return ret;
}

static int solve(struct design *d, size_t n, size_t terms, struct stats_fit *fit)
{
	size_t j;
	int ret;

	fit->method = "Tukey's bisquare";
	ret = iterate(d, n, terms, gsl_multifit_robust_bisquare);
	if (ret == GSL_EMAXITER) {
		fit->method = "Huber's weights, as Tukey's bisquare did not settle";
		ret = iterate(d, n, terms, gsl_multifit_robust_huber);
	}
	if (ret == GSL_ENOMEM)
		return -ENOMEM;
	if (ret == GSL_EMAXITER)
		fit->reason = "the robust fit did not settle";
	else if (ret)
		fit->reason = "the robust fit failed on this design";
	for (j = 0; j < terms; j++) {
		double unit = d->ylen / d->col[j];

		fit->coef[j] = gsl_vector_get(d->c, j) * unit;
		fit->se[j] = sqrt(gsl_matrix_get(d->cov, j, j)) * unit;
		if (!fit->reason && (!isfinite(fit->coef[j]) || !isfinite(fit->se[j])))
			fit->reason = "the robust fit gave no finite standard error";
	}
	return 0;
}

int stats_robust_fit(const double *y, const double *const *x, const double *scale, size_t n,
		     size_t terms, struct stats_fit *fit)
{
	gsl_error_handler_t *old;
	struct design d;
	size_t i, j;
	int ret;

	memset(fit, 0, sizeof(*fit));
	fit->n = n;
	fit->terms = terms;
	fit->condition = NAN;
	if (!terms || terms > STATS_FIT_TERMS)
		return -EINVAL;
	for (i = 0; i < n; i++) {
		if (!isfinite(y[i]) || (scale && !(isfinite(scale[i]) && scale[i] > 0)))
			return -EINVAL;
		for (j = 1; j < terms; j++)
			if (!isfinite(x[j - 1][i]))
				return -EINVAL;
	}
	/* With two spare observations at least, an error can be estimated at all. */
	if (n < terms + 2) {
		fit->reason = "too few observations";
		return 0;
	}

	/* GSL's default handler calls abort(); its return codes are looked at instead. */
	old = gsl_set_error_handler_off();
	ret = design_fill(&d, y, x, scale, n, terms);
	if (!ret)
		ret = condition_number(&d, terms, &fit->condition);
	if (!ret)
		fit->reason = not_identified(&d, x, n, terms, fit->condition);
	if (!ret && !fit->reason)
		ret = solve(&d, n, terms, fit);
	if (!ret && !fit->reason)
		ret = residuals(y, x, scale, n, terms, fit);
	design_free(&d);
	gsl_set_error_handler(old);
	return ret;
}

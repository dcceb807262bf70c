// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Standard errors for observations that come in clusters: the fit is made again without each cluster,
 * and how far the coefficients move tells how well they are known (MacKinnon, Nielsen, Webb, J. Appl.
 * Econometrics 38, 2023, their CV3).
 *
 * A bootstrap of clusters needs many of them: of two cycles that measured one set of points it leaves
 * both out in one draw of a quarter or so, and such a draw is another model.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/stats.h"

struct rest {
	double *y, *scale, *x[STATS_FIT_TERMS - 1];
};

static void rest_free(struct rest *r)
{
	size_t j;

	free(r->y);
	free(r->scale);
	for (j = 0; j < STATS_FIT_TERMS - 1; j++)
		free(r->x[j]);
}

static int rest_alloc(struct rest *r, size_t n)
{
	size_t j;
	bool ok;

	r->y = malloc(n * sizeof(*r->y));
	r->scale = malloc(n * sizeof(*r->scale));
	ok = r->y && r->scale;
	for (j = 0; j < STATS_FIT_TERMS - 1; j++) {
		r->x[j] = malloc(n * sizeof(*r->x[j]));
		ok &= r->x[j] != NULL;
	}
	return ok ? 0 : -ENOMEM;
}

/* All rows but those of one cluster. Return: their number. */
static size_t leave_out(struct rest *r, double which, const double *y, const double *const *x,
			const double *scale, const double *cluster, size_t n, size_t terms)
{
	size_t i, j, k = 0;

	for (i = 0; i < n; i++) {
		if (cluster[i] == which)
			continue;
		r->y[k] = y[i];
		r->scale[k] = scale ? scale[i] : 1;
		for (j = 1; j < terms; j++)
			r->x[j - 1][k] = x[j - 1][i];
		k++;
	}
	return k;
}

static bool seen_before(const double *cluster, size_t i)
{
	size_t k;

	for (k = 0; k < i && cluster[k] != cluster[i]; k++)
		;
	return k < i;
}

int stats_cluster_se(const double *y, const double *const *x, const double *scale,
		     const double *cluster, size_t n, struct stats_fit *fit)
{
	double sum[STATS_FIT_TERMS] = { 0 };
	struct rest r = { 0 };
	struct stats_fit part;
	bool known = true;
	size_t i, j, k;
	int ret;

	fit->clusters = 0;
	if (fit->reason)
		return 0;
	ret = rest_alloc(&r, n);
	for (i = 0; !ret && i < n; i++) {
		if (seen_before(cluster, i))
			continue;
		fit->clusters++;
		k = leave_out(&r, cluster[i], y, x, scale, cluster, n, fit->terms);
		ret = stats_robust_fit(r.y, (const double *const *)r.x, r.scale, k, fit->terms,
				       &part);
		known &= !ret && !part.reason;
		for (j = 0; known && j < fit->terms; j++)
			sum[j] += (part.coef[j] - fit->coef[j]) * (part.coef[j] - fit->coef[j]);
	}
	for (j = 0; !ret && j < fit->terms; j++)
		fit->se[j] =
			known ? sqrt(sum[j] * ((double)fit->clusters - 1) / (double)fit->clusters)
			      : NAN;
	rest_free(&r);
	return ret;
}

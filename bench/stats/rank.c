// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mann-Whitney rank-sum test, exact where runs are small.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "bench/stats/stats.h"

/* Largest nx + ny for the exact distribution: 60 values cost some 7 million additions. */
#define EXACT_MAX	60

struct tagged {
	double v;
	bool from_x;
};

static int cmp_tagged(const void *a, const void *b)
{
	const struct tagged *p = a, *q = b;

	return (p->v > q->v) - (p->v < q->v);
}

/*
 * Ranks are kept doubled, so that the midrank of a tie is an integer.
 * Return: the doubled rank sum of x; *ties gets the sum of t^3 - t over groups of ties.
 */
static size_t rank_all(struct tagged *all, size_t n, size_t *rank2, double *ties)
{
	size_t i, j, k, sum = 0;

	qsort(all, n, sizeof(*all), cmp_tagged);
	*ties = 0;
	for (i = 0; i < n; i = j) {
		double t;

		for (j = i + 1; j < n && all[j].v == all[i].v; j++)
			;
		t = (double)(j - i);
		*ties += t * t * t - t;
		for (k = i; k < j; k++) {
			/* ranks i + 1 .. j, twice their mean */
			rank2[k] = i + 1 + j;
			if (all[k].from_x)
				sum += rank2[k];
		}
	}
	return sum;
}

/*
 * Count, for every possible doubled rank sum, the subsets of size nx that have it: one
 * pass over the ranks, each either taken or not. Counts reach C(60, 30) ~ 1e17, which a
 * double holds with a relative error far below what a p-value needs.
 */
static int exact_tails(const size_t *rank2, size_t n, size_t nx, size_t observed, double *less,
		       double *greater)
{
	size_t width = n * (n + 1) + 1, i, k, s;
	double total = 0, lo = 0, hi = 0;
	double *count;

	count = calloc((nx + 1) * width, sizeof(*count));
	if (!count)
		return -ENOMEM;
	count[0] = 1;
	for (i = 0; i < n; i++)
		for (k = i + 1 < nx ? i + 1 : nx; k > 0; k--)
			for (s = width; s-- > rank2[i];)
				count[k * width + s] += count[(k - 1) * width + s - rank2[i]];
	for (s = 0; s < width; s++) {
		double c = count[nx * width + s];

		total += c;
		if (s <= observed)
			lo += c;
		if (s >= observed)
			hi += c;
	}
	free(count);
	*less = lo / total;
	*greater = hi / total;
	return 0;
}

static void normal_tails(double u, double nx, double ny, double ties, struct stats_mw *mw)
{
	double n = nx + ny, mean = nx * ny / 2;
	double var = nx * ny / 12 * (n + 1 - ties / (n * (n - 1)));
	double sd = sqrt(var);

	if (!(var > 0)) {
		/* every value is the same: no evidence of anything */
		mw->p_less = mw->p_greater = 1;
		return;
	}
	mw->p_less = gsl_cdf_ugaussian_P((u - mean + 0.5) / sd);
	mw->p_greater = gsl_cdf_ugaussian_Q((u - mean - 0.5) / sd);
}

int stats_mann_whitney(const double *x, size_t nx, const double *y, size_t ny,
		       struct stats_mw *mw)
{
	size_t n = nx + ny, i, sum2;
	struct tagged *all;
	size_t *rank2;
	int ret = 0;
	double ties;

	if (!nx || !ny)
		return -ENODATA;
	all = malloc(n * sizeof(*all));
	rank2 = malloc(n * sizeof(*rank2));
	if (!all || !rank2) {
		ret = -ENOMEM;
		goto out;
	}
	for (i = 0; i < n; i++) {
		all[i].v = i < nx ? x[i] : y[i - nx];
		all[i].from_x = i < nx;
		if (!isfinite(all[i].v)) {
			ret = -EINVAL;
			goto out;
		}
	}
	sum2 = rank_all(all, n, rank2, &ties);
	mw->u = ((double)sum2 - (double)nx * (double)(nx + 1)) / 2;
	mw->exact = n <= EXACT_MAX;
	if (mw->exact)
		ret = exact_tails(rank2, n, nx, sum2, &mw->p_less, &mw->p_greater);
	else
		normal_tails(mw->u, (double)nx, (double)ny, ties, mw);
	if (!ret)
		mw->p = fmin(1, 2 * fmin(mw->p_less, mw->p_greater));
out:
	free(rank2);
	free(all);
	return ret;
}

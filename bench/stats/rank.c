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
#define EXACT_MAX 60

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
 *
 * Return: the shares of all subsets, n * (n + 1) + 1 of them; NULL when memory is out.
 */
static double *rank_sum_shares(const size_t *rank2, size_t n, size_t nx)
{
	size_t width = n * (n + 1) + 1, i, k, s, top = 0;
	double total = 0, *count, *share;

	count = calloc((nx + 1) * width, sizeof(*count));
	if (!count)
		return NULL;
	count[0] = 1;
	for (i = 0; i < n; i++) {
		/* no sum of the ranks so far is larger */
		top += rank2[i];
		for (k = i + 1 < nx ? i + 1 : nx; k > 0; k--)
			for (s = top + 1; s-- > rank2[i];)
				count[k * width + s] += count[(k - 1) * width + s - rank2[i]];
	}
	share = malloc(width * sizeof(*share));
	for (s = 0; s < width; s++)
		total += count[nx * width + s];
	for (s = 0; share && s < width; s++)
		share[s] = count[nx * width + s] / total;
	free(count);
	return share;
}

/* The distribution of the sum of two independent rank sums. Takes both over. */
static double *convolve(double *a, size_t na, double *b, size_t nb)
{
	double *sum = a && b ? calloc(na + nb - 1, sizeof(*sum)) : NULL;
	size_t i, j;

	for (i = 0; sum && i < na; i++)
		for (j = 0; a[i] > 0 && j < nb; j++)
			sum[i + j] += a[i] * b[j];
	free(a);
	free(b);
	return sum;
}

static void exact_tails(const double *share, size_t width, size_t observed, struct stats_mw *mw)
{
	size_t s;

	mw->p_less = mw->p_greater = 0;
	for (s = 0; s < width; s++) {
		if (s <= observed)
			mw->p_less += share[s];
		if (s >= observed)
			mw->p_greater += share[s];
	}
	mw->p_less = fmin(1, mw->p_less);
	mw->p_greater = fmin(1, mw->p_greater);
}

static void normal_tails(double u, double mean, double var, struct stats_mw *mw)
{
	double sd = sqrt(var);

	if (!(var > 0)) {
		/* every value is the same: no evidence of anything */
		mw->p_less = mw->p_greater = 1;
		return;
	}
	mw->p_less = gsl_cdf_ugaussian_P((u - mean + 0.5) / sd);
	mw->p_greater = gsl_cdf_ugaussian_Q((u - mean - 0.5) / sd);
}

/* What the strata so far add up to. */
struct sum {
	double u, mean, var;
	size_t rank2;
	double *share;
	size_t width;
};

static int tag(const struct stats_stratum *st, struct tagged *all)
{
	size_t i;

	for (i = 0; i < st->nx + st->ny; i++) {
		all[i].v = i < st->nx ? st->x[i] : st->y[i - st->nx];
		all[i].from_x = i < st->nx;
		if (!isfinite(all[i].v))
			return -EINVAL;
	}
	return 0;
}

static int add_stratum(const struct stats_stratum *st, bool exact, struct sum *sum)
{
	double nx = (double)st->nx, ny = (double)st->ny, ties;
	size_t n = st->nx + st->ny, sum2, *rank2;
	struct tagged *all;
	int ret = -ENOMEM;

	all = malloc(n * sizeof(*all));
	rank2 = malloc(n * sizeof(*rank2));
	if (!all || !rank2)
		goto out;
	ret = tag(st, all);
	if (ret)
		goto out;
	sum2 = rank_all(all, n, rank2, &ties);
	sum->u += ((double)sum2 - nx * (nx + 1)) / 2;
	sum->mean += nx * ny / 2;
	sum->var += nx * ny / 12 * (nx + ny + 1 - ties / ((nx + ny) * (nx + ny - 1)));
	sum->rank2 += sum2;
	if (exact) {
		double *share = rank_sum_shares(rank2, n, st->nx);

		sum->share = sum->width ? convolve(sum->share, sum->width, share, n * (n + 1) + 1)
					: share;
		sum->width += n * (n + 1) + !sum->width;
		ret = sum->share ? 0 : -ENOMEM;
	}
out:
	free(rank2);
	free(all);
	return ret;
}

int stats_mann_whitney_strata(const struct stats_stratum *strata, size_t nr, struct stats_mw *mw)
{
	struct sum sum = { 0 };
	size_t i, used = 0;
	int ret = 0;

	mw->exact = true;
	for (i = 0; i < nr; i++) {
		used += strata[i].nx && strata[i].ny;
		mw->exact &= strata[i].nx + strata[i].ny <= EXACT_MAX;
	}
	if (!used)
		return -ENODATA;
	for (i = 0; i < nr && !ret; i++)
		if (strata[i].nx && strata[i].ny)
			ret = add_stratum(&strata[i], mw->exact, &sum);
	mw->u = sum.u;
	if (!ret && mw->exact)
		exact_tails(sum.share, sum.width, sum.rank2, mw);
	else if (!ret)
		normal_tails(sum.u, sum.mean, sum.var, mw);
	if (!ret)
		mw->p = fmin(1, 2 * fmin(mw->p_less, mw->p_greater));
	free(sum.share);
	return ret;
}

int stats_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, struct stats_mw *mw)
{
	const struct stats_stratum one = { .x = x, .y = y, .nx = nx, .ny = ny };

	return stats_mann_whitney_strata(&one, 1, mw);
}

double stats_mann_whitney_min_p(const struct stats_stratum *strata, size_t nr)
{
	double ways = 1;
	size_t i, k;

	/* one of all C(nx + ny, nx) arrangements of each stratum lies at either end */
	for (i = 0; i < nr; i++)
		for (k = 1; k <= strata[i].nx; k++)
			ways *= (double)(strata[i].ny + k) / (double)k;
	return fmin(1, 2 / ways);
}

double stats_cliff_delta(double u, const struct stats_stratum *strata, size_t nr)
{
	double pairs = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		pairs += (double)strata[i].nx * (double)strata[i].ny;
	return pairs > 0 ? 1 - 2 * u / pairs : NAN;
}

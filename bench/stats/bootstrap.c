// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Percentile bootstrap with a seed that is given, never taken from the clock: a report
 * made twice from the same records is the same report.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_rng.h>

#include "bench/stats/stats.h"

static void resample(const gsl_rng *rng, const double *x, size_t n, double *out)
{
	size_t i;

	for (i = 0; i < n; i++)
		out[i] = x[gsl_rng_uniform_int(rng, n)];
}

static bool all_finite(const double *x, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static gsl_rng *seeded(unsigned int seed)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);

	if (rng)
		gsl_rng_set(rng, seed);
	return rng;
}

static void interval(double *stat, unsigned int n, double level, struct stats_ci *ci)
{
	stats_sort(stat, n);
	ci->lo = stats_quantile(stat, n, (1 - level) / 2);
	ci->hi = stats_quantile(stat, n, (1 + level) / 2);
}

int stats_bootstrap_quantile(const double *x, size_t n, double q, double level,
			     unsigned int resamples, unsigned int seed, struct stats_ci *ci)
{
	double *draw = NULL, *stat = NULL;
	gsl_rng *rng = NULL;
	int ret = -ENOMEM;
	unsigned int i;

	if (n < 2)
		return -ENODATA;
	if (!(level > 0 && level < 1) || !(q >= 0 && q <= 1) || !resamples || !all_finite(x, n))
		return -EINVAL;
	rng = seeded(seed);
	draw = malloc(n * sizeof(*draw));
	stat = malloc(resamples * sizeof(*stat));
	if (!rng || !draw || !stat)
		goto out;
	for (i = 0; i < resamples; i++) {
		resample(rng, x, n, draw);
		stats_sort(draw, n);
		stat[i] = stats_quantile(draw, n, q);
	}
	interval(stat, resamples, level, ci);
	for (i = 0; i < n; i++)
		draw[i] = x[i];
	stats_sort(draw, n);
	ci->est = stats_quantile(draw, n, q);
	ret = 0;
out:
	free(stat);
	free(draw);
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

static int check_strata(const struct stats_stratum *strata, size_t nr, size_t *n)
{
	size_t i, nx = 0, ny = 0;

	for (i = 0; i < nr; i++) {
		if (!all_finite(strata[i].x, strata[i].nx) ||
		    !all_finite(strata[i].y, strata[i].ny))
			return -EINVAL;
		/* what has no counterpart is not compared */
		nx += strata[i].ny ? strata[i].nx : 0;
		ny += strata[i].nx ? strata[i].ny : 0;
		*n += strata[i].nx + strata[i].ny;
	}
	return nx < 2 || ny < 2 ? -ENODATA : 0;
}

int stats_bootstrap_shift_strata(const struct stats_stratum *strata, size_t nr, double level,
				 unsigned int resamples, unsigned int seed, struct stats_ci *ci)
{
	struct stats_stratum *drawn = NULL;
	double *draw = NULL, *stat = NULL, *at;
	gsl_rng *rng = NULL;
	unsigned int i;
	size_t n = 0, k;
	int ret;

	if (!(level > 0 && level < 1) || !resamples)
		return -EINVAL;
	ret = check_strata(strata, nr, &n);
	if (ret)
		return ret;
	ret = -ENOMEM;
	rng = seeded(seed);
	draw = malloc(n * sizeof(*draw));
	drawn = malloc(nr * sizeof(*drawn));
	stat = malloc(resamples * sizeof(*stat));
	if (!rng || !draw || !drawn || !stat)
		goto out;
	for (i = 0; i < resamples; i++) {
		for (k = 0, at = draw; k < nr; at += strata[k].nx + strata[k].ny, k++) {
			drawn[k] = strata[k];
			drawn[k].x = at;
			drawn[k].y = at + strata[k].nx;
			resample(rng, strata[k].x, strata[k].nx, at);
			resample(rng, strata[k].y, strata[k].ny, at + strata[k].nx);
		}
		stat[i] = stats_hodges_lehmann_strata(drawn, nr);
		if (isnan(stat[i]))
			goto out;
	}
	interval(stat, resamples, level, ci);
	ci->est = stats_hodges_lehmann_strata(strata, nr);
	ret = 0;
out:
	free(stat);
	free(drawn);
	free(draw);
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

int stats_bootstrap_shift(const double *x, size_t nx, const double *y, size_t ny, double level,
			  unsigned int resamples, unsigned int seed, struct stats_ci *ci)
{
	const struct stats_stratum one = { .x = x, .y = y, .nx = nx, .ny = ny };

	if (nx < 2 || ny < 2)
		return -ENODATA;
	return stats_bootstrap_shift_strata(&one, 1, level, resamples, seed, ci);
}

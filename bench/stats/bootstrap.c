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

int stats_bootstrap_shift(const double *x, size_t nx, const double *y, size_t ny, double level,
			  unsigned int resamples, unsigned int seed, struct stats_ci *ci)
{
	double *draw = NULL, *stat = NULL;
	gsl_rng *rng = NULL;
	int ret = -ENOMEM;
	unsigned int i;

	if (nx < 2 || ny < 2)
		return -ENODATA;
	if (!(level > 0 && level < 1) || !resamples || !all_finite(x, nx) || !all_finite(y, ny))
		return -EINVAL;
	rng = seeded(seed);
	draw = malloc((nx + ny) * sizeof(*draw));
	stat = malloc(resamples * sizeof(*stat));
	if (!rng || !draw || !stat)
		goto out;
	for (i = 0; i < resamples; i++) {
		resample(rng, x, nx, draw);
		resample(rng, y, ny, draw + nx);
		stat[i] = stats_hodges_lehmann(draw, nx, draw + nx, ny);
		if (isnan(stat[i]))
			goto out;
	}
	interval(stat, resamples, level, ci);
	ci->est = stats_hodges_lehmann(x, nx, y, ny);
	ret = 0;
out:
	free(stat);
	free(draw);
	if (rng)
		gsl_rng_free(rng);
	return ret;
}

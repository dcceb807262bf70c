// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hodges-Lehmann estimates of location and shift.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "bench/stats/stats.h"

static double median_and_free(double *d, size_t n)
{
	double m;

	stats_sort(d, n);
	m = stats_quantile(d, n, 0.5);
	free(d);
	return m;
}

double stats_hodges_lehmann_strata(const struct stats_stratum *strata, size_t nr)
{
	size_t i, j, s, k = 0, n = 0;
	double *d;

	for (s = 0; s < nr; s++) {
		if (strata[s].nx && strata[s].ny > (SIZE_MAX / sizeof(*d) - n) / strata[s].nx)
			return NAN;
		n += strata[s].nx * strata[s].ny;
	}
	d = n ? malloc(n * sizeof(*d)) : NULL;
	if (!d)
		return NAN;
	for (s = 0; s < nr; s++)
		for (i = 0; i < strata[s].nx; i++)
			for (j = 0; j < strata[s].ny; j++)
				d[k++] = strata[s].y[j] - strata[s].x[i];
	return median_and_free(d, k);
}

double stats_hodges_lehmann(const double *x, size_t nx, const double *y, size_t ny)
{
	const struct stats_stratum one = { .x = x, .y = y, .nx = nx, .ny = ny };

	return stats_hodges_lehmann_strata(&one, 1);
}

double stats_hodges_lehmann_one(const double *x, size_t n)
{
	size_t i, j, k = 0;
	double *d;

	if (!n || n >= SIZE_MAX / sizeof(*d) / n)
		return NAN;
	d = malloc(n * (n + 1) / 2 * sizeof(*d));
	if (!d)
		return NAN;
	for (i = 0; i < n; i++)
		for (j = i; j < n; j++)
			d[k++] = (x[i] + x[j]) / 2;
	return median_and_free(d, k);
}

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

double stats_hodges_lehmann(const double *x, size_t nx, const double *y, size_t ny)
{
	size_t i, j, k = 0;
	double *d;

	if (!nx || !ny || nx > SIZE_MAX / sizeof(*d) / ny)
		return NAN;
	d = malloc(nx * ny * sizeof(*d));
	if (!d)
		return NAN;
	for (i = 0; i < nx; i++)
		for (j = 0; j < ny; j++)
			d[k++] = y[j] - x[i];
	return median_and_free(d, k);
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

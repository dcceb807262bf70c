// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Order statistics.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/stats/stats.h"

static int cmp_double(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void stats_sort(double *x, size_t n)
{
	if (n)
		qsort(x, n, sizeof(*x), cmp_double);
}

double stats_quantile(const double *sorted, size_t n, double q)
{
	double h, frac;
	size_t lo;

	if (!n || !(q >= 0 && q <= 1))
		return NAN;
	h = (double)(n - 1) * q;
	lo = (size_t)h;
	if (lo >= n - 1)
		return sorted[n - 1];
	frac = h - (double)lo;
	return sorted[lo] + frac * (sorted[lo + 1] - sorted[lo]);
}

static double *sorted_copy(const double *x, size_t n)
{
	double *c;

	if (!n)
		return NULL;
	c = malloc(n * sizeof(*c));
	if (!c)
		return NULL;
	memcpy(c, x, n * sizeof(*c));
	stats_sort(c, n);
	return c;
}

double stats_median(const double *x, size_t n)
{
	double *c = sorted_copy(x, n);
	double m;

	if (!c)
		return NAN;
	m = stats_quantile(c, n, 0.5);
	free(c);
	return m;
}

/* Turns @x into distances from @center and returns their median. */
static double median_distance(double *x, size_t n, double center)
{
	size_t i;

	for (i = 0; i < n; i++)
		x[i] = fabs(x[i] - center);
	stats_sort(x, n);
	return stats_quantile(x, n, 0.5);
}

double stats_mad(const double *x, size_t n)
{
	double *c = sorted_copy(x, n);
	double m;

	if (!c)
		return NAN;
	m = median_distance(c, n, stats_quantile(c, n, 0.5));
	free(c);
	return m;
}

int stats_summarize(const double *x, size_t n, struct stats_summary *s)
{
	double *c;
	size_t i;

	memset(s, 0, sizeof(*s));
	if (!n)
		return 0;
	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return -EINVAL;
	c = sorted_copy(x, n);
	if (!c)
		return -ENOMEM;
	s->n = n;
	s->min = c[0];
	s->max = c[n - 1];
	s->median = stats_quantile(c, n, 0.5);
	s->p95 = stats_quantile(c, n, 0.95);
	s->mad = median_distance(c, n, s->median);
	free(c);
	return 0;
}

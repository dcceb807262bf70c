// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theil-Sen line: half of the points may be wild and it does not move.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

#include "bench/stats/stats.h"

/* Slopes of all pairs with different x, ascending. Return: as stats_theil_sen(). */
static int pair_slopes(const double *x, const double *y, size_t n, double **slopes, size_t *nr)
{
	size_t i, j, k = 0;
	double *d;

	*slopes = NULL;
	if (n < 2)
		return -ENODATA;
	d = malloc(n * (n - 1) / 2 * sizeof(*d));
	if (!d)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		for (j = i + 1; j < n; j++)
			if (x[i] != x[j])
				d[k++] = (y[j] - y[i]) / (x[j] - x[i]);
	if (!k) {
		free(d);
		return -ENODATA;
	}
	stats_sort(d, k);
	*slopes = d;
	*nr = k;
	return 0;
}

int stats_theil_sen(const double *x, const double *y, size_t n, struct stats_line *line)
{
	double *d;
	size_t i, k;
	int ret = pair_slopes(x, y, n, &d, &k);

	if (ret)
		return ret;
	line->slope = stats_quantile(d, k, 0.5);
	free(d);

	d = malloc(n * sizeof(*d));
	if (!d)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		d[i] = y[i] - line->slope * x[i];
	stats_sort(d, n);
	line->intercept = stats_quantile(d, n, 0.5);
	free(d);
	return 0;
}

/* Variance of Kendall's S without a trend: x values that are the same say nothing about one. */
static int kendall_variance(const double *x, size_t n, double *var)
{
	double *s = malloc(n * sizeof(*s)), v = (double)n * (double)(n - 1) * (double)(2 * n + 5);
	size_t i, t;

	if (!s)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		s[i] = x[i];
	stats_sort(s, n);
	for (i = 0; i < n; i += t) {
		for (t = 1; i + t < n && s[i + t] == s[i]; t++)
			;
		v -= (double)t * (double)(t - 1) * (double)(2 * t + 5);
	}
	free(s);
	*var = v / 18;
	return 0;
}

int stats_slope(const double *x, const double *y, size_t n, double level, struct stats_ci *ci)
{
	double *d, var, half;
	size_t k, cut;
	int ret = pair_slopes(x, y, n, &d, &k);

	if (!ret)
		ret = kendall_variance(x, n, &var);
	if (!ret) {
		half = gsl_cdf_ugaussian_Pinv(0.5 + level / 2) * sqrt(var);
		/* how many slopes at either end are outside; rounded so that fewer are */
		cut = half < (double)k ? (size_t)(((double)k - half) / 2) : 0;
		ci->est = stats_quantile(d, k, 0.5);
		ci->lo = d[cut ? cut - 1 : 0];
		ci->hi = d[k - (cut ? cut : 1)];
	}
	free(d);
	return ret;
}

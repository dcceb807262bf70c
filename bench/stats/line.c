// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theil-Sen line: half of the points may be wild and it does not move.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/stats.h"

int stats_theil_sen(const double *x, const double *y, size_t n, struct stats_line *line)
{
	size_t i, j, k = 0;
	double *d;

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

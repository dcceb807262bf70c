// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many questions asked of the same data: the chance that none is answered with a change that is not there.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/stats/stats.h"

struct ranked {
	double p;
	size_t at;
};

static int by_p(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

int stats_holm(const double *p, size_t n, double *adjusted)
{
	struct ranked *r = malloc((n + 1) * sizeof(*r));
	size_t i, m = 0;
	double at_least = 0;

	if (!r)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (!isnan(p[i])) {
			r[m].p = p[i];
			r[m++].at = i;
		}
	}
	for (i = 0; i < n; i++)
		adjusted[i] = NAN;
	qsort(r, m, sizeof(*r), by_p);
	for (i = 0; i < m; i++) {
		at_least = fmax(at_least, fmin(1, (double)(m - i) * r[i].p));
		adjusted[r[i].at] = at_least;
	}
	free(r);
	return 0;
}

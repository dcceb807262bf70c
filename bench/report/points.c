// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What can be asked about one point of a model.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/model.h"
#include "bench/stats/stats.h"

bool model_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool model_has_preserve(const struct model *m)
{
	size_t i, j;

	for (i = 0; i < m->nr_points; i++)
		for (j = 0; j < m->points[i].nr_reps; j++)
			if (m->points[i].reps[j].have & 1u << REP_IOMMUFD)
				return true;
	return false;
}

int point_values(const struct point *p, enum rep_metric metric, struct vec *out)
{
	size_t i;

	for (i = 0; i < p->nr_reps; i++)
		if (p->reps[i].have & 1u << metric && vec_push(out, p->reps[i].value[metric]))
			return -ENOMEM;
	return 0;
}

int point_totals(const struct point *p, struct vec *out)
{
	const unsigned int all = 1u << REP_MEMFD | 1u << REP_IOMMUFD | 1u << REP_VFIO;
	size_t i;

	for (i = 0; i < p->nr_reps; i++) {
		const struct rep *r = &p->reps[i];

		if ((r->have & all) == all &&
		    vec_push(out, r->value[REP_MEMFD] + r->value[REP_IOMMUFD] + r->value[REP_VFIO]))
			return -ENOMEM;
	}
	return 0;
}

double point_median(const struct point *p, enum rep_metric metric)
{
	struct vec v = { 0 };
	double median = NAN;

	if (!point_values(p, metric, &v))
		median = stats_median(v.v, v.n);
	free(v.v);
	return median;
}

bool point_same_curve(const struct point *a, const struct point *b)
{
	return model_same(a->kernel, b->kernel) && a->p->devices == b->p->devices &&
	       a->p->page_bytes == b->p->page_bytes && a->p->ioas_bytes == b->p->ioas_bytes &&
	       model_same(a->p->layout, b->p->layout);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How much a series changes when nothing was changed: learnt from the runs of its own history, those of the
 * base among them. rustc-perf's rule: what lies beyond the upper quartile by three times the distance of the
 * quartiles is no noise. Few runs have no quartiles; then it is the largest change they saw.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* Changes from which quartiles are taken, and the newest so many of them. */
#define QUARTILES_FROM 5
#define NEWEST 30

static const char *started(const struct compare *c, size_t run)
{
	const char *at = json_string_value(json_object_get(c->runs[run].set->run, "started"));

	return at ? at : "";
}

/* Where one run lies, as a logarithm against the points' references; NaN when it has no value. */
static int run_centre(const struct cmp_series *s, size_t run, double *centre)
{
	struct vec v = { 0 };
	size_t i, j, side;
	int err = 0;

	for (i = 0; i < s->nr_points && !err; i++) {
		const struct cmp_point *p = &s->points[i];

		if (isnan(p->ref))
			continue;
		for (side = 0; side < CMP_SIDES + 1 && !err; side++)
			for (j = 0; j < p->obs[side].n && !err; j++)
				if (p->obs[side].v[j].run == run)
					err = vec_push(&v, log(p->obs[side].v[j].value) - p->ref);
	}
	*centre = stats_median(v.v, v.n);
	free(v.v);
	return err;
}

/* Runs of the past in order of time: history and base. Return: their number. */
static size_t past_runs(const struct compare *c, size_t *order)
{
	size_t i, j, n = 0;

	for (i = 0; i < c->nr_runs; i++) {
		if (c->runs[i].side == CMP_NEW)
			continue;
		for (j = n++; j && strcmp(started(c, order[j - 1]), started(c, i)) > 0; j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	return n;
}

int cmp_noise(const struct compare *c, struct cmp_series *s)
{
	size_t order[CMP_MAX_RUNS], n = past_runs(c, order), i, first;
	struct vec d = { 0 };
	double last = NAN, at, learnt;
	int err = 0;

	s->noise = c->opt.floor;
	s->noise_from = 0;
	for (i = 0; i < n && !err; i++) {
		err = run_centre(s, order[i], &at);
		if (!err && !isnan(at) && !isnan(last))
			err = vec_push(&d, fabs(expm1(at - last)));
		if (!isnan(at))
			last = at;
	}
	if (!err && d.n) {
		first = d.n > NEWEST ? d.n - NEWEST : 0;
		stats_sort(d.v + first, d.n - first);
		learnt = d.v[d.n - 1];
		if (d.n >= QUARTILES_FROM)
			learnt = 4 * stats_quantile(d.v + first, d.n - first, 0.75) -
				 3 * stats_quantile(d.v + first, d.n - first, 0.25);
		s->noise_from = d.n - first;
		s->noise = fmax(learnt, c->opt.floor);
	}
	free(d.v);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * All points of a series in one question. A cycle is one observation, however many points it measured, and it
 * is compared only with cycles that measured the same ones: whatever is peculiar to a set of points is on both
 * sides then, and the exact distribution is that of labels which change places within the set.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"

/* One cycle: where it was, and for each point how far it lies above the reference, NaN when not measured. */
struct cycle_row {
	enum cmp_side side;
	uint32_t run, cycle;
	double *above;
	bool taken;
};

struct rows {
	struct cycle_row *v;
	size_t n, cap;
};

static struct cycle_row *find_row(struct rows *rows, size_t points, enum cmp_side side,
				  const struct cmp_obs *o)
{
	struct cycle_row *r;
	size_t i;

	for (i = 0; i < rows->n; i++) {
		r = &rows->v[i];
		if (r->side == side && r->run == o->run && r->cycle == o->cycle)
			return r;
	}
	r = model_grow((void **)&rows->v, &rows->n, &rows->cap, sizeof(*r));
	if (!r)
		return NULL;
	r->side = side;
	r->run = o->run;
	r->cycle = o->cycle;
	r->above = malloc(points * sizeof(*r->above));
	for (i = 0; r->above && i < points; i++)
		r->above[i] = NAN;
	return r->above ? r : NULL;
}

static int gather(const struct cmp_series *s, struct rows *rows)
{
	size_t i, j, side;

	for (i = 0; i < s->nr_points; i++) {
		const struct cmp_point *p = &s->points[i];

		for (side = 0; side < CMP_SIDES && !isnan(p->ref); side++) {
			for (j = 0; j < p->obs[side].n; j++) {
				struct cycle_row *r =
					find_row(rows, s->nr_points, side, &p->obs[side].v[j]);

				if (!r)
					return -ENOMEM;
				r->above[i] = log(p->obs[side].v[j].value) - p->ref;
			}
		}
	}
	return 0;
}

static bool same_points(const struct cycle_row *a, const struct cycle_row *b, size_t points)
{
	size_t i;

	for (i = 0; i < points; i++)
		if (isnan(a->above[i]) != isnan(b->above[i]))
			return false;
	return true;
}

static int level(const struct cycle_row *r, size_t points, struct vec *out)
{
	struct vec v = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < points && !err; i++)
		if (!isnan(r->above[i]))
			err = vec_push(&v, r->above[i]);
	if (!err)
		err = vec_push(out, stats_hodges_lehmann_one(v.v, v.n));
	free(v.v);
	return err;
}

/* The stratum of one row, and all of its rows taken. */
static int stratum(struct rows *rows, size_t first, size_t points, struct stats_stratum *out)
{
	struct vec v[CMP_SIDES] = { { 0 } };
	size_t i;
	int err = 0;

	for (i = first; i < rows->n && !err; i++) {
		struct cycle_row *r = &rows->v[i];

		if (r->taken || !same_points(&rows->v[first], r, points))
			continue;
		r->taken = true;
		err = level(r, points, &v[r->side]);
	}
	out->x = v[CMP_BASE].v;
	out->nx = v[CMP_BASE].n;
	out->y = v[CMP_NEW].v;
	out->ny = v[CMP_NEW].n;
	return err;
}

int cmp_strata(const struct cmp_series *s, struct cmp_strata *out)
{
	struct rows rows = { 0 };
	int err = gather(s, &rows);
	size_t i;

	out->n = 0;
	out->v = calloc(rows.n + 1, sizeof(*out->v));
	if (!out->v)
		err = -ENOMEM;
	for (i = 0; i < rows.n && !err; i++)
		if (!rows.v[i].taken)
			err = stratum(&rows, i, s->nr_points, &out->v[out->n++]);
	for (i = 0; i < rows.n; i++)
		free(rows.v[i].above);
	free(rows.v);
	return err;
}

void cmp_strata_free(struct cmp_strata *strata)
{
	size_t i;

	for (i = 0; i < strata->n; i++) {
		free((void *)strata->v[i].x);
		free((void *)strata->v[i].y);
	}
	free(strata->v);
}

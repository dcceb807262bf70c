// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs of one plan on one target, and how each point of each series went from run to run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/dashboard/parts.h"
#include "bench/lubench.h"
#include "bench/report/sections.h"

/* Times by the clock and counts of instructions are never one trend, nor are those of two hosts. */
static char *group_id(const struct record_set *set)
{
	const char *label = provenance_label(set), *host = dash_field(set, "host");
	const char *plan = dash_field(set, "plan");
	char *id;

	if (asprintf(&id, "%s%s%s, %s%s%s", *set->target ? set->target : "unknown", host ? " " : "",
		     host ? host : "", plan ? plan : "no plan", label ? ", " : "",
		     label ? label : "") < 0)
		return NULL;
	return id;
}

static struct dash_group *find(struct dash *d, const struct record_set *set)
{
	char *id = group_id(set);
	struct dash_group *g;
	size_t i;

	for (i = 0; id && i < d->nr_groups; i++)
		if (!strcmp(d->groups[i].id, id)) {
			free(id);
			return &d->groups[i];
		}
	g = id ? model_grow((void **)&d->groups, &d->nr_groups, &d->cap_groups, sizeof(*g)) : NULL;
	if (!g) {
		free(id);
		return NULL;
	}
	g->id = id;
	g->trend = json_object();
	return g;
}

/* The member of that name, made with @empty when it is new. */
static json_t *member(json_t *object, const char *key, json_t *(*empty)(void))
{
	json_t *o = json_object_get(object, key);

	if (!o) {
		o = empty();
		json_object_set_new_nocheck(object, key, o);
	}
	return o;
}

static int add_point(json_t *points, const struct cmp_point *p, size_t nr)
{
	const struct cmp_obs_list *list = &p->obs[CMP_BASE];
	double lo = list->v[0].value, hi = lo;
	char name[160];
	json_t *rows, *row = json_array();
	size_t i;

	for (i = 1; i < list->n; i++) {
		lo = list->v[i].value < lo ? list->v[i].value : lo;
		hi = list->v[i].value > hi ? list->v[i].value : hi;
	}
	rows = member(points, cmp_point_name(p->p, name, sizeof(name)), json_array);
	json_array_append_new(row, json_integer((json_int_t)nr));
	json_array_append_new(row, json_integer((json_int_t)list->n));
	json_array_append_new(row, dash_number(cmp_point_median(p, CMP_BASE)));
	json_array_append_new(row, dash_number(lo));
	json_array_append_new(row, dash_number(hi));
	return json_array_append_new(rows, row) ? -ENOMEM : 0;
}

int dash_group_add(struct dash *d, size_t nr, const struct compare *c)
{
	struct dash_group *g = find(d, &d->runs[nr].head);
	size_t i, j, *slot;
	char name[160], key[260];
	int err = 0;

	slot = g ? model_grow((void **)&g->runs, &g->nr_runs, &g->cap_runs, sizeof(*slot)) : NULL;
	if (!slot)
		return -ENOMEM;
	*slot = nr;
	for (i = 0; i < c->nr_series && !err; i++) {
		const struct cmp_series *s = &c->series[i];
		json_t *series, *points;

		/* a unit or a clock more is another series */
		snprintf(key, sizeof(key), "%s\n%s\n%s\n%d", cmp_series_name(s, name, sizeof(name)),
			 s->first->unit, s->first->clock ? s->first->clock : "", s->headline);
		series = member(g->trend, key, json_object);
		points = member(series, "points", json_object);
		if (!json_object_get(series, "name")) {
			dash_set(series, "name", dash_text(name));
			dash_set(series, "metric", dash_text(s->first->metric));
			dash_set(series, "unit", dash_text(s->first->unit));
			dash_set(series, "headline", json_boolean(s->headline));
		}
		for (j = 0; j < s->nr_points && !err; j++)
			if (s->points[j].obs[CMP_BASE].n)
				err = add_point(points, &s->points[j], nr);
	}
	return err;
}

static const char *started(const struct dash *d, size_t nr)
{
	const char *at = dash_field(&d->runs[nr].head, "started");

	return at ? at : "";
}

static int by_time(const void *a, const void *b, void *arg)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int r = strcmp(started(arg, x), started(arg, y));

	return r ? r : (x > y) - (x < y);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct dash_group *)a)->id, ((const struct dash_group *)b)->id);
}

void dash_groups_sort(struct dash *d)
{
	size_t i;

	if (d->nr_groups)
		qsort(d->groups, d->nr_groups, sizeof(*d->groups), by_name);
	for (i = 0; i < d->nr_groups; i++)
		qsort_r(d->groups[i].runs, d->groups[i].nr_runs, sizeof(size_t), by_time, d);
}

/* Each run with why it cannot be compared with the newest, or null. */
static json_t *order(const struct dash *d, const struct dash_group *g, bool *comparable)
{
	json_t *all = json_array(), *one, *why;
	size_t i;

	for (i = 0; i < g->nr_runs; i++) {
		why = dash_differ(d, g->runs[i], g->runs[g->nr_runs - 1]);
		comparable[i] = !why;
		one = json_array();
		json_array_append_new(one, json_integer((json_int_t)g->runs[i]));
		dash_append(one, why);
		json_array_append_new(all, one);
	}
	return all;
}

/* Lists instead of objects: names from records are values there, and nothing else. */
static int series_json(const struct dash *d, struct dash_group *g, const bool *comparable,
		       const json_t *series, json_t *all)
{
	static const char *const plain[] = { "name", "metric", "unit", "headline" };
	const json_t *rows, *judged = json_object_get(series, "headline");
	json_t *points = json_array(), *o = json_object(), *one, *changes;
	const char *point;
	size_t i;
	int err = 0;

	json_object_foreach(json_object_get(series, "points"), point, rows) {
		changes = NULL;
		if (json_is_true(judged) && !err)
			err = dash_changes(d, g, comparable,
					   json_string_value(json_object_get(series, "metric")),
					   rows, &changes);
		dash_standing(g, series, point, changes);
		one = json_object();
		dash_set(one, "point", dash_text(point));
		dash_set(one, "rows", json_incref((json_t *)rows));
		dash_set(one, "changes", changes);
		json_array_append_new(points, one);
	}
	for (i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		dash_set(o, plain[i], json_incref(json_object_get(series, plain[i])));
	dash_set(o, "notes",
		 dash_notes(d, g, json_string_value(json_object_get(series, "metric"))));
	dash_set(o, "points", points);
	if (json_array_size(points))
		json_array_append_new(all, o);
	else
		json_decref(o);
	return err;
}

int dash_group_write(const struct dash *d, size_t group)
{
	struct dash_group *g = &d->groups[group];
	bool *comparable = calloc(g->nr_runs + 1, sizeof(*comparable));
	json_t *o = json_object(), *all = json_array(), *series;
	char name[40];
	const char *key;
	int err = comparable ? 0 : -ENOMEM;

	g->standing = json_array();
	if (!err) {
		dash_set(o, "id", dash_text(g->id));
		dash_set(o, "runs", order(d, g, comparable));
	}
	json_object_foreach(g->trend, key, series)
		if (!err)
			err = series_json(d, g, comparable, series, all);
	dash_set(o, "series", all);
	dash_set(o, "steps", json_incref(g->steps));
	snprintf(name, sizeof(name), "group-%zu", group);
	if (!err)
		err = dash_write_js(d->opt, name, o);
	json_decref(o);
	free(comparable);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario walk: what each operation on a page table costs, by format, kind of entry and layout, and what a
 * table of each level costs, by subtracting layouts that differ in tables of that level only.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/layout.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/report/walk.h"
#include "bench/stats/stats.h"

static const struct {
	const char *metric, *name;
} ops[WALK_OPS] = {
	{ "fill", "fill" },
	{ "preserve.iommufd", "preserve" },
	{ "restore.hwpt", "restore" },
	{ "unpreserve.total", "undo" },
	{ "unmap", "unmap" },
	{ "destroy.hwpt", "destroy" },
};

const char *walk_op_name(int op)
{
	return ops[op].name;
}

bool walk_run(const struct model *m)
{
	return model_same(json_string_value(json_object_get(m->set->run, "scenario")), "walk");
}

static int op_of(const char *metric)
{
	int op;

	for (op = 0; op < WALK_OPS; op++)
		if (!strcmp(ops[op].metric, metric))
			return op;
	return -1;
}

static struct walk_shape *find_shape(struct walk *w, const struct lub_params *p, bool make)
{
	struct walk_shape *s;
	size_t i;

	for (i = 0; i < w->nr; i++) {
		s = &w->shapes[i];
		if (s->p->page_bytes == p->page_bytes && s->p->ioas_bytes == p->ioas_bytes &&
		    model_same(s->p->layout, p->layout) && model_same(s->p->format, p->format))
			return s;
	}
	if (!make)
		return NULL;
	s = model_grow((void **)&w->shapes, &w->nr, &w->cap, sizeof(*s));
	if (s)
		s->p = p;
	return s;
}

static int add_sample(struct walk *w, const struct lub_sample *s)
{
	int op = op_of(s->metric);
	bool tables = !strcmp(s->metric, "pagetable.pages") && !s->params.phase;
	struct walk_shape *shape;

	/* Samples of the kexec as a whole are of several HWPTs, each shape is of one. */
	if ((op < 0 && !tables) || s->params.hwpts != 1)
		return 0;
	shape = find_shape(w, &s->params, true);
	if (!shape)
		return -ENOMEM;
	if (s->reason) {
		shape->why = s->reason;
		return 0;
	}
	return vec_push(tables ? &shape->tables : &shape->op[op], (double)s->value);
}

int walk_build(struct walk *w, const struct record_set *set)
{
	size_t i;
	int ret = 0;

	memset(w, 0, sizeof(*w));
	for (i = 0; i < set->nr_samples && !ret; i++)
		ret = add_sample(w, &set->samples[i]);
	return ret;
}

void walk_free(struct walk *w)
{
	size_t i;
	int op;

	for (i = 0; i < w->nr; i++) {
		for (op = 0; op < WALK_OPS; op++)
			free(w->shapes[i].op[op].v);
		free(w->shapes[i].tables.v);
	}
	free(w->shapes);
	memset(w, 0, sizeof(*w));
}

static double median(const struct vec *v)
{
	return stats_median(v->v, v->n);
}

/* Standard error of a median of values that scatter like a normal distribution with this MAD. */
static double median_se(const struct vec *v)
{
	return v->n > 1 ? 1.4826 * 1.2533 * stats_mad(v->v, v->n) / sqrt((double)v->n) : NAN;
}

/* 1 for a table of entries of 4 KiB, 2 for one of those of 2 MiB, ... */
static int entry_level(uint64_t page_bytes)
{
	return page_bytes >= 1ull << 30 ? 3 : page_bytes >= 1ull << 21 ? 2 : 1;
}

/* A layout with one level of tables fewer, and else the same. split is what sparse is compared with. */
static const struct walk_shape *without_level(const struct walk *w, const struct walk_shape *s)
{
	static const char *const names[] = LAYOUT_NAMES;
	struct lub_params p = *s->p;
	int depth = layout_depth(p.layout);

	if (depth < 1)
		return NULL;
	p.layout = names[depth];
	return find_shape((struct walk *)(uintptr_t)w, &p, false);
}

int walk_levels(const struct walk *w, struct walk_level **out, size_t *nr)
{
	struct walk_level *l;
	size_t i, cap = 0;
	int op;

	*out = NULL;
	*nr = 0;
	for (i = 0; i < w->nr; i++) {
		const struct walk_shape *s = &w->shapes[i], *less = without_level(w, s);

		if (!less)
			continue;
		l = model_grow((void **)out, nr, &cap, sizeof(*l));
		if (!l)
			return -ENOMEM;
		l->more = s;
		l->less = less;
		l->level = entry_level(s->p->page_bytes) + layout_depth(s->p->layout) - 1;
		l->tables = median(&s->tables) - median(&less->tables);
		for (op = 0; op < WALK_OPS; op++) {
			const struct vec *a = &s->op[op], *b = &less->op[op];

			l->cost[op] = l->tables > 0 ? (median(a) - median(b)) / l->tables : NAN;
			l->se[op] =
				l->tables > 0 ? hypot(median_se(a), median_se(b)) / l->tables : NAN;
		}
	}
	return 0;
}

static void time_cell(FILE *out, int width, double ns)
{
	char buf[CELL];

	fprintf(out, "%*s", width, isnan(ns) ? "-" : fmt_time(buf, ns));
}

static void op_row(FILE *out, const struct walk_shape *s, int op, double leaves)
{
	const struct vec *v = &s->op[op];
	double mid = median(v), tables = median(&s->tables);
	char spread[CELL];

	snprintf(spread, sizeof(spread), "%.2g %%", 100 * stats_mad(v->v, v->n) / mid);
	fprintf(out, "  %-10s %4zu", ops[op].name, v->n);
	time_cell(out, 11, mid);
	fprintf(out, "%10s", v->n > 1 ? spread : "-");
	time_cell(out, 11, mid / tables);
	time_cell(out, 11, mid / leaves);
	fputc('\n', out);
}

static void shape_rows(FILE *out, struct notes *notes, const struct walk_shape *s)
{
	double leaves = (double)(s->p->ioas_bytes / s->p->page_bytes);
	char head[COLUMNS], page[CELL], n[CELL], t[CELL];
	bool any = false;
	int op;

	for (op = 0; op < WALK_OPS; op++)
		any |= s->op[op].n > 0;
	if (!any) {
		fprintf(out, "%-8s %s\n", s->p->format ? s->p->format : "unknown",
			notes_missing(notes, n, NULL, s->why ? s->why : "no sample"));
		return;
	}
	for (op = 0; op < WALK_OPS; op++) {
		if (op)
			head[0] = '\0';
		else
			snprintf(head, sizeof(head), "%-8s %-6s %-7s %8s %7s",
				 s->p->format ? s->p->format : "unknown",
				 fmt_bytes(page, (double)s->p->page_bytes),
				 s->p->layout ? s->p->layout : "dense", fmt_count(n, leaves),
				 s->tables.n ? fmt_count(t, median(&s->tables)) : "-");
		fprintf(out, "%-40s", head);
		if (s->op[op].n)
			op_row(out, s, op, leaves);
		else
			fprintf(out, "  %-10s %s\n", ops[op].name,
				notes_missing(notes, n, NULL, s->why ? s->why : "no such sample"));
	}
}

static int level_rows(FILE *out, const struct model *m, const struct walk *w)
{
	struct walk_level *l;
	char page[CELL], what[COLUMNS];
	size_t i, n;
	int op, ret = walk_levels(w, &l, &n);

	if (ret || !n)
		goto out;
	section_title(out, m, "A page-table page of each level: two layouts subtracted");
	fprintf(out, "%-7s %-5s %-24s %7s", "format", "level", "from", "tables");
	for (op = 0; op < WALK_OPS; op++)
		fprintf(out, "%9s", ops[op].name);
	fputc('\n', out);
	for (i = 0; i < n; i++) {
		snprintf(what, sizeof(what), "%s, %s - %s",
			 fmt_bytes(page, (double)l[i].more->p->page_bytes), l[i].more->p->layout,
			 l[i].less->p->layout);
		fprintf(out, "%-7s %-5d %-24s %7.0f",
			l[i].more->p->format ? l[i].more->p->format : "unknown", l[i].level, what,
			l[i].tables);
		for (op = 0; op < WALK_OPS; op++)
			time_cell(out, 9, l[i].cost[op]);
		fprintf(out, "\n%-46s", "  +-");
		for (op = 0; op < WALK_OPS; op++)
			time_cell(out, 9, l[i].se[op]);
		fputc('\n', out);
	}
	fmt_wrap(
		out, "",
		"level: 1 holds entries of 4 KiB, 2 of 2 MiB, 3 of 1 GiB, or points to tables of the level "
		"below. Each page is mapped by a call of its own on both sides of a subtraction. A "
		"negative cost is smaller than the noise. +-: one standard error, by the spread of all "
		"values; cycles may differ by more.");
out:
	free(l);
	return ret;
}

/* Told here, shape by shape, where the last table would mix them all up. */
static void mark_shown(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nr_series; i++)
		m->series[i].shown |= op_of(m->series[i].first->metric) >= 0 ||
				      !strcmp(m->series[i].first->metric, "pagetable.pages");
}

int section_walk(FILE *out, struct model *m)
{
	struct notes notes = { 0 };
	struct walk w = { 0 };
	size_t i;
	int ret;

	if (!walk_run(m))
		return 0;
	ret = walk_build(&w, m->set);
	if (!ret) {
		section_title(out, m,
			      "Page-table walk: one HWPT of each shape, no device attached");
		fprintf(out, "%-8s %-6s %-7s %8s %7s  %-10s %4s%11s%10s%11s%11s\n", "format",
			"entry", "layout", "entries", "tables", "operation", "n", "median",
			"spread", "per table", "per entry");
		for (i = 0; i < w.nr; i++)
			shape_rows(out, &notes, &w.shapes[i]);
		notes_print(out, &notes);
		fputs("undo: the session is closed, which unpreserves all of it; spread: median distance from the\n"
		      "median; per table, per entry: the whole, divided\n",
		      out);
		ret = level_rows(out, m, &w);
	}
	walk_free(&w);
	mark_shown(m);
	return ret;
}

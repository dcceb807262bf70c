// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run that compares kernels: every point with each of them, side by side, and how many times as much the
 * first one takes.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

#define MAX_KERNELS 4
#define NAME 11 /* shown of the name of a kernel */

struct side {
	FILE *out;
	const struct model *m;
	const char *kernel[MAX_KERNELS];
	size_t nr;
	struct notes notes;
};

/* What the comparison is of. Those of the kexec are told where the cycle carried that point over. */
static const struct quantity {
	const char *metric, *about;
	bool kexec;
	bool added; /* to that of the kexec that carried least: what does not depend on the point is not in it */
} quantities[] = {
	{ "preserve.iommufd", "", false, false },
	{ "restore.hwpt", ": all HWPTs that were carried over", true, false },
	{ "boot.kho", ": from the jump until preserved memory is known", true, false },
	{ "boot.iommu", ": from the jump until translation tables are adopted", true, false },
	{ "boot.iommu", ": what it is more than where least was carried over", true, true },
	{ "kho.bytes", ": what the point keeps, memfds and page tables", false, false },
	{ "pagetable.pages", ": of all HWPTs of the point", false, false },
};

size_t run_kernels(const struct record_set *set, const char **names, size_t max)
{
	const json_t *all = json_object_get(set->run, "kernels"), *one;
	const char *name;
	size_t i, n = 0;

	json_array_foreach(all, i, one) {
		name = json_string_value(json_object_get(one, "selection"));
		if (name && n < max)
			names[n++] = name;
	}
	return n;
}

static bool same_place(const struct lub_params *a, const struct lub_params *b)
{
	return a->hwpts == b->hwpts && a->ioas_bytes == b->ioas_bytes &&
	       a->page_bytes == b->page_bytes && a->devices == b->devices &&
	       model_same(a->layout, b->layout);
}

static bool is_of(const struct lub_sample *s, const struct quantity *q, const char *kernel)
{
	return !strcmp(s->metric, q->metric) && model_same(s->params.mode, "preserve") &&
	       !s->params.phase && !s->params.observer && model_same(s->params.kernel, kernel);
}

/* Return: 0 or -ENOMEM; @any: there is such a sample, be it without a number. */
static int values(const struct side *side, const struct quantity *q, const struct lub_params *p,
		  const char *kernel, struct vec *out, const char **why, bool *any)
{
	size_t i;

	for (i = 0; i < side->m->set->nr_samples; i++) {
		const struct lub_sample *s = &side->m->set->samples[i];

		if (!is_of(s, q, kernel) || !same_place(&s->params, p))
			continue;
		*any = true;
		if (s->reason)
			*why = s->reason;
		else if (vec_push(out, (double)s->value))
			return -ENOMEM;
	}
	return 0;
}

/* The point with the fewest entries in its page tables that has a value; NULL if none has. */
static const struct lub_params *least(const struct side *side, const struct quantity *q,
				      const char *kernel)
{
	const struct lub_params *found = NULL;
	uint64_t entries, fewest = 0;
	size_t i;

	for (i = 0; i < side->m->set->nr_samples; i++) {
		const struct lub_sample *s = &side->m->set->samples[i];

		if (!is_of(s, q, kernel) || s->reason)
			continue;
		entries = s->params.hwpts * (s->params.ioas_bytes / s->params.page_bytes);
		if (found && entries >= fewest)
			continue;
		found = &s->params;
		fewest = entries;
	}
	return found;
}

static const struct point *find(const struct model *m, const struct lub_params *p,
				const char *kernel)
{
	size_t i;

	for (i = 0; i < m->nr_points; i++)
		if (model_same(m->points[i].kernel, kernel) && same_place(m->points[i].p, p))
			return &m->points[i];
	return NULL;
}

static void missing(struct side *side, char cell[CELL], const struct lub_params *p, size_t k,
		    const char *why)
{
	const struct point *pt = find(side->m, p, side->kernel[k]);

	if (!why && pt && pt->nr_why)
		notes_missing(&side->notes, cell, pt->why[pt->nr_why - 1].kind,
			      pt->why[pt->nr_why - 1].text);
	else
		notes_missing(&side->notes, cell, NULL, why ? why : "no such sample");
}

static void print_row(struct side *side, const struct quantity *q, const struct lub_params *p,
		      const double *median, const size_t *n, const char *const *why)
{
	const char *unit = !strcmp(q->metric, "kho.bytes")	   ? "bytes"
			   : !strcmp(q->metric, "pagetable.pages") ? "pages"
								   : "ns";
	char a[CELL], b[CELL];
	size_t k;

	fprintf(side->out, "%-7s%-8s%5u", fmt_bytes(a, (double)p->page_bytes),
		fmt_bytes(b, (double)p->ioas_bytes), p->hwpts);
	for (k = 0; k < side->nr; k++) {
		if (isnan(median[k]))
			missing(side, a, p, k, why[k]);
		else
			fmt_unit(a, unit, median[k]);
		fprintf(side->out, "%*s", NAME + 1, a);
	}
	for (k = 1; k < side->nr; k++) {
		if (median[k] > 0 && !isnan(median[0]))
			fprintf(side->out, "%9.2f", median[0] / median[k]);
		else
			fprintf(side->out, "%9s", "-");
	}
	fputs("  ", side->out);
	for (k = 0; k < side->nr; k++)
		fprintf(side->out, "%s%zu", k ? "/" : "", n[k]);
	fputc('\n', side->out);
}

/* What @kernel has at @p, or for an `added` quantity how much more than at its least point. */
static int cell(struct side *side, const struct quantity *q, const struct lub_params *p, size_t k,
		double *median, size_t *n, const char **why, bool *any)
{
	const struct lub_params *floor = q->added ? least(side, q, side->kernel[k]) : NULL;
	struct vec v = { 0 }, at_floor = { 0 };
	bool ignored;
	int err;

	err = values(side, q, p, side->kernel[k], &v, why, any);
	if (!err && floor)
		err = values(side, q, floor, side->kernel[k], &at_floor, why, &ignored);
	*median = stats_median(v.v, v.n);
	if (floor)
		*median -= stats_median(at_floor.v, at_floor.n);
	*n = v.n;
	free(v.v);
	free(at_floor.v);
	return err;
}

static int row(struct side *side, const struct quantity *q, const struct lub_params *p)
{
	const char *why[MAX_KERNELS] = { NULL };
	double median[MAX_KERNELS];
	size_t n[MAX_KERNELS], k;
	bool any = false;
	int err = 0;

	for (k = 0; k < side->nr && !err; k++)
		err = cell(side, q, p, k, &median[k], &n[k], &why[k], &any);
	if (!err && (any || !q->kexec))
		print_row(side, q, p, median, n, why);
	return err;
}

static void head(struct side *side, const struct quantity *q)
{
	static const char *const ratios[] = { "", "1st/2nd", "1st/3rd", "1st/4th" };
	size_t k;

	fprintf(side->out, "%s, median%s\n%-7s%-8s%5s", q->metric, q->about, "page", "IOAS",
		"HWPTs");
	for (k = 0; k < side->nr; k++)
		fprintf(side->out, "%*.*s", NAME + 1, NAME, side->kernel[k]);
	for (k = 1; k < side->nr; k++)
		fprintf(side->out, "%9s", ratios[k]);
	fputs("  n\n", side->out);
}

/* Points are sorted, kernel by kernel: those of the first, then what the others have besides. */
static int table(struct side *side, const struct quantity *q)
{
	size_t i, j, k;
	int err = 0;

	head(side, q);
	for (k = 0; k < side->nr && !err; k++) {
		for (i = 0; i < side->m->nr_points && !err; i++) {
			const struct point *pt = &side->m->points[i];

			if (!model_same(pt->kernel, side->kernel[k]))
				continue;
			for (j = 0; j < k && !find(side->m, pt->p, side->kernel[j]); j++)
				;
			if (j == k)
				err = row(side, q, pt->p);
		}
	}
	return err;
}

int section_kernels(FILE *out, struct model *m)
{
	struct side side = { .out = out, .m = m };
	size_t i;
	int err;

	side.nr = run_kernels(m->set, side.kernel, MAX_KERNELS);
	if (side.nr < 2)
		return 0;
	section_title(out, m, "Kernels compared, mode preserve, by point");
	for (i = 0; i < ARRAY_LEN(quantities); i++) {
		err = table(&side, &quantities[i]);
		if (err)
			return err;
	}
	notes_print(out, &side.notes);
	fputs("each cycle is the first kexec of a machine that was launched with its kernel\n",
	      out);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Preserve latency by point: the table that this tool is for.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

/* Why a point has no value of some kind: its own reason, else @fallback. */
static char *missing(struct notes *notes, char buf[CELL], const struct point *p,
		     const char *fallback)
{
	/* The last reason is why its last chance was lost; the n column names them all. */
	if (p->nr_why)
		return notes_missing(notes, buf, p->why[p->nr_why - 1].kind,
				     p->why[p->nr_why - 1].text);
	return notes_missing(notes, buf, NULL, fallback);
}

/* Values of the first repetition of each cycle: what a live update pays, which preserves once. */
static int first_values(const struct point *p, struct vec *out)
{
	size_t i;

	for (i = 0; i < p->nr_reps; i++)
		if (!p->reps[i].rep && p->reps[i].have & 1u << REP_IOMMUFD &&
		    vec_push(out, p->reps[i].value[REP_IOMMUFD]))
			return -ENOMEM;
	return 0;
}

static void time_cell(FILE *out, struct notes *notes, const struct point *p, double v,
		      const char *fallback)
{
	char buf[CELL];

	fprintf(out, "%8s", isnan(v) ? missing(notes, buf, p, fallback) : fmt_time(buf, v));
}

/* Median, p95 when it is wanted, and maximum, or as many times the reason for having none. */
static void cells(FILE *out, struct notes *notes, const struct point *p, const struct vec *v,
		  bool p95, const char *fallback)
{
	struct stats_summary s = { .median = NAN, .p95 = NAN, .max = NAN };

	if (v->n && stats_summarize(v->v, v->n, &s))
		s.median = s.p95 = s.max = NAN;
	time_cell(out, notes, p, s.median, fallback);
	if (p95)
		time_cell(out, notes, p, s.p95, fallback);
	time_cell(out, notes, p, s.max, fallback);
}

/* "5/10 (a,b)": how many of the planned repetitions there are, and why not all. */
static void count(FILE *out, struct notes *notes, const struct point *p, size_t n, size_t planned)
{
	char text[CELL];
	unsigned int i;

	snprintf(text, sizeof(text), "%zu/%zu", n, planned);
	fprintf(out, "%8s", text);
	if (n >= planned)
		return;
	if (!p->nr_why)
		fprintf(out, " (%c", notes_ref(notes, NULL, "no reason was recorded"));
	for (i = 0; i < p->nr_why; i++)
		fprintf(out, "%s%c", i ? "," : " (",
			notes_ref(notes, p->why[i].kind, p->why[i].text));
	fputc(')', out);
}

static int row(FILE *out, struct notes *notes, const struct point *p, uint32_t reps, bool new_block)
{
	struct vec iommufd = { 0 }, total = { 0 }, first = { 0 };
	char a[CELL], b[CELL];
	double pages, kho;
	int ret = -ENOMEM;

	if (point_values(p, REP_IOMMUFD, &iommufd) || point_totals(p, &total) ||
	    first_values(p, &first))
		goto out;
	if (new_block)
		fprintf(out, "%-7s%-8s", fmt_bytes(a, (double)p->p->page_bytes),
			fmt_bytes(b, (double)p->p->ioas_bytes));
	else
		fprintf(out, "%-7s%-8s", "", "");
	fprintf(out, "%4u", p->p->hwpts);
	time_cell(out, notes, p, stats_median(first.v, first.n), "no first repetition");
	cells(out, notes, p, &iommufd, true, "no preserve.iommufd sample");
	cells(out, notes, p, &total, false, "no repetition has memfd, iommufd and vfio");
	pages = point_median(p, REP_PAGES);
	kho = point_median(p, REP_KHO);
	fprintf(out, "%8s",
		isnan(pages) ? missing(notes, a, p, "no pagetable.pages sample")
			     : fmt_count(a, pages));
	fprintf(out, "%9s",
		isnan(kho) ? missing(notes, a, p, "no kho.bytes sample") : fmt_bytes(a, kho));
	count(out, notes, p, iommufd.n, (size_t)p->cycles * reps);
	fputc('\n', out);
	ret = 0;
out:
	free(iommufd.v);
	free(total.v);
	free(first.v);
	return ret;
}

static void group_line(FILE *out, const struct point *p)
{
	char text[2 * COLUMNS];

	snprintf(text, sizeof(text), "kernel %s, %u device%s", p->kernel ? p->kernel : "of the run",
		 p->p->devices, p->p->devices == 1 ? "" : "s");
	fmt_wrap(out, "-- ", text);
}

int section_preserve(FILE *out, struct model *m)
{
	const struct point *p, *last = NULL;
	struct notes notes = { 0 };
	size_t i;

	/* With every lookup traced, and each point once and cold: no latency to go by. */
	if (walk_run(m) || iotlb_run(m))
		return 0;
	section_title(out, m, "Preserve latency, measured in the outgoing kernel with DMA running");
	if (!model_has_preserve(m)) {
		fprintf(out, "none: this run, mode %s, has no preserve.iommufd sample\n",
			m->set->mode);
		return 0;
	}
	fputs("                                preserve.iommufd  memfd+iommufd+vfio  page-tbl      KHO"
	      "   n_ok/\n"
	      "page   IOAS   HWPTs   first  median     p95     max  median     max   pages    bytes"
	      " planned\n",
	      out);
	for (i = 0; i < m->nr_points; i++, last = p) {
		bool group;

		p = &m->points[i];
		group = last ? !model_same(last->kernel, p->kernel) ||
					last->p->devices != p->p->devices
			     : p->kernel || p->p->devices != 1;
		if (group)
			group_line(out, p);
		if (row(out, &notes, p, m->set->reps, group || !last || !point_same_curve(last, p)))
			return -ENOMEM;
	}
	notes_print(out, &notes);
	fputs("first: median over the cycles of their repetition 0; the others find warm what it left\n",
	      out);
	return 0;
}

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

/* Median, p95 and maximum in three cells of 8, or three times the reason for having none. */
static void three(FILE *out, struct notes *notes, const struct point *p, const struct vec *v,
		  const char *fallback)
{
	struct stats_summary s;
	char buf[CELL];
	int i;

	if (!v->n || stats_summarize(v->v, v->n, &s)) {
		for (i = 0; i < 3; i++)
			fprintf(out, "%8s", missing(notes, buf, p, fallback));
		return;
	}
	fprintf(out, "%8s", fmt_time(buf, s.median));
	fprintf(out, "%8s", fmt_time(buf, s.p95));
	fprintf(out, "%8s", fmt_time(buf, s.max));
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

static int row(FILE *out, struct notes *notes, const struct point *p, uint32_t reps,
	       bool new_block)
{
	struct vec iommufd = { 0 }, total = { 0 };
	char a[CELL], b[CELL];
	double pages, kho;
	int ret = -ENOMEM;

	if (point_values(p, REP_IOMMUFD, &iommufd) || point_totals(p, &total))
		goto out;
	if (new_block)
		fprintf(out, "%-7s%-8s", fmt_bytes(a, (double)p->p->page_bytes),
			fmt_bytes(b, (double)p->p->ioas_bytes));
	else
		fprintf(out, "%-7s%-8s", "", "");
	fprintf(out, "%4u", p->p->hwpts);
	three(out, notes, p, &iommufd, "no preserve.iommufd sample");
	three(out, notes, p, &total, "no repetition has memfd, iommufd and vfio");
	pages = point_median(p, REP_PAGES);
	kho = point_median(p, REP_KHO);
	fprintf(out, "%8s", isnan(pages) ? missing(notes, a, p, "no pagetable.pages sample") :
		fmt_count(a, pages));
	fprintf(out, "%9s", isnan(kho) ? missing(notes, a, p, "no kho.bytes sample") :
		fmt_bytes(a, kho));
	count(out, notes, p, iommufd.n, (size_t)p->cycles * reps);
	fputc('\n', out);
	ret = 0;
out:
	free(iommufd.v);
	free(total.v);
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

	section_title(out, m, "Preserve latency, measured in the outgoing kernel with DMA running");
	if (!model_has_preserve(m)) {
		fprintf(out, "none: this run, mode %s, has no preserve.iommufd sample\n",
			m->set->mode);
		return 0;
	}
	fputs("                         preserve.iommufd     memfd + iommufd + vfio  page-tbl      KHO"
	      "   n_ok/\n"
	      "page   IOAS   HWPTs  median     p95     max  median     p95     max   pages    bytes"
	      " planned\n", out);
	for (i = 0; i < m->nr_points; i++, last = p) {
		bool group;

		p = &m->points[i];
		group = last ? !model_same(last->kernel, p->kernel) ||
			       last->p->devices != p->p->devices :
			       p->kernel || p->p->devices != 1;
		if (group)
			group_line(out, p);
		if (row(out, &notes, p, m->set->reps,
			group || !last || !point_same_curve(last, p)))
			return -ENOMEM;
	}
	notes_print(out, &notes);
	return 0;
}

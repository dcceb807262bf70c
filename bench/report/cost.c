// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cost model: what a preserve costs at all, for each HWPT, and for each page-table page.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

struct rows {
	struct vec y, hwpts, pages, scale, cycle;
};

static void rows_free(struct rows *r)
{
	free(r->y.v);
	free(r->hwpts.v);
	free(r->pages.v);
	free(r->scale.v);
	free(r->cycle.v);
}

/* Median of a metric over the repetitions of one cycle, NaN when there is none. */
static int cycle_median(const struct point *p, uint32_t cycle, enum rep_metric metric, double *out)
{
	struct vec v = { 0 };
	size_t i;

	for (i = 0; i < p->nr_reps; i++)
		if (p->reps[i].cycle == cycle && p->reps[i].have & 1u << metric &&
		    vec_push(&v, p->reps[i].value[metric])) {
			free(v.v);
			return -ENOMEM;
		}
	*out = stats_median(v.v, v.n);
	free(v.v);
	return 0;
}

/*
 * One row a cycle and point, not one a repetition: repetitions of a cycle share its boot, its
 * memory layout and its neighbours, so they are no independent observations.
 */
static int add_point(const struct model *m, const struct point *p, struct rows *r,
		     unsigned int *without_pages)
{
	double scale = point_median(p, REP_IOMMUFD);
	double all_pages = point_median(p, REP_PAGES);
	size_t i;

	if (!(scale > 0))
		return 0;
	if (isnan(all_pages)) {
		++*without_pages;
		return 0;
	}
	for (i = 0; i < m->nr_cycles; i++) {
		double y, pages;

		if (cycle_median(p, m->cycles[i].id, REP_IOMMUFD, &y) ||
		    cycle_median(p, m->cycles[i].id, REP_PAGES, &pages))
			return -ENOMEM;
		if (isnan(y))
			continue;
		if (vec_push(&r->y, y) || vec_push(&r->hwpts, p->p->hwpts) ||
		    vec_push(&r->pages, isnan(pages) ? all_pages : pages) ||
		    vec_push(&r->scale, scale) || vec_push(&r->cycle, m->cycles[i].id))
			return -ENOMEM;
	}
	return 0;
}

static void print_fit(FILE *out, const struct stats_fit *f)
{
	static const char *const names[] = { "fixed", "a", "b" };
	static const char *const per[] = { "", "  per HWPT", "  per page-table page" };
	char c[CELL], se[CELL];
	bool negative = false;
	size_t i;

	if (f->reason) {
		fprintf(out, "  not identified: %s\n  (%zu observations", f->reason, f->n);
		if (!isnan(f->condition))
			fprintf(out, ", condition number of the design %.3g", f->condition);
		fputs(")\n", out);
		return;
	}
	for (i = 0; i < f->terms; i++) {
		fprintf(out, "  %-6s%9s +- %8s%s\n", names[i], fmt_time(c, f->coef[i]),
			isnan(f->se[i]) ? "-" : fmt_time(se, f->se[i]), per[i]);
		negative |= f->coef[i] < 0;
	}
	fprintf(out, "  n %zu, R2 %.4f, residual MAD %s, %.2g %% of the point's median, ", f->n,
		f->r2, fmt_time(c, f->mad), 100 * f->mad_rel);
	fprintf(out, "condition %.3g\n", f->condition);
	fprintf(out, "  robust fit with %s\n", f->method);
	if (isnan(f->se[0]))
		fputs("  +- is not known: without one of the cycles the model is not identified\n",
		      out);
	else
		fprintf(out, "  +- is one standard error, by leaving out each of %zu cycles\n",
			f->clusters);
	if (negative)
		fputs("  A negative coefficient is no cost: it says that the model does not hold here.\n",
		      out);
}

int cost_fit(const struct model *m, size_t first, size_t end, struct stats_fit *fit,
	     unsigned int *without_pages)
{
	struct rows r = { 0 };
	const double *x[2];
	int ret = 0;
	size_t i;

	*without_pages = 0;
	for (i = first; i < end && !ret; i++)
		ret = add_point(m, &m->points[i], &r, without_pages);
	if (!ret) {
		x[0] = r.hwpts.v;
		x[1] = r.pages.v;
		ret = stats_robust_fit(r.y.v, x, r.scale.v, r.y.n, 3, fit);
		/* points of one cycle share its kernel: they go up and down together */
		if (!ret)
			ret = stats_cluster_se(r.y.v, x, r.scale.v, r.cycle.v, r.y.n, fit);
	}
	rows_free(&r);
	return ret;
}

static int one_kernel(FILE *out, const struct model *m, size_t first, size_t end)
{
	unsigned int without_pages;
	struct stats_fit f;
	int ret = cost_fit(m, first, end, &f, &without_pages);

	if (m->points[first].kernel)
		fmt_wrap(out, "-- kernel ", m->points[first].kernel);
	if (ret == -EINVAL) {
		/* add_point() lets only finite numbers in; say so rather than nothing */
		fputs("  not identified: a sample is no finite number\n", out);
		ret = 0;
	} else if (!ret) {
		print_fit(out, &f);
	}
	if (without_pages)
		fprintf(out, "  %u point%s left out: no pagetable.pages sample\n", without_pages,
			without_pages == 1 ? "" : "s");
	return ret;
}

int section_cost(FILE *out, struct model *m)
{
	size_t first = 0, end;
	int ret;

	/* the table of preserve latencies has said why */
	if (!model_has_preserve(m) || walk_run(m) || iotlb_run(m))
		return 0;
	section_title(out, m,
		      "Cost model: preserve.iommufd = fixed + a * HWPTs + b * page-table pages");
	for (; first < m->nr_points; first = end) {
		for (end = first + 1; end < m->nr_points &&
				      model_same(m->points[first].kernel, m->points[end].kernel);
		     end++)
			;
		ret = one_kernel(out, m, first, end);
		if (ret)
			return ret;
	}
	fputs("  one observation a cycle and point (median of its repetitions),\n"
	      "  weighted by 1 / median of the point, because errors grow with the latency.\n",
	      out);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Several runs side by side: what each costs, and whether its DMA went on. It compares nothing:
 * the targets are different machines. That is what `lubench compare` is for.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/report.h"
#include "bench/report/sections.h"
#include "bench/report/walk.h"
#include "bench/stats/stats.h"

#define LABEL 34
#define WIDTH 13
#define KERNELS 4 /* of one run, at most */
#define MAX_RUNS ((COLUMNS - LABEL) / WIDTH)

static const char *const medians[] = {
	"shutdown.iommu", "boot.iommu", "blackout.cpu", "restore.hwpt", "replace.hwpt",
};

struct beside {
	FILE *out;
	const struct record_set *sets;
	size_t number; /* of the first of them, from 1; 0: their targets name them */
	struct model m[MAX_RUNS];
	struct record_set part[MAX_RUNS];
	const char *kernel[MAX_RUNS]; /* of several, the one that is shown */
	size_t n;
	struct notes notes;
};

static void label(struct beside *b, const char *text)
{
	fprintf(b->out, "%-*s", LABEL, text);
}

static void cell(struct beside *b, double v, char *(*fmt)(char *, double), const char *why)
{
	char buf[CELL];

	if (isnan(v))
		notes_missing(&b->notes, buf, NULL, why);
	else
		fmt(buf, v);
	fprintf(b->out, "%*s", WIDTH, buf);
}

/* Several machines of one kind, as all real hosts are, have numbers, as their names are of any length. */
static void name_numbers(struct beside *b)
{
	const char *host;
	size_t i;

	for (i = 0; b->number && i < b->n; i++) {
		host = json_string_value(json_object_get(b->sets[i].run, "host"));
		fprintf(b->out, "%2zu: %.50s%srun %.40s\n", b->number + i, host ? host : "",
			host ? ", " : "", *b->sets[i].run_id ? b->sets[i].run_id : "unknown");
	}
}

static void name_kernels(struct beside *b)
{
	size_t i;

	for (i = 0; i < b->n; i++)
		if (b->kernel[i])
			fprintf(b->out, "run %.40s: kernel %s of those that it compares\n",
				*b->sets[i].run_id ? b->sets[i].run_id : "unknown", b->kernel[i]);
}

static void head(struct beside *b)
{
	char text[WIDTH];
	size_t i;

	label(b, "");
	for (i = 0; i < b->n; i++) {
		if (b->number)
			snprintf(text, sizeof(text), "%zu: %s", b->number + i, b->sets[i].target);
		else
			snprintf(text, sizeof(text), "%s", b->sets[i].target);
		fprintf(b->out, "%*s", WIDTH, text);
	}
	fputc('\n', b->out);
}

static const struct point *same_point(const struct model *m, const struct lub_params *p)
{
	size_t i;

	for (i = 0; i < m->nr_points; i++) {
		const struct lub_params *q = m->points[i].p;

		if (q->hwpts == p->hwpts && q->ioas_bytes == p->ioas_bytes &&
		    q->page_bytes == p->page_bytes && q->devices == p->devices)
			return &m->points[i];
	}
	return NULL;
}

static bool in_earlier_run(const struct beside *b, size_t run, const struct lub_params *p)
{
	size_t i;

	for (i = 0; i < run; i++)
		if (same_point(&b->m[i], p))
			return true;
	return false;
}

static void point_row(struct beside *b, const struct lub_params *p)
{
	char text[3 * CELL], page[CELL], ioas[CELL];
	const struct point *at;
	size_t i;

	snprintf(text, sizeof(text), "  %s, %s, %u HWPTs", fmt_bytes(page, (double)p->page_bytes),
		 fmt_bytes(ioas, (double)p->ioas_bytes), p->hwpts);
	label(b, text);
	for (i = 0; i < b->n; i++) {
		at = same_point(&b->m[i], p);
		cell(b, at ? point_median(at, REP_IOMMUFD) : NAN, fmt_time,
		     "the run has no value at this point; its own report says why");
	}
	fputc('\n', b->out);
}

static void preserve_rows(struct beside *b)
{
	size_t i, j;

	fputs("preserve.iommufd, median\n", b->out);
	for (i = 0; i < b->n; i++)
		for (j = 0; j < b->m[i].nr_points; j++)
			if (!in_earlier_run(b, i, b->m[i].points[j].p))
				point_row(b, b->m[i].points[j].p);
}

static int cost_rows(struct beside *b)
{
	static const char *const names[] = { "  fixed", "  per HWPT", "  per page-table page" };
	struct stats_fit fit[MAX_RUNS];
	unsigned int without;
	size_t i, term;
	int ret;

	for (i = 0; i < b->n; i++) {
		ret = cost_fit(&b->m[i], 0, b->m[i].nr_points, &fit[i], &without);
		if (ret)
			return ret;
	}
	fputs("its cost model\n", b->out);
	for (term = 0; term < ARRAY_LEN(names); term++) {
		label(b, names[term]);
		for (i = 0; i < b->n; i++)
			cell(b, fit[i].reason ? NAN : fit[i].coef[term], fmt_time,
			     "not identified");
		fputc('\n', b->out);
	}
	return 0;
}

static double median_of(const struct model *m, int metric)
{
	size_t i;

	for (i = 0; i < m->nr_series; i++)
		if (!strcmp(m->series[i].first->metric, medians[metric]) &&
		    !m->series[i].first->params.observer &&
		    (!m->mixed || model_same(m->series[i].first->params.mode, "preserve")))
			return stats_median(m->series[i].values.v, m->series[i].values.n);
	return NAN;
}

/*
 * Both over all cycles, and NaN as soon as one of them has no number: what the others say alone would
 * look too good.
 */
static double worst_gap(const struct model *m, int phase)
{
	double worst = m->ok_cycles ? 0 : NAN;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		if (!m->cycles[i].ok || (m->mixed && !cycle_preserves(&m->cycles[i])))
			continue;
		if (isnan(cycle_gap(&m->cycles[i], phase)))
			return NAN;
		worst = fmax(worst, cycle_gap(&m->cycles[i], phase));
	}
	return worst;
}

static double all_errors(const struct model *m, int error)
{
	double sum = m->ok_cycles ? 0 : NAN;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].ok && (!m->mixed || cycle_preserves(&m->cycles[i])))
			sum += cycle_errors(&m->cycles[i], (enum dma_error)error);
	return sum;
}

struct line {
	const char *name;
	double (*value)(const struct model *m, int which);
	int which;
	char *(*fmt)(char *buf, double v);
};

static void line_row(struct beside *b, const struct line *l, const char *why)
{
	size_t i;

	label(b, l->name);
	for (i = 0; i < b->n; i++)
		cell(b, l->value(&b->m[i], l->which), l->fmt, why);
	fputc('\n', b->out);
}

/* Runs of several modes: what carrying over saves. */
static void blackout_rows(struct beside *b)
{
	static const char *const names[BLACKOUT_NR] = { "blackout.cpu", "blackout.service",
							"blackout.dma" };
	char text[LABEL], ratio[CELL];
	double v;
	size_t i, k;

	for (i = 0; i < b->n && !b->m[i].mixed; i++)
		;
	if (i == b->n)
		return;
	for (k = 0; k < BLACKOUT_NR; k++) {
		snprintf(text, sizeof(text), "  %s, rebuild", names[k]);
		label(b, text);
		for (i = 0; i < b->n; i++)
			cell(b, blackout_median(&b->m[i], (int)k, "rebuild"), fmt_time,
			     "no such sample");
		snprintf(text, sizeof(text), "  %s, preserve", names[k]);
		fputc('\n', b->out);
		label(b, text);
		for (i = 0; i < b->n; i++)
			cell(b, blackout_median(&b->m[i], (int)k, "preserve"), fmt_time,
			     "no such sample");
		fputc('\n', b->out);
		label(b, "    rebuild / preserve");
		for (i = 0; i < b->n; i++) {
			v = blackout_median(&b->m[i], (int)k, "rebuild") /
			    blackout_median(&b->m[i], (int)k, "preserve");
			if (isnan(v))
				notes_missing(&b->notes, ratio, NULL, "one of the two is missing");
			else
				snprintf(ratio, sizeof(ratio), "%.2f", v);
			fprintf(b->out, "%*s", WIDTH, ratio);
		}
		fputc('\n', b->out);
	}
}

static void kexec_rows(struct beside *b)
{
	static const struct line dma[] = {
		{ "  longest gap without a kexec", worst_gap, DMA_CONTROL, fmt_time },
		{ "  longest gap of the blackout", worst_gap, DMA_BLACKOUT, fmt_time },
		{ "  longest gap after it", worst_gap, DMA_AFTER, fmt_time },
		{ "  lost", all_errors, DMA_LOST, fmt_count },
		{ "  corrupt", all_errors, DMA_CORRUPT, fmt_count },
		{ "  faults", all_errors, DMA_FAULTS, fmt_count },
	};
	char text[LABEL];
	bool mixed;
	size_t i;

	fputs("the kexec, median\n", b->out);
	for (i = 0; i < ARRAY_LEN(medians); i++) {
		struct line l = { text, median_of, (int)i, fmt_time };

		snprintf(text, sizeof(text), "  %s", medians[i]);
		line_row(b, &l, "no such sample");
	}
	blackout_rows(b);
	for (mixed = false, i = 0; i < b->n; i++)
		mixed |= b->m[i].mixed;
	fprintf(b->out, "DMA, over all ok cycles%s\n", mixed ? " of mode preserve" : "");
	for (i = 0; i < ARRAY_LEN(dma); i++)
		line_row(b, &dma[i], "not measured in every cycle");
	label(b, "  ok cycles / planned");
	for (i = 0; i < b->n; i++) {
		snprintf(text, sizeof(text), "%u/%zu", b->m[i].ok_cycles, b->m[i].planned_cycles);
		fprintf(b->out, "%*s", WIDTH, text);
	}
	fputc('\n', b->out);
}

static const char *common_label(const struct beside *b)
{
	const char *text = NULL;
	size_t i;

	for (i = 0; !text && i < b->n; i++)
		text = provenance_label(b->m[i].set);
	return text;
}

/*
 * Cycles with probes are another thing than those without; a run that has both shows the latter. Of several
 * kernels, which never go with probes, the last of the plan is shown.
 */
static int comparable(struct beside *b, size_t i, const struct record_set *set)
{
	const char *kernels[KERNELS];
	size_t nr = run_kernels(set, kernels, KERNELS);
	int ret = 0;

	if (nr > 1) {
		ret = subset_make_kernel(&b->part[i], set, kernels[nr - 1], nr);
		set = &b->part[i];
		b->kernel[i] = kernels[nr - 1];
	} else if (subset_mixed(set)) {
		ret = subset_make(&b->part[i], set, false);
		set = &b->part[i];
	}
	return ret ? ret : model_build(&b->m[i], set);
}

/* As many as fit into one table; @number is that of the first, or 0. */
static int table(FILE *out, const struct record_set *sets, size_t n, size_t number)
{
	struct beside *b = calloc(1, sizeof(*b));
	const char *text;
	size_t i;
	int ret = b ? 0 : -ENOMEM;

	if (b) {
		b->sets = sets;
		b->number = number;
	}
	for (i = 0; !ret && i < n; i++, b->n++)
		ret = comparable(b, i, &sets[i]);
	if (!ret) {
		b->out = out;
		text = common_label(b);
		fprintf(out, "\nSide by side%s%s%s\n", text ? " [" : "", text ? text : "",
			text ? "]" : "");
		name_numbers(b);
		name_kernels(b);
		head(b);
		if (walk_run(&b->m[0])) {
			ret = walk_beside(out, b->m, n, &(struct side){ LABEL, WIDTH, &b->notes });
		} else if (!iotlb_run(&b->m[0])) {
			preserve_rows(b);
			ret = cost_rows(b);
		}
	}
	if (!ret) {
		kexec_rows(b);
		notes_print(out, &b->notes);
	}
	for (i = 0; b && i < b->n; i++) {
		model_free(&b->m[i]);
		subset_free(&b->part[i]);
	}
	free(b);
	if (ret)
		lub_err("report of %zu runs: out of memory", n);
	else if (fflush(out) || ferror(out))
		ret = -EIO;
	return ret;
}

static bool same_names(const struct record_set *sets, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (!strcmp(sets[i].target, sets[k].target))
				return true;
	return false;
}

int report_beside(FILE *out, const struct record_set *sets, size_t n)
{
	bool number = same_names(sets, n);
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < n; i += MAX_RUNS)
		ret = table(out, sets + i, n - i < MAX_RUNS ? n - i : MAX_RUNS, number ? i + 1 : 0);
	return ret;
}

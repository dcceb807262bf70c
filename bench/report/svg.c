// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scaling curve as one self-contained SVG: every repetition is a dot, the medians are the
 * lines. No script, no font file, no style sheet: it must look the same in a README.
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

#define W 960
#define H 560
#define LEFT 86
#define RIGHT 730
#define TOP 74
#define BOTTOM 462

#define FONT "font-family=\"DejaVu Sans,Verdana,Helvetica,Arial,sans-serif\""

/* Okabe and Ito's colours, told apart with any colour vision; then dashes tell them apart. */
static const char *const colours[] = { "#0072b2", "#d55e00", "#009e73", "#cc79a7",
				       "#56b4e9", "#e69f00", "#000000" };
static const char *const dashes[] = { "", "7 4", "2 3", "10 3 2 3" };

struct axis {
	double lo, hi;	 /* logarithms */
	double from, to; /* pixels */
};

static double place(const struct axis *a, double v)
{
	return a->from + (log(v) - a->lo) / (a->hi - a->lo) * (a->to - a->from);
}

static void text(FILE *out, double x, double y, int size, const char *more, const char *s)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%d\" %s>", x, y, size, more);
	fmt_xml(out, s, -1);
	fputs("</text>\n", out);
}

/* Widen the range by a little, or by much when all values are the same. */
static void widen(struct axis *a)
{
	double pad = a->hi > a->lo ? (a->hi - a->lo) * 0.05 : log(2);

	a->lo -= pad;
	a->hi += pad;
}

static int ranges(const struct model *m, struct axis *x, struct axis *y)
{
	size_t i, j, n = 0;

	x->lo = y->lo = INFINITY;
	x->hi = y->hi = -INFINITY;
	for (i = 0; i < m->nr_points; i++) {
		const struct point *p = &m->points[i];

		for (j = 0; j < p->nr_reps && p->p->hwpts; j++) {
			double v = p->reps[j].value[REP_IOMMUFD];

			if (!(p->reps[j].have & 1u << REP_IOMMUFD) || !(v > 0))
				continue;
			x->lo = fmin(x->lo, log(p->p->hwpts));
			x->hi = fmax(x->hi, log(p->p->hwpts));
			y->lo = fmin(y->lo, log(v));
			y->hi = fmax(y->hi, log(v));
			n++;
		}
	}
	if (!n)
		return -ENODATA;
	widen(x);
	widen(y);
	return 0;
}

static void grid_y(FILE *out, const struct axis *y)
{
	static const int steps[] = { 1, 2, 5 };
	/* Over more than three decades only the decades get a number. */
	bool wide = y->hi - y->lo > 3 * M_LN10;
	char buf[CELL];
	size_t i;
	int dec;

	for (dec = -1; dec < 15; dec++)
		for (i = 0; i < ARRAY_LEN(steps); i++) {
			double v = steps[i] * pow(10, dec), at;

			if (log(v) < y->lo || log(v) > y->hi)
				continue;
			at = place(y, v);
			fprintf(out, "<path d=\"M%d %.1fH%d\" stroke=\"%s\"/>\n", LEFT, at, RIGHT,
				i ? "#eeeeee" : "#cccccc");
			if (i && wide)
				continue;
			/* "10.0 ms" reads worse than "10 ms" on an axis */
			fmt_time(buf, v);
			if (strchr(buf, '.'))
				memmove(strchr(buf, '.'), strchr(buf, ' '),
					strlen(strchr(buf, ' ')) + 1);
			text(out, LEFT - 8, at + 4, 12, "text-anchor=\"end\"", buf);
		}
}

static void grid_x(FILE *out, const struct model *m, const struct axis *x)
{
	double last = -INFINITY;
	char buf[CELL];
	uint32_t done = 0, next;
	size_t i;

	/* every measured count in ascending order, without labels that would touch */
	for (;; done = next) {
		double at;

		next = UINT32_MAX;
		for (i = 0; i < m->nr_points; i++)
			if (m->points[i].nr_reps && m->points[i].p->hwpts > done &&
			    m->points[i].p->hwpts < next)
				next = m->points[i].p->hwpts;
		if (next == UINT32_MAX)
			return;
		if (log(next) < x->lo || log(next) > x->hi)
			continue;
		at = place(x, next);
		fprintf(out, "<path d=\"M%.1f %dV%d\" stroke=\"#dddddd\"/>\n", at, TOP, BOTTOM);
		if (at - last < 26)
			continue;
		last = at;
		snprintf(buf, sizeof(buf), "%u", next);
		text(out, at, BOTTOM + 18, 12, "text-anchor=\"middle\"", buf);
	}
}

static void dots(FILE *out, const struct point *p, const struct axis *x, const struct axis *y,
		 const char *colour)
{
	size_t i;

	for (i = 0; i < p->nr_reps; i++) {
		double v = p->reps[i].value[REP_IOMMUFD];

		if (p->reps[i].have & 1u << REP_IOMMUFD && v > 0)
			fprintf(out,
				"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\" "
				"fill-opacity=\"0.35\"/>\n",
				place(x, p->p->hwpts), place(y, v), colour);
	}
}

static void curve(FILE *out, const struct model *m, size_t first, size_t end, unsigned int nr,
		  const struct axis *x, const struct axis *y)
{
	const char *colour = colours[nr % ARRAY_LEN(colours)];
	const char *dash = dashes[nr / ARRAY_LEN(colours) % ARRAY_LEN(dashes)];
	const struct point *p = &m->points[first];
	char label[CELL * 4], a[CELL], b[CELL];
	/* many curves: the list of names closes up rather than leave the picture */
	double step = fmin(22, (H - TOP - 80.0) / (double)m->nr_points);
	double ly = TOP + 34 + step * nr;
	bool started = false;
	size_t i;

	for (i = first; i < end; i++)
		if (m->points[i].p->hwpts)
			dots(out, &m->points[i], x, y, colour);
	fprintf(out,
		"<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"%s\" "
		"d=\"",
		colour, *dash ? dash : "none");
	for (i = first; i < end; i++) {
		double v = point_median(&m->points[i], REP_IOMMUFD);

		if (!(v > 0) || !m->points[i].p->hwpts)
			continue;
		fprintf(out, "%s%.1f %.1f", started ? "L" : "M", place(x, m->points[i].p->hwpts),
			place(y, v));
		started = true;
	}
	fputs("\"/>\n", out);
	fprintf(out,
		"<path d=\"M%d %.1fh26\" stroke=\"%s\" stroke-width=\"2\" "
		"stroke-dasharray=\"%s\"/>\n",
		RIGHT + 16, ly, colour, *dash ? dash : "none");
	fprintf(out, "<circle cx=\"%d\" cy=\"%.1f\" r=\"2.6\" fill=\"%s\"/>\n", RIGHT + 29, ly,
		colour);
	snprintf(label, sizeof(label), "%s, %s pages%s%.40s",
		 fmt_bytes(a, (double)p->p->ioas_bytes), fmt_bytes(b, (double)p->p->page_bytes),
		 p->kernel ? ", " : "", p->kernel ? p->kernel : "");
	text(out, RIGHT + 50, ly + 4, 12, "", label);
}

static bool has_value(const struct model *m, size_t first, size_t end)
{
	for (; first < end; first++)
		if (m->points[first].p->hwpts && point_median(&m->points[first], REP_IOMMUFD) > 0)
			return true;
	return false;
}

static void frame(FILE *out, const struct model *m)
{
	const char *label = provenance_label(m->set);
	char line[1024];

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\" " FONT " fill=\"#222222\">\n",
		W, H, W, H);
	snprintf(line, sizeof(line),
		 "Latency of preserving an iommufd, against the number of HWPTs%s%s",
		 label ? ", " : "", label ? label : "");
	fputs("<title>", out);
	fmt_xml(out, line, -1);
	fprintf(out, "</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", W, H);
	snprintf(line, sizeof(line), "preserve.iommufd against HWPT count%s%s%s", label ? " (" : "",
		 label ? label : "", label ? ")" : "");
	text(out, LEFT, 32, 18, "font-weight=\"bold\"", line);
	snprintf(line, sizeof(line),
		 "target %.60s, mode %.20s; lines: medians, dots: every repetition%s",
		 m->set->target, m->set->mode,
		 m->set->simulated ? "; nothing was measured"
		 : label	   ? "; times of an emulator, not of hardware"
				   : "");
	text(out, LEFT, 54, 12, "fill=\"#555555\"", line);
	text(out, (LEFT + RIGHT) / 2, BOTTOM + 42, 13, "text-anchor=\"middle\"",
	     "HWPTs preserved in one iommufd (log scale)");
	snprintf(line, sizeof(line), "text-anchor=\"middle\" transform=\"rotate(-90 22 %d)\"",
		 (TOP + BOTTOM) / 2);
	text(out, 22, (TOP + BOTTOM) / 2, 13, line, "latency (log scale)");
	text(out, RIGHT + 16, TOP + 12, 12, "font-weight=\"bold\"", "IOAS size, page size");
	provenance_line(m->set, line, sizeof(line));
	/* one line of 9 px holds some 170 characters */
	if (strlen(line) > 170)
		strcpy(line + 167, "...");
	text(out, LEFT, H - 14, 9, "fill=\"#555555\"", line);
}

static int draw(FILE *out, const struct model *m)
{
	struct axis x = { .from = LEFT, .to = RIGHT }, y = { .from = BOTTOM, .to = TOP };
	size_t first, end;
	unsigned int nr = 0;

	if (ranges(m, &x, &y)) {
		lub_err("run %s has no preserve.iommufd sample, so there is no curve to draw; "
			"lubench report says why",
			m->set->run_id);
		return -ENODATA;
	}
	frame(out, m);
	grid_y(out, &y);
	grid_x(out, m, &x);
	fprintf(out, "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#222222\"/>\n", LEFT, TOP,
		BOTTOM, RIGHT);
	for (first = 0; first < m->nr_points; first = end) {
		for (end = first + 1;
		     end < m->nr_points && point_same_curve(&m->points[first], &m->points[end]);
		     end++)
			;
		if (has_value(m, first, end))
			curve(out, m, first, end, nr++, &x, &y);
	}
	fputs("</svg>\n", out);
	return 0;
}

int report_svg(FILE *out, const struct record_set *set)
{
	bool mixed = subset_mixed(set);
	struct record_set part = { 0 };
	struct model m = { 0 };
	int ret;

	ret = mixed ? subset_make(&part, set, false) : 0;
	if (!ret)
		ret = model_build(&m, mixed ? &part : set);
	if (ret)
		lub_err("picture of run %s: out of memory", set->run_id);
	else
		ret = draw(out, &m);
	model_free(&m);
	if (mixed)
		subset_free(&part);
	if (!ret && (fflush(out) || ferror(out))) {
		lub_err("picture of run %s: cannot write it; is the disk full?", set->run_id);
		ret = -EIO;
	}
	return ret;
}

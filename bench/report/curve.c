// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The scaling curve in characters: one letter a curve, '*' where several fall together.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

#define WIDTH 72
#define HEIGHT 16
#define MARGIN 10
#define CURVES 26

struct grid {
	char cell[HEIGHT][WIDTH + 1];
	double xlo, xhi, ylo, yhi; /* logarithms */
};

static int scale(double v, double lo, double hi, int steps)
{
	return hi > lo ? (int)lround((v - lo) / (hi - lo) * (steps - 1)) : (steps - 1) / 2;
}

/* Letter of each point: a new one where the curve changes. Points are sorted by curve. */
static unsigned int letter_of(const struct model *m, size_t point)
{
	unsigned int letter = 0;
	size_t i;

	for (i = 1; i <= point; i++)
		letter += !point_same_curve(&m->points[i - 1], &m->points[i]);
	return letter;
}

static size_t bounds(const struct model *m, const double *y, struct grid *g)
{
	size_t i, n = 0;

	g->xlo = g->ylo = INFINITY;
	g->xhi = g->yhi = -INFINITY;
	for (i = 0; i < m->nr_points; i++) {
		double x = m->points[i].p->hwpts;

		if (!(y[i] > 0) || !(x > 0))
			continue;
		g->xlo = fmin(g->xlo, log(x));
		g->xhi = fmax(g->xhi, log(x));
		g->ylo = fmin(g->ylo, log(y[i]));
		g->yhi = fmax(g->yhi, log(y[i]));
		n++;
	}
	return n;
}

static void plot(const struct model *m, const double *y, struct grid *g)
{
	size_t i;
	int r;

	for (r = 0; r < HEIGHT; r++) {
		memset(g->cell[r], ' ', WIDTH);
		g->cell[r][WIDTH] = '\0';
	}
	for (i = 0; i < m->nr_points; i++) {
		double x = m->points[i].p->hwpts;
		unsigned int letter = letter_of(m, i);
		char *c;

		if (!(y[i] > 0) || !(x > 0) || letter >= CURVES)
			continue;
		c = &g->cell[HEIGHT - 1 - scale(log(y[i]), g->ylo, g->yhi, HEIGHT)]
			    [scale(log(x), g->xlo, g->xhi, WIDTH)];
		*c = *c == ' ' ? (char)('A' + letter) : '*';
	}
}

static void x_axis(FILE *out, const struct model *m, const struct grid *g)
{
	char ticks[WIDTH + CELL], label[CELL];
	size_t i, end = 0;

	memset(ticks, ' ', sizeof(ticks) - 1);
	ticks[sizeof(ticks) - 1] = '\0';
	for (i = 0; i < m->nr_points; i++) {
		double x = m->points[i].p->hwpts;
		size_t at, len;

		if (!(x > 0) || log(x) < g->xlo || log(x) > g->xhi)
			continue;
		at = (size_t)scale(log(x), g->xlo, g->xhi, WIDTH);
		len = (size_t)snprintf(label, sizeof(label), "%.0f", x);
		/* the same count comes back in every curve; leave out what would overlap */
		if (strspn(ticks + (at ? at - 1 : 0), " ") < len + 1)
			continue;
		memcpy(ticks + at, label, len);
		if (at + len > end)
			end = at + len;
	}
	fprintf(out, "%*s+%.*s\n", MARGIN, "", WIDTH,
		"------------------------------------------------------------------------");
	fprintf(out, "%*s %.*s  HWPTs\n", MARGIN, "", (int)end, ticks);
}

static void legend(FILE *out, const struct model *m, const double *y)
{
	unsigned int letter = 0, last = CURVES;
	char text[COLUMNS], a[CELL], b[CELL];
	char head[] = "          A  ";
	size_t i;

	for (i = 0; i < m->nr_points; i++) {
		const struct point *p = &m->points[i];

		letter = letter_of(m, i);
		if (letter == last || letter >= CURVES || !(y[i] > 0))
			continue;
		last = letter;
		head[10] = (char)('A' + letter);
		snprintf(text, sizeof(text), "IOAS %s, page %s%s%s",
			 fmt_bytes(a, (double)p->p->ioas_bytes),
			 fmt_bytes(b, (double)p->p->page_bytes), p->kernel ? ", kernel " : "",
			 p->kernel ? p->kernel : "");
		fmt_wrap(out, head, text);
	}
	if (letter >= CURVES)
		fprintf(out, "%*s%u curves are not drawn: only %d letters\n", MARGIN, "",
			letter + 1 - CURVES, CURVES);
}

int section_curve(FILE *out, struct model *m)
{
	struct grid g;
	char buf[CELL];
	double *y;
	size_t i;
	int r;

	/* the table before this one has said why */
	if (!model_has_preserve(m) || walk_run(m) || iotlb_run(m))
		return 0;
	y = calloc(m->nr_points + 1, sizeof(*y));
	if (!y)
		return -ENOMEM;
	for (i = 0; i < m->nr_points; i++)
		y[i] = point_median(&m->points[i], REP_IOMMUFD);
	section_title(out, m,
		      "Scaling: median preserve.iommufd against HWPTs, both axes logarithmic");
	if (!bounds(m, y, &g)) {
		fputs("no positive value to draw\n", out);
		goto out;
	}
	plot(m, y, &g);
	for (r = 0; r < HEIGHT; r++) {
		double at = g.ylo + (g.yhi - g.ylo) * (HEIGHT - 1 - r) / (HEIGHT - 1);
		int end = WIDTH;

		while (end && g.cell[r][end - 1] == ' ')
			end--;
		fprintf(out, "%*s|%.*s\n", MARGIN,
			r % 5 && g.yhi > g.ylo ? "" : fmt_time(buf, exp(at)), end, g.cell[r]);
	}
	x_axis(out, m, &g);
	legend(out, m, y);
out:
	free(y);
	return 0;
}

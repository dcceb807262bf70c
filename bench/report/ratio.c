// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How many times as long a blackout is in mode rebuild. The host grows faster and slower while a run
 * lasts, so each cycle of mode rebuild is set against the cycle of mode preserve right beside it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/lubench.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

#define LEVEL 0.95
#define MIN_PAIRS 5 /* below, a bootstrap interval of the median says little */

/* The ratio of two cycles that are neighbours, NaN when they are no pair or lack the number. */
static double pair(const struct model *m, const struct cycle *a, const struct cycle *b, int number)
{
	const struct cycle *p = model_same(a->mode, "preserve") ? a : b;
	const struct cycle *r = p == a ? b : a;

	if (!a->ok || !b->ok || b->id != a->id + 1 || !model_same(p->mode, "preserve") ||
	    !model_same(r->mode, "rebuild"))
		return NAN;
	return blackout_value(m, r->id, number) / blackout_value(m, p->id, number);
}

static void row(FILE *out, struct notes *notes, const struct model *m, int number, double *v)
{
	double all = blackout_median(m, number, "rebuild") / blackout_median(m, number, "preserve");
	struct stats_ci ci;
	char buf[CELL];
	size_t i = 0, n = 0;

	while (i + 1 < m->nr_cycles) {
		v[n] = pair(m, &m->cycles[i], &m->cycles[i + 1], number);
		/* a cycle is part of one pair only */
		i += isnan(v[n]) ? 1 : 2;
		n += !isnan(v[n]);
	}
	fprintf(out, "%-18s", blackout_name(number));
	if (isnan(all))
		fprintf(out, "%10s", notes_missing(notes, buf, NULL, "a mode has no such number"));
	else
		fprintf(out, "%10.2f", all);
	if (n)
		fprintf(out, "%10.2f", stats_median(v, n));
	else
		fprintf(out, "%10s", notes_missing(notes, buf, NULL, "no two cycles are a pair"));
	if (n < MIN_PAIRS ||
	    stats_bootstrap_quantile(v, n, 0.5, LEVEL, STATS_RESAMPLES, STATS_SEED, &ci))
		fprintf(out, "%22s", notes_missing(notes, buf, NULL, "too few pairs"));
	else
		fprintf(out, "%10.2f to %8.2f", ci.lo, ci.hi);
	fprintf(out, "%6zu\n", n);
}

int blackout_ratios(FILE *out, const struct model *m, struct notes *notes)
{
	double *v = calloc(m->nr_cycles + 1, sizeof(*v));
	int i;

	if (!v)
		return -ENOMEM;
	section_title(out, m, "How much longer without preserved state");
	fprintf(out, "%-18s%10s%10s%22s%6s\n", "rebuild / preserve", "medians", "in pairs", "95 %",
		"pairs");
	for (i = 0; i < BLACKOUT_NR; i++)
		row(out, notes, m, i, v);
	fputs("in pairs: median of the ratios of cycles that ran one after the other; 95 %: "
	      "bootstrap\n",
	      out);
	free(v);
	return 0;
}

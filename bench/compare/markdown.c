// SPDX-License-Identifier: GPL-2.0-or-later
/* A comparison as Markdown, for a mail or a merge request: what is judged, a line each. */
#include <errno.h>
#include <math.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

static void row(FILE *out, const char *indent, const char *name, const char *unit,
		const struct cmp_test *t)
{
	char base[CELL] = "", now[CELL] = "", shift[CELL], ci[CELL], p[CELL] = "";

	if (!isnan(t->med[CMP_BASE]))
		fmt_unit(base, unit, t->med[CMP_BASE]);
	if (!isnan(t->med[CMP_NEW]))
		fmt_unit(now, unit, t->med[CMP_NEW]);
	if (!isnan(t->p_adj))
		snprintf(p, sizeof(p), "%.2g", t->p_adj);
	fprintf(out, "| %s%s | %s | %s | %s | %s | %zu/%zu | %s | %s%s%s%s |\n", indent, name, base,
		now, cmp_percent(shift, t->shift), cmp_interval(ci, t), t->n[CMP_BASE],
		t->n[CMP_NEW], p,
		t->verdict == CMP_WORSE ? "**worse**" : cmp_verdict_name(t->verdict),
		t->why ? " (" : "", t->why ? t->why : "", t->why ? ")" : "");
}

static void series(FILE *out, const struct cmp_series *s, bool all)
{
	char name[96];
	size_t i;

	row(out, "", cmp_series_name(s, name, sizeof(name)), s->first->unit, &s->all);
	for (i = 0; i < s->scaling.terms && !s->scaling.reason; i++)
		row(out, "- ", s->scaling.name[i], s->first->unit, &s->scaling.coef[i]);
	for (i = 0; i < s->nr_points && s->nr_points > 1; i++)
		if (all || !isnan(s->points[i].test.p))
			row(out, "- ", cmp_point_name(s->points[i].p, name, sizeof(name)),
			    s->first->unit, &s->points[i].test);
}

int cmp_markdown(FILE *out, const struct compare *c, bool all)
{
	const char *label = cmp_label(c);
	char line[400];
	size_t i;

	fprintf(out, "**%s**%s%s\n\n", cmp_sentence(c, line, sizeof(line)),
		label ? " - times are " : "", label ? label : "");
	for (i = 0; i < c->nr_runs; i++) {
		if (c->runs[i].side == CMP_HISTORY)
			continue;
		provenance_line(c->runs[i].set, line, sizeof(line));
		fprintf(out, "- %s: %s\n", c->runs[i].side == CMP_BASE ? "base" : "new", line);
	}
	fputs("\n| | base | new | change | 95 % interval | n | p (Holm) | verdict |\n"
	      "|---|---:|---:|---:|---:|---:|---:|---|\n",
	      out);
	for (i = 0; i < c->nr_series; i++)
		if (cmp_shown(&c->series[i], all))
			series(out, &c->series[i], all);
	fprintf(out,
		"\nOne observation a kexec cycle, Mann-Whitney, Holm; changes below %g %% are noise.\n",
		100 * c->opt.floor);
	return ferror(out) ? -EIO : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A comparison as Markdown, for a mail or a merge request: what is judged, a line each. */
#include <errno.h>
#include <math.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

/* Bars and line ends would end the cell, or the row. */
static void put_cell(FILE *out, const char *text)
{
	fputs(" (", out);
	for (; *text; text++)
		fputc(*text == '|' ? '/' : (unsigned char)*text < ' ' ? ' ' : *text, out);
	fputc(')', out);
}

static void row(FILE *out, const char *name, const char *base, const char *now,
		const struct cmp_test *t, bool lost)
{
	char shift[CELL], ci[CELL], p[CELL] = "";

	if (!isnan(t->p_adj))
		snprintf(p, sizeof(p), "%.2g", t->p_adj);
	fprintf(out, "| %s | %s | %s | %s | %s | %zu/%zu | %s | %s", name, base, now,
		cmp_percent(shift, t->shift), cmp_interval(ci, t), t->n[CMP_BASE], t->n[CMP_NEW], p,
		lost			  ? "**lost**"
		: t->verdict == CMP_WORSE ? "**worse**"
					  : cmp_verdict_name(t->verdict));
	/* a reason may be a line of a console */
	if (t->why)
		put_cell(out, t->why);
	fputs(" |\n", out);
}

static void values(FILE *out, const char *indent, const char *name, const char *unit,
		   const struct cmp_test *t, bool lost)
{
	char head[128], base[CELL] = "", now[CELL] = "";

	if (!isnan(t->med[CMP_BASE]))
		fmt_unit(base, unit, t->med[CMP_BASE]);
	if (!isnan(t->med[CMP_NEW]))
		fmt_unit(now, unit, t->med[CMP_NEW]);
	snprintf(head, sizeof(head), "%s%s", indent, name);
	row(out, head, base, now, t, lost);
}

static void ended(FILE *out, const struct compare *c)
{
	char cell[CMP_SIDES][CELL];
	int side;

	for (side = 0; side < CMP_SIDES; side++)
		snprintf(cell[side], CELL, "%zu/%zu", c->ok[side], c->ended.n[side]);
	row(out, "cycles that ended ok", cell[CMP_BASE], cell[CMP_NEW], &c->ended, false);
}

static void series(FILE *out, const struct cmp_series *s, bool all)
{
	char name[96];
	size_t i;

	values(out, "", cmp_series_name(s, name, sizeof(name)), s->first->unit, &s->all, s->lost);
	for (i = 0; i < s->scaling.terms && !s->scaling.reason; i++)
		values(out, "- ", s->scaling.name[i], s->first->unit, &s->scaling.coef[i], false);
	for (i = 0; i < s->nr_points && s->nr_points > 1; i++)
		if (all || !isnan(s->points[i].test.p) || s->points[i].lost)
			values(out, "- ", cmp_point_name(s->points[i].p, name, sizeof(name)),
			       s->first->unit, &s->points[i].test, s->points[i].lost);
}

static void caution(const char *what, void *out)
{
	fprintf(out, "- **caution**: %s\n", what);
}

int cmp_markdown(FILE *out, const struct compare *c, bool all)
{
	const char *label = cmp_label(c);
	char line[CMP_SENTENCE];
	size_t i;

	fprintf(out, "**%s**%s%s\n\n", cmp_sentence(c, line, sizeof(line)),
		label ? " - times are " : "", label ? label : "");
	for (i = 0; i < c->nr_runs; i++) {
		if (c->runs[i].side == CMP_HISTORY)
			continue;
		provenance_line(c->runs[i].set, line, sizeof(line));
		fprintf(out, "- %s: %s\n", c->runs[i].side == CMP_BASE ? "base" : "new", line);
	}
	cmp_cautions(c, caution, out);
	fputs("\n| | base | new | change | 95 % interval | n | p (Holm) | verdict |\n"
	      "|---|---:|---:|---:|---:|---:|---:|---|\n",
	      out);
	for (i = 0; i < c->nr_series; i++)
		if (cmp_shown(&c->series[i], all))
			series(out, &c->series[i], all);
	ended(out, c);
	fprintf(out,
		"\nOne observation a kexec cycle, Mann-Whitney, Holm; changes below %g %% are noise. "
		"Cycles that failed: Fisher, at %g %%.\n",
		100 * c->opt.floor, 100 * CMP_ALPHA_FAILED);
	return ferror(out) ? -EIO : 0;
}

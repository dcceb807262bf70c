// SPDX-License-Identifier: GPL-2.0-or-later
/* A comparison as a table of text. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

#define NAME 96

/* p values, and how likely they are found in a comparison of two equal sides after Holm. */
static char *probability(char buf[CELL], double p)
{
	if (isnan(p))
		strcpy(buf, "-");
	else if (p < 1e-4)
		strcpy(buf, "<1e-4");
	else
		snprintf(buf, CELL, "%.4f", p);
	return buf;
}

/* What a row is about, where it is not a test alone. */
struct row {
	const char *name;
	char cell[CMP_SIDES][CELL];
	bool lost;
};

static void row(FILE *out, const struct row *r, const struct cmp_test *t, struct notes *notes)
{
	char shift[CELL], ci[CELL], delta[CELL] = "-", n[CELL], p[CELL];
	char verdict[CELL], note[4] = "";

	if (!isnan(t->delta))
		snprintf(delta, sizeof(delta), "%+.2f", t->delta);
	snprintf(n, sizeof(n), "%zu/%zu", t->n[CMP_BASE], t->n[CMP_NEW]);
	if (t->why)
		snprintf(note, sizeof(note), "(%c)", notes_ref(notes, NULL, t->why));
	snprintf(verdict, sizeof(verdict), "%s%s",
		 r->lost		   ? "LOST"
		 : t->verdict == CMP_NONE  ? "-"
		 : t->verdict == CMP_WORSE ? "WORSE"
					   : cmp_verdict_name(t->verdict),
		 note);
	fprintf(out, "%-30s%9s%9s%8s%14s%6s%6s%9s %s\n", r->name, r->cell[CMP_BASE],
		r->cell[CMP_NEW], cmp_percent(shift, t->shift), cmp_interval(ci, t), delta, n,
		probability(p, t->p_adj),
		t->judged ? verdict
		: note[0] ? note
			  : "");
}

static void values(FILE *out, const char *name, const char *unit, const struct cmp_test *t,
		   bool lost, struct notes *notes)
{
	struct row r = { .name = name, .lost = lost };
	int side;

	for (side = 0; side < CMP_SIDES; side++)
		if (!isnan(t->med[side]))
			fmt_unit(r.cell[side], unit, t->med[side]);
	row(out, &r, t, notes);
}

/* Of those that were tried: what was skipped is in the head only. */
static void ended(FILE *out, const struct compare *c, struct notes *notes)
{
	struct row r = { .name = "cycles that ended ok" };
	int side;

	for (side = 0; side < CMP_SIDES; side++)
		snprintf(r.cell[side], CELL, "%zu/%zu", c->ok[side], c->ended.n[side]);
	row(out, &r, &c->ended, notes);
}

static void series(FILE *out, const struct cmp_series *s, bool all, struct notes *notes)
{
	char name[NAME], point[NAME + 2] = "  ";
	size_t i, left_out = 0;

	cmp_series_name(s, name, sizeof(name));
	if (s->nr_points > 1 && strlen(name) < 20)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), ", %zu points",
			 s->nr_points);
	values(out, name, s->first->unit, &s->all, s->lost, notes);
	if (s->scaling.terms && s->scaling.reason)
		fprintf(out, "  scaling: %s\n", s->scaling.reason);
	for (i = 0; i < s->scaling.terms && !s->scaling.reason; i++) {
		snprintf(point, sizeof(point), "  %s", s->scaling.name[i]);
		values(out, point, s->first->unit, &s->scaling.coef[i], false, notes);
	}
	for (i = 0; i < s->nr_points && s->nr_points > 1; i++) {
		if (!all && isnan(s->points[i].test.p) && !s->points[i].lost) {
			left_out++;
			continue;
		}
		cmp_point_name(s->points[i].p, point + 2, NAME);
		values(out, point, s->first->unit, &s->points[i].test, s->points[i].lost, notes);
	}
	if (left_out)
		fprintf(out, "  (%zu of its points alone have too few cycles: --all shows them)\n",
			left_out);
}

static void head(FILE *out, const char *label, bool judged)
{
	fprintf(out, "\n%s%s%s%s\n%-30s%9s%9s%8s%14s%6s%6s%9s %s\n",
		judged ? "What is judged" : "What is not judged", label ? " [" : "",
		label ? label : "", label ? "]" : "", "", "base", "new", "change", "95 % interv.",
		"delta", "n", "p (Holm)", judged ? "verdict" : "");
}

static void table(FILE *out, const struct compare *c, bool all, bool judged)
{
	const char *label = cmp_label(c);
	struct notes notes = { 0 };
	size_t i, shown = 0;

	for (i = 0; i < c->nr_series; i++) {
		if (!cmp_shown(&c->series[i], all) || c->series[i].headline != judged)
			continue;
		if (!shown++)
			head(out, label, judged);
		series(out, &c->series[i], all, &notes);
	}
	if (judged && !shown)
		head(out, label, judged);
	if (judged)
		ended(out, c, &notes);
	notes_print(out, &notes);
}

static void runs(FILE *out, const struct compare *c, enum cmp_side side, const char *head)
{
	char line[400];
	size_t i;

	for (i = 0; i < c->nr_runs; i++) {
		if (c->runs[i].side != side)
			continue;
		provenance_line(c->runs[i].set, line, sizeof(line));
		fmt_wrap(out, head, line);
	}
}

static void caution(const char *what, void *out)
{
	char line[420];

	snprintf(line, sizeof(line),
		 "%s: only points that both have are compared, and not how many cycles fail", what);
	fmt_wrap(out, "caution  ", line);
}

static void rules(FILE *out, const struct compare *c)
{
	char line[400], name[NAME], buf[CELL];
	size_t i;

	snprintf(
		line, sizeof(line),
		"one observation a cycle; Mann-Whitney, Holm over %zu series, %zu coefficients, %zu "
		"points; no more than %g %% of comparisons of equal sides find a change of a value",
		c->families.series, c->families.scaling, c->families.points, 100 * c->opt.alpha);
	fputc('\n', out);
	fmt_wrap(out, "rule     ", line);
	snprintf(
		line, sizeof(line),
		"cycles that failed: Fisher's exact test within each mode, at a level of its own, %g %%",
		100 * CMP_ALPHA_FAILED);
	fmt_wrap(out, "         ", line);
	snprintf(line, sizeof(line),
		 "changes below %g %% are noise, where no history says otherwise",
		 100 * c->opt.floor);
	fmt_wrap(out, "noise    ", line);
	for (i = 0; i < c->nr_series; i++) {
		const struct cmp_series *s = &c->series[i];

		if (!s->headline || !s->noise_from)
			continue;
		snprintf(line, sizeof(line), "%s: %s, from %zu change%s between runs",
			 cmp_series_name(s, name, sizeof(name)), cmp_percent(buf, s->noise) + 1,
			 s->noise_from, s->noise_from == 1 ? "" : "s");
		fmt_wrap(out, "         ", line);
	}
}

int cmp_text(FILE *out, const struct compare *c, bool all)
{
	const char *label = cmp_label(c);
	char line[CMP_SENTENCE];

	fprintf(out, "lubench compare%s%s%s\n", label ? " [" : "", label ? label : "",
		label ? "]" : "");
	runs(out, c, CMP_BASE, "base     ");
	runs(out, c, CMP_NEW, "new      ");
	runs(out, c, CMP_HISTORY, "history  ");
	fprintf(out, "cycles   ok: base %zu of %zu, new %zu of %zu\n", c->ok[CMP_BASE],
		c->cycles[CMP_BASE], c->ok[CMP_NEW], c->cycles[CMP_NEW]);
	fprintf(out, "points   ok: base %zu of %zu, new %zu of %zu\n", c->points_ok[CMP_BASE],
		c->points[CMP_BASE], c->points_ok[CMP_NEW], c->points[CMP_NEW]);
	cmp_cautions(c, caution, out);
	table(out, c, all, true);
	if (all)
		table(out, c, all, false);
	rules(out, c);
	fmt_wrap(out, "verdict  ", cmp_sentence(c, line, sizeof(line)));
	return ferror(out) ? -EIO : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/compare/gate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

/* What the machine brings along. */
static const struct cmp_condition elsewhere_conditions[] = {
	{ "emulator", { "machine", "emulator" }, false },
	{ "compiler of the kernel", { "kernel", "provenance", "compiler" }, false },
	{ "source of the kernel", { "kernel", "provenance", "base", "version" }, false },
};

/* What this tree decides. Emulator and repetitions are conditions of every comparison. */
static const struct cmp_condition own_conditions[] = {
	{ "plan", { "plan" }, false },
	{ "cycles", { "cycles" }, false },
	{ "mode", { "mode" }, false },
	{ "probes", { "probes" }, false },
	{ "configuration of the kernel", { "kernel", "provenance", "config_sha256" }, false },
};

static void count_only(const char *what, void *arg)
{
	(void)what;
	(void)arg;
}

size_t gate_refusals(const struct compare *c, void (*each)(const char *what, void *arg), void *arg,
		     bool *elsewhere)
{
	size_t found = 0;

	*elsewhere = cmp_differences(c, elsewhere_conditions, ARRAY_LEN(elsewhere_conditions),
				     count_only, NULL);
	found += cmp_conditions(c, each, arg);
	found += cmp_differences(c, elsewhere_conditions + 1, ARRAY_LEN(elsewhere_conditions) - 1,
				 each, arg);
	found += cmp_differences(c, own_conditions, ARRAY_LEN(own_conditions), each, arg);
	return found;
}

/* Times have a few hundred instructions that come and go; counts have not. */
static double allowed(const struct gate *g, const struct gate_row *row)
{
	double share = g->tolerance * fabs(row->med[CMP_BASE]);

	return strcmp(row->series->first->unit, "ns") ? share : fmax(share, GATE_SOME_NS);
}

static void judge_row(struct gate *g, struct gate_row *row)
{
	double base = row->med[CMP_BASE], more = row->med[CMP_NEW] - base;

	row->change = NAN;
	if (isnan(base))
		return;
	g->compared++;
	if (isnan(row->med[CMP_NEW])) {
		row->lost = true;
		row->verdict = CMP_WORSE;
		row->why = row->point->null_why[CMP_NEW];
		g->lost++;
		return;
	}
	row->change = base > 0 ? more / base : NAN;
	row->verdict = fabs(more) <= allowed(g, row) ? CMP_SAME : more > 0 ? CMP_WORSE : CMP_BETTER;
	g->worse += row->verdict == CMP_WORSE;
	g->better += row->verdict == CMP_BETTER;
}

/* How long a kernel boots depends on when its disk answers, which the host paces even with icount. */
static bool gated(const struct cmp_series *s)
{
	return s->headline && strncmp(s->first->metric, "blackout.", strlen("blackout."));
}

/* What it takes to map large pages depends on where the memory lies, which is new in each launch: up to 6 %. */
static bool steady(const struct cmp_series *s, const struct cmp_point *p)
{
	return strncmp(s->first->metric, "fill", 4) || p->p->page_bytes <= GATE_SMALL_PAGE;
}

int gate_judge(struct gate *g, struct compare *c)
{
	size_t i, j;
	int err = cmp_reduce(c);

	for (i = 0; i < c->nr_series && !err; i++) {
		struct cmp_series *s = &c->series[i];

		for (j = 0; j < s->nr_points && gated(s) && !err; j++) {
			struct cmp_point *p = &s->points[j];
			struct gate_row *row;

			if (!steady(s, p) || (!p->obs[CMP_BASE].n && !p->obs[CMP_NEW].n))
				continue;
			row = model_grow((void **)&g->rows, &g->nr_rows, &g->cap_rows,
					 sizeof(*row));
			if (!row)
				return -ENOMEM;
			*row = (struct gate_row){
				.series = s,
				.point = p,
				.med = { cmp_point_median(p, CMP_BASE),
					 cmp_point_median(p, CMP_NEW) },
			};
			judge_row(g, row);
		}
	}
	return err;
}

enum cmp_outcome gate_outcome(const struct gate *g)
{
	if (g->worse || g->lost)
		return CMP_REGRESSION;
	return g->compared ? CMP_NO_REGRESSION : CMP_UNKNOWN;
}

static void name_of(const struct gate_row *row, char *buf, size_t len)
{
	size_t at;

	cmp_series_name(row->series, buf, len);
	at = strlen(buf);
	snprintf(buf + at, len - at, ": ");
	at = strlen(buf);
	cmp_point_name(row->point->p, buf + at, len - at);
}

static void text_row(FILE *out, const struct gate_row *row, struct notes *notes)
{
	char name[128], cell[CMP_SIDES][CELL], change[CELL], note[8] = "";
	int side;

	name_of(row, name, sizeof(name));
	for (side = 0; side < CMP_SIDES; side++) {
		if (isnan(row->med[side]))
			strcpy(cell[side], "-");
		else
			fmt_unit(cell[side], row->series->first->unit, row->med[side]);
	}
	if (row->lost)
		snprintf(note, sizeof(note), "(%c)",
			 notes_ref(notes, NULL, row->why ? row->why : "not measured any more"));
	fprintf(out, "%-60s%10s%10s%9s %s%s\n", name, cell[CMP_BASE], cell[CMP_NEW],
		cmp_percent(change, row->change),
		row->lost		    ? "LOST"
		: row->verdict == CMP_WORSE ? "WORSE"
		: row->verdict == CMP_NONE  ? "new"
					    : cmp_verdict_name(row->verdict),
		note);
}

static void sentence(FILE *out, const struct gate *g)
{
	char line[256], change[CELL];
	size_t i, at;

	if (gate_outcome(g) == CMP_UNKNOWN)
		snprintf(line, sizeof(line), "CANNOT SAY: the baseline has no number to compare");
	else
		snprintf(line, sizeof(line),
			 "%s: of %zu points %zu are worse, %zu lost, %zu better",
			 g->worse || g->lost ? "REGRESSION" : "PASS", g->compared, g->worse,
			 g->lost, g->better);
	fmt_wrap(out, "verdict  ", line);
	for (i = 0; i < g->nr_rows; i++) {
		if (g->rows[i].verdict != CMP_WORSE)
			continue;
		name_of(&g->rows[i], line, sizeof(line) / 2);
		at = strlen(line);
		if (!g->rows[i].lost)
			snprintf(line + at, sizeof(line) - at, ", %s",
				 cmp_percent(change, g->rows[i].change));
		fmt_wrap(out, g->rows[i].lost ? "lost     " : "worse    ", line);
	}
}

int gate_text(FILE *out, const struct gate *g, const struct compare *c)
{
	static const char *const heads[CMP_SIDES] = { "baseline ", "new      " };
	const char *label = cmp_label(c);
	struct notes notes = { 0 };
	char line[400];
	size_t i;

	fprintf(out, "lubench gate%s%s%s\n", label ? " [" : "", label ? label : "",
		label ? "]" : "");
	for (i = 0; i < c->nr_runs; i++) {
		provenance_line(c->runs[i].set, line, sizeof(line));
		fmt_wrap(out, heads[c->runs[i].side], line);
	}
	snprintf(
		line, sizeof(line),
		"medians of each point; more than %g %% above the baseline is worse, of times only if it is also more than %d ns",
		100 * g->tolerance, GATE_SOME_NS);
	fmt_wrap(out, "rule     ", line);
	fprintf(out, "\n%-60s%10s%10s%9s verdict\n", "", "baseline", "new", "change");
	for (i = 0; i < g->nr_rows; i++)
		text_row(out, &g->rows[i], &notes);
	notes_print(out, &notes);
	fputc('\n', out);
	sentence(out, g);
	return ferror(out) ? -EIO : 0;
}

void gate_free(struct gate *g)
{
	free(g->rows);
	memset(g, 0, sizeof(*g));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Did DMA go on during the kexec? One line a cycle, because one bad cycle must not hide in a
 * median, and a verdict by a stated rule.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/report/witness.h"

/*
 * How much longer than in any control window of the run the longest gap of a blackout may be, and that of the
 * time after it, in which the restored HWPT is attached and then replaced. Of the run, not of the same
 * cycle: what a busy host does to a device it does as often in one window as in another, and the
 * longest of several is less of a lottery.
 */
#define GAP_MARGIN_NS 10e6

/* A gap of which so much was taken off, because the host stood still in it, is not judged. */
#define HOST_MAX_NS 50e6

#define RULE                                                                                    \
	"rule: blackout, after gap <= longest control gap of the run + 10 ms, here %s; counts " \
	"advanced; lost, corrupt, faults 0; translation on"
#define RULE_ICOUNT                                                                      \
	"rule with icount, where nobody can tell gaps: counts advanced; lost, corrupt, " \
	"faults 0; translation on"

enum verdict {
	PASS,
	FAIL,
	UNDECIDED,
	HELD_UP,
	VERDICTS,
};

static const char *const words[VERDICTS] = { "pass", "FAIL", "undecided", "host" };

/* What was taken off the longest gap of a phase; NaN, or 0, where nothing was. */
static double host_share(const struct cycle *c, enum dma_phase phase)
{
	return c->gap[phase] - cycle_gap(c, phase);
}

/* Ends of a cycle that tell of the kernel; the others tell that nobody could see what it did. */
static bool kernel_failed(const char *outcome)
{
	return outcome && (!strcmp(outcome, "preserve-error") || !strcmp(outcome, "freeze-error") ||
			   !strncmp(outcome, "panic-", 6));
}

/* What a cycle fails on comes before what it lacks: a known failure is a failure. */
static enum verdict judge(const struct cycle *c, bool icount, double limit, const char **why)
{
	const double dark = cycle_gap(c, DMA_BLACKOUT), after = cycle_gap(c, DMA_AFTER);

	*why = NULL;
	if (kernel_failed(c->error) || !c->ok) {
		*why = c->error_why ? c->error_why : "no reason was recorded";
		return kernel_failed(c->error) ? FAIL : UNDECIDED;
	}
	if (cycle_errors(c, DMA_CORRUPT) > 0)
		*why = "data was corrupt";
	else if (cycle_errors(c, DMA_LOST) > 0)
		*why = "DMA was lost";
	else if (cycle_errors(c, DMA_FAULTS) > 0)
		*why = "the IOMMU reported faults";
	else if (c->off > 0)
		*why = "translation was switched off";
	else if (c->count[DMA_BLACKOUT] <= 0)
		*why = "the counter did not advance in the blackout";
	else if (c->count[DMA_AFTER] <= 0)
		*why = "the counter did not advance after the blackout";
	else if (dark > limit)
		*why = "the longest gap of the blackout exceeds the rule";
	else if (after > limit)
		*why = "the longest gap after the blackout exceeds the rule";
	if (*why)
		return FAIL;
	if (host_share(c, DMA_BLACKOUT) > HOST_MAX_NS || host_share(c, DMA_AFTER) > HOST_MAX_NS) {
		*why = "the host stood still for more than 50 ms of a gap";
		return HELD_UP;
	}
	if (!icount && (isnan(cycle_gap(c, DMA_CONTROL)) || isnan(dark) || isnan(after)))
		*why = "no dma.gap of control window, blackout or the time after";
	else if (isnan(c->count[DMA_BLACKOUT]))
		*why = "no dma.count of the blackout";
	else if (isnan(cycle_errors(c, DMA_LOST)) || isnan(cycle_errors(c, DMA_CORRUPT)) ||
		 isnan(cycle_errors(c, DMA_FAULTS)))
		*why = "no dma.lost, dma.corrupt or dma.faults";
	return *why ? UNDECIDED : PASS;
}

static void cell(FILE *out, struct notes *notes, const char *why, int width, double v, bool time)
{
	char buf[CELL];

	if (isnan(v))
		notes_missing(notes, buf, NULL, why ? why : "not measured in this cycle");
	else if (time)
		fmt_time(buf, v);
	else
		fmt_count(buf, v);
	fprintf(out, "%*s", width, buf);
}

static void carried(FILE *out, const struct lub_params *p)
{
	char text[3 * CELL], a[CELL], b[CELL];

	if (p && p->layout)
		snprintf(text, sizeof(text), "%u, all points", p->hwpts);
	else if (p)
		snprintf(text, sizeof(text), "%u x %s, %s", p->hwpts,
			 fmt_bytes(a, (double)p->ioas_bytes), fmt_bytes(b, (double)p->page_bytes));
	else
		snprintf(text, sizeof(text), "unknown");
	fprintf(out, "  %-19s", text);
}

static void row(FILE *out, struct notes *notes, const struct cycle *c, const char *verdict)
{
	fprintf(out, "%5u", c->id);
	carried(out, c->carried);
	cell(out, notes, c->missing, 11, c->count[DMA_BLACKOUT], false);
	cell(out, notes, c->missing, 6, cycle_errors(c, DMA_LOST), false);
	cell(out, notes, c->missing, 8, cycle_errors(c, DMA_CORRUPT), false);
	cell(out, notes, c->missing, 7, cycle_errors(c, DMA_FAULTS), false);
	cell(out, notes, c->missing, 9, cycle_gap(c, DMA_CONTROL), true);
	cell(out, notes, c->missing, 10, cycle_gap(c, DMA_BLACKOUT), true);
	cell(out, notes, c->missing, 9, cycle_gap(c, DMA_AFTER), true);
	fprintf(out, "  %s\n", verdict);
}

/* A cycle that is not ok has no numbers, and a reason instead. */
static void row_without_numbers(FILE *out, const struct cycle *c, const char *verdict,
				const char *why)
{
	char head[CELL], *text;

	snprintf(head, sizeof(head), "%5u  ", c->id);
	if (asprintf(&text, "%s: %s: %s", verdict, c->error, why) < 0) {
		fmt_wrap(out, head, "(out of memory)");
		return;
	}
	fmt_wrap(out, head, text);
	free(text);
}

/**
 * struct tally - verdicts of the cycles that are judged
 * @n: how many of each; a cycle in which the host stood still too long is not judged, like one
 *	that was skipped
 * @skipped: cycles that were left out by a stated reason, and are not judged
 * @missing: planned points without any outcome
 * @why: the first reason for not passing; that of a failure when there is one
 */
struct tally {
	unsigned int n[VERDICTS], skipped;
	size_t missing;
	const char *why;
};

static void verdict_line(FILE *out, const struct model *m, const struct tally *t, bool preserves)
{
	unsigned int judged = t->n[PASS] + t->n[FAIL] + t->n[UNDECIDED];
	char text[4 * COLUMNS], skipped[2 * CELL] = "";

	if (!preserves) {
		snprintf(text, sizeof(text),
			 "none in mode %s, a control: %u cycles keep to the rule of "
			 "mode preserve, %u do not, %u lack a number",
			 m->set->mode, t->n[PASS], t->n[FAIL], t->n[UNDECIDED]);
		fmt_wrap(out, "verdict: ", text);
		return;
	}
	if (t->skipped)
		snprintf(skipped, sizeof(skipped), ", %u skipped", t->skipped);
	if (t->n[HELD_UP])
		snprintf(skipped + strlen(skipped), sizeof(skipped) - strlen(skipped),
			 ", %u not judged as the host stood still", t->n[HELD_UP]);
	snprintf(text, sizeof(text), "%s: %u of %u cycles pass%s%s%.*s%s",
		 t->n[FAIL]					? "FAIL"
		 : t->n[UNDECIDED] || t->missing || !t->n[PASS] ? "UNDECIDED"
								: "PASS",
		 t->n[PASS], judged, skipped, t->why ? " (first that does not: " : "", 2 * COLUMNS,
		 t->why ? t->why : "", t->why ? ")" : "");
	fmt_wrap(out, "verdict: ", text);
	if (t->missing)
		fprintf(out, "         %zu planned points have no outcome, so it is not complete\n",
			t->missing);
}

/* These series are told cycle by cycle here; the rest of dma.* goes to the last table. */
static void mark_shown(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nr_series; i++) {
		const struct lub_sample *s = m->series[i].first;
		const char *phase = s->params.phase ? s->params.phase : "";
		/* and dma.gap.running */
		bool gap = !strncmp(s->metric, "dma.gap", 7) && model_same(s->clock, "host") &&
			   (!strcmp(phase, "control") || !strcmp(phase, "blackout") ||
			    !strcmp(phase, "after"));

		if (gap || !strncmp(s->metric, "translation.", 12) ||
		    !strcmp(s->metric, "dma.lost") || !strcmp(s->metric, "dma.corrupt") ||
		    !strcmp(s->metric, "dma.faults"))
			m->series[i].shown = true;
	}
}

bool witness_wanted(const struct model *m)
{
	size_t i;

	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].ok || (cycle_preserves(&m->cycles[i]) && m->cycles[i].error))
			return true;
	return false;
}

/* The longest gap that is none of the kexec, and the margin; NAN without any control window. */
static double gap_limit(const struct model *m, bool preserves)
{
	double longest = NAN;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].ok && preserves == cycle_preserves(&m->cycles[i]))
			longest = fmax(longest, cycle_gap(&m->cycles[i], DMA_CONTROL));
	return longest + GAP_MARGIN_NS;
}

static void rule_line(FILE *out, bool icount, double limit)
{
	char text[2 * COLUMNS], here[CELL] = "unknown";

	if (!isnan(limit))
		fmt_time(here, limit);
	snprintf(text, sizeof(text), icount ? RULE_ICOUNT : RULE, here);
	fmt_wrap(out, "", text);
}

static void judged_row(FILE *out, struct notes *notes, const struct cycle *c, bool icount,
		       double limit, struct tally *t)
{
	const char *why;
	enum verdict v = judge(c, icount, limit, &why);

	t->n[v]++;
	if (why && v != HELD_UP && (!t->why || (v == FAIL && t->n[FAIL] == 1)))
		t->why = why;
	if (c->ok && !kernel_failed(c->error))
		row(out, notes, c, words[v]);
	else
		row_without_numbers(out, c, words[v], why);
}

int section_witness(FILE *out, struct model *m)
{
	struct notes notes = { 0 };
	struct tally t = { 0 };
	bool preserves = false, icount = icount_run(m->set);
	double limit;
	size_t i;

	section_title(out, m,
		      "DMA witness: the device's own counter, watched over the whole kexec");
	fputs("       carried              dma.count                         longest time without DMA\n"
	      "cycle  HWPTs x IOAS, page    advanced  lost corrupt faults  control  blackout    after"
	      "  verdict\n",
	      out);
	for (i = 0; i < m->nr_cycles; i++)
		preserves |= cycle_preserves(&m->cycles[i]);
	limit = gap_limit(m, preserves);
	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];

		/* Next to cycles of mode preserve the others are there to show what the rule forbids. */
		if (c->ok && preserves && !cycle_preserves(c))
			row(out, &notes, c, c->mode);
		else if (c->ok || (c->error && cycle_preserves(c)))
			judged_row(out, &notes, c, icount, limit, &t);
		else if (c->outcome && cycle_preserves(c))
			t.skipped++;
	}
	if (m->set->planned > m->set->nr_outcomes)
		t.missing = m->set->planned - m->set->nr_outcomes;
	notes_print(out, &notes);
	witness_translation(out, m);
	if (!icount)
		witness_host(out, m, preserves);
	if (!icount && preserves)
		witness_own_window(out, m, GAP_MARGIN_NS);
	rule_line(out, icount, limit);
	verdict_line(out, m, &t, preserves);
	m->failed |= preserves && t.n[FAIL];
	m->undecided |= preserves && (t.n[UNDECIDED] || t.missing || !t.n[PASS]);
	mark_shown(m);
	return 0;
}

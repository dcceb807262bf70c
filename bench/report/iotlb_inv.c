// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenario iotlb: what a live update invalidates, step by step, and whether the kernel counts the same. */
#include <math.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/iotlb.h"
#include "bench/report/sections.h"

static const char *const steps[] = { "setup", "control", "preserve", "jump",
				     "kexec", "adopt",	 "replace",  "run" };

/* Steps of the live update itself: all but what comes before and the time after. */
#define FIRST_OWN 2
#define LAST_OWN 6

/* Up to here the outgoing kernel counts what it submits itself, and from there the incoming one. */
#define LAST_OUTGOING 2
#define FIRST_INCOMING 5

struct column {
	const char *head;
	struct iotlb_ask ask;
};

static const struct column columns[] = {
	{ "global", { .metric = "invalidations.global", .cache = "iotlb" } },
	{ "domain", { .metric = "invalidations.domain", .cache = "iotlb" } },
	{ "pages", { .metric = "invalidations.pages", .cache = "iotlb" } },
	{ "global", { .metric = "invalidations.global", .cache = "context" } },
	{ "domain", { .metric = "invalidations.domain", .cache = "context" } },
	{ "dut", { .metric = "invalidations.device", .cache = "context", .device = "dut" } },
	{ "other", { .metric = "invalidations.device", .cache = "context", .device = "other" } },
	{ "untyped", { .metric = "invalidations.untyped" } },
	{ "waits", { .metric = "invalidations.submits" } },
};

static bool has_step(const struct model *m, const char *mode, const char *step)
{
	size_t i;

	for (i = 0; i < m->set->nr_samples; i++)
		if (model_same(m->set->samples[i].params.step, step) &&
		    model_same(m->set->samples[i].params.mode, mode))
			return true;
	return false;
}

/*
 * Least and most over the cycles of a mode: one number where they agree. A cycle that lacks the number of
 * one of the steps has no total, and that is marked.
 */
static void range_cell(FILE *out, const struct model *m, const char *mode,
		       const struct iotlb_ask *ask, size_t first, size_t last, int width,
		       struct notes *notes)
{
	const char *why = "not measured in any cycle";
	double least = NAN, most = NAN;
	bool lacks = false;
	char text[2 * CELL], a[CELL], b[CELL];
	size_t i, s;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		double total = NAN, v;
		bool any = false;

		if (!c->ok || !model_same(c->mode, mode))
			continue;
		for (s = first; s <= last; s++) {
			struct iotlb_ask one = *ask;

			one.step = steps[s];
			/* a step that no cycle of the mode has is none of it; one without its number is missing */
			if (first < last && !has_step(m, mode, steps[s]))
				continue;
			v = iotlb_sum(m, c->id, &one, &why);
			total = any ? total + v : v;
			any = true;
		}
		if (isnan(total)) {
			lacks = true;
			continue;
		}
		least = fmin(least, total);
		most = fmax(most, total);
	}
	if (isnan(least))
		notes_missing(notes, text, NULL, why);
	else if (least < most)
		snprintf(text, sizeof(text), "%s-%s", fmt_count(a, least), fmt_count(b, most));
	else
		fmt_count(text, least);
	if (lacks && !isnan(least))
		fprintf(out, "%*s(%c)", width - 3, text, notes_ref(notes, NULL, why));
	else
		fprintf(out, "%*s", width, text);
}

static void row(FILE *out, const struct model *m, const char *mode, const char *name, size_t first,
		size_t last, struct notes *notes)
{
	size_t k;

	fprintf(out, "%-12s", name);
	for (k = 0; k < ARRAY_LEN(columns); k++)
		range_cell(out, m, mode, &columns[k].ask, first, last, 9, notes);
	fputc('\n', out);
}

void iotlb_invalidations(FILE *out, const struct model *m, const char *mode, struct notes *notes)
{
	char title[COLUMNS];
	size_t k, s;

	snprintf(title, sizeof(title),
		 "Invalidations that the software issues, mode %s: a cycle, least-most", mode);
	section_title(out, m, title);
	fputs("            IOTLB                      context or configuration\n", out);
	fprintf(out, "%-12s", "step");
	for (k = 0; k < ARRAY_LEN(columns); k++)
		fprintf(out, "%9s", columns[k].head);
	fputc('\n', out);
	for (s = 0; s < ARRAY_LEN(steps); s++)
		if (has_step(m, mode, steps[s]))
			row(out, m, mode, steps[s], s, s, notes);
	row(out, m, mode, "live update", FIRST_OWN, LAST_OWN, notes);
	fputs("setup, control, run: no part of the live update; dut: for the device under test;\n"
	      "untyped: descriptors of types that this emulator does not trace; waits: for completion\n",
	      out);
}

/* The trace's count of waits from one step to another, of those steps that the cycle has. */
static double waits(const struct model *m, const struct cycle *c, size_t first, size_t last,
		    const char **why)
{
	double sum = 0;
	size_t k;

	for (k = first; k <= last; k++) {
		struct iotlb_ask a = { .metric = "invalidations.submits", .step = steps[k] };

		if (has_step(m, c->mode, steps[k]))
			sum += iotlb_sum(m, c->id, &a, why);
	}
	return sum;
}

void iotlb_kernel_line(FILE *out, struct model *m)
{
	/* What each kernel counted itself: all of it less that of phase after is the outgoing one's. */
	static const struct iotlb_ask all = { .metric = "invalidations.submits", .kernel = true },
				      after = { .metric = "invalidations.submits",
						.phase = "after",
						.kernel = true };
	const char *why = "no cycle has a count";
	unsigned int n = 0, same = 0, both = 0;
	char text[2 * COLUMNS];
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		double calls, incoming, before, behind;

		if (!c->ok)
			continue;
		calls = iotlb_sum(m, c->id, &all, &why);
		incoming = iotlb_sum(m, c->id, &after, &why);
		before = waits(m, c, 0, LAST_OUTGOING, &why);
		behind = waits(m, c, FIRST_INCOMING, LAST_OWN, &why);
		if (isnan(calls) || isnan(before))
			continue;
		n++;
		/* records from before the incoming kernel counted, too, have the first half only */
		both += !isnan(incoming) && !isnan(behind);
		same += isnan(incoming) || isnan(behind)
				? calls == before
				: calls - incoming == before && incoming == behind;
	}
	snprintf(
		text, sizeof(text),
		"%s: its own count of submissions, from setup to preserve%s, is that of the trace in %u of %u cycles",
		same < n	   ? "DISAGREES"
		: n < m->ok_cycles ? "UNDECIDED, as not all cycles have both counts"
				   : "agrees",
		both == n ? " and from adopt to replace" : "", same, n);
	m->failed |= same < n;
	fmt_wrap(out, "kernel: ", n ? text : why);
}

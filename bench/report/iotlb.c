// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario iotlb: lookups, invalidations and what it costs until the IOTLB is warm again. Invalidations are
 * what the software does; everything else here is also what the model or the chip makes of it.
 */
#include <math.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

static const char *const phases[] = { "before", "blackout", "after" };
static const char *const steps[] = { "setup", "control", "preserve", "jump",
				     "kexec", "adopt",	 "replace",  "run" };

/* Steps of the live update itself: all but what comes before and the time after. */
#define FIRST_OWN 2
#define LAST_OWN 6

/* What a number is asked for; NULL takes all there is. */
struct ask {
	const char *metric, *phase, *step, *device, *cache;
	bool kernel;
};

struct column {
	const char *head;
	struct ask ask;
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

static bool fits(const char *asked, const char *is)
{
	return !asked || model_same(asked, is);
}

/* The sum over what is not asked for, NaN when there is nothing; *why then says why when the records do. */
static double sum(const struct model *m, uint32_t cycle, const struct ask *a, const char **why)
{
	double total = NAN;
	size_t i;

	for (i = 0; i < m->set->nr_samples; i++) {
		const struct lub_sample *s = &m->set->samples[i];

		if (s->cycle != cycle || strcmp(s->metric, a->metric) ||
		    !fits(a->phase, s->params.phase) || !fits(a->step, s->params.step) ||
		    !fits(a->device, s->params.device) || !fits(a->cache, s->params.cache) ||
		    a->kernel != !s->params.observer)
			continue;
		if (s->reason) {
			*why = s->reason;
			return NAN;
		}
		total = (isnan(total) ? 0 : total) + (double)s->value;
	}
	return total;
}

static void cell(FILE *out, struct notes *notes, int width, const char *unit, double v,
		 const char *why)
{
	char buf[CELL];

	if (isnan(v))
		notes_missing(notes, buf, NULL, why);
	else
		fmt_unit(buf, unit, v);
	fprintf(out, "%*s", width, buf);
}

static void point(FILE *out, const struct cycle *c)
{
	const struct lub_params *p = c->carried;
	char page[CELL];

	if (p)
		fprintf(out, "%-8s %5u %5u %5s %4u", c->mode, c->id, p->hwpts,
			fmt_bytes(page, (double)p->page_bytes), p->working_set);
	else
		fprintf(out, "%-8s %5u %16s", c->mode, c->id, "unknown");
}

#define POINT_HEAD "mode     cycle HWPTs  page  set"
#define POINT_WIDTH 31

static void lookups(FILE *out, const struct model *m, struct notes *notes)
{
	static const char missing[] = "not measured in this cycle";
	size_t i, p;

	section_title(out, m,
		      "Lookups of the device under test: of this IOMMU, not of the software");
	fputs(POINT_HEAD "  phase          hits    misses hit rate context emptied    others\n",
	      out);
	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];

		if (!c->ok)
			continue;
		for (p = 0; p < ARRAY_LEN(phases); p++) {
			struct ask a = { .metric = "iotlb.hits",
					 .phase = phases[p],
					 .device = "dut" };
			const char *why = missing;
			double hits = sum(m, c->id, &a, &why), misses, others;

			if (p)
				fprintf(out, "%*s", POINT_WIDTH, "");
			else
				point(out, c);
			a.metric = "iotlb.misses";
			misses = sum(m, c->id, &a, &why);
			fprintf(out, "  %-8s", phases[p]);
			cell(out, notes, 11, "count", hits, why);
			cell(out, notes, 10, "count", misses, why);
			if (hits + misses > 0)
				fprintf(out, " %6.2f %%", 100 * hits / (hits + misses));
			else
				fprintf(out, " %8s", "-");
			a.metric = "context.misses";
			cell(out, notes, 8, "count", sum(m, c->id, &a, &why), why);
			a.device = NULL;
			a.metric = "iotlb.emptied";
			cell(out, notes, 8, "count", sum(m, c->id, &a, &why), why);
			a.device = "other";
			a.metric = "iotlb.hits";
			others = sum(m, c->id, &a, &why);
			a.metric = "iotlb.misses";
			cell(out, notes, 10, "count", others + sum(m, c->id, &a, &why), why);
			fputc('\n', out);
		}
	}
	fputs("set: pages that the device goes over in a loop; context: misses of the context (VT-d) or\n"
	      "configuration (SMMUv3) cache; emptied: times that the model emptied its full IOTLB, which a\n"
	      "chip does not do; others: lookups of other devices\n",
	      out);
}

/* Least and most over the cycles of a mode: one number where they agree. */
static void range_cell(FILE *out, const struct model *m, const char *mode, const struct ask *ask,
		       size_t first, size_t last, int width, struct notes *notes)
{
	const char *why = "not measured in any cycle";
	double least = NAN, most = NAN;
	char text[2 * CELL], a[CELL], b[CELL];
	size_t i, s;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		double total = NAN, v;

		if (!c->ok || !model_same(c->mode, mode))
			continue;
		for (s = first; s <= last; s++) {
			struct ask one = *ask;

			one.step = steps[s];
			v = sum(m, c->id, &one, &why);
			if (!isnan(v))
				total = (isnan(total) ? 0 : total) + v;
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
	fprintf(out, "%*s", width, text);
}

static bool has_step(const struct model *m, const char *mode, const char *step)
{
	size_t i;

	for (i = 0; i < m->set->nr_samples; i++)
		if (model_same(m->set->samples[i].params.step, step) &&
		    model_same(m->set->samples[i].params.mode, mode))
			return true;
	return false;
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

static void invalidations(FILE *out, const struct model *m, const char *mode, struct notes *notes)
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

/* Does the kernel's own count of what it submits agree with what the trace shows? */
static void kernel_line(FILE *out, const struct model *m)
{
	static const struct ask own = { .metric = "invalidations.submits", .kernel = true };
	static const char *const counted[] = { "setup", "control", "preserve" };
	const char *why = "no cycle has a count";
	unsigned int n = 0, same = 0;
	char text[2 * COLUMNS];
	size_t i, k;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		double calls, waits = 0;

		if (!c->ok)
			continue;
		calls = sum(m, c->id, &own, &why);
		for (k = 0; k < ARRAY_LEN(counted); k++) {
			struct ask a = { .metric = "invalidations.submits", .step = counted[k] };

			waits += sum(m, c->id, &a, &why);
		}
		if (isnan(calls) || isnan(waits))
			continue;
		n++;
		same += calls == waits;
	}
	snprintf(
		text, sizeof(text),
		"%s: its own count of submissions, from setup to preserve, is that of the trace in %u of %u cycles",
		same == n ? "agrees" : "DISAGREES", same, n);
	fmt_wrap(out, "kernel: ", n ? text : why);
}

static void cold(FILE *out, const struct model *m, struct notes *notes)
{
	static const char *const at[] = { "kexec", "adopt", "replace" };
	size_t i, k;

	section_title(out, m,
		      "Until the hit rate is back: misses and time, by the step that it fell in");
	fputs(POINT_HEAD "          kexec               adopt             replace\n", out);
	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];

		if (!c->ok)
			continue;
		point(out, c);
		for (k = 0; k < ARRAY_LEN(at); k++) {
			struct ask a = { .metric = "iotlb.cold.misses", .step = at[k] };
			const char *why = "mode without this step";

			cell(out, notes, 9, "count", sum(m, c->id, &a, &why), why);
			a.metric = "iotlb.cold.time";
			cell(out, notes, 11, "ns", sum(m, c->id, &a, &why), why);
		}
		fputc('\n', out);
	}
	fputs("measured in windows of 256 lookups: below the level is one with more misses than the control\n"
	      "window ever had; what it costs on a chip depends on its own caches\n",
	      out);
}

static void unknown_line(FILE *out, const struct model *m)
{
	static const struct ask ask = { .metric = "trace.unknown" };
	const char *why = NULL;
	double total = 0, v;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		v = sum(m, m->cycles[i].id, &ask, &why);
		total += isnan(v) ? 0 : v;
	}
	if (total > 0)
		fprintf(out,
			"trace: %.0f lines were not understood: the counts may lack something\n",
			total);
}

static void mark_shown(struct model *m)
{
	static const char *const prefixes[] = { "iotlb.", "context.", "invalidations.", "trace." };
	size_t i, k;

	for (i = 0; i < m->nr_series; i++)
		for (k = 0; k < ARRAY_LEN(prefixes); k++)
			if (!strncmp(m->series[i].first->metric, prefixes[k], strlen(prefixes[k])))
				m->series[i].shown = true;
}

int section_iotlb(FILE *out, struct model *m)
{
	static const char *const modes[] = { "preserve", "rebuild", "crash" };
	struct notes notes = { 0 };
	size_t i, k;

	if (!model_same(json_string_value(json_object_get(m->set->run, "scenario")), "iotlb"))
		return 0;
	lookups(out, m, &notes);
	for (k = 0; k < ARRAY_LEN(modes); k++) {
		for (i = 0; i < m->nr_cycles; i++)
			if (m->cycles[i].ok && model_same(m->cycles[i].mode, modes[k]))
				break;
		if (i < m->nr_cycles)
			invalidations(out, m, modes[k], &notes);
	}
	kernel_line(out, m);
	cold(out, m, &notes);
	notes_print(out, &notes);
	unknown_line(out, m);
	mark_shown(m);
	return 0;
}

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
#include "bench/report/iotlb.h"
#include "bench/report/sections.h"

static const char *const phases[] = { "before", "blackout", "after" };

static bool fits(const char *asked, const char *is)
{
	return !asked || model_same(asked, is);
}

double iotlb_sum(const struct model *m, uint32_t cycle, const struct iotlb_ask *a, const char **why)
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
			struct iotlb_ask a = { .metric = "iotlb.hits",
					       .phase = phases[p],
					       .device = "dut" };
			const char *why = missing;
			double hits = iotlb_sum(m, c->id, &a, &why), misses, traced, others;

			if (p)
				fprintf(out, "%*s", POINT_WIDTH, "");
			else
				point(out, c);
			a.metric = "iotlb.misses";
			misses = iotlb_sum(m, c->id, &a, &why);
			a.metric = "iotlb.misses.traced";
			traced = iotlb_sum(m, c->id, &a, &why);
			fprintf(out, "  %-8s", phases[p]);
			cell(out, notes, 11, "count", hits, why);
			cell(out, notes, 10, "count", misses, why);
			if (hits + traced > 0)
				fprintf(out, " %6.2f %%", 100 * hits / (hits + traced));
			else
				fprintf(out, " %8s", "-");
			a.metric = "context.misses";
			cell(out, notes, 8, "count", iotlb_sum(m, c->id, &a, &why), why);
			a.device = NULL;
			a.metric = "iotlb.emptied";
			cell(out, notes, 8, "count", iotlb_sum(m, c->id, &a, &why), why);
			a.device = "other";
			a.metric = "iotlb.hits";
			others = iotlb_sum(m, c->id, &a, &why);
			a.metric = "iotlb.misses";
			cell(out, notes, 10, "count", others + iotlb_sum(m, c->id, &a, &why), why);
			fputc('\n', out);
		}
	}
	fputs("hits, and so the rate: in the blackout of its first 300 ms and its end only; misses: of all of it\n"
	      "set: pages that the device goes over in a loop; context: misses of the context (VT-d) or\n"
	      "configuration (SMMUv3) cache; emptied: times that the model emptied its full IOTLB, which a\n"
	      "chip does not do; others: lookups of other devices\n",
	      out);
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
			struct iotlb_ask a = { .metric = "iotlb.cold.misses", .step = at[k] };
			const char *why = "mode without this step";

			cell(out, notes, 9, "count", iotlb_sum(m, c->id, &a, &why), why);
			a.metric = "iotlb.cold.time";
			cell(out, notes, 11, "ns", iotlb_sum(m, c->id, &a, &why), why);
		}
		fputc('\n', out);
	}
	fputs("measured in windows of 256 lookups: below the level is one with more misses than the control\n"
	      "window ever had; what it costs on a chip depends on its own caches\n",
	      out);
}

static void unknown_line(FILE *out, struct model *m)
{
	static const struct iotlb_ask ask = { .metric = "trace.unknown" };
	const char *why = NULL;
	double total = 0, v;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		v = iotlb_sum(m, m->cycles[i].id, &ask, &why);
		total += isnan(v) ? 0 : v;
	}
	if (total > 0)
		fprintf(out,
			"trace: FAIL: %.0f lines were not understood: the counts lack something\n",
			total);
	m->failed |= total > 0;
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

bool iotlb_run(const struct model *m)
{
	return model_same(json_string_value(json_object_get(m->set->run, "scenario")), "iotlb");
}

int section_iotlb(FILE *out, struct model *m)
{
	static const char *const modes[] = { "preserve", "rebuild", "crash" };
	struct notes notes = { 0 };
	size_t i, k;

	if (!iotlb_run(m))
		return 0;
	lookups(out, m, &notes);
	for (k = 0; k < ARRAY_LEN(modes); k++) {
		for (i = 0; i < m->nr_cycles; i++)
			if (m->cycles[i].ok && model_same(m->cycles[i].mode, modes[k]))
				break;
		if (i < m->nr_cycles)
			iotlb_invalidations(out, m, modes[k], &notes);
	}
	iotlb_kernel_line(out, m);
	cold(out, m, &notes);
	notes_print(out, &notes);
	unknown_line(out, m);
	mark_shown(m);
	return 0;
}

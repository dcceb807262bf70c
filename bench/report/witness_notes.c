// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines below the table of the DMA witness. */
#include <math.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/model.h"
#include "bench/report/witness.h"

/*
 * What a device that goes on would meet: the reason why DMA has to be stopped without the series. VT-d
 * without translation passes all of it; an SMMUv3 does what GBPA.ABORT says, which the kernel sets (SMMUv3
 * specification, 6.3.15).
 */
void witness_translation(FILE *out, const struct model *m)
{
	unsigned int off = 0, seen = 0, asked = 0, can = 0;
	const char *target = json_string_value(json_object_get(m->set->run, "target"));
	bool vtd = target && !strncmp(target, "vtd", 3);
	char text[3 * COLUMNS];
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];

		if (!c->ok || isnan(c->off))
			continue;
		seen++;
		off += c->off > 0;
		can += c->off > 0 && !isnan(c->aborts);
		asked += c->off > 0 && c->aborts > 0;
	}
	if (!seen)
		return;
	if (!off)
		snprintf(text, sizeof(text), "never switched off, in %u of %u cycles", seen, seen);
	else if (!can)
		snprintf(text, sizeof(text), "switched off in %u of %u cycles: %s then", off, seen,
			 vtd ? "bypass, all DMA passes untranslated"
			     : "bypass or abort, which nobody looked at,");
	else
		snprintf(
			text, sizeof(text),
			"switched off in %u of %u cycles: %s then; the kernel set GBPA.ABORT in %u of them%s",
			off, seen,
			asked == off ? "abort"
			: asked	     ? "bypass or abort"
				     : "bypass",
			asked,
			asked ? ", which QEMU before version 8.1 does not have: it passes all DMA"
			      : "");
	fmt_wrap(out, "translation: ", text);
}

/* What the times of the table leave out. */
void witness_host(FILE *out, const struct model *m, bool preserves)
{
	double worst[DMA_PHASES] = { NAN, NAN, NAN };
	char text[3 * COLUMNS], a[CELL], b[CELL], c[CELL];
	bool watched = false, any = false;
	size_t i;
	int k;

	for (i = 0; i < m->nr_cycles; i++) {
		if (!m->cycles[i].ok || preserves != cycle_preserves(&m->cycles[i]))
			continue;
		for (k = 0; k < DMA_PHASES; k++) {
			worst[k] = fmax(worst[k], m->cycles[i].gap[k]);
			watched |= !isnan(m->cycles[i].running[k]);
			any |= !isnan(m->cycles[i].gap[k]);
		}
	}
	if (!any)
		return;
	if (!watched) {
		fmt_wrap(out, "host: ", "nobody watched whether it stood still meanwhile");
		return;
	}
	snprintf(text, sizeof(text),
		 "the times above leave out when a processor of it stood still. With that the "
		 "longest are %s (control), %s (blackout), %s (after)",
		 fmt_time(a, worst[DMA_CONTROL]), fmt_time(b, worst[DMA_BLACKOUT]),
		 fmt_time(c, worst[DMA_AFTER]));
	fmt_wrap(out, "host: ", text);
}

/* The stricter comparison, one window against one; each is a draw, so it is told and not judged. */
void witness_own_window(FILE *out, const struct model *m, double margin)
{
	unsigned int n = 0, within = 0;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		double own = cycle_gap(c, DMA_CONTROL) + margin;

		if (!c->ok || !cycle_preserves(c) || isnan(own) ||
		    isnan(cycle_gap(c, DMA_BLACKOUT)))
			continue;
		n++;
		within += cycle_gap(c, DMA_BLACKOUT) <= own;
	}
	if (n)
		fprintf(out,
			"own window: blackout gap within %.0f ms of the same cycle's control gap in %u of %u cycles\n",
			margin / 1e6, within, n);
}

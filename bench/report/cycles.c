// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the samples say about single cycles: the DMA witness, and what was carried over.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/model.h"

struct cycle *cycle_find(struct model *m, uint32_t id)
{
	struct cycle *c;
	size_t i;

	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].id == id)
			return &m->cycles[i];
	c = model_grow((void **)&m->cycles, &m->nr_cycles, &m->cap_cycles, sizeof(*c));
	if (!c)
		return NULL;
	c->id = id;
	for (i = 0; i < DMA_PHASES; i++)
		c->gap[i] = c->running[i] = c->count[i] = NAN;
	c->off = c->aborts = NAN;
	for (i = 0; i < DMA_ERRORS; i++)
		c->errors[i][DMA_AGENT] = c->errors[i][DMA_OUTSIDE] = NAN;
	return c;
}

/* Two observers may tell the same thing: @prefer wins over what is there already. */
static void take(double *slot, double v, bool prefer)
{
	if (isnan(*slot) || prefer)
		*slot = v;
}

static int add_witness(struct model *m, const struct lub_sample *s)
{
	static const char *const phases[DMA_PHASES] = { "control", "blackout", "after" };
	static const char *const errors[DMA_ERRORS] = { "dma.lost", "dma.corrupt", "dma.faults" };
	bool off = !strcmp(s->metric, "translation.off");
	bool aborts = !strcmp(s->metric, "translation.aborts");
	struct cycle *c;
	double *e;
	int i;

	if (strncmp(s->metric, "dma.", 4) && !off && !aborts)
		return 0;
	c = cycle_find(m, s->cycle);
	if (!c)
		return -ENOMEM;
	if (off && !s->reason)
		c->off = (double)s->value;
	if (aborts && !s->reason)
		c->aborts = (double)s->value;
	if (s->reason) {
		if (!c->missing && strcmp(s->metric, "dma.gap.running"))
			c->missing = s->reason;
		return 0;
	}
	for (i = 0; i < DMA_PHASES; i++) {
		if (!model_same(s->params.phase, phases[i]))
			continue;
		/* gaps: the outside observer sees them all; counts: the agents' own stamps */
		if (!strcmp(s->metric, "dma.gap"))
			take(&c->gap[i], (double)s->value, model_same(s->clock, "host"));
		else if (!strcmp(s->metric, "dma.gap.running"))
			c->running[i] = (double)s->value;
		else if (!strcmp(s->metric, "dma.count"))
			take(&c->count[i], (double)s->value, !s->params.observer);
	}
	for (i = 0; i < DMA_ERRORS; i++) {
		if (strcmp(s->metric, errors[i]))
			continue;
		e = &c->errors[i][s->params.observer ? DMA_OUTSIDE : DMA_AGENT];
		*e = (isnan(*e) ? 0 : *e) + (double)s->value;
	}
	return 0;
}

/* Only what is measured at or after the kexec tells which state was carried over it. */
static int add_carried(struct model *m, const struct lub_sample *s)
{
	static const char *const names[] = { "dma.",	  "blackout.", "jump",	"restore.",
					     "retrieve.", "finish",    "freeze" };
	struct cycle *c;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strncmp(s->metric, names[i], strlen(names[i])))
			continue;
		c = cycle_find(m, s->cycle);
		if (!c)
			return -ENOMEM;
		if (!c->carried)
			c->carried = &s->params;
		break;
	}
	return 0;
}

int cycle_add_sample(struct model *m, const struct lub_sample *s)
{
	return add_witness(m, s) || add_carried(m, s) ? -ENOMEM : 0;
}

bool cycle_preserves(const struct cycle *c)
{
	return !c->mode || !strcmp(c->mode, "preserve");
}

double cycle_gap(const struct cycle *c, enum dma_phase phase)
{
	return isnan(c->running[phase]) ? c->gap[phase] : c->running[phase];
}

double cycle_errors(const struct cycle *c, enum dma_error error)
{
	/* fmax() takes the other one when one is NaN */
	return fmax(c->errors[error][DMA_AGENT], c->errors[error][DMA_OUTSIDE]);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario blackout: the three blackouts in each mode, every cycle, and how the agents' clock and the
 * outside witness agree on the length that both can see.
 */
#include <math.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

/* How far the two clocks may be apart before neither is to be believed. */
#define AGREE 0.02

struct number {
	const char *metric;
	const char *clock; /* "host", or NULL for the raw counter of the agents */
	const char *about;
};

static const struct number numbers[BLACKOUT_NR] = {
	[BLACKOUT_CPU] = { "blackout.cpu", NULL, "last user instruction to the first one" },
	[BLACKOUT_SERVICE] = { "blackout.service", NULL,
			       "last completion served to the first one" },
	[BLACKOUT_DMA] = { "blackout.dma", "host", "longest time without DMA" },
};

static const char *const modes[] = { "preserve", "rebuild", "crash" };

static bool is_number(const struct lub_sample *s, const char *metric, const char *clock)
{
	return !strcmp(s->metric, metric) &&
	       (clock ? model_same(s->clock, clock) : !s->params.observer);
}

/* One number of one cycle, NaN without; *why then says why when the records do. */
static double value_of(const struct model *m, uint32_t cycle, const char *metric, const char *clock,
		       const char **why)
{
	size_t i;

	for (i = 0; i < m->set->nr_samples; i++) {
		const struct lub_sample *s = &m->set->samples[i];

		if (s->cycle != cycle || !is_number(s, metric, clock))
			continue;
		if (!s->reason)
			return (double)s->value;
		*why = s->reason;
	}
	return NAN;
}

double blackout_value(const struct model *m, uint32_t cycle, int number)
{
	const char *why;

	return value_of(m, cycle, numbers[number].metric, numbers[number].clock, &why);
}

const char *blackout_name(int number)
{
	return numbers[number].metric;
}

double blackout_median(const struct model *m, int number, const char *mode)
{
	const struct number *n = &numbers[number];
	size_t i;

	for (i = 0; i < m->nr_series; i++) {
		const struct series *se = &m->series[i];

		if (is_number(se->first, n->metric, n->clock) &&
		    model_same(se->first->params.mode, mode) && se->values.n)
			return stats_median(se->values.v, se->values.n);
	}
	return NAN;
}

bool blackout_run(const struct model *m)
{
	return model_same(json_string_value(json_object_get(m->set->run, "scenario")), "blackout");
}

static void cell(FILE *out, struct notes *notes, int width, double v, const char *why)
{
	char buf[CELL];

	if (isnan(v))
		notes_missing(notes, buf, NULL, why);
	else
		fmt_time(buf, v);
	fprintf(out, "%*s", width, buf);
}

/* One line a cycle, then the median; a cycle of another outcome is in the list of outcomes. */
static void mode_rows(FILE *out, const struct model *m, const char *mode, struct notes *notes)
{
	const char *why;
	size_t i, k;

	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];

		if (!c->ok || !model_same(c->mode, mode))
			continue;
		fprintf(out, "%-9s %5u", mode, c->id);
		for (k = 0; k < BLACKOUT_NR; k++) {
			why = "not measured in this mode";
			cell(out, notes, 12,
			     value_of(m, c->id, numbers[k].metric, numbers[k].clock, &why), why);
		}
		fputc('\n', out);
	}
	fprintf(out, "%-9s %5s", mode, "med.");
	for (k = 0; k < BLACKOUT_NR; k++)
		cell(out, notes, 12, blackout_median(m, (int)k, mode), "no cycle has it");
	fputc('\n', out);
}

static bool has_mode(const struct model *m, const char *mode)
{
	size_t i;

	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].ok && model_same(m->cycles[i].mode, mode))
			return true;
	return false;
}

/*
 * The stages of the waterfall between two moments that the witness page shows to the outside too. Two
 * clocks that disagree are a FAIL: one of them tells no time, or a stamp is not what it is called.
 */
static void cross_check(FILE *out, struct model *m, struct notes *notes)
{
	unsigned int n = 0, apart = 0;
	double worst = 0;
	size_t i;

	section_title(out, m,
		      "Do the stages add up? Last heartbeat to the first store after the kexec");
	fputs("mode      cycle  sum of stages  from outside  difference\n", out);
	for (i = 0; i < m->nr_cycles; i++) {
		const struct cycle *c = &m->cycles[i];
		const char *why = "not seen from outside";
		double sum, host, off;
		char buf[CELL];

		if (!c->ok || model_same(c->mode, "crash"))
			continue;
		sum = waterfall_sum(m, c->id, "beat.last", "blackout.end");
		host = value_of(m, c->id, "blackout.witness", "host", &why);
		fprintf(out, "%-9s %5u", c->mode, c->id);
		cell(out, notes, 16, sum, "the waterfall lacks the stamps");
		cell(out, notes, 14, host, why);
		off = host - sum;
		if (!isnan(off)) {
			n++;
			apart += fabs(off) > AGREE * host;
			worst = fmax(worst, fabs(off) / host);
			fprintf(out, "%12s  %+.2f %%", fmt_time(buf, off), 100 * off / host);
		}
		fputc('\n', out);
	}
	if (n)
		fprintf(out,
			"clocks: %s: %u of %u cycles within %.0f %%, the worst %.2f %% apart\n",
			apart ? "DISAGREE" : "agree", n - apart, n, 100 * AGREE, 100 * worst);
	else
		fputs("clocks: no cycle was seen from outside\n", out);
	m->failed |= apart > 0;
}

static void mark_shown(struct model *m)
{
	size_t i, k;

	for (i = 0; i < m->nr_series; i++) {
		const struct lub_sample *s = m->series[i].first;

		for (k = 0; k < BLACKOUT_NR; k++)
			m->series[i].shown |= is_number(s, numbers[k].metric, numbers[k].clock);
		m->series[i].shown |= is_number(s, "blackout.witness", "host");
	}
}

int section_blackout(FILE *out, struct model *m)
{
	struct notes notes = { 0 };
	size_t i;
	int ret;

	if (!blackout_run(m))
		return 0;
	section_title(out, m, "The three blackouts, every cycle");
	fputs("mode      cycle         cpu     service         dma\n", out);
	for (i = 0; i < ARRAY_LEN(modes); i++)
		if (has_mode(m, modes[i]))
			mode_rows(out, m, modes[i], &notes);
	for (i = 0; i < BLACKOUT_NR; i++)
		fprintf(out, "%-17s%s\n", numbers[i].metric, numbers[i].about);
	ret = blackout_ratios(out, m, &notes);
	cross_check(out, m, &notes);
	notes_print(out, &notes);
	mark_shown(m);
	return ret;
}

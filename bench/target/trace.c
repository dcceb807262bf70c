// SPDX-License-Identifier: GPL-2.0-or-later
/* The stream of a trace: lines, steps, and when the IOTLB is warm again. */
#include "bench/target/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/target/trace_priv.h"

struct trace *trace_new(uint16_t sid)
{
	struct trace *t = calloc(1, sizeof(*t));

	if (t)
		t->sid = sid;
	return t;
}

void trace_free(struct trace *t)
{
	free(t);
}

void trace_cycle(struct trace *t, uint32_t cycle)
{
	memset(t->at, 0, sizeof(t->at));
	t->cycle = cycle;
	t->step = t->before = LUB_STEP_NONE;
	t->desc_step = LUB_STEP_NONE;
	t->lines = t->unknown = 0;
	t->first_unknown[0] = '\0';
	t->w = (struct trace_window){ 0 };
	t->level_n = 0;
	t->level_max = 0;
	t->cold = false;
}

enum trace_whose trace_whose(const struct trace *t, uint16_t sid)
{
	return sid == t->sid ? TRACE_DUT : TRACE_OTHER;
}

void trace_context_miss(struct trace *t, uint16_t sid)
{
	trace_now(t)->context[trace_whose(t, sid)]++;
}

static void end_cold(struct trace *t, int64_t ns)
{
	struct trace_counts *c = &t->at[t->cold_step];

	t->cold = false;
	if (ns < 0 || t->cold_ns < 0 || c->cold_ns < 0)
		c->cold_ns = -1;
	else
		c->cold_ns += ns - t->cold_ns;
}

/*
 * More misses than the worst window of the control step had, and more than chance adds to those where
 * there always are some: three times the spread of a count of that size.
 */
static bool is_cold(const struct trace *t)
{
	double over = (double)t->w.misses - t->level_max;

	return over > 0 && over * over > 9.0 * t->level_max;
}

static void end_window(struct trace *t)
{
	if (t->w.step == LUB_STEP_CONTROL) {
		t->level_n++;
		if (t->w.misses > t->level_max)
			t->level_max = t->w.misses;
	} else if (t->level_n && is_cold(t)) {
		if (!t->cold) {
			t->cold = true;
			t->cold_step = t->w.step;
			t->cold_ns = t->w.start_ns;
		}
		t->at[t->cold_step].cold_misses += t->w.misses;
	} else if (t->cold) {
		end_cold(t, t->w.start_ns);
	}
	t->w.n = t->w.misses = 0;
}

void trace_lookup(struct trace *t, const struct trace_line *l, uint16_t sid, bool hit)
{
	enum trace_whose whose = trace_whose(t, sid);
	struct trace_counts *c = trace_now(t);

	if (hit)
		c->hits[whose]++;
	else
		c->misses[whose]++;
	if (!hit && t->hits)
		c->traced[whose]++;
	/* Misses alone tell no rate. */
	if (!t->hits)
		return;
	if (whose != TRACE_DUT || t->step == LUB_STEP_NONE)
		return;
	if (!t->w.n) {
		t->w.step = t->step;
		t->w.start_ns = l->ns;
	}
	t->w.n++;
	t->w.misses += !hit;
	if (t->w.n == TRACE_WINDOW)
		end_window(t);
}

/* Of a step that has just begun: nothing in it can have been cold. */
static void add_counts(struct trace_counts *to, const struct trace_counts *from)
{
	int w, cache, range;

	for (w = 0; w < TRACE_WHOSE; w++) {
		to->hits[w] += from->hits[w];
		to->misses[w] += from->misses[w];
		to->traced[w] += from->traced[w];
		to->context[w] += from->context[w];
		for (cache = 0; cache < TRACE_CACHES; cache++)
			for (range = 0; range < TRACE_RANGES; range++)
				to->inv[cache][range][w] += from->inv[cache][range][w];
	}
	to->emptied += from->emptied;
	to->untyped += from->untyped;
	to->submits += from->submits;
}

/* Nobody can say any more when it ends. */
static void stop_cold(struct trace *t)
{
	if (t->cold)
		t->at[t->cold_step].cold_open = true;
	t->cold = false;
}

static void begin_step(struct trace *t, enum lub_step step)
{
	/* Boundaries that come several times in a row are the last one: see boundary_mark(). */
	if (step != LUB_STEP_NONE && t->step == step) {
		add_counts(&t->at[t->before], trace_now(t));
		memset(trace_now(t), 0, sizeof(*trace_now(t)));
		t->step = t->before;
	}
	/* What the control step has begun must not be mixed with what comes after it. */
	if (t->step == LUB_STEP_CONTROL || step == LUB_STEP_CONTROL)
		t->w.n = t->w.misses = 0;
	if (step == LUB_STEP_NONE)
		stop_cold(t);
	t->before = t->step;
	t->step = step;
	trace_now(t)->seen = true;
}

/* "lsi53c895a 00:04.0 @0x0 <- 0x4c420102" */
static void config_write(struct trace *t, const struct trace_line *l, int arg)
{
	const char *at = strchr(l->args, '@'), *value = strstr(l->args, "<-");
	uint32_t word, step;

	(void)arg;
	if (!at || !value || strtoul(at + 1, NULL, 0) != LUB_BOUNDARY_OFFSET)
		return;
	word = (uint32_t)strtoul(value + 2, NULL, 0);
	step = word & 0xff;
	if (step < LUB_STEPS && word == LUB_BOUNDARY(step, t->cycle))
		begin_step(t, (enum lub_step)step);
}

/* {"execute": "trace-event-set-state", "arguments": {"name": "vtd_iotlb_page_hit", "enable": true}} */
static void qmp_command(struct trace *t, const struct trace_line *l, int arg)
{
	(void)arg;
	if (!strstr(l->args, "trace-event-set-state"))
		return;
	t->hits = strstr(l->args, "true");
	t->w.n = t->w.misses = 0;
	if (!t->hits)
		stop_cold(t);
}

static const struct trace_event common_events[] = {
	{ "handle_qmp_command", qmp_command, 0 },
	{ "pci_cfg_write", config_write, 0 },
	{ NULL, NULL, 0 },
};

static const struct trace_event *find(const char *name)
{
	static const struct trace_event *const tables[] = { trace_vtd_events, trace_smmu_events,
							    common_events };
	const struct trace_event *e;
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (e = tables[i]; e->name; e++)
			if (!strcmp(e->name, name))
				return e;
	return NULL;
}

static void one_line(struct trace *t)
{
	char text[sizeof(t->first_unknown)];
	const struct trace_event *e = NULL;
	struct trace_line l;

	t->lines++;
	t->line[t->len] = '\0';
	snprintf(text, sizeof(text), "%.*s", (int)sizeof(text) - 1, t->line);
	if (!t->skip && !trace_line_parse(t->line, &l))
		e = find(l.event);
	if (!e) {
		if (!t->unknown++)
			memcpy(t->first_unknown, text, sizeof(text));
	} else if (e->take) {
		e->take(t, &l, e->arg);
	}
}

void trace_feed(struct trace *t, const char *text, size_t len)
{
	const char *end;
	size_t part;

	while (len) {
		end = memchr(text, '\n', len);
		part = end ? (size_t)(end - text) : len;
		if (part < sizeof(t->line) - t->len) {
			memcpy(t->line + t->len, text, part);
			t->len += part;
		} else {
			t->skip = true;
		}
		if (end) {
			one_line(t);
			t->len = 0;
			t->skip = false;
			part++;
		}
		text += part;
		len -= part;
	}
}

const struct trace_counts *trace_step(const struct trace *t, enum lub_step step)
{
	return &t->at[step];
}

uint64_t trace_unknown(const struct trace *t, const char **first)
{
	*first = t->first_unknown;
	return t->unknown;
}

bool trace_has_level(const struct trace *t)
{
	return t->level_n > 0;
}

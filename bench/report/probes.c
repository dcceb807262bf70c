// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the probes saw, each kernel for itself: their records end with the kernel that made them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

#define PREFIX "probe."
#define INV PREFIX "inv."

/* All values of one metric in one kernel. */
struct row {
	const struct lub_sample *first;
	struct vec values;
	const char *why;
	unsigned int nulls;
};

struct table {
	struct row *rows;
	size_t nr, cap;
};

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static int add(struct table *t, const struct lub_sample *s)
{
	struct row *r = NULL;
	size_t i;

	for (i = 0; i < t->nr && !r; i++)
		if (!strcmp(t->rows[i].first->metric, s->metric) &&
		    model_same(t->rows[i].first->params.kernel, s->params.kernel))
			r = &t->rows[i];
	if (!r) {
		r = model_grow((void **)&t->rows, &t->nr, &t->cap, sizeof(*r));
		if (!r)
			return -ENOMEM;
		r->first = s;
	}
	if (!s->reason)
		return vec_push(&r->values, (double)s->value);
	r->nulls++;
	if (!r->why)
		r->why = s->reason;
	return 0;
}

static const struct row *find(const struct table *t, const char *kernel, const char *metric,
			      const char *tail)
{
	size_t len = strlen(metric), i;

	for (i = 0; i < t->nr; i++)
		if (!strncmp(t->rows[i].first->metric, metric, len) &&
		    !strcmp(t->rows[i].first->metric + len, tail) &&
		    model_same(t->rows[i].first->params.kernel, kernel))
			return &t->rows[i];
	return NULL;
}

static double sum_of(const struct row *r)
{
	double sum = 0;
	size_t i;

	for (i = 0; r && i < r->values.n; i++)
		sum += r->values.v[i];
	return sum;
}

static int numbers(FILE *out, struct notes *notes, const struct row *r)
{
	const char *unit = r->first->unit;
	struct stats_summary s;
	char med[CELL], p95[CELL], max[CELL], sum[CELL];
	int ret = stats_summarize(r->values.v, r->values.n, &s);

	if (ret)
		return ret;
	if (s.n) {
		fmt_unit(med, unit, s.median);
		fmt_unit(p95, unit, s.p95);
		fmt_unit(max, unit, s.max);
		fmt_unit(sum, unit, sum_of(r));
		fprintf(out, "%10s%9s%9s%10s%8zu", med, p95, max, sum, s.n);
	} else {
		notes_missing(notes, med, NULL, r->why);
		fprintf(out, "%10s%9s%9s%10s%8d", med, med, med, med, 0);
	}
	if (s.n && r->nulls)
		fprintf(out, " (%c)", notes_ref(notes, NULL, r->why));
	fputc('\n', out);
	return 0;
}

static int seen_table(FILE *out, const struct model *m, const struct table *t)
{
	struct notes notes = { 0 };
	size_t i;
	int ret;

	section_title(out, m, "What the probes saw, over all ok cycles with probes");
	fputs("metric                   kernel        median      p95      max       sum       n\n",
	      out);
	for (i = 0; i < t->nr; i++) {
		const struct lub_sample *s = t->rows[i].first;

		if (starts(s->metric, INV))
			continue;
		fprintf(out, "%-25s%-9s", s->metric + strlen(PREFIX),
			s->params.kernel ? s->params.kernel : "");
		ret = numbers(out, &notes, &t->rows[i]);
		if (ret)
			return ret;
	}
	notes_print(out, &notes);
	fputs("times by CLOCK_MONOTONIC; n counts calls, and calls that were not made have no line\n",
	      out);
	return 0;
}

static int invalidation_rows(FILE *out, struct notes *notes, const struct table *t,
			     const char *kernel)
{
	static const char *const others[][2] = {
		{ INV "mixed", "several types at once" },
		{ INV "wait", "nothing but a wait" },
	};
	char none[COLUMNS * 4] = "", name[64];
	const struct row *time;
	double commands;
	size_t i, len, tail = strlen(".count");
	int ret;

	for (i = 0; i < t->nr; i++) {
		const struct lub_sample *s = t->rows[i].first;

		len = strlen(s->metric);
		if (!starts(s->metric, INV) || !model_same(s->params.kernel, kernel) ||
		    len < tail || strcmp(s->metric + len - tail, ".count"))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(len - tail), s->metric);
		commands = sum_of(&t->rows[i]);
		time = find(t, kernel, name, "");
		if (t->rows[i].values.n && commands == 0) {
			len = strlen(none);
			snprintf(none + len, sizeof(none) - len, "%s%s", len ? ", " : "",
				 name + strlen(INV));
			continue;
		}
		fprintf(out, "%-25s%-9s", name + strlen(INV), kernel);
		if (!t->rows[i].values.n)
			fprintf(out, "%9s", "-");
		else
			fprintf(out, "%9.0f", commands);
		if (time) {
			ret = numbers(out, notes, time);
			if (ret)
				return ret;
		} else if (!t->rows[i].values.n) {
			fprintf(out, " (%c)\n", notes_ref(notes, NULL, t->rows[i].why));
		} else {
			fputs("  in mixed submissions only\n", out);
		}
	}
	/* submissions that are not of one type */
	for (i = 0; i < ARRAY_LEN(others); i++) {
		time = find(t, kernel, others[i][0], "");
		if (!time)
			continue;
		fprintf(out, "%-25s%-9s%9s", others[i][1], kernel, "");
		ret = numbers(out, notes, time);
		if (ret)
			return ret;
	}
	if (*none) {
		snprintf(name, sizeof(name), "none, %s: ", kernel);
		fmt_wrap(out, name, none);
	}
	return 0;
}

static int invalidations(FILE *out, const struct model *m, const struct table *t)
{
	static const char *const kernels[] = { "outgoing", "incoming" };
	struct notes notes = { 0 };
	size_t i, n = 0;
	int ret = 0;

	for (i = 0; i < t->nr; i++)
		n += starts(t->rows[i].first->metric, INV);
	if (!n)
		return 0;
	section_title(out, m,
		      "Invalidations by type, by the probe; the way over the kexec is not in it");
	fputs("type                     kernel    commands    median      p95      max       sum       n\n",
	      out);
	for (i = 0; !ret && i < ARRAY_LEN(kernels); i++)
		ret = invalidation_rows(out, &notes, t, kernels[i]);
	notes_print(out, &notes);
	fputs("times are those of submissions, each of which waits for its commands; n counts them\n",
	      out);
	return ret;
}

/* Each place once, with the cycles in which that was so. */
static void calibration(FILE *out, const struct model *m)
{
	const struct record_set *set = m->all;
	unsigned int ways[4] = { 0 };
	static const char *const names[] = { "tracepoint", "fentry", "kprobe", "absent" };
	char text[256];
	size_t i, k;

	if (!set->nr_probes)
		return;
	section_title(out, m, "Calibration: what the kernels offered to the probes");
	for (i = 0; i < set->nr_probes; i++) {
		const struct lub_probe *p = &set->probes[i];

		for (k = 0; k < ARRAY_LEN(names); k++)
			ways[k] += !strcmp(p->way, names[k]);
		for (k = 0; k < i; k++)
			if (!strcmp(set->probes[k].point, p->point) &&
			    !strcmp(set->probes[k].probe, p->probe) &&
			    !strcmp(set->probes[k].way, p->way))
				break;
		if (k < i || strcmp(p->way, "absent"))
			continue;
		snprintf(text, sizeof(text), "%s of probe %s: %s", p->point, p->probe, p->reason);
		fmt_wrap(out, "absent: ", text);
	}
	fputs("places, all cycles and both kernels:", out);
	for (k = 0; k < ARRAY_LEN(names); k++)
		fprintf(out, "%s %u %s", k ? "," : "", ways[k], names[k]);
	fputc('\n', out);
}

static void drops(FILE *out, const struct table *t)
{
	double lost = 0, halves = 0;
	const char *why = "no reason was recorded";
	size_t i, k, unknown = 0;

	for (i = 0; i < t->nr; i++) {
		if (strcmp(t->rows[i].first->metric, PREFIX "drops"))
			continue;
		lost += sum_of(&t->rows[i]);
		unknown += t->rows[i].nulls;
		why = t->rows[i].why ? t->rows[i].why : why;
		for (k = 0; k < t->rows[i].values.n; k++)
			halves += t->rows[i].values.v[k] != 0;
	}
	if (lost > 0)
		fprintf(out,
			"DROPPED: %.0f records in %.0f halves of cycles; what depends on them has no number\n",
			lost, halves);
	else if (unknown)
		fprintf(out, "dropped records: not counted %zu times: %s\n", unknown, why);
	else
		fputs("dropped records: none\n", out);
}

int section_probes(FILE *out, struct model *m)
{
	const struct record_set *set = m->all;
	struct table t = { 0 };
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < set->nr_samples; i++)
		if (starts(set->samples[i].metric, PREFIX))
			ret = add(&t, &set->samples[i]);
	if (!ret && t.nr) {
		ret = seen_table(out, m, &t);
		if (!ret)
			drops(out, &t);
		if (!ret)
			ret = invalidations(out, m, &t);
		calibration(out, m);
		if (!ret)
			ret = probe_effect(out, m);
	}
	for (i = 0; i < t.nr; i++)
		free(t.rows[i].values.v);
	free(t.rows);
	return ret;
}

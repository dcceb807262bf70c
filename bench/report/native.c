// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `lubench native`: what each step costs for a table, beside what the memory of the machine needs for the same
 * tables in the same order.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

enum {
	FLOOR_LATENCY,
	FLOOR_STRUCTS,
	FLOOR_READ,
	NR_FLOORS,
	NR_METRICS = 13,
};

static const struct {
	const char *metric, *name;
} rows[NR_METRICS] = {
	[FLOOR_LATENCY] = { "native.floor.latency", "floor: latency" },
	[FLOOR_STRUCTS] = { "native.floor.structs", "floor: structs" },
	[FLOOR_READ] = { "native.floor.read", "floor: read" },
	{ "native.map", "map" },
	{ "native.unmap", "unmap" },
	{ "native.mark", "mark" },
	{ "native.preserve", "preserve" },
	{ "native.preserve.walk", "  walk only" },
	{ "native.unpreserve", "unpreserve" },
	{ "native.reserve", "reserve" },
	{ "native.restore", "restore" },
	{ "native.destroy", "destroy" },
	{ "native.tables", NULL },
};
#define TABLES (NR_METRICS - 1)

bool native_run(const struct model *m)
{
	return model_same(json_string_value(json_object_get(m->set->run, "scenario")), "native");
}

static bool same_shape(const struct lub_params *a, const struct lub_params *b)
{
	return a->ioas_bytes == b->ioas_bytes && model_same(a->format, b->format) &&
	       model_same(a->layout, b->layout);
}

static int gather(const struct record_set *set, const struct lub_params *p,
		  struct vec v[NR_METRICS])
{
	size_t i, k;
	int err = 0;

	for (i = 0; !err && i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];

		for (k = 0; k < NR_METRICS; k++)
			if (!s->reason && !strcmp(s->metric, rows[k].metric) &&
			    same_shape(&s->params, p))
				err = vec_push(&v[k], (double)s->value);
	}
	return err;
}

static void row(FILE *out, const struct vec v[NR_METRICS], size_t k, double tables)
{
	struct stats_summary s;
	char median[CELL], p95[CELL], each[CELL];
	double floor;
	size_t f;

	/* A kernel without pools has nothing to mark, one with pools does not walk. */
	if (!v[k].n || stats_summarize(v[k].v, v[k].n, &s))
		return;
	fprintf(out, "  %-16s%5zu%12s%12s%12s", rows[k].name, s.n, fmt_time(median, s.median),
		fmt_time(p95, s.p95), fmt_time(each, s.median / tables));
	for (f = 0; f < NR_FLOORS && k >= NR_FLOORS; f++) {
		floor = stats_median(v[f].v, v[f].n);
		if (isnan(floor))
			fprintf(out, "%11s", "-");
		else
			fprintf(out, "%11.3g", s.median / floor);
	}
	fputc('\n', out);
}

static int shape(FILE *out, const struct record_set *set, const struct lub_params *p)
{
	struct vec v[NR_METRICS] = { 0 };
	char ioas[CELL], n[CELL];
	double tables, read;
	size_t k;
	int err = gather(set, p, v);

	tables = stats_median(v[TABLES].v, v[TABLES].n);
	if (!err && !isnan(tables)) {
		fprintf(out, "%s, tables %s, %s of 4 KiB pages: %s tables\n", p->format, p->layout,
			fmt_bytes(ioas, (double)p->ioas_bytes), fmt_count(n, tables));
		for (k = 0; k < TABLES; k++)
			row(out, v, k, tables);
		read = stats_median(v[FLOOR_READ].v, v[FLOOR_READ].n);
		if (read > 0)
			fprintf(out, "  %.3g GB/s are read\n", tables * 4096 / read);
	}
	for (k = 0; k < NR_METRICS; k++)
		free(v[k].v);
	return err;
}

/* Of what the tables lay in, as the first point has it: it is the same for all. */
static double memory(const struct record_set *set, const char *metric)
{
	size_t i;

	for (i = 0; i < set->nr_samples; i++)
		if (!strcmp(set->samples[i].metric, metric) && !set->samples[i].reason)
			return (double)set->samples[i].value;
	return NAN;
}

/* Steps during which the processor was given to other tasks. */
static double preempted(const struct record_set *set)
{
	double n = 0;
	size_t i;

	for (i = 0; i < set->nr_samples; i++)
		if (!strcmp(set->samples[i].metric, "native.preempted"))
			n += (double)set->samples[i].value;
	return n;
}

int section_native(FILE *out, struct model *m)
{
	const struct record_set *set = m->set;
	double bytes = memory(set, "native.memory"), huge = memory(set, "native.memory.huge");
	char size[CELL], text[200];
	size_t i;
	int err = 0;

	section_title(out, m,
		      "The kernel's page-table code in user space: real time of this machine");
	fprintf(out, "  %-16s%5s%12s%12s%12s%11s%11s%11s\n", "step", "n", "median", "p95",
		"per table", "x latency", "x structs", "x read");
	for (i = 0; !err && i < set->nr_outcomes; i++)
		if (!strcmp(set->outcomes[i].outcome, "ok"))
			err = shape(out, set, &set->outcomes[i].params);
	fputs("Caches are cold before each step. floor: the same tables in the same order, one load from each that\n"
	      "the next one waits for (latency), the same from its struct page (structs), all of its bytes (read);\n"
	      "x: how many times that a step takes. walk only: preserve with KHO's registration replaced by a\n"
	      "counter. reserve: the next kernel finds what was preserved, without memblock's list of regions.\n"
	      "Page allocator, cgroups and IOTLB invalidation are not in it; KHO's radix tree is the kernel's.\n",
	      out);
	if (isnan(huge))
		snprintf(text, sizeof(text),
			 "Tables lay in %s; how much of that in huge pages is not known.",
			 fmt_bytes(size, bytes));
	else
		snprintf(
			text, sizeof(text),
			"Tables lay in %s, %.0f %% of it in huge pages, as all memory of a kernel is.",
			fmt_bytes(size, bytes), 100 * huge / bytes);
	fmt_wrap(out, "", text);
	snprintf(
		text, sizeof(text),
		"Other tasks took the processor during %.0f steps; of those the time on it counts.",
		preempted(set));
	fmt_wrap(out, "", text);
	return err;
}

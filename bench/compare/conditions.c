// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What must be the same on both sides for a difference to be the kernel's: hardware, clock, emulation, and
 * what was measured.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/sections.h"

/* A clock's rate is measured anew at each boot; beyond this it is another machine. */
#define HZ_TOLERANCE 1e-3

static const struct cmp_condition conditions[] = {
	{ "target", { "target" }, false },
	{ "host", { "host" }, false },
	{ "emulation", { "emulated" }, false },
	{ "simulation", { "simulated" }, false },
	{ "accelerator", { "machine", "accel" }, false },
	{ "icount", { "machine", "icount" }, false },
	{ "emulator", { "machine", "emulator" }, false },
	{ "realtime priority", { "machine", "realtime" }, true },
	{ "architecture", { "machine", "arch" }, false },
	{ "IOMMU", { "machine", "iommu" }, false },
	{ "processor", { "machine", "cpu" }, false },
	{ "memory in bytes", { "machine", "memory_bytes" }, false },
	{ "device", { "machine", "device" }, false },
	{ "clock", { "machine", "clock", "name" }, false },
	{ "rate of the clock", { "machine", "clock", "hz" }, false },
	{ "scenario", { "scenario" }, false },
	{ "workload", { "workload" }, false },
	{ "boot way", { "boot" }, false },
	/* the later ones of a cycle have warm caches, so that the median is of something else */
	{ "repetitions", { "reps" }, false },
};

/* Not refused: bench-compare of a plan that was edited is a comparison, too, at the points that both have. */
static const struct cmp_condition cautions[] = {
	{ "plan", { "plan" }, false },
};

static const json_t *at(const json_t *run, const struct cmp_condition *cond)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(cond->path) && cond->path[i]; i++)
		run = json_object_get(run, cond->path[i]);
	return json_is_null(run) ? NULL : run;
}

static bool same(const json_t *a, const json_t *b, bool rate)
{
	double x, y;

	if (!a || !b)
		return a == b;
	if (rate && json_is_number(a) && json_is_number(b)) {
		x = json_number_value(a);
		y = json_number_value(b);
		return fabs(x - y) <= HZ_TOLERANCE * fmax(fabs(x), fabs(y));
	}
	return json_equal(a, b);
}

static void in_words(const json_t *v, char *buf, size_t len)
{
	char *text = v ? json_dumps(v, JSON_ENCODE_ANY) : NULL;

	snprintf(buf, len, "%s",
		 json_string_value(v) ? json_string_value(v)
		 : text		      ? text
				      : "unknown");
	free(text);
}

size_t cmp_differences(const struct compare *c, const struct cmp_condition *table, size_t nr,
		       void (*each)(const char *what, void *arg), void *arg)
{
	char a[100], b[100], line[320];
	size_t i, j, found = 0;

	for (i = 0; i < nr && c->nr_runs; i++) {
		const struct record_set *set = c->runs[0].set;
		const json_t *first = at(set->run, &table[i]);
		bool rate = table[i].path[2] && !strcmp(table[i].path[2], "hz");

		for (j = 1; j < c->nr_runs; j++) {
			const json_t *other = at(c->runs[j].set->run, &table[i]);

			if (same(first, other, rate) ||
			    (table[i].paced && icount_run(set) && icount_run(c->runs[j].set)))
				continue;
			in_words(first, a, sizeof(a));
			in_words(other, b, sizeof(b));
			snprintf(line, sizeof(line), "%s: %s in run %s, %s in run %s",
				 table[i].what, a, set->run_id, b, c->runs[j].set->run_id);
			each(line, arg);
			found++;
			break;
		}
	}
	return found;
}

size_t cmp_conditions(const struct compare *c, void (*each)(const char *what, void *arg), void *arg)
{
	return cmp_differences(c, conditions, ARRAY_LEN(conditions), each, arg);
}

size_t cmp_cautions(const struct compare *c, void (*each)(const char *what, void *arg), void *arg)
{
	return cmp_differences(c, cautions, ARRAY_LEN(cautions), each, arg);
}

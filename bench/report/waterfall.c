// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the time of a kexec goes: the stamps of both kernels and both agents, in the order in which
 * they were taken. A stage is the time from one stamp to the next, so that the stages of a cycle add
 * up to the whole by themselves; whether the whole is right is for section_blackout() to say, which
 * has a second clock.
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

#define BAR 30
#define LABEL 33
#define PER_ROW 8

/* What the time before a stamp was spent on. Several stamps can have the same name in both kernels. */
struct step {
	const char *kernel;
	const char *event;
	const char *about;
};

static const struct step steps[] = {
	{ "outgoing", "reboot.call", "reboot(2) is called" },
	{ "outgoing", "freeze.begin", "reboot(2) up to freeze" },
	{ "outgoing", "freeze.end", "freeze of the session" },
	{ "outgoing", "devices.begin", "reboot notifiers" },
	{ "outgoing", "devices.end", "device shutdown" },
	{ "outgoing", "beat.last", "up to the last user instruction" },
	{ "outgoing", "iommu.begin", "up to the IOMMU's shutdown" },
	{ "outgoing", "iommu.end", "IOMMU shutdown" },
	{ "outgoing", "jump", "last steps before the jump" },
	{ "incoming", "entry", "jump, decompression, entry" },
	{ "incoming", "kho", "memory, KHO" },
	{ "incoming", "iommu", "up to IOMMUs adopted or set up" },
	{ "incoming", "pci", "up to PCI scanned" },
	{ "incoming", "init", "drivers, root file system" },
	{ "incoming", "user.first", "start of init" },
	{ "incoming", "agent.start", "init, up to the agent" },
	{ "incoming", "probes.end", "(probes loaded)" },
	{ "incoming", "session.end", "session retrieved" },
	{ "incoming", "blackout.end", "witness page back" },
	{ "incoming", "verify.begin", "other memfds back" },
	{ "incoming", "verify.end", "(own check of the memory)" },
	{ "incoming", "iommufd.end", "iommufd retrieved" },
	{ "incoming", "vfio.end", "VFIO cdev retrieved" },
	{ "incoming", "restore.end", "HWPTs restored" },
	{ "incoming", "bind.end", "device bound" },
	{ "incoming", "attach.end", "restored HWPT attached" },
	{ "incoming", "rebuild.take.end", "device taken from its driver" },
	{ "incoming", "rebuild.open.end", "device reset and opened" },
	{ "incoming", "rebuild.map.end", "everything mapped again" },
	{ "incoming", "service.restored", "first completion served" },
	{ "incoming", "crash.userspace", "crash kernel looks at the device" },
};

#define STEPS ARRAY_LEN(steps)

/**
 * struct fall - the stamps of all cycles of one mode
 * @mode: the mode
 * @id: cycle numbers
 * @at: for each cycle and step: nanoseconds since reboot.call, NaN without
 * @n: cycles
 * @order: steps that some cycle has, by the median of @at
 * @nr: their number
 */
struct fall {
	const char *mode;
	uint32_t *id;
	double (*at)[STEPS];
	size_t n;
	size_t order[STEPS];
	size_t nr;
};

static int step_of(const struct lub_event *e)
{
	size_t i;

	for (i = 0; i < STEPS; i++)
		if (!strcmp(steps[i].event, e->event) && !strcmp(steps[i].kernel, e->kernel))
			return (int)i;
	return -1;
}

/*
 * All stamps count the same raw counter. Its rate is that of the timeline, the same for all of a cycle:
 * the agents' own measurements of it differ by some parts per million.
 */
static void read_cycle(const struct model *m, uint32_t id, double at[STEPS])
{
	uint64_t start = 0, hz = 0;
	size_t i;
	int k;

	for (k = 0; k < (int)STEPS; k++)
		at[k] = NAN;
	for (i = 0; i < m->set->nr_events; i++) {
		const struct lub_event *e = &m->set->events[i];

		if (e->cycle != id)
			continue;
		k = step_of(e);
		if (!k) {
			start = e->ticks;
			hz = hz ? hz : e->hz;
		}
		if (!strcmp(e->event, "entry") && e->hz)
			hz = e->hz;
	}
	for (i = 0; start && hz && i < m->set->nr_events; i++) {
		const struct lub_event *e = &m->set->events[i];

		k = e->cycle == id ? step_of(e) : -1;
		if (k >= 0)
			at[k] = ((double)e->ticks - (double)start) * 1e9 / (double)hz;
	}
}

static double median_at(const struct fall *f, size_t step)
{
	double v[f->n ? f->n : 1];
	size_t i, n = 0;

	for (i = 0; i < f->n; i++)
		if (!isnan(f->at[i][step]))
			v[n++] = f->at[i][step];
	return stats_median(v, n);
}

static void sort_steps(struct fall *f)
{
	double at[STEPS];
	size_t i, k;

	for (i = 0; i < STEPS; i++) {
		at[i] = median_at(f, i);
		if (isnan(at[i]))
			continue;
		for (k = f->nr++; k && at[f->order[k - 1]] > at[i]; k--)
			f->order[k] = f->order[k - 1];
		f->order[k] = i;
	}
}

/* The stage that ends with the step at @row: from the last step before it that this cycle has. */
static double stage(const struct fall *f, size_t cycle, size_t row)
{
	const double *at = f->at[cycle];
	size_t k = row;

	while (k-- > 0)
		if (!isnan(at[f->order[k]]))
			return at[f->order[row]] - at[f->order[k]];
	return NAN;
}

static int fall_build(const struct model *m, const char *mode, struct fall *f)
{
	size_t i;

	*f = (struct fall){ .mode = mode };
	f->id = calloc(m->nr_cycles + 1, sizeof(*f->id));
	f->at = calloc(m->nr_cycles + 1, sizeof(*f->at));
	if (!f->id || !f->at)
		return -ENOMEM;
	for (i = 0; i < m->nr_cycles; i++) {
		if (!m->cycles[i].ok || !model_same(m->cycles[i].mode, mode))
			continue;
		read_cycle(m, m->cycles[i].id, f->at[f->n]);
		/* Without a start there is nothing to count from. */
		if (!isnan(f->at[f->n][0]))
			f->id[f->n++] = m->cycles[i].id;
	}
	sort_steps(f);
	return 0;
}

/* The row of a step, 0 for one that no cycle has: the first row is the start. */
static size_t row_of(const struct fall *f, const char *event)
{
	size_t row;

	for (row = f->nr; row-- > 1;)
		if (!strcmp(steps[f->order[row]].event, event))
			return row;
	return 0;
}

double waterfall_sum(const struct model *m, uint32_t cycle, const char *from, const char *to)
{
	double at[1][STEPS], sum = 0;
	struct fall f = { .at = at, .n = 1 };
	size_t row, first, last;

	read_cycle(m, cycle, at[0]);
	sort_steps(&f);
	first = row_of(&f, from);
	last = row_of(&f, to);
	if (!first || !last)
		return NAN;
	for (row = first + 1; row <= last; row++)
		sum += stage(&f, 0, row);
	return sum;
}

int waterfall_each(const struct model *m, const char *mode,
		   void (*each)(const struct waterfall_stage *stage, void *arg), void *arg)
{
	struct fall f;
	size_t i, row;
	int ret = fall_build(m, mode, &f);

	for (i = 0; i < f.n && !ret; i++)
		for (row = 1; row < f.nr; row++) {
			const struct step *step = &steps[f.order[row]];

			each(&(struct waterfall_stage){ .cycle = f.id[i],
							.kernel = step->kernel,
							.event = step->event,
							.about = step->about,
							.ns = stage(&f, i, row),
							.end = f.at[i][f.order[row]] },
			     arg);
		}
	free(f.id);
	free(f.at);
	return ret;
}

static void bar(char text[BAR + 1], double from, double to, double whole)
{
	int a = (int)(from / whole * BAR), b = (int)ceil(to / whole * BAR), i;

	for (i = 0; i < BAR; i++)
		text[i] = i >= a && i < b ? '#' : '.';
	text[BAR] = '\0';
}

static void summary(FILE *out, const struct fall *f)
{
	double whole = median_at(f, f->order[f->nr - 1]), to, v[f->n];
	char med[CELL], max[CELL], at[CELL], text[BAR + 1];
	size_t row, i, n;

	fprintf(out, "%-*s%9s%9s%7s%9s\n", LABEL, "stage", "median", "max", "share", "ends at");
	for (row = 1; row < f->nr; row++) {
		struct stats_summary s;

		for (i = n = 0; i < f->n; i++) {
			v[n] = stage(f, i, row);
			n += !isnan(v[n]);
		}
		if (stats_summarize(v, n, &s) || !s.n)
			continue;
		to = median_at(f, f->order[row]);
		bar(text, to - s.median, to, whole);
		fprintf(out, "%-*s%9s%9s%6.1f%%%9s  %s\n", LABEL, steps[f->order[row]].about,
			fmt_time(med, s.median), fmt_time(max, s.max), 100 * s.median / whole,
			fmt_time(at, to), text);
	}
}

/* Rows are stages, columns are cycles; the last row is what a user of the device waits for. */
static void every_cycle(FILE *out, struct notes *notes, const struct fall *f)
{
	size_t from, i, row;
	char buf[CELL];

	for (from = 0; from < f->n; from += PER_ROW) {
		size_t end = from + PER_ROW < f->n ? from + PER_ROW : f->n;

		fprintf(out, "\n%-*s", LABEL, "cycle");
		for (i = from; i < end; i++)
			fprintf(out, "%8u", f->id[i]);
		fputc('\n', out);
		for (row = 1; row < f->nr; row++) {
			fprintf(out, "%-*s", LABEL, steps[f->order[row]].about);
			for (i = from; i < end; i++) {
				double v = stage(f, i, row);

				if (isnan(v))
					notes_missing(notes, buf, NULL, "no such stamp");
				else
					fmt_time(buf, v);
				fprintf(out, "%8s", buf);
			}
			fputc('\n', out);
		}
		fprintf(out, "%-*s", LABEL, "all of it");
		for (i = from; i < end; i++) {
			double v = f->at[i][f->order[f->nr - 1]];

			fprintf(out, "%8s",
				isnan(v) ? notes_missing(notes, buf, NULL, "no such stamp")
					 : fmt_time(buf, v));
		}
		fputc('\n', out);
	}
}

int section_waterfall(FILE *out, struct model *m)
{
	static const char *const modes[] = { "preserve", "rebuild", "crash" };
	size_t i;
	int ret = 0;

	if (!blackout_run(m))
		return 0;
	for (i = 0; !ret && i < ARRAY_LEN(modes); i++) {
		struct notes notes = { 0 };
		struct fall f;
		char title[COLUMNS];

		ret = fall_build(m, modes[i], &f);
		if (!ret && f.n && f.nr > 1) {
			snprintf(title, sizeof(title),
				 "Waterfall, mode %s, %zu of %zu cycles: reboot(2) to the %s",
				 modes[i], f.n, model_planned(m, modes[i], NULL),
				 strcmp(modes[i], "crash") ? "first completion"
							   : "crash kernel's user space");
			section_title(out, m, title);
			summary(out, &f);
			every_cycle(out, &notes, &f);
			notes_print(out, &notes);
		}
		free(f.id);
		free(f.at);
	}
	return ret;
}

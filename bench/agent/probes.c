// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/probes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/kmsg.h"
#include "bpf/loader.h"
#include "bpf/table.h"

#define POINTS_MAX 128

/* One record, until its line is written. */
struct held {
	uint64_t value;
	uint32_t rep;
	uint16_t number;
	uint16_t point;
};

/**
 * struct agent_probes - probes of one half of a cycle
 * @loaded: they
 * @load_ticks: what loading took
 * @held: records so far
 * @nr: their number
 * @lost: records of each probe that found no room in @held
 * @points: what they belong to
 * @nr_points: their number
 * @rep: repetition of what is being collected
 */
struct agent_probes {
	struct probes *loaded;
	uint64_t load_ticks;
	struct held held[PROBES_HELD];
	size_t nr;
	uint64_t lost[PROBES_MAX];
	struct point points[POINTS_MAX];
	size_t nr_points;
	uint32_t rep;
};

void agent_probes_start(struct agent *ag)
{
	struct probes_want want = {
		.set = ag->c.probe_set,
		.ring_bytes = ag->c.probes_ring,
		.tgid = (uint32_t)getpid(),
	};
	struct agent_probes *ap;
	uint64_t t0;

	if (!want.set)
		return;
	t0 = agent_mark(ag, "probes.begin");
	ap = calloc(1, sizeof(*ap));
	if (ap)
		ap->loaded = probes_load(&want);
	if (!ap || !ap->loaded) {
		free(ap);
		agent_fail(
			ag, "harness-error", 0,
			"probes %s cannot be made ready: out of memory, or the agent was built wrong",
			ag->c.probes);
		return;
	}
	ap->load_ticks = agent_mark(ag, "probes.end") - t0;
	ag->probes = ap;
}

static size_t probe_of(const char *name)
{
	size_t i = 0;

	while (strcmp(probe_rows[i].name, name))
		i++;
	return i;
}

static void on_record(void *arg, size_t number, uint64_t value)
{
	struct agent_probes *ap = arg;
	size_t nr;

	if (ap->nr == PROBES_HELD) {
		ap->lost[probe_of(probes_numbers(ap->loaded, &nr)[number].probe)]++;
		return;
	}
	ap->held[ap->nr++] = (struct held){
		.value = value,
		.rep = ap->rep,
		.number = (uint16_t)number,
		.point = (uint16_t)(ap->nr_points - 1),
	};
}

void agent_probes_collect(struct agent *ag, const struct point *p, uint32_t rep)
{
	struct agent_probes *ap = ag->probes;
	const struct point *last;

	if (!ap)
		return;
	last = ap->nr_points ? &ap->points[ap->nr_points - 1] : NULL;
	/* With more points than there is room for, the last ones share a place; no plan has as many. */
	if (!last || ((last->hwpts != p->hwpts || last->ioas_bytes != p->ioas_bytes ||
		       last->page_bytes != p->page_bytes) &&
		      ap->nr_points < POINTS_MAX))
		ap->points[ap->nr_points++] = *p;
	ap->rep = rep;
	probes_consume(ap->loaded, on_record, ap);
}

static uint64_t drops_of(const struct agent_probes *ap, const char *probe)
{
	return probes_drops(ap->loaded, probe) + ap->lost[probe_of(probe)];
}

static void probe_line(struct agent *ag, const struct point *p, uint32_t rep, const char *name,
		       const char *unit, uint64_t value, const char *reason)
{
	struct lub_sample s = {
		.run = ag->c.run,
		.cycle = ag->c.cycle,
		.rep = rep,
		.scenario = ag->c.scenario,
		.unit = unit,
		/* Loading is timed by the agent, all else in the kernel. */
		.clock = strcmp(unit, "ns")	? NULL
			 : strcmp(name, "load") ? "monotonic"
						: CLOCK_NAME,
		.value = (int64_t)value,
		.reason = reason,
		.params = agent_params(ag, p),
	};
	char metric[48];

	snprintf(metric, sizeof(metric), "probe.%s", name);
	s.metric = metric;
	s.params.kernel = ag->incoming ? "incoming" : "outgoing";
	agent_line(ag, emit_sample(&s));
}

/* What the calibration found, in the record and, shorter, in the log. */
static void report_points(struct agent *ag)
{
	size_t nr, i, absent = 0;
	const struct probe_point *pt = probes_points(ag->probes->loaded, &nr);

	for (i = 0; i < nr; i++) {
		struct lub_probe line = {
			.run = ag->c.run,
			.cycle = ag->c.cycle,
			.kernel = ag->incoming ? "incoming" : "outgoing",
			.probe = pt[i].probe,
			.point = pt[i].target,
			.way = way_names[pt[i].way],
			.reason = *pt[i].why ? pt[i].why : NULL,
		};

		agent_line(ag, emit_probe(&line));
		if (pt[i].way != WAY_ABSENT)
			continue;
		absent++;
		kmsg("probe %s: %s is absent: %s", pt[i].probe, pt[i].target, pt[i].why);
	}
	kmsg("probes: %zu of %zu places are watched, loading took %llu us", nr - absent, nr,
	     (unsigned long long)clock_ns(ag->probes->load_ticks) / 1000);
}

/* What depends on a record that is not there is no number: neither a median nor a count. */
static void report_numbers(struct agent *ag)
{
	struct agent_probes *ap = ag->probes;
	char why[160];
	uint64_t drops;
	size_t nr, i, k;
	const struct probe_number *n = probes_numbers(ap->loaded, &nr);

	for (i = 0; i < nr; i++) {
		const struct lub_metric *m = n[i].metric;
		const char *reason = n[i].why;

		drops = drops_of(ap, n[i].probe);
		if (!reason && drops && !m->total) {
			snprintf(
				why, sizeof(why),
				"%llu records of probe %s were dropped; raise probes_ring (%u bytes now)",
				(unsigned long long)drops, n[i].probe, ag->c.probes_ring);
			reason = why;
		}
		if (reason || m->total) {
			probe_line(ag, &ag->carried.at, 0, m->name, m->unit,
				   reason ? 0 : probes_total(ap->loaded, i), reason);
			continue;
		}
		for (k = 0; k < ap->nr; k++)
			if (ap->held[k].number == i)
				probe_line(ag, &ap->points[ap->held[k].point], ap->held[k].rep,
					   m->name, m->unit, ap->held[k].value, NULL);
	}
}

static void report_drops(struct agent *ag)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; probe_rows[i].name; i++)
		if (ag->c.probe_set & 1u << i)
			sum += drops_of(ag->probes, probe_rows[i].name);
	if (sum)
		kmsg("probes: %llu records were dropped", (unsigned long long)sum);
	probe_line(ag, &ag->carried.at, 0, "drops", "count", sum, NULL);
	probe_line(ag, &ag->carried.at, 0, "load", "ns", clock_ns(ag->probes->load_ticks), NULL);
}

void agent_probes_stop(struct agent *ag)
{
	if (!ag->probes)
		return;
	agent_probes_collect(ag, &ag->carried.at, 0);
	probes_detach(ag->probes->loaded);
	/* Between the last look and this some record may have come: they belong to the same. */
	agent_probes_collect(ag, &ag->carried.at, 0);
	report_points(ag);
	report_numbers(ag);
	report_drops(ag);
	agent_probes_drop(ag);
}

void agent_probes_drop(struct agent *ag)
{
	if (!ag->probes)
		return;
	probes_free(ag->probes->loaded);
	free(ag->probes);
	ag->probes = NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/kmsg.h"
#include "bench/agent/scenario/scenario.h"
#include "bench/agent/sysfile.h"

const char *agent_path(const struct agent *ag, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", ag->dir, name);
	return path;
}

void agent_phase(struct agent *ag, const char *phase)
{
	ag->phase = phase;
	kmsg("cycle=%u phase=%s", ag->c.cycle, phase);
}

int agent_fail(struct agent *ag, const char *outcome, int err, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	kmsg("cycle=%u phase=%s %s: %s%s%s", ag->c.cycle, ag->phase, outcome, text, err ? ": " : "",
	     err ? strerror(-err) : "");
	if (!isatty(STDERR_FILENO))
		fprintf(stderr, "lubench-agent: %s%s%s\n", text, err ? ": " : "",
			err ? strerror(-err) : "");
	if (!ag->outcome) {
		ag->outcome = outcome;
		snprintf(ag->reason, sizeof(ag->reason), "%s%s%s", text, err ? ": " : "",
			 err ? strerror(-err) : "");
	}
	return err ? err : -EIO;
}

int agent_init(struct agent *ag, const char *dir, bool incoming)
{
	char why[200];
	int err;

	memset(ag, 0, sizeof(*ag));
	ag->dir = dir;
	ag->incoming = incoming;
	ag->phase = "start";
	ag->lines = -1;
	ag->luo = -1;
	ag->session = -1;
	ag->liveupdate_number = -1;
	memory_init(&ag->mem);
	tables_init(&ag->tab);

	mkdir(agent_path(ag, "out"), 0755);
	err = cycle_load(agent_path(ag, "cycle.json"), &ag->c, why, sizeof(why));
	if (err) {
		ag->c.run = "";
		ag->c.append = "";
		return agent_fail(ag, "harness-error", 0, "%s: %s; the controller writes this file",
				  agent_path(ag, "cycle.json"), why);
	}
	ag->scenario = scenario_find(ag->c.scenario);
	if (!ag->scenario)
		return agent_fail(ag, "harness-error", 0,
				  "scenario \"%s\" is not known to this agent; rebuild it",
				  ag->c.scenario);
	return 0;
}

int agent_lines(struct agent *ag, const char *name)
{
	const char *path = agent_path(ag, name);

	ag->lines = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (ag->lines < 0)
		return agent_fail(ag, "harness-error", -errno, "open %s", path);
	return 0;
}

void agent_lines_sync(struct agent *ag)
{
	if (ag->lines >= 0 && fsync(ag->lines))
		agent_fail(ag, "harness-error", -errno, "fsync of the sample lines");
}

/* To the disk, and in the outgoing kernel also to the memory that goes over the kexec. */
void agent_line(struct agent *ag, json_t *line)
{
	char *text;
	int err = 0;

	if (!ag->incoming && ag->mem.part[MEM_LOG].va) {
		text = line ? json_dumps(line, JSON_COMPACT) : NULL;
		if (text) {
			err = memory_log_append(&ag->mem, text, strlen(text));
			if (!err)
				err = memory_log_append(&ag->mem, "\n", 1);
		}
		free(text);
	}
	if (!err)
		err = emit_write(ag->lines, line);
	if (err)
		agent_fail(ag, "harness-error", err, "writing a sample line in %s", ag->dir);
}

struct lub_params agent_params(const struct agent *ag, const struct point *p)
{
	return (struct lub_params){
		.hwpts = p->hwpts,
		.ioas_bytes = p->ioas_bytes,
		.page_bytes = p->page_bytes,
		.working_set = p->working_set,
		.devices = 1,
		.mode = ag->c.mode_name,
		.workload = ag->c.workload,
		.layout = p->layout,
		.format = ag->format,
		.probes = ag->c.perf ? "perf" : ag->c.probes,
		.kernel = ag->c.kernel,
	};
}

static void sample(struct agent *ag, const struct point *p, uint32_t rep, const char *metric,
		   const char *unit, int64_t value, const char *phase, const char *observer,
		   const char *reason)
{
	struct lub_sample s = {
		.run = ag->c.run,
		.cycle = ag->c.cycle,
		.rep = rep,
		.scenario = ag->c.scenario,
		.metric = metric,
		.unit = unit,
		.value = value,
		.reason = reason,
		.params = agent_params(ag, p),
	};

	s.params.phase = phase;
	s.params.observer = observer;
	if (!strcmp(unit, "ns"))
		s.clock = CLOCK_NAME;
	agent_line(ag, emit_sample(&s));
}

void agent_sample(struct agent *ag, const struct point *p, uint32_t rep, const char *metric,
		  const char *unit, int64_t value, const char *phase)
{
	sample(ag, p, rep, metric, unit, value, phase, NULL, NULL);
}

void agent_missing(struct agent *ag, const struct point *p, const char *metric, const char *unit,
		   const char *phase, const char *reason)
{
	sample(ag, p, 0, metric, unit, 0, phase, NULL, reason);
}

void agent_observed(struct agent *ag, const char *observer, const char *metric, int64_t value,
		    const char *phase, const char *reason)
{
	sample(ag, &ag->carried.at, 0, metric, "count", value, phase, observer, reason);
}

void agent_time(struct agent *ag, const struct point *p, uint32_t rep, const char *metric,
		uint64_t ticks)
{
	agent_sample(ag, p, rep, metric, "ns", (int64_t)clock_ns(ticks), NULL);
}

void agent_skip(struct agent *ag, const struct point *p, const char *reason)
{
	struct lub_outcome o = {
		.run = ag->c.run,
		.cycle = ag->c.cycle,
		.scenario = ag->c.scenario,
		.outcome = "skip",
		.reason = reason,
		.params = agent_params(ag, p),
	};

	kmsg("cycle=%u hwpts=%u skip: %s", ag->c.cycle, p->hwpts, reason);
	agent_line(ag, emit_outcome(&o));
}

void agent_event(struct agent *ag, bool incoming, const char *event, uint64_t ticks, uint64_t hz)
{
	struct lub_event e = {
		.run = ag->c.run,
		.cycle = ag->c.cycle,
		.kernel = incoming ? "incoming" : "outgoing",
		.event = event,
		.ticks = ticks,
		.hz = hz,
	};

	agent_line(ag, emit_event(&e));
}

void agent_keep(struct agent *ag, const char *metric, uint64_t ticks)
{
	if (ag->nr_timings < sizeof(ag->timings) / sizeof(ag->timings[0]))
		ag->timings[ag->nr_timings++] = (struct timing){ metric, ticks };
}

uint64_t agent_mark(struct agent *ag, const char *fmt, ...)
{
	uint64_t ticks = clock_ticks();
	va_list args;

	if (ag->nr_marks == sizeof(ag->marks) / sizeof(ag->marks[0]))
		return ticks;
	va_start(args, fmt);
	vsnprintf(ag->marks[ag->nr_marks].event, sizeof(ag->marks[0].event), fmt, args);
	va_end(args);
	ag->marks[ag->nr_marks++].ticks = ticks;
	return ticks;
}

uint64_t agent_kept(const struct agent *ag, const char *metric)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < ag->nr_timings; i++)
		if (!strcmp(ag->timings[i].metric, metric))
			sum += ag->timings[i].ticks;
	return sum;
}

void agent_unkeep(struct agent *ag, const char *metric)
{
	size_t i, n = 0;

	for (i = 0; i < ag->nr_timings; i++)
		if (strcmp(ag->timings[i].metric, metric))
			ag->timings[n++] = ag->timings[i];
	ag->nr_timings = n;
}

void agent_flush(struct agent *ag)
{
	size_t i;

	for (i = 0; i < ag->nr_timings; i++)
		agent_time(ag, &ag->carried.at, 0, ag->timings[i].metric, ag->timings[i].ticks);
	for (i = 0; i < ag->nr_marks; i++)
		agent_event(ag, ag->incoming, ag->marks[i].event, ag->marks[i].ticks, clock_hz());
	ag->nr_timings = 0;
	ag->nr_marks = 0;
}

int agent_outcome(struct agent *ag)
{
	char boot_id[64], build_id[96], *text;
	struct stat st = { 0 };
	json_t *obj;
	int err;

	agent_lines_sync(ag);
	sys_read("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	sys_build_id(build_id, sizeof(build_id));
	obj = json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:I, s:I, s:s}", "outcome",
			ag->outcome ? ag->outcome : "ok", "reason", ag->outcome ? ag->reason : NULL,
			"phase", ag->phase, "boot_id", boot_id, "build_id", build_id, "run",
			ag->c.run, "cycle", (json_int_t)ag->c.cycle, "liveupdate_number",
			(json_int_t)(ag->liveupdate_number < 0 ? 0 : ag->liveupdate_number),
			"kernel", ag->incoming ? "incoming" : "outgoing");
	/* The controller compares: the file may get cut between two lines on its way. */
	if (obj && ag->lines >= 0 && !fstat(ag->lines, &st))
		json_object_set_new(obj, "samples_bytes", json_integer(st.st_size));
	text = obj ? json_dumps(obj, JSON_COMPACT) : NULL;
	err = text ? sys_save(agent_path(ag, "out/outcome.json"), text) : -ENOMEM;
	free(text);
	json_decref(obj);
	if (err)
		kmsg("%s: %s; the controller sees a lost cycle", agent_path(ag, "out/outcome.json"),
		     strerror(-err));
	kmsg("cycle=%u outcome=%s", ag->c.cycle, ag->outcome ? ag->outcome : "ok");
	return err ? err : ag->outcome ? -EIO : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The lines that one run and each of its cycles add to samples.jsonl. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"

/* Of several kernels: what they are called; see kernels_json() for what they are. */
static json_t *kernel_object(const struct campaign *c)
{
	const json_t *probe = c->probe;
	json_t *prov =
		c->artifacts.provenance ? json_loads(c->artifacts.provenance, 0, NULL) : NULL;

	if (c->plan.nr_kernels) {
		json_decref(prov);
		return json_pack("{s:s, s:n, s:n, s:n}", "selection", c->kernel, "build_id",
				 "release", "provenance");
	}
	return json_pack("{s:s, s:s?, s:O?, s:o?}", "selection", c->kernel, "build_id",
			 *c->artifacts.build_id ? c->artifacts.build_id : NULL, "release",
			 json_object_get(probe, "kernel"), "provenance", prov);
}

/* The commit that the kernel was built from; null without provenance. */
static json_t *series_commit(const json_t *kernel)
{
	const json_t *series = json_object_get(json_object_get(kernel, "provenance"), "series");
	json_t *commit = json_object_get(series, "commit");

	return json_is_string(commit) ? json_incref(commit) : json_null();
}

/* What an emulated target runs on; a real host's own processor is not looked at. */
static const char *cpu_model(const struct target *t, char *buf, size_t size)
{
	static const char key[] = "model name";
	FILE *in = t->row->emulated ? fopen("/proc/cpuinfo", "re") : NULL;
	const char *model = NULL;
	char *value;

	while (in && !model && fgets(buf, (int)size, in)) {
		value = strchr(buf, ':');
		if (strncmp(buf, key, sizeof(key) - 1) || !value)
			continue;
		value[strcspn(value, "\n")] = '\0';
		model = value + 1 + strspn(value + 1, " ");
	}
	if (in)
		fclose(in);
	return model;
}

int rows_run_line(struct campaign *c)
{
	const struct target *t = &c->target;
	json_t *kernel, *line;
	char now[32], cpu[256];

	if (c->run_line)
		return 0;
	kernel = kernel_object(c);
	if (!kernel)
		return -ENOMEM;
	line = json_pack(
		"{s:i, s:s, s:s, s:s, s:s?, s:b, s:b, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s}",
		"schema", RECORD_SCHEMA, "kind", "run", "run", c->run, "target", t->row->name,
		"host", t->host, "emulated", t->row->emulated, "simulated", t->row->simulated,
		"scenario", c->plan.scenario, "workload", c->plan.workload, "mode", c->plan.mode,
		"plan", c->plan.name, "reps", (json_int_t)c->plan.reps, "cycles",
		(json_int_t)plan_nr_cycles(&c->plan), "planned",
		(json_int_t)plan_nr_points(&c->plan), "started", journal_now(now));
	if (!line ||
	    json_object_set_new(line, "probes",
				json_string(c->perf ? "perf" : plan_probes_text(&c->plan))) ||
	    json_object_set_new(line, "series", series_commit(kernel)) ||
	    json_object_set(line, "kernel", kernel) ||
	    json_object_set_new(line, "tool",
				json_pack("{s:s, s:s}", "name", "lubench", "version",
					  LUBENCH_VERSION)) ||
	    json_object_set_new(
		    line, "machine",
		    json_pack("{s:s, s:o*, s:s, s:I, s:b, s:s?, s:s?, s:O?, s:O?, s:O?}", "accel",
			      t->accel, "icount",
			      t->icount ? json_integer(TARGET_ICOUNT_SHIFT) : NULL, "emulator",
			      t->version, "memory_bytes", (json_int_t)t->memory, "realtime",
			      t->realtime, "cpu", cpu_model(t, cpu, sizeof(cpu)), "device",
			      t->device, "arch", json_object_get(c->probe, "arch"), "iommu",
			      json_object_get(c->probe, "iommu"), "clock",
			      json_object_get(c->probe, "clock")))) {
		json_decref(kernel);
		json_decref(line);
		lub_err("%s: the run line cannot be made: out of memory", c->writer.path);
		return -ENOMEM;
	}
	if ((c->boot && json_object_set_new(line, "boot", json_string(c->boot))) ||
	    (c->plan.nr_kernels && json_object_set_new(line, "kernels", kernels_json(c)))) {
		json_decref(kernel);
		json_decref(line);
		return -ENOMEM;
	}
	json_decref(kernel);
	c->run_line = true;
	return record_write(&c->writer, line);
}

static struct lub_params params_of(const struct campaign *c, const struct plan_cycle *cycle,
				   const struct plan_point *p)
{
	return (struct lub_params){
		.hwpts = p->hwpts,
		.ioas_bytes = p->ioas_bytes,
		.page_bytes = p->page_bytes,
		.layout = p->layout,
		.working_set = p->working_set,
		.devices = 1,
		.mode = cycle->mode,
		.workload = c->plan.workload,
		.probes = c->perf ? "perf" : cycle->probes,
		.kernel = cycle->kernel,
	};
}

/* Of what was carried over, which need not be one of the points that were measured. */
static struct lub_params carried_params(const struct campaign *c, const struct plan_cycle *cycle)
{
	struct plan_point carried = plan_cycle_point(cycle, 0);

	carried.hwpts = cycle->kexec_hwpts;
	return params_of(c, cycle, &carried);
}

static int observer_sample(struct campaign *c, struct lub_sample *s, const char *metric,
			   const char *phase, int64_t value, const char *reason)
{
	s->metric = metric;
	s->params.phase = phase;
	s->value = value;
	s->reason = reason;
	return record_write(&c->writer, emit_sample(s));
}

/* Why a phase has no gap; NULL when it has one. */
static const char *gap_reason(const struct observer_phase *p, int phase, const char *why)
{
	if (!p->seen)
		return why;
	return phase == LUB_PHASE_AFTER && !p->changes ? "no DMA was seen after the blackout"
						       : NULL;
}

/* What was seen from outside: gaps of the DMA and the length of the blackout. */
static int write_observed(struct campaign *c, const struct plan_cycle *cycle,
			  const struct cycle_result *res)
{
	static const char *const names[OBSERVER_PHASES] = {
		[LUB_PHASE_CONTROL] = "control",
		[LUB_PHASE_BLACKOUT] = "blackout",
		[LUB_PHASE_AFTER] = "after",
	};
	const struct observer_phase *phase = res->witness.phase;
	const struct observer_phase *dark = &phase[LUB_PHASE_BLACKOUT];
	const char *why = res->witness.why, *no_time = NULL, *unwatched = NULL;
	struct lub_sample s = {
		.run = c->run,
		.cycle = cycle->number,
		.scenario = c->plan.scenario,
		.unit = "ns",
		.clock = "host",
		.params = carried_params(c, cycle),
	};
	int i, err = 0;

	s.params.observer = "host";
	if (!res->observed)
		return 0;
	if (c->target.icount)
		no_time =
			"icount: the guest's time is a count of instructions, which the host's clock does not tell";
	if (!why && !dark->seen)
		why = "the witness page never showed the blackout";
	if (!res->witness.watched)
		unwatched =
			"nobody may watch the processors of this machine: real-time priority is not permitted";
	for (i = 0; !err && i < OBSERVER_PHASES; i++) {
		const char *reason = no_time ? no_time : gap_reason(&phase[i], i, why);

		if (!names[i] || !(phase[i].seen || why))
			continue;
		err = observer_sample(c, &s, "dma.gap", names[i], phase[i].gap_ns, reason);
		if (!err)
			err = observer_sample(c, &s, "dma.gap.running", names[i],
					      phase[i].running_ns, reason ? reason : unwatched);
	}
	if (!err)
		err = observer_sample(c, &s, "blackout.dma", NULL, res->witness.dark_ns,
				      no_time ? no_time : why);
	/* The crash kernel cannot reach the page: only a retrieved one shows the end. */
	if (!why && !phase[LUB_PHASE_AFTER].seen)
		why = "the end of the blackout was not seen on the witness page";
	if (!why && !res->witness.beat_ns)
		why = "no heartbeat was seen on the witness page";
	if (!err)
		err = observer_sample(c, &s, "blackout.witness", NULL,
				      dark->end_ns - res->witness.beat_ns, no_time ? no_time : why);
	s.unit = "count";
	s.clock = NULL;
	if (!err && dark->seen)
		err = observer_sample(c, &s, "dma.count", "blackout", (int64_t)dark->changes, NULL);
	s.params.observer = "qemu";
	if (!err && res->faults >= 0)
		err = observer_sample(c, &s, "dma.faults", NULL, res->faults, NULL);
	if (!err && res->off >= 0)
		err = observer_sample(c, &s, "translation.off", NULL, res->off, NULL);
	if (!err && res->aborts >= 0)
		err = observer_sample(c, &s, "translation.aborts", NULL, res->aborts, NULL);
	return err;
}

/* What the target's own instruments say, or why they say nothing. */
static int write_more(struct campaign *c, const struct plan_cycle *cycle,
		      const struct cycle_result *res)
{
	struct lub_sample s = {
		.run = c->run,
		.cycle = cycle->number,
		.scenario = c->plan.scenario,
		.params = carried_params(c, cycle),
	};
	size_t i;
	int err = 0;

	for (i = 0; !err && i < res->more.nr; i++) {
		const struct target_sample *m = &res->more.s[i];

		s.unit = m->unit;
		s.clock = m->clock;
		s.params.observer = m->observer;
		s.params.step = m->step;
		s.params.device = m->device;
		s.params.cache = m->cache;
		err = observer_sample(c, &s, m->metric, m->phase, m->value, m->reason);
	}
	return err;
}

static bool same_point(const struct lub_params *a, const struct lub_params *b)
{
	return a->hwpts == b->hwpts && a->ioas_bytes == b->ioas_bytes &&
	       a->page_bytes == b->page_bytes &&
	       !strcmp(a->layout ? a->layout : "", b->layout ? b->layout : "");
}

/* Outcome of one point of a cycle that ended well: the agent's own line, or its samples' presence. */
static const char *point_outcome(const struct record_set *agent, const struct lub_params *p,
				 const char **reason)
{
	size_t i;

	for (i = 0; i < agent->nr_outcomes; i++) {
		if (same_point(&agent->outcomes[i].params, p)) {
			*reason = agent->outcomes[i].reason;
			return agent->outcomes[i].outcome;
		}
	}
	/* The point that is carried over has samples of the kexec, too: those prove no repetition. */
	for (i = 0; i < agent->nr_samples; i++)
		if (same_point(&agent->samples[i].params, p) && !agent->samples[i].reason &&
		    (strcmp(p->mode, "preserve") ||
		     !strncmp(agent->samples[i].metric, "preserve.", 9)))
			return "ok";
	if (strcmp(p->mode, "preserve")) {
		*reason = "only mode preserve measures points that are not carried over";
		return "skip";
	}
	*reason = "no sample of this point arrived";
	return "harness-error";
}

static int write_outcomes(struct campaign *c, const struct plan_cycle *full,
			  const struct plan_cycle *done, const struct cycle_result *res,
			  const struct record_set *agent)
{
	size_t i, tried = done ? plan_cycle_points(done) : 0;
	bool ok = !strcmp(res->outcome, "ok");
	struct lub_outcome o = { .run = c->run,
				 .cycle = full->number,
				 .scenario = c->plan.scenario };
	struct plan_point point;
	int err = 0;

	for (i = 0; !err && i < plan_cycle_points(full); i++) {
		point = plan_cycle_point(full, i);
		o.params = params_of(c, full, &point);
		o.outcome = res->outcome;
		o.reason = ok ? NULL : res->reason;
		if (done && i >= tried) {
			o.outcome = "skip";
			o.reason = "budget: the point would not end within the run's budget_s";
		} else if (ok) {
			o.outcome = point_outcome(agent, &o.params, &o.reason);
		}
		err = record_write(&c->writer, emit_outcome(&o));
		progress_point(&c->progress, &c->plan, full, &point, o.outcome, o.reason);
	}
	return err;
}

int rows_write(struct campaign *c, const struct plan_cycle *full, const struct plan_cycle *done,
	       const struct cycle_result *res)
{
	struct record_set agent = { 0 };
	bool ok = done && !strcmp(res->outcome, "ok");
	const char *kind, *why;
	json_t *line;
	size_t i;
	int err = rows_run_line(c);

	json_array_foreach(res->lines, i, line) {
		if (err || !ok)
			break;
		err = record_parse(line, &agent, &why);
		kind = json_string_value(json_object_get(line, "kind"));
		/* Outcome lines are the controller's; the agent's are merged into them. */
		if (!err && strcmp(kind, "outcome"))
			err = record_write(&c->writer, json_incref(line));
	}
	if (!err && ok)
		err = write_observed(c, done, res);
	if (!err && ok)
		err = write_more(c, done, res);
	if (!err)
		err = write_outcomes(c, full, done, res, &agent);
	record_set_free(&agent);
	return err ? err : record_sync(&c->writer);
}

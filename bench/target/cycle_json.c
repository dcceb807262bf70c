// SPDX-License-Identifier: GPL-2.0-or-later
/* The work of one cycle as the agent reads it: cycle.json. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/boot.h"
#include "bench/agent/cycle.h"
#include "bench/agent/initramfs.h"
#include "bench/target/cycle.h"

/* Length of the window without a kexec that dma.gap of the blackout is compared with. */
#define CONTROL_MS 1000

/* What is on the command line of a real machine already is its owner's choice. */
static char *with_guards(char *append)
{
	static const char *const guards[] = { "panic=30", "oops=panic", "softlockup_panic=1" };
	char key[40], value[16], *more;
	size_t i;

	for (i = 0; append && i < sizeof(guards) / sizeof(guards[0]); i++) {
		snprintf(key, sizeof(key), "%.*s", (int)strcspn(guards[i], "=") + 1, guards[i]);
		if (cmdline_word(append, key, value, sizeof(value)))
			continue;
		if (asprintf(&more, "%s %s", append, guards[i]) < 0)
			more = NULL;
		free(append);
		append = more;
	}
	return append;
}

json_t *cycle_json(const struct cycle_job *job, const char *device)
{
	bool first = job->boot && !strcmp(job->boot, "agent");
	json_t *points = json_array(), *obj;
	struct plan_point p;
	char *append = NULL;
	size_t i;

	if (asprintf(&append, "%s%slubench.run=%s lubench.cycle=%u lubench.attempt=%u%s",
		     job->append, *job->append ? " " : "", job->run, job->cycle.number,
		     job->attempt, first ? " " BOOT_AGENT_WORD " rdinit=" INITRAMFS_INIT : "") < 0)
		append = NULL;
	if (job->watchdog_s)
		append = with_guards(append);
	for (i = 0; i < plan_cycle_points(&job->cycle); i++) {
		p = plan_cycle_point(&job->cycle, i);
		json_array_append_new(points,
				      json_pack("{s:I, s:I, s:I, s:s*, s:I}", "hwpts",
						(json_int_t)p.hwpts, "ioas_bytes",
						(json_int_t)p.ioas_bytes, "page_bytes",
						(json_int_t)p.page_bytes, "layout", p.layout,
						"working_set", (json_int_t)p.working_set));
	}
	obj = json_pack("{s:i, s:s, s:I, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:I, s:I, s:I, s:i, s:i,"
			" s:b, s:b, s:o, s:s, s:I}",
			"schema", 1, "run", job->run, "cycle", (json_int_t)job->cycle.number,
			"scenario", job->plan->scenario, "mode", job->mode, "workload",
			job->plan->workload, "device", device ? device : "", "kexec", "image",
			TARGET_KERNEL, "append", append ? append : "", "reps",
			(json_int_t)job->plan->reps, "kexec_hwpts",
			(json_int_t)job->cycle.kexec_hwpts, "point_budget_ms",
			(json_int_t)job->plan->point_budget_s * 1000, "budget_ms", job->work_ms,
			"control_ms", CONTROL_MS, "mixed", job->cycle.nr_blocks > 1, "icount",
			job->icount, "points", points, "probes", job->cycle.probes, "probes_ring",
			(json_int_t)job->plan->probes_ring);
	if (obj && job->watchdog_s)
		json_object_set_new(obj, "watchdog_s",
				    json_integer(job->watchdog_s < CYCLE_MAX_WATCHDOG_S
							 ? job->watchdog_s
							 : CYCLE_MAX_WATCHDOG_S));
	if (obj && job->rest_ms) {
		json_object_set_new(obj, "rest_ms", json_integer(job->rest_ms));
		json_object_set_new(obj, "awaited", json_boolean(job->awaited));
	}
	if (obj && job->perf)
		json_object_set_new(obj, "perf", json_true());
	if (obj && job->cycle.kernel)
		json_object_set_new(obj, "kernel", json_string(job->cycle.kernel));
	if (obj && job->boot) {
		json_object_set_new(obj, "boot", json_string(job->boot));
		json_object_set_new(obj, "incoming_ms", json_integer(job->incoming_ms));
		json_object_set_new(obj, "courier_ms", json_integer(job->courier_ms));
	}
	if (obj && job->release)
		json_object_set_new(obj, "release", json_string(job->release));
	free(append);
	return obj;
}

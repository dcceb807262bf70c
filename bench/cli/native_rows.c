// SPDX-License-Identifier: GPL-2.0-or-later
/* The records of `lubench native`: one cycle, in which every point is measured. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/cli/native.h"
#include "bench/lubench.h"
#include "bench/record/journal.h"

#define PAGE_BYTES 4096

struct lub_params native_params(const struct native_point *p)
{
	return (struct lub_params){
		.hwpts = 1,
		.ioas_bytes = p->ioas,
		.page_bytes = PAGE_BYTES,
		.mode = "preserve",
		.workload = "none",
		.layout = p->layout,
		.format = p->format,
	};
}

static json_t *run_line(const struct native *n)
{
	char now[32];

	return json_pack(
		"{s:i, s:s, s:s, s:s, s:s, s:b, s:b, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s, s:s?,"
		" s:{s:s, s:n, s:s?, s:{s:s, s:s, s:{s:s?}}}, s:{s:s, s:s},"
		" s:{s:s, s:s, s:s?, s:I, s:n, s:s, s:n, s:n}}",
		"schema", RECORD_SCHEMA, "kind", "run", "run", n->run, "target", "native", "host",
		n->host, "emulated", 0, "simulated", 0, "scenario", "native", "workload", "none",
		"mode", "preserve", "plan", n->walk ? "native-walk" : "native", "reps",
		(json_int_t)n->reps, "cycles", (json_int_t)1, "planned", (json_int_t)n->nr_points,
		"started", journal_now(now), "series", n->commit, "kernel", "selection", n->kernel,
		"build_id", "release", n->release, "provenance", "selection", n->kernel, "compiler",
		n->compiler, "series", "commit", n->commit, "tool", "name", "lubench", "version",
		LUBENCH_VERSION, "machine", "accel", "none", "emulator", "none", "cpu",
		*n->cpu ? n->cpu : NULL, "memory_bytes",
		(json_int_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE), "device", "arch",
#if defined(__x86_64__)
		"x86_64",
#else
		"aarch64",
#endif
		"iommu", "clock");
}

static int write_memory(struct native *n, const struct lub_params *p, const char *metric,
			long long bytes)
{
	struct lub_sample s = {
		.run = n->run,
		.cycle = 1,
		.scenario = "native",
		.metric = metric,
		.unit = "bytes",
		.value = bytes,
		.reason = bytes < 0 ? "/proc/self/smaps does not tell" : NULL,
		.params = *p,
	};

	return record_write(&n->writer, emit_sample(&s));
}

static int write_all(struct native *n)
{
	struct lub_outcome o = {
		.run = n->run,
		.cycle = 1,
		.scenario = "native",
		.outcome = *n->why ? "harness-error" : "ok",
		.reason = *n->why ? n->why : NULL,
	};
	int err = record_write(&n->writer, run_line(n));
	json_t *sample;
	size_t i;

	json_array_foreach(n->samples, i, sample)
		if (!err && !*n->why)
			err = record_write(&n->writer, json_incref(sample));
	for (i = 0; !err && i < n->nr_points; i++) {
		o.params = native_params(&n->point[i]);
		err = record_write(&n->writer, emit_outcome(&o));
		if (!err && !*n->why)
			err = write_memory(n, &o.params, "native.memory", n->memory_bytes);
		if (!err && !*n->why)
			err = write_memory(n, &o.params, "native.memory.huge", n->huge_bytes);
	}
	return err ? err : record_sync(&n->writer);
}

int native_save(struct native *n)
{
	int err = make_dirs(n->out);

	if (err) {
		lub_err("cannot make %s: %s", n->out, strerror(-err));
		return err;
	}
	err = record_open(&n->writer, n->out);
	if (!err && record_size(&n->writer) > 0) {
		lub_err("%s holds a run already; use another --out", n->out);
		err = -EEXIST;
	}
	if (!err)
		err = write_all(n);
	record_close(&n->writer);
	return err;
}

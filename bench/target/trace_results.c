// SPDX-License-Identifier: GPL-2.0-or-later
/* From the counts of a trace to the samples of a cycle of scenario iotlb. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/cycle.h"
#include "bench/target/target.h"
#include "bench/target/trace.h"

/*
 * A cycle of a busy device writes some 100 MB. This much of a trace stays as it was written, for whoever wants to
 * count again; of what is more, the disk gets back what has been counted.
 */
#define KEEP_BYTES (512ll << 20)

#define CHUNK (1u << 20)

/**
 * struct trace_reader - in target.reader
 * @trace: what was counted
 * @at: how far the file was read
 */
struct trace_reader {
	struct trace *trace;
	off_t at;
};

/** struct step - its names in the records. */
struct step {
	const char *phase;
	const char *name;
};

static const struct step steps[LUB_STEPS] = {
	[LUB_STEP_SETUP] = { NULL, "setup" },
	[LUB_STEP_CONTROL] = { "before", "control" },
	[LUB_STEP_PRESERVE] = { "before", "preserve" },
	[LUB_STEP_JUMP] = { "before", "jump" },
	[LUB_STEP_KEXEC] = { "blackout", "kexec" },
	[LUB_STEP_ADOPT] = { "after", "adopt" },
	[LUB_STEP_REPLACE] = { "after", "replace" },
	[LUB_STEP_RUN] = { "after", "run" },
};

static const char *const devices[TRACE_WHOSE] = { [TRACE_DUT] = "dut", [TRACE_OTHER] = "other" };

static const char *const caches[TRACE_CACHES] = {
	[TRACE_IOTLB] = "iotlb",
	[TRACE_CONTEXT] = "context",
	[TRACE_PASID] = "pasid",
};

static const char *const ranges[TRACE_RANGES] = {
	[TRACE_GLOBAL] = "invalidations.global",
	[TRACE_DOMAIN] = "invalidations.domain",
	[TRACE_PAGES] = "invalidations.pages",
	[TRACE_DEVICE] = "invalidations.device",
};

/* A device that misses in one lookup of so many all the time has no cold start that could be told. */
#define THRASHES 16

/* Everything but cold times is a count; the caller sets what else a number has. */
static struct target_sample *add(struct target_samples *out, const char *metric,
				 const struct step *step, uint64_t value, const char *reason)
{
	static struct target_sample none;
	struct target_sample *s = out->nr < TARGET_SAMPLES ? &out->s[out->nr++] : &none;

	*s = (struct target_sample){
		.metric = metric,
		.unit = "count",
		.phase = step->phase,
		.step = step->name,
		.observer = "qemu",
		.value = (int64_t)value,
		.reason = reason,
	};
	return s;
}

static void add_lookups(struct target_samples *out, const struct step *step,
			const struct trace_counts *c, const char *why)
{
	int w;

	for (w = 0; w < TRACE_WHOSE; w++) {
		add(out, "iotlb.hits", step, c->hits[w], why)->device = devices[w];
		add(out, "iotlb.misses", step, c->misses[w], why)->device = devices[w];
		add(out, "iotlb.misses.traced", step, c->traced[w], why)->device = devices[w];
		add(out, "context.misses", step, c->context[w], why)->device = devices[w];
	}
	add(out, "iotlb.emptied", step, c->emptied, why);
}

/* PASID caches are for scalable mode only, and old emulators do not trace them: left out when there are none. */
static void add_invalidations(struct target_samples *out, const struct step *step,
			      const struct trace_counts *c, const char *why)
{
	struct target_sample *s;
	int cache, range, w;

	for (cache = 0; cache < TRACE_CACHES; cache++) {
		for (range = 0; range < TRACE_RANGES; range++) {
			bool device = range == TRACE_DEVICE;

			if ((cache == TRACE_CONTEXT && range == TRACE_PAGES) ||
			    (cache == TRACE_IOTLB && device) ||
			    (cache == TRACE_PASID && !c->inv[cache][range][TRACE_DUT]))
				continue;
			for (w = 0; w <= (device && cache == TRACE_CONTEXT); w++) {
				s = add(out, ranges[range], step, c->inv[cache][range][w], why);
				s->cache = caches[cache];
				s->device = device && cache == TRACE_CONTEXT ? devices[w] : NULL;
			}
		}
	}
	add(out, "invalidations.untyped", step, c->untyped, why);
	add(out, "invalidations.submits", step, c->submits, why);
}

/* Why there is no hit rate that could come back, NULL when there is one. */
static const char *no_level(const struct trace *t)
{
	const struct trace_counts *c = trace_step(t, LUB_STEP_CONTROL);
	uint64_t hits = c->hits[TRACE_DUT], misses = c->traced[TRACE_DUT];

	if (!trace_has_level(t))
		return "fewer than 256 accesses in the control window: there is no level to come back to";
	if (misses * THRASHES > hits + misses)
		return "the working set does not fit this IOTLB: more than one lookup of 16 misses without a kexec, too";
	return NULL;
}

static void add_cold(struct target_samples *out, const struct step *step,
		     const struct trace_counts *c, const char *why)
{
	struct target_sample *s;

	if (!why && c->cold_open)
		why = "the hit rate was not back when the observation ended";
	add(out, "iotlb.cold.misses", step, c->cold_misses, why)->device = devices[TRACE_DUT];
	if (!why && c->cold_ns < 0)
		why = "the trace has no times";
	s = add(out, "iotlb.cold.time", step, (uint64_t)c->cold_ns, why);
	s->device = devices[TRACE_DUT];
	s->unit = "ns";
	s->clock = "host";
}

static void add_step(struct target_samples *out, const struct trace *t, enum lub_step step,
		     const char *why)
{
	const struct trace_counts *c = trace_step(t, step);

	if (!why && !c->seen)
		why = "the trace does not show where this step begins";
	if (step != LUB_STEP_SETUP)
		add_lookups(out, &steps[step], c, why);
	add_invalidations(out, &steps[step], c, why);
	if (step >= LUB_STEP_KEXEC)
		add_cold(out, &steps[step], c, why ? why : no_level(t));
}

/* Nobody traces a real machine: all of it is missing, by phase, and said why. */
static void add_nothing(struct target_samples *out, const char *why)
{
	static const struct step phases[] = { { "before", NULL },
					      { "blackout", NULL },
					      { "after", NULL } };
	static const struct trace_counts none;
	size_t i;

	for (i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		add_lookups(out, &phases[i], &none, why);
		add_invalidations(out, &phases[i], &none, why);
	}
	add_cold(out, &phases[2], &none, why);
}

/* "0000:00:04.0": bus, device, function. */
static uint16_t requester(const char *bdf)
{
	unsigned int domain, bus, dev, fn;

	if (!bdf || sscanf(bdf, "%x:%x:%x.%x", &domain, &bus, &dev, &fn) != 4)
		return 0;
	return (uint16_t)(bus << 8 | dev << 3 | fn);
}

void trace_forget(struct target *t)
{
	if (t->reader)
		trace_free(t->reader->trace);
	free(t->reader);
	t->reader = NULL;
}

static struct trace_reader *reader(struct target *t)
{
	if (t->reader)
		return t->reader;
	t->reader = calloc(1, sizeof(*t->reader));
	if (t->reader)
		t->reader->trace = trace_new(requester(t->device));
	if (t->reader && !t->reader->trace)
		trace_forget(t);
	return t->reader;
}

/* What was counted goes back to the disk. The file keeps its length: the emulator writes on at its end. */
static void give_back(int fd, off_t upto)
{
	off_t page = sysconf(_SC_PAGESIZE);

	if (upto > KEEP_BYTES)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, KEEP_BYTES,
			  (upto - KEEP_BYTES) / page * page);
}

static int read_on(struct target *t, struct trace_reader *r)
{
	int fd = open(t->trace, O_RDWR | O_CLOEXEC), err = 0;
	char *buf = fd >= 0 ? malloc(CHUNK) : NULL;
	ssize_t n = 0;

	if (!buf) {
		err = fd < 0 ? -errno : -ENOMEM;
		lub_err("%s: %s: nothing is known of the IOTLB", t->trace, strerror(-err));
	}
	while (!err && (n = pread(fd, buf, CHUNK, r->at)) > 0) {
		trace_feed(r->trace, buf, (size_t)n);
		r->at += n;
	}
	if (n < 0) {
		err = -errno;
		lub_err("%s: %s: nothing is known of the IOTLB", t->trace, strerror(-err));
	}
	if (!err)
		give_back(fd, r->at);
	if (fd >= 0)
		close(fd);
	free(buf);
	return err;
}

static void add_all(struct target_samples *out, const struct trace *t, const char *mode,
		    const char *why)
{
	bool preserve = !strcmp(mode, "preserve");
	static const struct step whole;
	const char *first;
	int step;

	for (step = LUB_STEP_SETUP; step < LUB_STEPS; step++) {
		/* Modes that restore nothing have no such step. */
		if (!preserve && !why && !trace_step(t, step)->seen)
			continue;
		add_step(out, t, step, why);
	}
	add(out, "trace.unknown", &whole, trace_unknown(t, &first), why);
	if (*first)
		fprintf(stderr,
			"lubench: the trace has %llu lines that are not known, the first: %s\n",
			(unsigned long long)trace_unknown(t, &first), first);
}

void trace_results(struct target *t, const struct cycle_job *job, struct target_samples *out)
{
	struct trace_reader *r;
	const char *why = NULL;

	if (!t->trace) {
		add_nothing(out,
			    "no emulator traces this machine; on hardware only a PMU counts it");
		return;
	}
	r = reader(t);
	if (!r)
		return;
	/* Everything up to now belongs to this cycle, or to the boot before it, which has no boundaries. */
	trace_cycle(r->trace, job->cycle.number);
	if (read_on(t, r))
		why = "the emulator's trace could not be read";
	add_all(out, r->trace, job->mode, why);
}

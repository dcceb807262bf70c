/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the trace parser only. */
#ifndef BENCH_TARGET_TRACE_PRIV_H
#define BENCH_TARGET_TRACE_PRIV_H

#include "bench/target/trace.h"

#define ASIDS 1024
#define THREADS 16

/**
 * struct trace_window - the newest lookups of the device under test
 * @n: lookups
 * @misses: those that missed
 * @step: in which it began
 * @start_ns: when
 */
struct trace_window {
	unsigned int n;
	unsigned int misses;
	enum lub_step step;
	int64_t start_ns;
};

/**
 * struct trace - a trace that is being read
 * @sid: device under test
 * @cycle: that is counted
 * @step: that the stream is in
 * @before: the one before it
 * @hits: hits are traced now
 * @at: counts
 * @lines: of this cycle
 * @unknown: of them
 * @first_unknown: text
 * @line: begin of a line whose end is still to come
 * @len: its length
 * @skip: it is too long
 * @desc: VT-d: type of the newest descriptor
 * @desc_step: in which it was fetched
 * @owner: SMMUv3: whose ASID it is
 * @pending: SMMUv3: a thread has just loaded the configuration of a device
 * @next_pending: slot to use next
 * @opcode_all: SMMUv3: the newest command empties the IOTLB
 * @w: window
 * @level_n: windows of LUB_STEP_CONTROL
 * @level_max: misses of the worst of them
 * @cold: the hit rate is below that level
 * @cold_step: since which step
 * @cold_ns: since when
 */
struct trace {
	uint16_t sid;
	uint32_t cycle;
	enum lub_step step;
	enum lub_step before;
	bool hits;
	struct trace_counts at[LUB_STEPS];
	uint64_t lines;
	uint64_t unknown;
	char first_unknown[128];
	char line[TRACE_LINE_MAX];
	size_t len;
	bool skip;
	int desc;
	enum lub_step desc_step;
	struct {
		uint32_t tag;
		uint16_t sid;
		bool used;
	} owner[ASIDS];
	struct {
		long tid;
		uint16_t sid;
		bool used;
	} pending[THREADS];
	unsigned int next_pending;
	bool opcode_all;
	struct trace_window w;
	uint64_t level_n;
	unsigned int level_max;
	bool cold;
	enum lub_step cold_step;
	int64_t cold_ns;
};

/**
 * struct trace_event - an event that is known
 * @name: its name
 * @take: what to do; NULL: nothing
 * @arg: for @take
 */
struct trace_event {
	const char *name;
	void (*take)(struct trace *t, const struct trace_line *l, int arg);
	int arg;
};

extern const struct trace_event trace_vtd_events[];
extern const struct trace_event trace_smmu_events[];

/* The counts of the step that the stream is in. */
static inline struct trace_counts *trace_now(struct trace *t)
{
	return &t->at[t->step];
}

/* A lookup of the IOTLB by @sid. */
void trace_lookup(struct trace *t, const struct trace_line *l, uint16_t sid, bool hit);

/* A miss of the context or configuration cache by @sid. */
void trace_context_miss(struct trace *t, uint16_t sid);

/* Whose accesses are those of @sid? */
enum trace_whose trace_whose(const struct trace *t, uint16_t sid);

#endif

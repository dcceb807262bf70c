/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an emulated IOMMU did, counted from QEMU's trace: lookups of the IOTLB, misses of the cache of
 * context entries (VT-d) or configurations (SMMUv3), and invalidations by what they are for. Events and
 * their arguments are found by name, since versions of QEMU differ in order and number of both.
 *
 * A trace is read as a stream, once, from the launch on; what is kept does not grow with it. Which step
 * of a live update a line belongs to is said by boundaries in the trace itself (bench/agent/boundary.h).
 */
#ifndef BENCH_TARGET_TRACE_H
#define BENCH_TARGET_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/agent/boundary.h"

/** TRACE_WINDOW - lookups of the device under test after which its hit rate is looked at. */
#define TRACE_WINDOW 256

/** TRACE_LINE_MAX - longer lines are no event of ours: they are skipped and count as unknown. */
#define TRACE_LINE_MAX 512

/** enum trace_whose - of which device. */
enum trace_whose {
	TRACE_DUT, /* the one under test */
	TRACE_OTHER,
	TRACE_WHOSE,
};

/** enum trace_cache - what is invalidated. */
enum trace_cache {
	TRACE_IOTLB,
	TRACE_CONTEXT, /* VT-d: context entries; SMMUv3: configurations, that is STEs and CDs */
	TRACE_PASID,
	TRACE_CACHES,
};

/** enum trace_range - how much of it. */
enum trace_range {
	TRACE_GLOBAL,
	TRACE_DOMAIN,
	TRACE_PAGES,
	TRACE_DEVICE,
	TRACE_RANGES,
};

/**
 * struct trace_counts - what happened in one step
 * @seen: it began
 * @hits: lookups that found an entry
 * @misses: lookups that did not, and found one in the page table
 * @traced: those of @misses that came while hits were traced, which is not all the time
 * @context: misses of the context or configuration cache
 * @emptied: times that the model emptied its IOTLB because it was full
 * @inv: invalidations; only those for a device tell for which, the others are in TRACE_DUT
 * @untyped: invalidations whose type this version of the emulator does not trace
 * @submits: waits for all of them before it (VT-d: wait descriptors, SMMUv3: CMD_SYNC)
 * @cold_misses: misses while the hit rate of the device under test was below that of LUB_STEP_CONTROL
 * @cold_ns: for how long that was, -1 without times in the trace
 * @cold_open: it still was when the last step ended
 */
struct trace_counts {
	bool seen;
	uint64_t hits[TRACE_WHOSE];
	uint64_t misses[TRACE_WHOSE];
	uint64_t traced[TRACE_WHOSE];
	uint64_t context[TRACE_WHOSE];
	uint64_t emptied;
	uint64_t inv[TRACE_CACHES][TRACE_RANGES][TRACE_WHOSE];
	uint64_t untyped;
	uint64_t submits;
	uint64_t cold_misses;
	int64_t cold_ns;
	bool cold_open;
};

/**
 * struct trace_line - one line taken apart
 * @ns: when it was written, by the emulator's wall clock; -1 when the line does not say
 * @tid: by which thread, 0 when the line does not say
 * @event: name of the event
 * @args: what follows it, "" for nothing
 */
struct trace_line {
	int64_t ns;
	long tid;
	const char *event;
	const char *args;
};

struct trace;

/**
 * trace_line_parse() - take a line apart
 * @text: the line without its end; cut up
 * @l: filled in; points into @text
 *
 * "TID@SEC.USEC:event args", the same with a blank instead of the colon, "YYYY-MM-DDThh:mm:ss.uuuuuuZ
 * event args", and "event args" are known.
 *
 * Return: 0, or -EINVAL for what is no such line.
 */
int trace_line_parse(char *text, struct trace_line *l);

/**
 * trace_key() - the number behind a word: "sid 0x20", "asid=3", "streamid= 0x20"
 * @args: arguments of an event
 * @key: the word; a longer one that ends with it is another
 * @value: set to the number
 *
 * Return: whether it is there.
 */
bool trace_key(const char *args, const char *key, uint64_t *value);

/**
 * trace_new() - start with nothing counted
 * @sid: requester id of the device under test: bus << 8 | device << 3 | function
 *
 * Return: the trace or NULL; trace_free() it.
 */
struct trace *trace_new(uint16_t sid);

/**
 * trace_cycle() - count for another cycle
 * @t: the trace
 * @cycle: its number: boundaries of others are not looked at
 */
void trace_cycle(struct trace *t, uint32_t cycle);

/**
 * trace_feed() - take in more of the file
 * @t: the trace
 * @text: any part of it, which may begin and end within lines
 * @len: its length
 */
void trace_feed(struct trace *t, const char *text, size_t len);

/**
 * trace_step() - what was counted
 * @t: the trace
 * @step: of which step
 *
 * Return: the counts.
 */
const struct trace_counts *trace_step(const struct trace *t, enum lub_step step);

/**
 * trace_unknown() - lines of this cycle that are no event that is known here
 * @t: the trace
 * @first: set to the first of them, "" without
 *
 * Return: their number.
 */
uint64_t trace_unknown(const struct trace *t, const char **first);

/**
 * trace_has_level() - is it known what hit rate the device under test has when nothing happens
 * @t: the trace
 *
 * Return: whether LUB_STEP_CONTROL had at least one whole window.
 */
bool trace_has_level(const struct trace *t);

/**
 * trace_free() - free it
 * @t: the trace, NULL is fine
 */
void trace_free(struct trace *t);

struct target;
struct cycle_job;
struct target_samples;

/**
 * trace_results() - the samples of a cycle of scenario iotlb
 * @t: target; of one that nobody traces the samples have no value but a reason
 * @job: the cycle that has just ended
 * @out: samples are added
 *
 * Reads what has been added to target.trace since the last call. Silent but for what cannot be read.
 */
void trace_results(struct target *t, const struct cycle_job *job, struct target_samples *out);

/**
 * trace_forget() - the trace file of the next launch is another one
 * @t: target
 */
void trace_forget(struct target *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of samples.jsonl as C structs, and their JSON form. Used by the controller and by the
 * agent, so it needs jansson only. The same structs are what the reader (record.h) gives back.
 */
#ifndef BENCH_RECORD_EMIT_H
#define BENCH_RECORD_EMIT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** RECORD_SCHEMA - version of the lines of samples.jsonl and journal.jsonl. */
#define RECORD_SCHEMA 1

/**
 * struct lub_params - what a number was measured with
 * @hwpts: HWPTs of the point
 * @ioas_bytes: mapped bytes of its IOAS
 * @page_bytes: page size of the mappings
 * @devices: devices attached
 * @mode: preserve, rebuild or crash
 * @workload: what makes the DMA
 * @probes: what watches the kernel: a set of probes or "perf"; NULL is written as "off"
 * @phase: before, control, blackout or after; NULL: left out
 * @kernel: outgoing, incoming or a kernel selection; NULL: left out
 * @observer: who measured when it is not the agent ("host", "qemu", "pmu"); NULL: left out
 * @layout: how the pages lie (bench/agent/layout.h), scenario walk; how the tables do, "contiguous" or "scattered",
 *	    scenario native; NULL: left out
 * @format: of the page tables, scenarios walk and native; NULL: left out
 * @working_set: pages that the workload goes over in a loop; 0: left out
 * @step: a part of @phase, see docs/measurements.md; NULL: left out
 * @device: of whose accesses: "dut" (under test) or "other"; NULL: left out
 * @cache: what was invalidated: "iotlb", "context" or "pasid"; NULL: left out
 */
struct lub_params {
	uint32_t hwpts;
	uint64_t ioas_bytes;
	uint64_t page_bytes;
	uint32_t devices;
	const char *mode;
	const char *workload;
	const char *probes;
	const char *phase;
	const char *kernel;
	const char *observer;
	const char *layout;
	const char *format;
	uint32_t working_set;
	const char *step;
	const char *device;
	const char *cache;
};

/**
 * struct lub_sample - one number
 * @run: run id
 * @cycle: from 1
 * @rep: repetition inside the cycle, from 0
 * @scenario: what the cycle measures
 * @metric: one of the metric names of the schema
 * @unit: "ns", "count", "bytes" or "pages"
 * @clock: "tsc", "cntvct", "monotonic", "host", "thread"; NULL (written as null) for what is not a time
 * @value: the number; ignored when @reason is set
 * @reason: why there is no number: the line then has "value":null; else NULL
 * @params: what it was measured with
 */
struct lub_sample {
	const char *run;
	uint32_t cycle;
	uint32_t rep;
	const char *scenario;
	const char *metric;
	const char *unit;
	const char *clock;
	int64_t value;
	const char *reason;
	struct lub_params params;
};

/**
 * struct lub_event - one stamp of the timeline over both kernels
 * @run: run id
 * @cycle: from 1
 * @kernel: "outgoing" or "incoming"
 * @event: name, for example "freeze.begin"
 * @ticks: raw counter
 * @hz: its rate, 0 when unknown
 */
struct lub_event {
	const char *run;
	uint32_t cycle;
	const char *kernel;
	const char *event;
	uint64_t ticks;
	uint64_t hz;
};

/**
 * struct lub_outcome - how one point of one cycle ended
 * @run: run id
 * @cycle: from 1
 * @scenario: what the cycle measures
 * @outcome: one of design.md section 5 (see outcome_valid())
 * @reason: NULL for "ok", a sentence else
 * @params: the point
 *
 * The controller writes one such line for every planned point of every cycle. An agent may put
 * one in its own samples.jsonl for a point that it left out ("skip"); the controller takes it over.
 */
struct lub_outcome {
	const char *run;
	uint32_t cycle;
	const char *scenario;
	const char *outcome;
	const char *reason;
	struct lub_params params;
};

/**
 * struct lub_probe - how one place in the kernel was watched
 * @run: run id
 * @cycle: from 1
 * @kernel: "outgoing" or "incoming"
 * @probe: name of the probe
 * @point: function or tracepoint
 * @way: "tracepoint", "fentry", "kprobe" or "absent"
 * @reason: why it was not watched, or not in the best way; else NULL (written as null)
 *
 * What the calibration found out: a metric that needs an absent point has no number.
 */
struct lub_probe {
	const char *run;
	uint32_t cycle;
	const char *kernel;
	const char *probe;
	const char *point;
	const char *way;
	const char *reason;
};

/**
 * emit_params() - JSON form of a parameter set
 * @p: the set
 *
 * Return: new reference, NULL when out of memory or when a string is not UTF-8.
 */
json_t *emit_params(const struct lub_params *p);

/**
 * emit_sample() - JSON form of a sample line
 * @s: the sample
 *
 * Return: as emit_params().
 */
json_t *emit_sample(const struct lub_sample *s);

/**
 * emit_event() - JSON form of an event line
 * @e: the event
 *
 * Return: as emit_params().
 */
json_t *emit_event(const struct lub_event *e);

/**
 * emit_probe() - JSON form of a probe line
 * @p: the place
 *
 * Return: as emit_params().
 */
json_t *emit_probe(const struct lub_probe *p);

/**
 * emit_outcome() - JSON form of an outcome line
 * @o: the outcome
 *
 * Return: as emit_params().
 */
json_t *emit_outcome(const struct lub_outcome *o);

/**
 * emit_write() - append one object as one line
 * @fd: a file opened with O_APPEND
 * @line: the object; its reference is consumed, NULL is taken as out of memory
 *
 * One write(2) a line when the kernel allows it, so that a crash can tear the last line only.
 *
 * Return: 0 or -errno. No message: the caller knows the file's name.
 */
int emit_write(int fd, json_t *line);

/**
 * OUTCOME_NOT_RUN - how the reason of a "skip" begins when others failed before it
 *
 * The cycle was planned and could be run; nobody left it out on purpose.
 */
#define OUTCOME_NOT_RUN "not run: "

/**
 * outcome_valid() - is this one of the outcomes of design.md section 5
 * @name: the word
 *
 * Return: true if so.
 */
bool outcome_valid(const char *name);

#endif

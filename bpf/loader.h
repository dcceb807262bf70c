/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads probes into the running kernel and reads what they record. Knows no probe by name. */
#ifndef BPF_LOADER_H
#define BPF_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/calibrate.h"
#include "bpf/lubench.h"

struct probes;

/**
 * struct probes_want - what to load
 * @set: as probes_parse() gives it
 * @ring_bytes: size of the ring buffer of all of them, a power of two and at least a page
 * @tgid: process whose calls are watched
 * @kprobes_only: do without fentry, as on a kernel that has none
 */
struct probes_want {
	uint32_t set;
	size_t ring_bytes;
	uint32_t tgid;
	bool kprobes_only;
};

/**
 * struct probe_point - a place in the kernel that a probe wants to watch, and what became of it
 * @probe: name of the probe
 * @target: function or tracepoint
 * @way: how it is watched
 * @why: one line when it is not, or not in the best way; else ""
 */
struct probe_point {
	const char *probe;
	char target[80];
	enum way way;
	char why[160];
};

/**
 * struct probe_number - a metric of a probe that is loaded, or should have been
 * @probe: name of the probe
 * @metric: its name, unit and kind
 * @why: why this kernel does not give it, NULL when it does
 */
struct probe_number {
	const char *probe;
	const struct lub_metric *metric;
	const char *why;
};

/**
 * probes_load() - load and attach
 * @want: what
 *
 * What cannot be attached is no error: its points and numbers say why. So does everything when the
 * kernel has no BPF at all.
 *
 * Return: the probes, NULL when out of memory.
 */
struct probes *probes_load(const struct probes_want *want);

/**
 * probes_points() - how each place is watched
 * @p: probes
 * @nr: set to their number
 *
 * Return: array, valid until probes_free().
 */
const struct probe_point *probes_points(const struct probes *p, size_t *nr);

/**
 * probes_numbers() - the metrics, and which of them this kernel gives
 * @p: probes
 * @nr: set to their number
 *
 * Return: array, valid until probes_free().
 */
const struct probe_number *probes_numbers(const struct probes *p, size_t *nr);

/**
 * probes_consume() - read what is in the ring
 * @p: probes
 * @fn: called for every record with the index of its number and its value
 * @arg: for @fn
 *
 * Return: records read, or -errno.
 */
int probes_consume(struct probes *p, void (*fn)(void *arg, size_t number, uint64_t value),
		   void *arg);

/**
 * probes_total() - a number that is counted in the kernel
 * @p: probes
 * @number: its index; one with metric->total
 *
 * Return: the count since probes_load().
 */
uint64_t probes_total(const struct probes *p, size_t number);

/**
 * probes_drops() - records that a probe could not make
 * @p: probes
 * @probe: its name
 *
 * Return: their number since probes_load().
 */
uint64_t probes_drops(const struct probes *p, const char *probe);

/**
 * probes_detach() - leave the kernel alone; what was recorded stays readable
 * @p: probes
 */
void probes_detach(struct probes *p);

/**
 * probes_free() - detach and free
 * @p: probes, or NULL
 */
void probes_free(struct probes *p);

#endif

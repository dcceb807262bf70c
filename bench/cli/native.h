/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `lubench native` was told by the program that measures, and its records. */
#ifndef BENCH_CLI_NATIVE_H
#define BENCH_CLI_NATIVE_H

#include "bench/record/record.h"

#define NATIVE_MAX_POINTS 64
#define NATIVE_MAX_ARGS 24

/**
 * struct native_point - one kind of table
 * @format: "vtd-ss" or "vtd-fs"
 * @layout: "contiguous" or "scattered"
 * @ioas: bytes mapped, in pages of 4 KiB
 */
struct native_point {
	char format[48], layout[48];
	uint64_t ioas;
};

/**
 * struct native - one run
 * @kernel: selection, as given
 * @program: path of the program
 * @commit: of the kernel's tree, NULL when not known
 * @release: version of the kernel, NULL when not known
 * @out: run directory
 * @memory: what tables are scattered over, as the program takes it; NULL: its default
 * @walk: without a pool of tables
 * @reps: repetitions
 * @size: what is mapped, as the program takes it
 * @nr_sizes: their number
 * @run: run id
 * @host: what is known of the machine
 * @cpu: its processor, "" when not known
 * @compiler: version of the one that built the program
 * @why: why there are no numbers, "" when there are
 * @writer: open samples file
 * @point: all that the program named
 * @nr_points: their number
 * @samples: sample lines, written once the program has ended well
 * @memory_bytes: what tables lay in
 * @huge_bytes: how much of that in huge pages, -1: not known
 */
struct native {
	const char *kernel, *program, *commit, *release, *out, *memory;
	bool walk;
	unsigned int reps;
	char *size[NATIVE_MAX_ARGS];
	unsigned int nr_sizes;
	char run[64], host[64], cpu[256], compiler[128], why[300];
	struct record_writer writer;
	struct native_point point[NATIVE_MAX_POINTS];
	size_t nr_points;
	json_t *samples;
	long long memory_bytes, huge_bytes;
};

/**
 * native_params() - a point as records have it
 * @p: the point, which must outlive the result
 *
 * Return: its parameters.
 */
struct lub_params native_params(const struct native_point *p);

/**
 * native_save() - write the records
 * @n: all that is known; of a run with a reason in @why points only, as harness-error
 *
 * Return: 0 or -errno (said on stderr).
 */
int native_save(struct native *n);

#endif

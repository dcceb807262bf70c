/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite index of all runs: a cache that is rebuilt from their samples.jsonl whenever those have
 * changed, and that can be deleted at any time.
 */
#ifndef BENCH_RECORD_INDEX_H
#define BENCH_RECORD_INDEX_H

#include <stdint.h>

/** INDEX_FILE - its name inside the directory of runs. */
#define INDEX_FILE ".index.sqlite"

/**
 * struct index_run - one run
 * @run: id
 * @dir: name of its directory
 * @target: kind of target
 * @mode: preserve, rebuild or crash
 * @kernel: selection
 * @plan: plan name
 * @started: time
 * @planned: points planned
 * @ok: points that were ok
 * @skipped: points left out
 * @failed: points with any other outcome
 */
struct index_run {
	const char *run;
	const char *dir;
	const char *target;
	const char *mode;
	const char *kernel;
	const char *plan;
	const char *started;
	int64_t planned;
	int64_t ok;
	int64_t skipped;
	int64_t failed;
};

/**
 * index_runs() - bring the index up to date and walk it, oldest run first
 * @runs_dir: directory of run directories
 * @each: called for every run
 * @arg: for @each
 *
 * Where the index cannot be written (read-only directory) it is made in memory.
 *
 * Return: 0 or -errno (said on stderr).
 */
int index_runs(const char *runs_dir, void (*each)(const struct index_run *run, void *arg), void *arg);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SQLite index of all runs: a cache that is rebuilt from their samples.jsonl whenever those have
 * changed, and that can be deleted at any time.
 *
 * Table run has a row a run; table series one for each metric in one setting, as JSON; table value the
 * median of each cycle's repetitions: (run.id, series.id, cycle, n, value). `sqlite3` may read it.
 */
#ifndef BENCH_RECORD_INDEX_H
#define BENCH_RECORD_INDEX_H

#include <stddef.h>
#include <stdint.h>

/** INDEX_FILE - its name inside the directory of runs. */
#define INDEX_FILE ".index.sqlite"

/**
 * struct index_run - one run
 * @run: id
 * @dir: where it is in the directory of runs: "ID", or "ID/TARGET" and the like (bench/record/below.h)
 * @target: kind of target
 * @mode: preserve, rebuild or crash
 * @kernel: selection
 * @series: commit of the kernel series, "" without one
 * @plan: plan name
 * @started: time
 * @planned: points planned
 * @ok: points that were ok
 * @skipped: points left out
 * @failed: points with any other outcome
 * @samples: samples with a value
 * @bad: lines that were no record
 */
struct index_run {
	const char *run;
	const char *dir;
	const char *target;
	const char *mode;
	const char *kernel;
	const char *series;
	const char *plan;
	const char *started;
	int64_t planned;
	int64_t ok;
	int64_t skipped;
	int64_t failed;
	int64_t samples;
	int64_t bad;
};

/**
 * struct index_filter - which runs are wanted
 * @target, @plan: names, as they are
 * @kernel: its selection, as in the records (series-9) or as KERNEL= takes it (series:9)
 * @series: how the commit of the series begins
 *
 * What is NULL does not matter.
 */
struct index_filter {
	const char *target, *kernel, *series, *plan;
};

/**
 * index_runs() - bring the index up to date and walk it, oldest run first
 * @runs_dir: directory of runs, as runs_below() finds them
 * @filter: which runs, NULL for all
 * @each: called for every run that is wanted
 * @arg: for @each
 *
 * Where the index cannot be written (read-only directory) it is made in memory.
 *
 * Return: 0 or -errno (said on stderr).
 */
int index_runs(const char *runs_dir, const struct index_filter *filter,
	       void (*each)(const struct index_run *run, void *arg), void *arg);

struct lub_sample;
struct sqlite3;

/**
 * index_key() - what a sample is of, as it stands in table series
 *
 * Return: JSON text, the same for the same, free() it; NULL when memory is out.
 */
char *index_key(const struct lub_sample *s);

/* As index_key(), for a table in memory: not for reading, and quickly made. Longer than @len it is cut off. */
void index_short_key(const struct lub_sample *s, char *buf, size_t len);

/**
 * index_run_store() - put one run into the index, in place of what it knew of it
 * @db: the index
 * @path: samples.jsonl of the run
 * @name: its directory's name
 * @stamp: changes when the file does
 *
 * Return: 0, -EIO for SQLite's errors, -ENOMEM, or what record_each() returns.
 */
int index_run_store(struct sqlite3 *db, const char *path, const char *name, int64_t stamp);

#endif

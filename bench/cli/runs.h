/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which runs a word of the command line means.
 */
#ifndef BENCH_CLI_RUNS_H
#define BENCH_CLI_RUNS_H

#include <stddef.h>

/* What is known about runs, where no other file is named. */
#define RUNS_ANNOTATIONS "results/annotations.txt"

/**
 * struct runs_choice - what words may mean
 * @dir: directory of runs whose index is asked for "kernel:" and "commit:", NULL for results/runs
 * @target, @plan: only runs of those, NULL for any, with the same two
 * @depth: how far below a directory that is named runs are looked for, as runs_below() has it; 0: RUNS_DEPTH
 */
struct runs_choice {
	const char *dir, *target, *plan;
	unsigned int depth;
};

/**
 * runs_find() - directories of the runs that a word names
 * @words: directories, or names of runs in results/runs or results/baselines, with commas between; a
 *	   directory that holds several runs and is none itself is all of them. "kernel:NAME" is all runs of that
 *	   selection (base, series, series:9 or series-9, ...), "commit:BEGIN" all of the series whose commit begins so
 * @choice: NULL for all of results/runs, at any depth
 * @dirs: filled in; free() each
 * @max: entries of @dirs
 *
 * Return: how many there are, or -errno (said on stderr).
 */
int runs_find(const char *words, const struct runs_choice *choice, char **dirs, size_t max);

#endif

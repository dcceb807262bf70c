/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which runs a word of the command line means.
 */
#ifndef BENCH_CLI_RUNS_H
#define BENCH_CLI_RUNS_H

#include <stddef.h>

/**
 * runs_find() - directories of the runs that a word names
 * @words: directories, or names of runs in results/runs or results/baselines, with commas between; a
 *	   directory that holds several runs and is none itself is all of them
 * @dirs: filled in; free() each
 * @max: entries of @dirs
 *
 * Return: how many there are, or -errno (said on stderr).
 */
int runs_find(const char *words, char **dirs, size_t max);

#endif

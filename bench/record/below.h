/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where runs lie below a directory: "ID" of one target; "ID/TARGET" or "ID/HOST" of several that were measured
 * together; "ID/gate-TARGET" of make gate; "ID/TARGET/base/N" and "ID/TARGET/new/N" of make bench-compare.
 */
#ifndef BENCH_RECORD_BELOW_H
#define BENCH_RECORD_BELOW_H

#include <stdbool.h>

/** RUNS_DEPTH - directories that are looked into, one in the other: more than any layout of ours has. */
#define RUNS_DEPTH 6

/**
 * runs_below() - find the runs in a directory and in the directories in it, in order of their names
 * @top: the directory; it may be a symbolic link
 * @depth: 1 for what is in @top itself, at most RUNS_DEPTH, at which it is said when there is more
 * @each: called with @top of each run left out: "ID/TARGET". What it returns ends the search when it is not 0
 * @arg: for @each
 *
 * A run holds samples.jsonl. Nothing is looked for in a run, nor in one that has a journal and no records yet:
 * the records of single cycles are there. Symbolic links and names that begin with a dot are left alone. A
 * directory that cannot be read is said on stderr, and the search goes on.
 *
 * Return: 0, -errno when @top cannot be read (not said), -ENOMEM, or what @each returned.
 */
int runs_below(const char *top, unsigned int depth, int (*each)(const char *name, void *arg),
	       void *arg);

/* Whether a directory is a run. */
bool run_is(const char *dir);

#endif

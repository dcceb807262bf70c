/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * samples.jsonl: one object a line, append-only, the source of truth of a run.
 *
 * The first line has kind "run", all others kind "outcome", "sample", "event" or "probe" (emit.h). Only
 * cycles whose outcome is "ok" have sample lines: a reader needs no filter of its own.
 * One outcome line exists for every planned point of every cycle, so counting outcome lines of a
 * point gives its planned cycles; planned samples of a point are that times "reps" of the run line.
 */
#ifndef BENCH_RECORD_RECORD_H
#define BENCH_RECORD_RECORD_H

#include <stddef.h>
#include <stdio.h>

#include "bench/record/emit.h"

/** RECORD_SAMPLES - name of the file inside a run directory. */
#define RECORD_SAMPLES "samples.jsonl"

/**
 * struct record_set - everything that one samples.jsonl says
 * @run: the run line, NULL when the file has none (its keys: results/schema.json)
 * @run_id: of the run line, "" without one
 * @target: of the run line, "" without one
 * @mode: of the run line, "" without one
 * @emulated: times come from an emulated machine; label them so
 * @simulated: nothing was measured at all (target fake)
 * @reps: planned repetitions of a point in a cycle
 * @planned: planned (point, cycle) pairs of the run
 * @samples: all sample lines in file order
 * @nr_samples: their number
 * @outcomes: all outcome lines in file order
 * @nr_outcomes: their number
 * @events: all event lines in file order
 * @nr_events: their number
 * @probes: all probe lines in file order
 * @nr_probes: their number
 * @lines: complete lines seen
 * @bad_lines: complete lines that were no valid record; each was named on stderr
 * @torn: the last line had no newline and was left out; said on stderr
 * @root: the parsed lines; strings of all the structs point into it
 */
struct record_set {
	json_t *run;
	const char *run_id;
	const char *target;
	const char *mode;
	bool emulated;
	bool simulated;
	uint32_t reps;
	uint32_t planned;
	struct lub_sample *samples;
	size_t nr_samples;
	struct lub_outcome *outcomes;
	size_t nr_outcomes;
	struct lub_event *events;
	size_t nr_events;
	struct lub_probe *probes;
	size_t nr_probes;
	size_t lines;
	size_t bad_lines;
	bool torn;
	json_t *root;
};

/**
 * record_read() - read a samples file
 * @path: a run directory or a file
 * @set: filled in; free with record_set_free() whatever is returned
 *
 * A torn last line and bad lines are said on stderr, counted and left out.
 *
 * Return: 0, or -errno (said on stderr) when the file cannot be read.
 */
int record_read(const char *path, struct record_set *set);

/**
 * record_set_free() - free what record_read() made
 * @set: may be all zero
 */
void record_set_free(struct record_set *set);

/**
 * record_parse() - turn one line's object into its struct
 * @line: the object
 * @set: the struct is appended here; @line is kept alive by it
 * @why: set to what is wrong with the line
 *
 * Return: 0, -EINVAL for a line that is no record, -ENOMEM.
 */
int record_parse(json_t *line, struct record_set *set, const char **why);

/**
 * struct record_walk - who goes through a samples file
 * @line: called for each line before it is parsed; a line for which it says true is not, and counts as good. May be NULL.
 * @each: called for each record; @one holds nothing else, and is gone afterwards. Its error ends the walk.
 * @arg: for both
 */
struct record_walk {
	bool (*line)(const char *text, size_t len, void *arg);
	int (*each)(const struct record_set *one, void *arg);
	void *arg;
};

/**
 * record_each() - go through a samples file without keeping it
 * @path: the file
 * @walk: whom to call
 * @bad: how many lines were no record, a torn last one among them; they are left out without a word
 *
 * Return: 0, -errno (said on stderr) when the file cannot be read, or what @walk->each returned; -EINVAL of it
 * counts as a bad line.
 */
int record_each(const char *path, const struct record_walk *walk, size_t *bad);

/**
 * struct record_writer - an open samples.jsonl
 * @path: for messages
 * @fd: opened O_APPEND
 */
struct record_writer {
	char *path;
	int fd;
};

/**
 * record_open() - open DIR/samples.jsonl for appending
 * @w: filled in
 * @dir: the run directory
 *
 * A torn last line of an earlier run is moved to samples.torn first (and said), so that the next
 * record starts on a line of its own and nothing is lost.
 *
 * Return: 0 or -errno (said on stderr).
 */
int record_open(struct record_writer *w, const char *dir);

/**
 * record_write() - append one line
 * @w: writer
 * @line: object, reference consumed
 *
 * Return: 0 or -errno (said on stderr).
 */
int record_write(struct record_writer *w, json_t *line);

/**
 * record_size() - bytes in the file so far
 * @w: writer
 *
 * Return: the size, or -errno.
 */
long long record_size(const struct record_writer *w);

/**
 * record_cut() - take the tail off the file again
 * @w: writer
 * @size: what stays
 * @aside: name (beside samples.jsonl) of the file that the tail is appended to
 *
 * Used for a torn last line.
 *
 * Return: 0 or -errno (said on stderr).
 */
int record_cut(struct record_writer *w, long long size, const char *aside);

/**
 * record_keep() - keep the lines of some cycles only
 * @w: writer
 * @keep: indexed by cycle: do its lines stay
 * @nr_keep: entries of @keep; cycles from there on do not stay
 * @aside: name (beside samples.jsonl) of the file that all other lines are appended to
 *
 * Lines without a cycle stay; one that is no record goes where the line before it goes. The file is
 * replaced as a whole, after what is taken out of it is on the disk.
 *
 * Return: 0 or -errno (said on stderr).
 */
int record_keep(struct record_writer *w, const bool *keep, size_t nr_keep, const char *aside);

/**
 * record_sync() - fsync
 * @w: writer
 *
 * Return: 0 or -errno (said on stderr).
 */
int record_sync(struct record_writer *w);

/**
 * record_close() - close
 * @w: may be all zero
 */
void record_close(struct record_writer *w);

#endif

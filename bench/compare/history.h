/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Change points over many runs, and what people have written about these runs.
 */
#ifndef LUBENCH_HISTORY_H
#define LUBENCH_HISTORY_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

struct compare;

enum note_kind {
	NOTE_STEP,    /* a change at this run is meant to be there */
	NOTE_INVALID, /* this run tells nothing */
};

/**
 * struct note - one line of the file of annotations
 * @run: run id
 * @metric: shell pattern of the metrics that it is about
 * @text: why
 */
struct note {
	enum note_kind kind;
	char *run, *metric, *text;
};

struct note_list {
	struct note *v;
	size_t n, cap;
};

/**
 * history_notes_read() - read a file of annotations
 * @path: one a line: run id, "step" or "invalid", pattern of metrics, reason; '#' begins a comment
 * @list: filled in; history_notes_free() in any case
 *
 * Return: 0 or -errno; every bad line is said on stderr, with its number.
 */
int history_notes_read(const char *path, struct note_list *list);
void history_notes_free(struct note_list *list);

/**
 * history_note_about() - what is known about a metric of a run
 * @notes: from history_notes_read()
 * @kind: the only kind that is looked for
 * @run: run id
 * @metric: its name
 *
 * Return: the first such note, which belongs to @notes, or NULL.
 */
const struct note *history_note_about(const struct note_list *notes, enum note_kind kind,
				      const char *run, const char *metric);

/**
 * history_note_whole() - the note that calls all metrics of a run invalid
 * @run: run id
 *
 * Return: as history_note_about(): one with the pattern "*", or NULL.
 */
const struct note *history_note_whole(const struct note_list *notes, const char *run);

/**
 * history_note_expected() - is a change meant to be there
 * @notes: from history_notes_read()
 * @runs: ids of the runs that have a value, in order of time
 * @n: their number
 * @at: index of the first run after the change, from 1 to @n - 1
 * @metric: what changed
 *
 * Noise may put a change one run beside the step: a note at a neighbour is about it, too.
 *
 * Return: the note that says so, as history_note_about(), or NULL.
 */
const struct note *history_note_expected(const struct note_list *notes, const char *const *runs,
					 size_t n, size_t at, const char *metric);

/**
 * history_json() - the change points of all judged points as one object (docs/comparing.md)
 * @c: the runs, all on the base side, after cmp_reduce()
 * @notes: what is known about runs
 *
 * Return: the object, NULL without memory. "exit" is an enum cmp_outcome.
 */
json_t *history_json(const struct compare *c, const struct note_list *notes);

/**
 * history_text() - the same in words
 * @history: from history_json()
 *
 * Return: 0 or -EIO.
 */
int history_text(FILE *out, const json_t *history);

#endif /* LUBENCH_HISTORY_H */

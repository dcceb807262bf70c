/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of bench/dashboard/. */
#ifndef LUBENCH_DASHBOARD_PARTS_H
#define LUBENCH_DASHBOARD_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "bench/compare/history.h"
#include "bench/dashboard/dashboard.h"
#include "bench/record/record.h"

struct compare;
struct model;

/**
 * struct dash_run - what is kept of a run after its records are gone
 * @dir: where it is, borrowed
 * @head: its run line and nothing else: what conditions and provenance look at
 * @about: its line in the index
 * @samples: how many it has
 */
struct dash_run {
	const char *dir;
	struct record_set head;
	json_t *about;
	size_t samples;
};

/**
 * struct dash_group - runs of one plan on one target
 * @id: what they have in common, and the name in links
 * @runs: their numbers in struct dash, oldest first once all are in
 * @trend: series by key, each with points by key, each with a row a run
 * @newest: what came out of comparing the newest run, for the index; NULL before
 * @steps: the same of the runs before it, newest first
 * @standing: what got worse and not better again, by change points; NULL before
 * @since: of @runs, where the first of these began
 */
struct dash_group {
	char *id;
	size_t *runs;
	size_t nr_runs, cap_runs;
	json_t *trend, *newest, *steps, *standing;
	size_t since;
};

struct dash {
	const struct dash_options *opt;
	struct note_list notes;
	struct dash_run *runs;
	size_t nr_runs, cap_runs;
	struct dash_group *groups;
	size_t nr_groups, cap_groups;
	json_t *left_out;
	size_t nr_compared;
};

/* --- values.c: JSON of what may be unknown --- */

/* NaN and infinities are null. */
json_t *dash_number(double x);

/* NULL is null; bytes that are no UTF-8 (a directory may be called anything) come out as '?'. */
json_t *dash_text(const char *s);

/* Takes @value over, also when it fails; a member that memory does not allow is null. */
void dash_set(json_t *object, const char *key, json_t *value);

/* The same of an array's end. */
void dash_append(json_t *array, json_t *value);

/* n, median, p95, min and max of some numbers. */
json_t *dash_summary(const double *v, size_t n);

/* A text of the run line, NULL when it is not there. */
const char *dash_field(const struct record_set *set, const char *key);

/* --- files.c --- */

/* Directories, the pages, and no data of an earlier site. Return: 0 or -errno (said). */
int dash_prepare(const struct dash_options *opt);

/* Writes data/NAME.js. Return: 0 or -errno (said). */
int dash_write_js(const struct dash_options *opt, const char *name, const json_t *data);

/* Writes data/NAME with what @write prints. Return: 0 or -errno (said). */
int dash_write_file(const struct dash_options *opt, const char *name,
		    int (*write)(FILE *out, const void *arg), const void *arg);

/* A write function for dash_write_file(): @arg is a json_t. */
int dash_print_json(FILE *out, const void *arg);

/* Copies a file to data/NAME. Return: 0 or -errno (said). */
int dash_copy_data(const struct dash_options *opt, const char *from, const char *name);

/* --- consoles.c --- */

/*
 * Copies what the consoles of run @nr in @dir said to data/run-NR.console-I.txt, of long ones the end, and adds an
 * object for each to @all: name, path, file, bytes, left_out; file is null where it cannot be read, and why
 * says so. Return: 0 or -errno (said).
 */
int dash_consoles(const struct dash_options *opt, const char *dir, size_t nr, json_t *all);

/* --- run.c, figures.c, phases.c: what there is to say of a run --- */

/* Everything about a run but its consoles. Return: new reference, NULL when out of memory. */
json_t *dash_run_json(const struct dash_run *run, size_t nr, const struct record_set *set,
		      const struct compare *c);

/* Its line in the index. Return: as above. */
json_t *dash_run_about(const struct dash_run *run, size_t nr, const struct record_set *set);

/* Latency against HWPTs and IOAS, with the cost model; null without preserves. */
json_t *dash_curve(const struct model *m);

/* Three blackouts a cycle, and the waterfalls; null where the scenario has none. */
json_t *dash_blackouts(const struct model *m);
json_t *dash_waterfalls(const struct model *m);

/* IOTLB phases, null of another scenario. */
json_t *dash_iotlb(const struct model *m);

/* Every series with its points and cycles. */
json_t *dash_series(const struct compare *c);

/* --- groups.c --- */

/* Puts run @nr into its group, and its medians into the trend. Return: 0 or -ENOMEM. */
int dash_group_add(struct dash *d, size_t nr, const struct compare *c);

/* Orders groups by name and runs by time. */
void dash_groups_sort(struct dash *d);

/* Writes data/group-N.js, and finds what stands. Return: 0 or -errno (said). */
int dash_group_write(const struct dash *d, size_t group);

/* --- judge.c --- */

/* Why two runs cannot be compared, in words; NULL when they can. */
json_t *dash_differ(const struct dash *d, size_t base, size_t now);

/* Compares the newest runs of a group, each with the one before it. Return: 0 or -errno (said). */
int dash_judge(struct dash *d, struct dash_group *g);

/* --- changes.c --- */

/**
 * dash_changes() - change points of one point over the runs of a group
 * @comparable: of each run of the group, whether it can be compared with the newest
 * @metric: what annotations are about
 * @rows: its row of each run
 * @out: a list, or NULL with fewer than STATS_CHANGE_MIN values or one that is not positive: then nothing is known
 *
 * Return: 0 or -ENOMEM.
 */
int dash_changes(const struct dash *d, const struct dash_group *g, const bool *comparable,
		 const char *metric, const json_t *rows, json_t **out);

/**
 * dash_standing() - add to @standing what got worse at a point and not better again
 * @series: its series in the trend
 * @point: its name
 * @changes: from dash_changes()
 *
 * Expected changes to the worse do not count, and better ones undo those before them as far as they go.
 */
void dash_standing(struct dash_group *g, const json_t *series, const char *point,
		   const json_t *changes);

/* What the file of annotations says about a metric of the group's runs: a list. */
json_t *dash_notes(const struct dash *d, const struct dash_group *g, const char *metric);

#endif /* LUBENCH_DASHBOARD_PARTS_H */

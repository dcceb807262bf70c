/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs in the formats of others. A format is one file here and one line in table.c; docs/exporting.md says
 * what each is for and what of a run it cannot hold.
 */
#ifndef LUBENCH_EXPORT_H
#define LUBENCH_EXPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct cmp_point;
struct cmp_series;
struct compare;
struct record_set;

/**
 * struct export_run - a run that is exported
 * @set: its records
 * @c: the same by series and point, one value a cycle: its base side
 * @emulated: show times that are an emulator's, and numbers that nobody measured
 */
struct export_run {
	const struct record_set *set;
	const struct compare *c;
	bool emulated;
};

/**
 * struct export_format - one format
 * @name: as typed
 * @about: half a line for `lubench list formats`
 * @many: it takes several runs, in order of time; else it is called with one
 * @write: write runs to a stream. Return: 0, -ENOMEM, -EIO
 */
struct export_format {
	const char *name, *about;
	bool many;
	int (*write)(FILE *out, const struct export_run *runs, size_t n);
};

/* All formats, the last without a name. */
extern const struct export_format export_formats[];

/**
 * struct export_value - one number of a run
 * @series: what it is of
 * @point: at which point
 * @n: cycles
 * @median, @min, @max: over the cycles' medians, in the unit of the series
 */
struct export_value {
	const struct cmp_series *series;
	const struct cmp_point *point;
	size_t n;
	double median, min, max;
};

/**
 * export_values() - what a run has to show, in order of series and points
 * @values: NULL when there is none; free() it
 * @n: how many
 *
 * Points without a number are not among them, and neither are times of an emulator unless asked for.
 *
 * Return: 0 or -ENOMEM.
 */
int export_values(const struct export_run *run, struct export_value **values, size_t *n);

/**
 * export_hidden() - numbers that export_values() leaves out because they are an emulator's
 *
 * Return: their count.
 */
size_t export_hidden(const struct export_run *run);

/**
 * export_key() - a name without blanks: "preserve.iommufd.h16.i1073741824.p4096"
 *
 * Letters, digits, dots, '-' and '_' only, and no other value of the run has it. Return: @buf.
 */
char *export_key(const struct export_value *v, char *buf, size_t len);

/* A text of the run line by its path, "" when it is not there. */
const char *export_text(const struct record_set *set, const char *object, const char *key);

/* How the point of an outcome is called. Return: @buf. */
struct lub_outcome;
char *export_outcome_name(const struct lub_outcome *o, char *buf, size_t len);

/* Writes one object, ends the line, and drops the reference. Return: 0, -ENOMEM for NULL, -EIO. */
int export_json(FILE *out, json_t *json);

int export_bmf(FILE *out, const struct export_run *runs, size_t n);
int export_github(FILE *out, const struct export_run *runs, size_t n);
int export_openmetrics(FILE *out, const struct export_run *runs, size_t n);
int export_otava(FILE *out, const struct export_run *runs, size_t n);
int export_kcidb(FILE *out, const struct export_run *runs, size_t n);
int export_ktap(FILE *out, const struct export_run *runs, size_t n);
int export_junit(FILE *out, const struct export_run *runs, size_t n);
int export_markdown(FILE *out, const struct export_run *runs, size_t n);
int export_csv(FILE *out, const struct export_run *runs, size_t n);

#endif /* LUBENCH_EXPORT_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How numbers and foreign strings look in a report.
 */
#ifndef LUBENCH_REPORT_FMT_H
#define LUBENCH_REPORT_FMT_H

#include <stdint.h>
#include <stdio.h>

/* Room for any cell that these functions write. */
#define CELL 32

/* Widest line of the text report. */
#define COLUMNS 100

/* Nanoseconds with 3 significant digits: "999 ns", "1.23 us", "-4.50 ms", "71.0 s". */
char *fmt_time(char buf[CELL], double ns);

/* Bytes: "64 MiB" when that is exact, else 3 significant digits: "1.57 MiB". */
char *fmt_bytes(char buf[CELL], double bytes);

/* Counts stay whole; below 1000 a quantile between two of them keeps one decimal. */
char *fmt_count(char buf[CELL], double n);

/* By unit name of the record: ns, bytes, everything else a count. */
char *fmt_unit(char buf[CELL], const char *unit, double v);

/**
 * fmt_wrap - write text as lines of at most COLUMNS, the first after @head
 * @head: starts the first line; the others start with as many blanks
 * @text: may hold anything; bytes outside printable ASCII come out as '?'
 */
void fmt_wrap(FILE *out, const char *head, const char *text);

/* Most footnotes of one table. */
#define NOTES_MAX 26

/**
 * struct notes - footnotes of one table, each reason once
 *
 * Texts are borrowed, not copied.
 */
struct notes {
	struct {
		const char *kind, *text;
	} note[NOTES_MAX];
	unsigned int n;
};

/**
 * notes_ref - the letter of a reason
 * @kind: an outcome, or NULL
 *
 * The 26th and later reasons share 'z', which then says so.
 */
char notes_ref(struct notes *notes, const char *kind, const char *text);

/* "-(a)": a missing value and why. */
char *notes_missing(struct notes *notes, char buf[CELL], const char *kind, const char *text);

/* Write "(a) kind: reason" lines. */
void notes_print(FILE *out, const struct notes *notes);

/**
 * fmt_xml() - text of an XML file: what could end it is written as entities, what XML cannot hold as '?'
 * @out: stream
 * @s: the text
 * @len: at most so many bytes of it; -1: all
 */
void fmt_xml(FILE *out, const char *s, int len);

#endif /* LUBENCH_REPORT_FMT_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LUBENCH_REPORT_H
#define LUBENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct record_set;

/**
 * report_text - write the text report of one run
 * @out: where it goes
 * @set: the records of the run, as the reader of bench/record returned them
 * @failed: set to whether a verdict in it is FAIL; may be NULL
 * @undecided: set to whether nothing in it tells if DMA went on in mode preserve; may be NULL
 *
 * Plain ASCII, at most 100 columns, and the same bytes for the same records.
 * A run without one ok cycle gets its provenance and the reasons, no tables.
 *
 * Return: 0, or -ENOMEM, or -EIO when @out could not take it.
 */
int report_text(FILE *out, const struct record_set *set, bool *failed, bool *undecided);

/**
 * report_beside - write what several runs have in common, a column each
 * @out: where it goes
 * @sets: records of the runs
 * @n: their number; more than 5 get further tables
 *
 * Runs on targets of one name, as several real hosts are, are numbered, and what the numbers stand for is said.
 *
 * Return: 0, -ENOMEM, or -EIO when @out could not take it.
 */
int report_beside(FILE *out, const struct record_set *sets, size_t n);

/**
 * report_svg - write the scaling curve of one run as a self-contained SVG
 * @out: where it goes
 * @set: the records of the run
 *
 * Preserve latency against HWPT count, both logarithmic: one line through the
 * medians of each (IOAS size, page size) and one dot a sample.
 *
 * Return: 0, -ENODATA when the run holds no preserve sample (nothing is written,
 * one message tells why), -ENOMEM, or -EIO when @out could not take it.
 */
int report_svg(FILE *out, const struct record_set *set);

#endif /* LUBENCH_REPORT_H */

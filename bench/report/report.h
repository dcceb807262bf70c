/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LUBENCH_REPORT_H
#define LUBENCH_REPORT_H

#include <stdio.h>

struct record_set;

/**
 * report_text - write the text report of one run
 * @out: where it goes
 * @set: the records of the run, as the reader of bench/record returned them
 *
 * Plain ASCII, at most 100 columns, and the same bytes for the same records.
 * A run without one ok cycle gets its provenance and the reasons, no tables.
 *
 * Return: 0, or -ENOMEM, or -EIO when @out could not take it.
 */
int report_text(FILE *out, const struct record_set *set);

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

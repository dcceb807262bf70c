/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs as a static site: pages that never change (bench/dashboard/site/) and the runs' data beside them.
 *
 * A page that was opened as a file may not fetch anything, but it may add script elements. So each piece of
 * data is a script of three lines: a call, one JSON object, and the end of the call. data/index.js is all
 * that the first page needs, and stays small however many samples there are; the others are loaded when asked
 * for. docs/dashboard.md has the files and their keys.
 */
#ifndef LUBENCH_DASHBOARD_H
#define LUBENCH_DASHBOARD_H

#include <stddef.h>

/**
 * struct dash_options - where the site comes from and goes to
 * @out: directory of the site, made when it is not there
 * @site: directory of the pages
 * @uplot: directory of uPlot as npm unpacks it; NULL: without charts, the tables behind them are shown
 * @notes: file of annotations (docs/comparing.md), NULL without one
 */
struct dash_options {
	const char *out, *site, *uplot, *notes;
};

/**
 * dashboard_write() - write the site
 * @opt: options
 * @dirs: directories of the runs, in any order
 * @n: their number
 *
 * What is no run, or was given twice, is left out; that is said on stderr and on the first page. Files of an
 * earlier site in the same directory are replaced.
 *
 * Return: 0 or -errno (said on stderr).
 */
int dashboard_write(const struct dash_options *opt, char *const *dirs, size_t n);

#endif /* LUBENCH_DASHBOARD_H */

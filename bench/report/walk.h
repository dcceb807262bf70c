/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of scenario walk by shape, and the cost of a table of each level.
 */
#ifndef LUBENCH_REPORT_WALK_H
#define LUBENCH_REPORT_WALK_H

#include <stdio.h>

#include "bench/report/model.h"

struct notes;

/* What is timed of each shape, in the order of the report. */
enum walk_op {
	WALK_FILL,
	WALK_PRESERVE,
	WALK_RESTORE,
	WALK_UNPRESERVE,
	WALK_UNMAP,
	WALK_DESTROY,
	WALK_OPS,
};

/**
 * struct walk_shape - one format, size of entry, layout and size
 * @p: its parameters
 * @op: all values of each operation, ns
 * @tables: page-table pages
 * @why: reason of a value that is missing, or NULL
 */
struct walk_shape {
	const struct lub_params *p;
	struct vec op[WALK_OPS];
	struct vec tables;
	const char *why;
};

/**
 * struct walk - all shapes of a run, in the order of the records
 */
struct walk {
	struct walk_shape *shapes;
	size_t nr, cap;
};

/**
 * struct walk_level - two shapes that differ in tables of one level only
 * @more, @less: the shapes
 * @level: 1 for tables of 4 KiB entries, up to 4
 * @tables: how many more
 * @cost: of one of them in each operation, ns; NaN when not measured
 * @se: standard error of @cost; NaN when not known
 */
struct walk_level {
	const struct walk_shape *more, *less;
	int level;
	double tables;
	double cost[WALK_OPS], se[WALK_OPS];
};

/* Name of an operation. */
const char *walk_op_name(int op);

/* Return: 0 or -ENOMEM; walk_free() in both cases. The records must outlive it. */
int walk_build(struct walk *w, const struct record_set *set);
void walk_free(struct walk *w);

/**
 * walk_levels() - cost of a table of each level
 * @w: shapes, which must outlive the result
 * @out: set to an array to be freed, also on error
 * @nr: set to its length
 *
 * cost = (median of the one with more tables - median of the other) / (tables more). Both map the same
 * number of pages with the same number of calls, so that what does not depend on tables goes away.
 *
 * Return: 0 or -ENOMEM.
 */
int walk_levels(const struct walk *w, struct walk_level **out, size_t *nr);

/**
 * struct side - how a table of several runs looks
 * @label, @width: of the first column and of each other one
 * @notes: its footnotes
 */
struct side {
	int label, width;
	struct notes *notes;
};

/* The levels of @n runs, a column each. Return: 0 or -ENOMEM. */
int walk_beside(FILE *out, const struct model *m, size_t n, const struct side *side);

#endif /* LUBENCH_REPORT_WALK_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folded stacks: one line a stack, its functions from the outermost to the innermost with ';' between, then a
 * blank and how many samples had it. Other tools read and write the same form.
 */
#ifndef LUBENCH_FOLD_H
#define LUBENCH_FOLD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** FOLD_DEPTH_MAX - functions of a stack, counted from the innermost; what is further out is left out. */
#define FOLD_DEPTH_MAX 128

/**
 * struct fold_stack - one stack
 * @text: functions, outermost first, with ';' between
 * @count: samples
 */
struct fold_stack {
	char *text;
	uint64_t count;
};

/**
 * struct fold - stacks, each once, sorted by their text after fold_sort()
 * @at: stacks
 * @nr: their number
 * @cap: room in @at
 */
struct fold {
	struct fold_stack *at;
	size_t nr;
	size_t cap;
};

/**
 * fold_script() - add what `perf script -F comm,ip,sym` has printed
 * @f: zeroed, or with stacks in it already
 * @in: its output
 * @line: set to the number of the line that is no such output
 *
 * Return: 0, -EINVAL for a line that cannot be understood, -ENOMEM.
 */
int fold_script(struct fold *f, FILE *in, unsigned int *line);

/**
 * fold_text() - add stacks that are folded already
 * @f: as fold_script()
 * @in: the lines
 * @line: as fold_script()
 *
 * Return: as fold_script().
 */
int fold_text(struct fold *f, FILE *in, unsigned int *line);

/**
 * fold_sort() - order by text, and add up stacks that are there more than once
 * @f: stacks
 */
void fold_sort(struct fold *f);

/**
 * fold_total() - samples of all stacks
 * @f: stacks
 *
 * Return: their number.
 */
uint64_t fold_total(const struct fold *f);

/**
 * fold_write() - write the stacks in folded form
 * @out: where to
 * @f: sorted stacks
 *
 * Return: 0 or -EIO.
 */
int fold_write(FILE *out, const struct fold *f);

/**
 * fold_free() - free the stacks
 * @f: may be all zero
 */
void fold_free(struct fold *f);

/**
 * flame_svg() - draw sorted stacks as a flame graph, one self-contained SVG
 * @out: where to
 * @f: sorted stacks, at least one sample
 * @title: first line
 * @about: second line, smaller
 *
 * The same bytes for the same stacks. A box is a function, as wide as its share of the samples, on top of its
 * caller; what is called by the same function stands in the order of names.
 *
 * Return: 0, -ENODATA without a sample, -EIO.
 */
int flame_svg(FILE *out, const struct fold *f, const char *title, const char *about);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the pages of an IOAS lie in its address space. Shared by the plan, which checks that they fit, the
 * agent, which maps them, and the report, which subtracts them from each other.
 */
#ifndef BENCH_AGENT_LAYOUT_H
#define BENCH_AGENT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** LAYOUT_NAMES - all of them, NULL at the end; the index of "split" and later ones less 1 is the depth */
#define LAYOUT_NAMES                                                         \
	{                                                                    \
		"dense", "split", "sparse", "sparse2", "sparse3", (char *)0, \
	}

/**
 * layout_depth() - how many tables a page has to itself
 * @layout: name, NULL: dense
 *
 * sparse puts one page into each table, so that a mapping of pages of 4 KiB has one every 2 MiB; sparse2
 * one into each table of the level above, and so on. dense and split fill tables up.
 *
 * Return: tables, -1 for a name that is none.
 */
static inline int layout_depth(const char *layout)
{
	static const char *const names[] = LAYOUT_NAMES;
	int i;

	if (!layout)
		return 0;
	for (i = 0; names[i]; i++)
		if (!strcmp(names[i], layout))
			return i ? i - 1 : 0;
	return -1;
}

/**
 * layout_single() - is each page mapped by a call of its own
 * @layout: name, NULL: dense
 *
 * All but dense. So split is what the sparse ones compare with: the same calls, and hardly any tables.
 *
 * Return: whether it is.
 */
static inline bool layout_single(const char *layout)
{
	return layout && strcmp(layout, "dense");
}

/**
 * layout_stride() - distance of two pages
 * @layout: name, NULL: dense
 * @page_bytes: their size
 *
 * Return: bytes; 0 when no address space is that large.
 */
static inline uint64_t layout_stride(const char *layout, uint64_t page_bytes)
{
	int shift = 9 * layout_depth(layout);

	return shift < 0 || page_bytes >> (63 - shift) ? 0 : page_bytes << shift;
}

/**
 * layout_tables() - page-table pages
 * @layout: name, NULL: dense
 * @ioas_bytes: mapped bytes
 * @page_bytes: size of the entries: 4 KiB, 2 MiB or 1 GiB, others count as the next smaller of these
 *
 * Four levels, mapped from a table's start on.
 *
 * Return: 4 KiB pages, all levels.
 */
static inline uint64_t layout_tables(const char *layout, uint64_t ioas_bytes, uint64_t page_bytes)
{
	int level = page_bytes >= 1ull << 30 ? 3 : page_bytes >= 1ull << 21 ? 2 : 1;
	uint64_t entries = ioas_bytes >> (12 + 9 * (level - 1)), tables = 0;
	int alone = layout_depth(layout);

	for (; level <= 4; level++, alone--) {
		if (alone <= 0)
			entries = (entries + 511) / 512;
		if (!entries)
			entries = 1;
		tables += entries;
	}
	return tables;
}

#endif

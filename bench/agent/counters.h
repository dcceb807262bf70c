/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers that the kernel keeps: free, page-table and preserved pages, the cross-kexec timeline. */
#ifndef BENCH_AGENT_COUNTERS_H
#define BENCH_AGENT_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * iommu_pages() - pages that IOMMU drivers hold, page tables first of all
 *
 * Per-CPU parts are folded in first, so the number is exact while nothing else changes it.
 *
 * Return: pages, or -errno (ENODATA: the kernel does not count them).
 */
int64_t iommu_pages(void);

/**
 * free_pages_parse() - free pages by the text of /proc/zoneinfo
 * @text: the text
 *
 * The free lists of all zones and the lists of free pages that each processor has: what MemFree leaves
 * out, and what comes and goes by some MiB while nothing is allocated.
 *
 * Return: pages, or -ENODATA when the text tells of no zone.
 */
int64_t free_pages_parse(const char *text);

/**
 * free_pages() - free pages of the machine, right now
 *
 * Return: pages of 4 KiB, or -errno.
 */
int64_t free_pages(void);

/**
 * kho_preserved_pages() - pages that this kernel will hand over
 *
 * Return: pages, or -errno when the kernel does not say.
 */
int64_t kho_preserved_pages(void);

/** KHO_KEEPS - pages that are never taken over: KHO's tree and metadata, LUO's table. */
#define KHO_KEEPS 3

/**
 * kho_unclaimed_pages() - pages of the previous kernel that nobody has taken over
 *
 * Return: pages, or -errno when the kernel does not say.
 */
int64_t kho_unclaimed_pages(void);

/** struct stamp - one line of the timeline. */
struct stamp {
	bool incoming;
	char event[47];
	uint64_t ticks;
};

/**
 * struct timeline - what both kernels stamped
 * @hz: rate of the clock, 0 when the kernel does not know
 * @nr: stamps
 * @at: the stamps
 */
struct timeline {
	uint64_t hz;
	size_t nr;
	struct stamp at[64];
};

/**
 * timeline_parse() - read the text of the timeline; lines that it does not know are left out
 * @text: as in debugfs liveupdate/timeline
 * @t: filled in
 */
void timeline_parse(const char *text, struct timeline *t);

/**
 * timeline_read() - read the timeline of this kexec
 * @t: filled in; empty on error
 *
 * Return: 0 or -errno (ENOENT: the kernel has none).
 */
int timeline_read(struct timeline *t);

/**
 * timeline_find() - one stamp
 * @t: the timeline
 * @incoming: of which kernel
 * @event: its name
 *
 * Return: ticks of its last occurrence, 0 when it is not there.
 */
uint64_t timeline_find(const struct timeline *t, bool incoming, const char *event);

/**
 * struct span - a metric that lies between two stamps
 * @metric: its name
 * @from_incoming: kernel of @from
 * @from: first stamp
 * @to_incoming: kernel of @to
 * @to: last stamp
 */
struct span {
	const char *metric;
	bool from_incoming;
	const char *from;
	bool to_incoming;
	const char *to;
};

/** timeline_spans - the metrics of the timeline; ends with a NULL metric. */
extern const struct span timeline_spans[];

/**
 * timeline_span() - ticks between the two stamps of a span
 * @t: the timeline
 * @s: the span
 * @ticks: set to the difference
 *
 * Return: 0, or -ENODATA when a stamp is missing or they are the wrong way round.
 */
int timeline_span(const struct timeline *t, const struct span *s, uint64_t *ticks);

#endif

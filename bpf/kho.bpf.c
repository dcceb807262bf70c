// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls into KHO. Preserving an HWPT makes one for every page-table page, and each of them costs this
 * probe something: the report shows how much. That is why it is no part of probe tables.
 */
#include "bpf/probe.bpf.h"

enum {
	HWPT,
	FILE,
	UNPRESERVED,
};

#define CALLS "kho_preserve_folio,kho_preserve_pages,"

LUB_METRICS = {
	{ .name = "kho.hwpt", .unit = "count", .target = CALLS "iommu_liveupdate_preserve_domain" },
	{ .name = "kho.file", .unit = "count", .target = CALLS "luo_preserve_file" },
	{ .name = "kho.unpreserved", .unit = "count", .target = "kho_unpreserve_folio", .total = 1 },
};

/* Of the agent's tasks, one of which at a time preserves something. */
static __u64 calls;

static __always_inline void on_call(void)
{
	if (lub_ours())
		__sync_fetch_and_add(&calls, 1);
}

static __always_inline void on_undo(void)
{
	if (lub_ours())
		lub_count(LUB_TOTALS + UNPRESERVED, 1);
}

static __always_inline void enter(__u16 metric)
{
	if (lub_ours())
		lub_begin(metric, calls);
}

static __always_inline void leave(__u16 metric)
{
	struct lub_start was;

	if (lub_ours() && lub_finish(metric, &was))
		lub_emit(metric, calls - was.word);
}

LUB_ENTRY(kho_preserve_folio, on_call())
LUB_ENTRY(kho_preserve_pages, on_call())
LUB_ENTRY(kho_unpreserve_folio, on_undo())
LUB_ENTRY(iommu_liveupdate_preserve_domain, enter(HWPT))
LUB_EXIT(iommu_liveupdate_preserve_domain, leave(HWPT))
LUB_ENTRY(luo_preserve_file, enter(FILE))
LUB_EXIT(luo_preserve_file, leave(FILE))

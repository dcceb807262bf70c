// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page-table pages: how many each call of the agent on its iommufd allocates and frees, by the place where
 * the kernel itself counts them (nr_iommu_pages), and how many each HWPT has that is preserved.
 */
#include "bpf/probe.bpf.h"

enum {
	ALLOCATED,
	FREED,
	HWPT,
};

LUB_METRICS = {
	{ .name = "tables.allocated",
	  .unit = "pages",
	  .target = "mod_node_page_state,iommufd_fops_ioctl,iommufd_fops_release" },
	{ .name = "tables.freed",
	  .unit = "pages",
	  .target = "mod_node_page_state,iommufd_fops_ioctl,iommufd_fops_release" },
	{ .name = "tables.hwpt", .unit = "pages", .target = "iommufd_preserve_hwpt" },
};

/* Only the agent's tasks count here, and one of them at a time works on the iommufd. */
static __u64 allocated, freed;

static __always_inline void on_pages(int item, long delta)
{
	/* Anything but an IOMMU's pages; most calls end here. */
	if (item != (int)bpf_core_enum_value(enum node_stat_item, NR_IOMMU_PAGES) || !lub_ours())
		return;
	if (delta > 0)
		__sync_fetch_and_add(&allocated, (__u64)delta);
	else
		__sync_fetch_and_add(&freed, (__u64)-delta);
}

static __always_inline void enter(void)
{
	if (!lub_ours())
		return;
	lub_begin(ALLOCATED, allocated);
	lub_begin(FREED, freed);
}

static __always_inline void leave(void)
{
	struct lub_start was;

	if (!lub_ours())
		return;
	if (lub_finish(ALLOCATED, &was) && allocated != was.word)
		lub_emit(ALLOCATED, allocated - was.word);
	if (lub_finish(FREED, &was) && freed != was.word)
		lub_emit(FREED, freed - was.word);
}

LUB_ENTRY_ARGS(mod_node_page_state, on_pages(item, delta), void *node, int item, long delta)
LUB_ENTRY(iommufd_fops_ioctl, enter())
LUB_EXIT(iommufd_fops_ioctl, leave())
LUB_ENTRY(iommufd_fops_release, enter())
LUB_EXIT(iommufd_fops_release, leave())

SEC("tp_btf/iommufd_preserve_hwpt")
int BPF_PROG(on_preserve, __u64 token, struct iommu_pgtable_ser *pgtable, int ret)
{
	if (!ret && lub_ours())
		lub_emit(HWPT, BPF_CORE_READ(pgtable, nr_tables));
	return 0;
}

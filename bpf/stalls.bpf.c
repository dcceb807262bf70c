// SPDX-License-Identifier: GPL-2.0-only
/*
 * What holds up the preserve of the iommufd: page faults that its task takes meanwhile, and locks that it
 * has to wait for.
 */
#include "bpf/probe.bpf.h"

enum {
	FAULTS,
	WAITS,
	WAIT,
};

LUB_METRICS = {
	{ .name = "stalls.faults",
	  .unit = "count",
	  .target = "handle_mm_fault,iommufd_lu_preserve" },
	{ .name = "stalls.waits",
	  .unit = "count",
	  .target = "contention_begin,iommufd_lu_preserve" },
	{ .name = "stalls.wait",
	  .unit = "ns",
	  .target = "contention_begin,contention_end,iommufd_lu_preserve" },
};

/* Of the call that is under way; there is never more than one, as a file is preserved once. */
static __u32 inside;
static __u64 faults, waits;

static __always_inline int is_inside(void)
{
	return inside && inside == (__u32)bpf_get_current_pid_tgid();
}

static __always_inline void enter(void)
{
	if (!lub_ours())
		return;
	faults = 0;
	waits = 0;
	inside = (__u32)bpf_get_current_pid_tgid();
}

static __always_inline void leave(void)
{
	if (!is_inside())
		return;
	inside = 0;
	lub_emit(FAULTS, faults);
	lub_emit(WAITS, waits);
}

static __always_inline void on_fault(void)
{
	if (is_inside())
		faults++;
}

LUB_ENTRY(iommufd_lu_preserve, enter())
LUB_EXIT(iommufd_lu_preserve, leave())
LUB_ENTRY(handle_mm_fault, on_fault())

SEC("tp_btf/contention_begin")
int BPF_PROG(on_wait, void *lock, __u32 flags)
{
	if (!is_inside())
		return 0;
	waits++;
	lub_begin(WAIT, 0);
	return 0;
}

SEC("tp_btf/contention_end")
int BPF_PROG(on_lock, void *lock, int ret)
{
	if (is_inside())
		lub_end(WAIT);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few kernel types that the probes look into. No vmlinux.h is generated: what is named here is
 * found by name in the BTF of the kernel that runs (CO-RE), so the agent is built without a kernel and
 * fits all of them, and what the probes depend on can be read on one page.
 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

/* To <bpf/bpf_tracing.h>: registers have the kernel's own names. */
#define __VMLINUX_H__

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

/* iommu_liveupdate tracepoints of the series */
struct iommu_pgtable_ser {
	__u64 nr_tables;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	unsigned long ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
#elif defined(__TARGET_ARCH_arm64)
struct user_pt_regs {
	__u64 regs[31];
	__u64 sp, pc, pstate;
};

struct pt_regs;
#endif

#pragma clang attribute pop

/* Its value differs from kernel to kernel; the name is looked up. */
enum node_stat_item {
	NR_IOMMU_PAGES,
};

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations by type, of the whole machine: each command is counted, each submission timed. A
 * submission is the call that puts commands into the queue and, mostly, waits for them; it has the name of
 * its commands' type, or is "mixed".
 */
#include "bpf/probe.bpf.h"

/* type, its name, what it is in the queue */
#if defined(__TARGET_ARCH_x86)

#define TARGET "qi_submit_sync"
/* VT-d: type of the descriptor, and its granularity where it has one */
#define QI(type, gran) ((gran) << 4 | (type))
#define TYPES(T)                                          \
	T(CC_GLOBAL, "inv.context.global", QI(1, 1))      \
	T(CC_DOMAIN, "inv.context.domain", QI(1, 2))      \
	T(CC_DEVICE, "inv.context.device", QI(1, 3))      \
	T(IOTLB_GLOBAL, "inv.iotlb.global", QI(2, 1))     \
	T(IOTLB_DOMAIN, "inv.iotlb.domain", QI(2, 2))     \
	T(IOTLB_PAGES, "inv.iotlb.pages", QI(2, 3))       \
	T(DEVTLB, "inv.devtlb", QI(3, 0))                 \
	T(IEC, "inv.iec", QI(4, 0))                       \
	T(PASID_IOTLB, "inv.iotlb.pasid", QI(6, 2))       \
	T(PASID_PAGES, "inv.iotlb.pasid_pages", QI(6, 3)) \
	T(PASID_CACHE, "inv.pasid.cache", QI(7, 0))       \
	T(DEVTLB_PASID, "inv.devtlb.pasid", QI(8, 0))

#elif defined(__TARGET_ARCH_arm64)

/* The inner one sees every submission; where it is not there, the outer one is all of it. */
#define TARGET "__arm_smmu_cmdq_issue_cmdlist|arm_smmu_cmdq_issue_cmdlist"
#define TYPES(T)                                 \
	T(CFGI_STE, "inv.cfgi.ste", 0x3)         \
	T(CFGI_ALL, "inv.cfgi.all", 0x4)         \
	T(CFGI_CD, "inv.cfgi.cd", 0x5)           \
	T(CFGI_CD_ALL, "inv.cfgi.cd_all", 0x6)   \
	T(NH_ALL, "inv.tlbi.nh_all", 0x10)       \
	T(NH_ASID, "inv.tlbi.nh_asid", 0x11)     \
	T(NH_VA, "inv.tlbi.nh_va", 0x12)         \
	T(S12_VMALL, "inv.tlbi.s12_vmall", 0x28) \
	T(S2_IPA, "inv.tlbi.s2_ipa", 0x2a)       \
	T(NSNH_ALL, "inv.tlbi.nsnh_all", 0x30)   \
	T(ATC, "inv.atc", 0x40)

#endif

/* Two metrics a type: the time of a submission, and after it the number of commands. */
enum {
#define T(id, text, code) id, id##_COUNT,
	TYPES(T)
#undef T
	OTHER,
	OTHER_COUNT,
	MIXED,
	WAIT,
	NO_TYPE,
};

#define TIME(text)                                           \
	{                                                    \
		.name = text, .unit = "ns", .target = TARGET \
	}
#define COUNT(text)                                                                  \
	{                                                                            \
		.name = text ".count", .unit = "count", .target = TARGET, .total = 1 \
	}

LUB_METRICS = {
#define T(id, text, code) TIME(text), COUNT(text),
	TYPES(T)
#undef T
	/* the macro ends with a comma, which clang-format does not see */
	/* clang-format off */
	TIME("inv.other"), COUNT("inv.other"),
	/* clang-format on */
	TIME("inv.mixed"),
	/* without a command: all that was submitted before has been done */
	TIME("inv.wait"),
};

_Static_assert(NO_TYPE <= LUB_METRICS_MAX, "raise LUB_METRICS_MAX");

/*
 * From what is in the queue to its type, 0: other. Tables and no switch: the verifier follows each way
 * through the loop below, and would give up on a dozen cases 64 times.
 */
static const volatile __u8 types[256] = {
#define T(id, text, code) [code] = (id) + 1,
	TYPES(T)
#undef T
};

#if defined(__TARGET_ARCH_x86)
/* Which bits beyond the type tell the granularity */
static const volatile __u8 granularity[16] = { [1] = 0x30, [2] = 0x30, [6] = 0x30 };
#endif

static __always_inline __u32 type_of(__u64 word)
{
	__u32 type;

#if defined(__TARGET_ARCH_x86)
	type = types[(word & 0xf) | (word & granularity[word & 0xf])];
#else
	type = types[word & 0xff];
#endif
	return type ? type - 1 : OTHER;
}

/* One key for all: a task has no more than one submission under way. */
#define SUBMIT NO_TYPE

/* Both queues take commands of 16 bytes or more, whose first 8 have the type. */
static __always_inline void submit(const void *cmds, __u32 nr, __u32 bytes)
{
	__u32 first = 0, one, mixed = 0, i;
	__u64 word;

	/* No driver submits more at once: 16 descriptors, 64 commands. */
	for (i = 0; i < 64 && i < nr; i++) {
		if (bpf_probe_read_kernel(&word, sizeof(word), cmds + i * bytes)) {
			lub_count(LUB_DROPS, 1);
			return;
		}
		one = type_of(word);
		lub_count(LUB_TOTALS + one + 1, 1);
		first = i ? first : one;
		mixed |= first ^ one;
	}
	lub_begin(SUBMIT, !nr ? WAIT : mixed ? MIXED : first);
}

static __always_inline void done(void)
{
	struct lub_start s;

	if (lub_finish(SUBMIT, &s))
		lub_emit((__u16)s.word, s.ns);
}

#if defined(__TARGET_ARCH_x86)
/* struct qi_desc has four words also where the hardware takes two */
LUB_ENTRY_ARGS(qi_submit_sync, submit(desc, count, 32), void *iommu, void *desc, __u32 count)
LUB_EXIT(qi_submit_sync, done())
#else
LUB_ENTRY_ARGS(__arm_smmu_cmdq_issue_cmdlist, submit(cmds, n, 16), void *smmu, void *cmdq,
	       void *cmds, __u32 n)
LUB_EXIT(__arm_smmu_cmdq_issue_cmdlist, done())
LUB_ENTRY_ARGS(arm_smmu_cmdq_issue_cmdlist, submit(cmds, n, 16), void *smmu, void *cmdq, void *cmds,
	       __u32 n)
LUB_EXIT(arm_smmu_cmdq_issue_cmdlist, done())
#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the kernel itself hands invalidations to an IOMMU and waits for them, by a kprobe on the one function
 * that all of them go through: qi_submit_sync() on VT-d (drivers/iommu/intel/dmar.c), which always waits, and
 * __arm_smmu_cmdq_issue_cmdlist() on SMMUv3 (arm-smmu-v3.c), which does when its argument sync is set. The callers
 * of the latter's wrapper have copies of that of their own. Hits go to a ring buffer that nobody else writes to, and whose
 * statistics are read, because only what passes the event's filter stays there.
 */
#ifndef BENCH_AGENT_INVCALLS_H
#define BENCH_AGENT_INVCALLS_H

#include <stdint.h>

/**
 * invcalls_begin() - set the kprobe
 *
 * Without KPROBE_EVENTS, or where the kernel has no such function, there is no count; invcalls_read()
 * says so.
 */
void invcalls_begin(void);

/**
 * invcalls_read() - calls since the kprobe was set
 *
 * Return: calls that wait, or -errno (ENODATA: there is no kprobe; EOVERFLOW: some were missed).
 */
int64_t invcalls_read(void);

/**
 * invcalls_parse() - events of one processor by the text of its per_cpu/cpuN/stats
 * @text: the text
 *
 * Return: events that were written, whether or not they are still there, or -errno as invcalls_read().
 */
int64_t invcalls_parse(const char *text);

/**
 * invcalls_missed() - did our kprobe miss hits, by the text of kprobe_profile?
 * @text: the text
 *
 * Return: 0, or -errno as invcalls_read().
 */
int invcalls_missed(const char *text);

/**
 * invcalls_reason() - why there is no count
 * @err: what invcalls_read() returned
 *
 * Return: a sentence.
 */
const char *invcalls_reason(int64_t err);

/** invcalls_end() - take the kprobe away. */
void invcalls_end(void);

#endif

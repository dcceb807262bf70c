/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How often the kernel itself hands invalidations to an IOMMU and waits for them, counted by a kprobe on the
 * one function that all of them go through on VT-d, qi_submit_sync(). Its hit count is in tracefs,
 * kprobe_profile. On SMMUv3 a kprobe on arm_smmu_cmdq_issue_cmdlist() did not see all of them.
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
 * Return: calls of the function, or -errno (ENODATA: there is no kprobe; EOVERFLOW: some were missed).
 */
int64_t invcalls_read(void);

/**
 * invcalls_parse() - hits of our kprobe by the text of kprobe_profile
 * @text: the text
 *
 * Return: hits, or -errno as invcalls_read().
 */
int64_t invcalls_parse(const char *text);

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

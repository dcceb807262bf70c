/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the probes and the program that loads them agree on. Seen by both compilers: fixed-size types
 * only, and nothing that needs another header than <linux/types.h>.
 */
#ifndef BPF_LUBENCH_H
#define BPF_LUBENCH_H

#include <linux/types.h>

/** LUB_METRICS_MAX - metrics of one probe. */
#define LUB_METRICS_MAX 40

/**
 * struct lub_metric - one number that a probe can give
 * @name: "probe." and this is the name in the records
 * @unit: "ns", "count" or "pages"
 * @target: kernel functions and tracepoints that it needs, all of a list with commas; "a|b" is a, or b
 *	    in a kernel that has no a
 * @total: counted in the kernel and read once; else each record is a value
 *
 * A probe has them in a section of its own, so that the loader knows them without knowing the probe.
 */
struct lub_metric {
	char name[32];
	char unit[8];
	char target[80];
	__u32 total;
};

/**
 * struct lub_setup - what the loader tells a probe before it is loaded
 * @tgid: process whose calls are watched
 * @probe: number of the probe in the records
 */
struct lub_setup {
	__u32 tgid;
	__u32 probe;
};

/**
 * struct lub_record - one entry of the ring buffer, the same for all probes
 * @value: nanoseconds (CLOCK_MONOTONIC), or a count
 * @probe: of struct lub_setup
 * @metric: index in the probe's metrics
 * @tid: task that was running
 */
struct lub_record {
	__u64 value;
	__u16 probe;
	__u16 metric;
	__u32 tid;
};

/*
 * Map "counts" of every probe: LUB_DROPS is the number of records that did not fit into the ring (or
 * calls whose beginning could not be kept), LUB_TOTALS + i what metric i counts.
 */
#define LUB_DROPS 0
#define LUB_TOTALS 1

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counters that the IOMMU itself has: VT-d's performance monitoring (dmarN) and the SMMUv3's PMCG
 * (smmuv3_pmcg_*). The drivers offer them as system-wide perf events, which are opened here without perf.
 *
 * They belong to one kernel: the shutdown before the jump stops those of the SMMUv3, and the incoming kernel
 * programs its own from zero. So nothing is counted between the two, only before and after.
 */
#ifndef BENCH_AGENT_PMU_H
#define BENCH_AGENT_PMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** PMU_DEVICES - where the kernel lists its sources of perf events. */
#define PMU_DEVICES "/sys/bus/event_source/devices"

/** PMU_NONE - reason on a machine whose IOMMU has no counters, every emulated one among them. */
#define PMU_NONE "no PMU of an IOMMU (dmar*, smmuv3_pmcg_*) in " PMU_DEVICES

/** PMU_COUNTERS_MAX - events that are counted at a time. */
#define PMU_COUNTERS_MAX 32

/** enum pmu_metric - what is made of the events. */
enum pmu_metric {
	PMU_HITS,    /* translations found in the IOTLB */
	PMU_MISSES,  /* translations that had to walk the tables */
	PMU_CONTEXT, /* context entries or stream configurations that had to be fetched */
	PMU_METRICS
};

/** pmu_metric_names - as in the records. */
extern const char *const pmu_metric_names[PMU_METRICS];

/**
 * struct pmu_counter - one event of one PMU
 * @type: of the PMU, for perf_event_open(2)
 * @config: the event and its filter
 * @config1: the same
 * @config2: the same
 * @cpu: the event has to be opened on
 * @weight: how often its count goes into each metric: 1, 0 or -1
 * @fd: -1 while it is not counted
 * @value: its count; valid after pmu_stop()
 */
struct pmu_counter {
	uint32_t type;
	uint64_t config;
	uint64_t config1;
	uint64_t config2;
	int cpu;
	int8_t weight[PMU_METRICS];
	int fd;
	uint64_t value;
};

/**
 * struct pmu - the counters of one window
 * @at: events
 * @nr: their number
 * @filtered: they count one device only
 * @why: per metric, why it cannot be counted; "" when it can
 */
struct pmu {
	struct pmu_counter at[PMU_COUNTERS_MAX];
	size_t nr;
	bool filtered;
	char why[PMU_METRICS][160];
};

/**
 * pmu_find() - which events of which PMUs make up the metrics
 * @p: filled in
 * @devices: PMU_DEVICES, or a directory like it
 * @iommu: name of the device's IOMMU, "dmar0": only the PMU of that name is taken; NULL, or the name of an
 *	   SMMU, which does not tell its PMUs: all
 * @bdf: device to count alone where the PMU can, "0000:3b:00.0"; NULL: count all
 *
 * Only reads files. A machine without such a PMU is no error: every metric then has its reason.
 */
void pmu_find(struct pmu *p, const char *devices, const char *iommu, const char *bdf);

/**
 * pmu_start() - begin to count
 * @p: as pmu_find() left it
 *
 * An event that cannot be opened leaves its metrics with a reason.
 */
void pmu_start(struct pmu *p);

/**
 * pmu_stop() - read the counts and close the events
 * @p: as pmu_start() left it
 *
 * A count that is only a part, because the PMU has fewer counters than events, is none: its metrics get a reason.
 */
void pmu_stop(struct pmu *p);

/**
 * pmu_value() - one metric
 * @p: after pmu_stop()
 * @metric: which
 * @value: set to it
 *
 * Return: NULL, or why there is none.
 */
const char *pmu_value(const struct pmu *p, enum pmu_metric metric, int64_t *value);

struct agent;

/**
 * agent_pmu_begin() - count what the IOMMU of the device under test does from here on
 * @ag: the agent
 */
void agent_pmu_begin(struct agent *ag);

/**
 * agent_pmu_end() - stop counting and report
 * @ag: the agent; agent_pmu_begin() was called
 * @phase: "before" or "after"
 *
 * Where there is no PMU, the reason is reported once a cycle: by the outgoing agent.
 */
void agent_pmu_end(struct agent *ag, const char *phase);

#endif

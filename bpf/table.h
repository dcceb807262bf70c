/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of probes. A new one is NAME.bpf.c and one line here. */
#ifndef BPF_TABLE_H
#define BPF_TABLE_H

#include <stdint.h>

/* The build reads the names from these lines: one a line, name first. */
#define LUB_PROBES(P)                                                                            \
	P(phases, "time of each map, fill, preserve, restore, attach and replace in the kernel") \
	P(tables, "page-table pages allocated and freed by each call, preserved with each HWPT") \
	P(kho, "calls into KHO for each HWPT and each file; costs something for every page")     \
	P(invalidations, "commands to the IOMMU by type, and how long each submission takes")    \
	P(stalls, "page faults and lock waits inside the preserve of the iommufd")

/** PROBES_MAX - most probes that the table may have. */
#define PROBES_MAX 16

/** PROBES_SET_MAX - room for the text of a set of probes. */
#define PROBES_SET_MAX 96

/**
 * struct probe_row - a probe
 * @name: as in a plan; NULL ends the table
 * @about: half a line, for `lubench list probes`
 */
struct probe_row {
	const char *name;
	const char *about;
};

extern const struct probe_row probe_rows[];

/**
 * probes_parse() - a set of probes from its text
 * @text: "off", "on" (all), or names with "+" in between
 * @set: bit i stands for probe_rows[i]
 *
 * Return: 0, or -EINVAL for a name that is unknown or given twice.
 */
int probes_parse(const char *text, uint32_t *set);

#endif

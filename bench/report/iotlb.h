/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the sections of scenario iotlb. */
#ifndef LUBENCH_REPORT_IOTLB_H
#define LUBENCH_REPORT_IOTLB_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct model;
struct notes;

/**
 * struct iotlb_ask - what a number is asked for; NULL takes all there is
 * @kernel: the kernel's own count, else that of the trace
 */
struct iotlb_ask {
	const char *metric, *phase, *step, *device, *cache;
	bool kernel;
};

/*
 * The sum of one cycle over what is not asked for, NaN when there is nothing; *why then says why when the
 * records do.
 */
double iotlb_sum(const struct model *m, uint32_t cycle, const struct iotlb_ask *ask,
		 const char **why);

/* Invalidations of the cycles of a mode. */
void iotlb_invalidations(FILE *out, const struct model *m, const char *mode, struct notes *notes);

/* Does the kernel's own count of what it submits agree with what the trace shows? If not, a FAIL. */
void iotlb_kernel_line(FILE *out, struct model *m);

#endif /* LUBENCH_REPORT_IOTLB_H */

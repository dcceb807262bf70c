/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sections of the text report, in the order in which they appear. Each takes what it needs
 * from the model and returns 0 or -ENOMEM; errors of the stream are looked at once, at the end.
 */
#ifndef LUBENCH_REPORT_SECTIONS_H
#define LUBENCH_REPORT_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "bench/report/model.h"

/* Is the time of this run a count of instructions? */
bool icount_run(const struct record_set *set);

/* "EMULATED", "EMULATED, icount", "SIMULATED" or NULL: what every picture and header has to say. */
const char *provenance_label(const struct record_set *set);

/* Where the numbers come from, on one line, for the foot of a picture. */
void provenance_line(const struct record_set *set, char *buf, size_t len);

/* A blank line and the title, which says so when its numbers are no hardware's. */
void section_title(FILE *out, const struct model *m, const char *title);

struct lub_params;
struct stats_fit;

/* Were probes on? */
bool subset_probed(const struct lub_params *p);

/* Has a run cycles with probes off and cycles with probes on? */
bool subset_mixed(const struct record_set *set);

/*
 * The cycles of one of these kinds; strings stay those of @in, which must outlive it.
 * Return: 0 or -ENOMEM; subset_free() in both cases.
 */
int subset_make(struct record_set *out, const struct record_set *in, bool probed);
void subset_free(struct record_set *set);

/*
 * The kernels that a run compares, in the order of its plan; their names belong to @set.
 * Return: how many were written to @names, 0 when the run has one only.
 */
size_t run_kernels(const struct record_set *set, const char **names, size_t max);

/* The cycles of one of @nr kernels; as subset_make(). */
int subset_make_kernel(struct record_set *out, const struct record_set *in, const char *kernel,
		       size_t nr);

/* The part of section_probes() that compares probes off and on. Return: 0 or -ENOMEM. */
int probe_effect(FILE *out, const struct model *m);

/*
 * Fit the cost model to the points from @first to @end, which are of one kernel; *without_pages
 * counts those that lack the number of pages. Return: 0, -EINVAL for a number that is not finite,
 * -ENOMEM; what can not be identified is told by the fit's reason.
 */
int cost_fit(const struct model *m, size_t first, size_t end, struct stats_fit *fit,
	     unsigned int *without_pages);

/* The three numbers of a blackout. */
enum blackout_number {
	BLACKOUT_CPU,
	BLACKOUT_SERVICE,
	BLACKOUT_DMA,
	BLACKOUT_NR,
};

/* Is this a run of scenario blackout? */
bool blackout_run(const struct model *m);

/* Median of one of them over the ok cycles of a mode, NaN when there is none. */
double blackout_median(const struct model *m, int number, const char *mode);

/* One of them of one cycle, in ns, NaN when there is none; and what its metric is called. */
double blackout_value(const struct model *m, uint32_t cycle, int number);
const char *blackout_name(int number);

/* The part of section_blackout() that sets rebuild against preserve. Return: 0 or -ENOMEM. */
struct notes;
int blackout_ratios(FILE *out, const struct model *m, struct notes *notes);

/* Sum of the stages of one cycle's waterfall between two stamps, in ns; NaN when it lacks one of them. */
double waterfall_sum(const struct model *m, uint32_t cycle, const char *from, const char *to);

/**
 * struct waterfall_stage - what one cycle spent its time on between two stamps
 * @cycle: its number
 * @kernel, @event: the stamp that ends it
 * @about: what it is, in words
 * @ns: how long it took, NaN when the cycle lacks the stamp
 * @end: when it ended, in ns since reboot(2); NaN as well
 */
struct waterfall_stage {
	uint32_t cycle;
	const char *kernel, *event, *about;
	double ns, end;
};

/**
 * waterfall_each() - go through the waterfalls of all ok cycles of a mode
 * @m: the run
 * @mode: preserve, rebuild or crash
 * @each: called cycle by cycle, and in each for the same stages in the same order
 * @arg: for @each
 *
 * Return: 0 or -ENOMEM.
 */
int waterfall_each(const struct model *m, const char *mode,
		   void (*each)(const struct waterfall_stage *stage, void *arg), void *arg);

/* Is this a run of scenario walk? Its points are told by section_walk() only. */
bool walk_run(const struct model *m);

/* Is this a run of `lubench native`? It has one section only. */
bool native_run(const struct model *m);

/* Is this a run of scenario iotlb? */
bool iotlb_run(const struct model *m);

/* Is there a cycle to show or to judge: one that is ok, or one of mode preserve that failed? */
bool witness_wanted(const struct model *m);

void section_header(FILE *out, const struct model *m);
int section_kernels(FILE *out, struct model *m);
int section_preserve(FILE *out, struct model *m);
int section_curve(FILE *out, struct model *m);
int section_phases(FILE *out, struct model *m);
int section_witness(FILE *out, struct model *m);
int section_cost(FILE *out, struct model *m);
int section_soak(FILE *out, struct model *m);
int section_blackout(FILE *out, struct model *m);
int section_walk(FILE *out, struct model *m);
int section_waterfall(FILE *out, struct model *m);
int section_native(FILE *out, struct model *m);
int section_iotlb(FILE *out, struct model *m);
int section_probes(FILE *out, struct model *m);
int section_other(FILE *out, struct model *m);
void section_outcomes(FILE *out, const struct model *m);

#endif /* LUBENCH_REPORT_SECTIONS_H */

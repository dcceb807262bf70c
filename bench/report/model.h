/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records of one run, gathered by point, by metric and by cycle. All strings and records
 * belong to the record set, which must outlive the model.
 */
#ifndef LUBENCH_REPORT_MODEL_H
#define LUBENCH_REPORT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_set;
struct lub_params;
struct lub_sample;

/**
 * struct vec - a growing array of numbers
 */
struct vec {
	double *v;
	size_t n, cap;
};

/* What one repetition at one point yields. */
enum rep_metric {
	REP_MEMFD,
	REP_IOMMUFD,
	REP_VFIO,
	REP_PAGES,
	REP_KHO,
	REP_NR,
};

/**
 * struct rep - one repetition
 * @have: bit for each value that was recorded
 */
struct rep {
	uint32_t cycle, rep;
	unsigned int have;
	double value[REP_NR];
};

/* Most different reasons that are kept for one point. */
#define POINT_WHYS 3

/**
 * struct point - all repetitions of one combination of parameters
 * @p: its parameters
 * @kernel: kernel selection when one run compares several, else NULL
 * @cycles: planned cycles
 * @ok: cycles that were ok
 * @why: the reasons for missing repetitions: outcome (or NULL) and text
 */
struct point {
	const struct lub_params *p;
	const char *kernel;
	unsigned int cycles, ok;
	struct {
		const char *kind, *text;
	} why[POINT_WHYS];
	unsigned int nr_why;
	struct rep *reps;
	size_t nr_reps, cap;
};

/**
 * struct series - all values of one metric, over all cycles
 * @first: a sample of it: metric, unit, clock, mode, phase, observer and kernel are the key
 * @values: numbers
 * @per_hwpt: the same, each divided by the HWPTs it was measured with
 * @cycles: distinct cycles with a number
 * @nulls: samples without a number
 * @why: reason of the first of these, or NULL
 * @shown: some table has printed it
 */
struct series {
	const struct lub_sample *first;
	struct vec values, per_hwpt, cycles;
	unsigned int nulls;
	const char *why;
	bool shown;
};

enum dma_phase {
	DMA_CONTROL,
	DMA_BLACKOUT,
	DMA_AFTER,
	DMA_PHASES,
};

enum dma_error {
	DMA_LOST,
	DMA_CORRUPT,
	DMA_FAULTS,
	DMA_ERRORS,
};

/* The agent on the target, or anybody outside. */
enum dma_watcher {
	DMA_AGENT,
	DMA_OUTSIDE,
	DMA_WATCHERS,
};

/**
 * struct cycle - one kexec, as the DMA witness saw it
 * @mode: what it carried over: preserve, rebuild or crash
 * @kernel: which of the run's kernels, NULL: the run has one
 * @ok: some point of it was ok
 * @outcome: "ok", or that of its first point
 * @error, @error_why: how its first point that is neither ok nor skip ended, and why; NULL
 *		       when there is none
 * @carried: parameters of the state that went over the kexec, NULL when unknown
 * @gap: longest time without DMA, NaN when not measured
 * @running: the same without what a processor of the controller stood still, NaN when nobody watched
 * @count: how far the witness advanced, NaN when not measured
 * @errors: lost, corrupt and faults, NaN when not measured; two watchers of the same error
 *	    do not add up, phases of one watcher do
 * @off: how often translation was switched off, NaN when nobody looked
 * @missing: why a dma.* sample of it has no value, or NULL
 */
struct cycle {
	uint32_t id;
	const char *mode, *kernel;
	bool ok;
	const char *outcome;
	const char *error, *error_why;
	const struct lub_params *carried;
	double gap[DMA_PHASES], running[DMA_PHASES], count[DMA_PHASES];
	double errors[DMA_ERRORS][DMA_WATCHERS];
	double off, aborts;
	const char *missing;
};

/**
 * struct model - one run
 * @set: its records; of a run with probes off and on, those with probes off
 * @all: all records of the run
 * @points: sorted by kernel, devices, page size, IOAS size, HWPTs
 * @cycles: sorted by number
 * @planned_cycles: by the run line; at least those that have an outcome or a sample
 * @ok_cycles: how many of them are ok
 * @mixed: it has cycles of several modes; points are those of mode preserve then
 * @failed: some section's verdict is FAIL
 * @undecided: whether DMA went on could not be told
 * @duplicates: samples left out because their repetition already had that metric
 */
struct model {
	const struct record_set *set;
	const struct record_set *all;
	struct point *points;
	size_t nr_points, cap_points;
	struct series *series;
	size_t nr_series, cap_series;
	struct cycle *cycles;
	size_t nr_cycles, cap_cycles, planned_cycles;
	unsigned int ok_cycles, duplicates;
	bool failed, undecided;
	bool mixed;
};

/* The larger of what the watchers counted, NaN when neither did. */
double cycle_errors(const struct cycle *c, enum dma_error error);

/* The longest time without DMA, without stops of the host where somebody watched those. */
double cycle_gap(const struct cycle *c, enum dma_phase phase);

/* Is this a cycle of mode preserve? Only those are judged; others are controls. */
bool cycle_preserves(const struct cycle *c);

/* Planned cycles of one mode, of one kernel where that is not NULL. */
size_t model_planned(const struct model *m, const char *mode, const char *kernel);

/* Return: 0 or -ENOMEM; model_free() in both cases. */
int model_build(struct model *m, const struct record_set *set);
void model_free(struct model *m);

/* The kernel under test that a sample of a run of several is of; NULL when there is one, or @p names a side of the kexec. */
const char *model_kernel(const struct lub_params *p);

/* Are two strings the same, NULL being one too? */
bool model_same(const char *a, const char *b);

/* Room for one more element of @array; it comes zeroed. Return: the element, or NULL. */
void *model_grow(void **array, size_t *n, size_t *cap, size_t size);

/* The cycle of that number, made when it is new. Return: it, or NULL when out of memory. */
struct cycle *cycle_find(struct model *m, uint32_t id);

/* What a sample tells about its cycle. Return: 0 or -ENOMEM. */
int cycle_add_sample(struct model *m, const struct lub_sample *s);

/* Append. Return: 0 or -ENOMEM. */
int vec_push(struct vec *v, double x);

/* All values of one metric of a point. Return: 0 or -ENOMEM. */
int point_values(const struct point *p, enum rep_metric metric, struct vec *out);

/* memfd + iommufd + vfio of the repetitions that have all three. Return: 0 or -ENOMEM. */
int point_totals(const struct point *p, struct vec *out);

/* Has any point of the run a preserve.iommufd value? */
bool model_has_preserve(const struct model *m);

/* Median of one metric of a point, NaN when it has none. */
double point_median(const struct point *p, enum rep_metric metric);

/* Do two points lie on one curve: same kernel, devices, page size and IOAS size? */
bool point_same_curve(const struct point *a, const struct point *b);

#endif /* LUBENCH_REPORT_MODEL_H */

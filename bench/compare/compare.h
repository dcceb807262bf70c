/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Did it get slower? Two sides, each one run or several, compared series by series.
 *
 * The unit of independence is the kexec cycle: what is compared are the medians of each cycle's repetitions.
 * docs/comparing.md has the rules, and why they are so. All strings and records belong to the record sets,
 * which must outlive the comparison.
 */
#ifndef LUBENCH_COMPARE_H
#define LUBENCH_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/report/model.h"
#include "bench/stats/stats.h"

struct lub_params;
struct note_list;
struct lub_sample;
struct record_set;

/* Most runs of all sides together. */
#define CMP_MAX_RUNS 64

/* How likely a comparison of two equal sides finds any change at all. */
#define CMP_ALPHA 0.01

/* The same of the cycles that failed, which are asked about at a level of their own. */
#define CMP_ALPHA_FAILED 0.05

/* Relative change that is noise as long as no history says otherwise. */
#define CMP_FLOOR 0.02

/* History runs only tell how noisy a series is. */
enum cmp_side {
	CMP_BASE,
	CMP_NEW,
	CMP_SIDES,
	CMP_HISTORY = CMP_SIDES,
};

enum cmp_verdict {
	CMP_NONE, /* no verdict, and @why says why */
	CMP_SAME, /* no change found */
	CMP_BETTER,
	CMP_WORSE,
};

/**
 * struct cmp_test - one question asked: did this change
 * @n: independent observations of each side
 * @med: medians of each side, in the unit of the series; of coefficients their values; NaN without any
 * @shift: relative change from base to new: Hodges-Lehmann on logarithms, 0.05 is 5 % more; NaN: unknown
 * @lo, @hi: 95 % interval of @shift; NaN: unknown
 * @delta: Cliff's delta: share of pairs with new larger less those with new smaller; NaN: unknown
 * @p: two-sided; NaN: not asked
 * @p_adj: after Holm over the family; NaN: not judged
 * @p_min: the smallest @p that so few observations can give
 * @judged: it counts for the verdict of the comparison
 * @verdict: what came out
 * @why: a reason in words for CMP_NONE, and for CMP_SAME where it is not obvious; else NULL
 * @expected: why it may be worse, by a note (cmp_expect()); else NULL
 */
struct cmp_test {
	size_t n[CMP_SIDES];
	double med[CMP_SIDES];
	double shift, lo, hi, delta, p, p_adj, p_min;
	bool judged;
	enum cmp_verdict verdict;
	const char *why, *expected;
};

/**
 * struct cmp_obs - one value with the cycle it is from
 * @run: index of its run in the comparison
 */
struct cmp_obs {
	uint32_t run, cycle;
	double value;
};

struct cmp_obs_list {
	struct cmp_obs *v;
	size_t n, cap;
};

/**
 * struct cmp_point - one combination of parameters of a series
 * @p: its parameters
 * @obs: of each side and of the history: first samples, after cmp_reduce() medians, one a cycle
 * @nulls: samples of each side without a value
 * @null_why: reason of the first of these
 * @noted: of these, values that a note calls invalid
 * @ref: logarithm of the median over the cycles of both sides; NaN when a value is not positive
 * @lost: the base has 5 cycles of it and more, the new side none, and left it out for no reason of its own
 */
struct cmp_point {
	const struct lub_params *p;
	struct cmp_obs_list obs[CMP_SIDES + 1];
	unsigned int nulls[CMP_SIDES];
	const char *null_why[CMP_SIDES];
	unsigned int noted[CMP_SIDES];
	double ref;
	bool lost;
	struct cmp_test test;
};

/* Terms of the scaling fit: fixed, per HWPT, per page-table page. */
#define CMP_TERMS 3

/**
 * struct cmp_scaling - cost = fixed + a * HWPTs + b * pages of each side, and how they differ
 * @terms: 0 when the series is not fitted at all
 * @name: of each term
 * @reason: why a side cannot be fitted, or NULL
 * @coef: @med are coefficients, in ns each
 */
struct cmp_scaling {
	size_t terms;
	const char *name[CMP_TERMS];
	const char *reason;
	struct cmp_test coef[CMP_TERMS];
};

/**
 * struct cmp_series - one metric in one setting, over all its points
 * @first: a sample of it; everything but the size of the point is the key
 * @headline: it is judged (bench/compare/metrics.c)
 * @lost: as a point is, of all its points together
 * @all: the question over all points at once; of one point it is that one's
 * @noise: relative changes below this are noise
 * @noise_from: changes between runs that @noise was learnt from; 0: it is the given floor
 */
struct cmp_series {
	const struct lub_sample *first;
	bool headline, lost;
	struct cmp_point *points;
	size_t nr_points, cap_points;
	struct cmp_test all;
	struct cmp_scaling scaling;
	double noise;
	size_t noise_from;
};

/**
 * struct cmp_options - what the user can choose
 * @alpha: false alarms of a whole comparison, CMP_ALPHA
 * @floor: relative change that is noise without a history, CMP_FLOOR
 * @metric: shell pattern of metrics that are judged, instead of the headlines; NULL: those
 * @resamples: of the bootstrap; 0: no intervals
 * @notes: what these call invalid has no value; NULL: none
 */
struct cmp_options {
	double alpha, floor;
	const char *metric;
	unsigned int resamples;
	const struct note_list *notes;
};

/**
 * struct cmp_run - one run of the comparison
 * @side: which side, or CMP_HISTORY
 */
struct cmp_run {
	const struct record_set *set;
	enum cmp_side side;
};

/**
 * struct cmp_cycles - how the cycles of one mode ended
 * @tried: of each side: neither skipped for a stated reason, nor without an outcome
 * @ok: how many of these ended ok at each point that was not skipped
 */
struct cmp_cycles {
	const char *mode;
	unsigned int tried[CMP_SIDES], ok[CMP_SIDES];
};

/* How many tests there were in each family that Holm's correction went over. */
struct cmp_families {
	size_t series, scaling, points;
};

/**
 * struct compare - a comparison
 * @runs: runs of all sides
 * @cycles: planned cycles of each side
 * @ok: how many of them ended ok at each point that was not skipped
 * @points, @points_ok: planned points of all these cycles, and how many of them ended ok
 * @modes: how the cycles of each mode ended
 * @ended: do more of them fail; its @n are tried cycles, and Holm's correction does not go over it
 * @worse, @better, @judged: tests with that verdict, without @ended; judged with any verdict
 * @expected: tests that are worse and were meant to be, which are not among @worse
 * @series_judged, @series_asked: series with a verdict, and those with a value of either side, which should have one
 * @lost: judged series that base has and new has not, though it planned the same
 * @lost_points: points of other judged series that are lost
 */
struct compare {
	struct cmp_options opt;
	struct cmp_run runs[CMP_MAX_RUNS];
	size_t nr_runs;
	struct cmp_series *series;
	size_t nr_series, cap_series;
	size_t cycles[CMP_SIDES], ok[CMP_SIDES];
	size_t points[CMP_SIDES], points_ok[CMP_SIDES];
	struct cmp_cycles *modes;
	size_t nr_modes, cap_modes;
	struct cmp_test ended;
	struct cmp_families families;
	size_t worse, better, expected, judged, series_judged, series_asked, lost, lost_points;
};

/**
 * cmp_init() - start with no run
 * @opt: NULL for the defaults
 */
void cmp_init(struct compare *c, const struct cmp_options *opt);

/**
 * cmp_add_run() - take in the samples of a run
 * @set: its records
 * @side: which side it is on
 *
 * Return: 0, -E2BIG, -ENOMEM.
 */
int cmp_add_run(struct compare *c, const struct record_set *set, enum cmp_side side);

/**
 * cmp_find_run() - a run that is in already, on any side
 * @run_id: what it is called; a copy of it elsewhere has the same values
 *
 * cmp_add_run() takes what it is given: one run twice would pass for twice as many cycles.
 *
 * Return: that run, NULL when there is none.
 */
const struct cmp_run *cmp_find_run(const struct compare *c, const char *run_id);

/**
 * cmp_judge() - ask and answer all questions; once, after all runs are in
 *
 * Return: 0 or -ENOMEM.
 */
int cmp_judge(struct compare *c);

/**
 * cmp_expect() - what got worse as a note of a step has it is no regression
 * @c: after cmp_judge()
 * @notes: what is known about runs
 * @runs, @n: ids of the runs since the base, to the new one, at any of which the step may be
 */
void cmp_expect(struct compare *c, const struct note_list *notes, const char *const *runs,
		size_t n);

void cmp_free(struct compare *c);

/**
 * cmp_conditions() - what else than the kernel differs between the runs
 * @c: all runs are in
 * @each: called for every condition that must not differ and does, with a line about it
 * @arg: for @each
 *
 * Return: how many there are.
 */
size_t cmp_conditions(const struct compare *c, void (*each)(const char *what, void *arg),
		      void *arg);

/**
 * cmp_cautions() - what may differ, and makes a comparison say less: the plan
 * @c, @each, @arg: as of cmp_conditions()
 *
 * Return: how many there are.
 */
size_t cmp_cautions(const struct compare *c, void (*each)(const char *what, void *arg), void *arg);

/**
 * enum cmp_outcome - what a comparison comes to; the exit status of `lubench compare`
 * @CMP_UNKNOWN: no series could be judged
 */
enum cmp_outcome {
	CMP_NO_REGRESSION = 0,
	CMP_REGRESSION = 1,
	CMP_UNKNOWN = 2,
};

/* What it comes to: a judged series that got worse, lost series and points, and more failed cycles are a regression. */
enum cmp_outcome cmp_outcome(const struct compare *c);

/* Room for cmp_sentence(). */
#define CMP_SENTENCE 400

/* The outcome in one sentence. */
char *cmp_sentence(const struct compare *c, char *buf, size_t len);

/**
 * cmp_failed_text() - cycles that failed, in words: "more cycles fail: 10 of 20, of the base 0 of 20"
 *
 * Return: is there anything to be said: did the new side fail more often, or is there a verdict that it does not?
 */
bool cmp_failed_text(const struct compare *c, char *buf, size_t len);

/* "EMULATED" and the like when a run of either side is, else NULL. */
const char *cmp_label(const struct compare *c);

/* Is this series shown without being asked for? */
bool cmp_shown(const struct cmp_series *s, bool all);

/* "+4.2 %", "-" when unknown; "-1.0..+3.2" of both ends of an interval in per cent. */
char *cmp_percent(char buf[32], double change);
char *cmp_interval(char buf[32], const struct cmp_test *t);

/* Short names: "none", "same", "better", "worse". */
const char *cmp_verdict_name(enum cmp_verdict v);

/* What a series measures in, in words: "preserve.iommufd, phase blackout". */
char *cmp_series_name(const struct cmp_series *s, char *buf, size_t len);

/* A point in words: "4 KiB, 1 GiB, 16 HWPTs". */
char *cmp_point_name(const struct lub_params *p, char *buf, size_t len);

/*
 * The forms of output. @cmp_text is at most 100 columns of ASCII; @all shows what is not judged, too.
 * Return: 0, -ENOMEM, -EIO.
 */
int cmp_text(FILE *out, const struct compare *c, bool all);
int cmp_markdown(FILE *out, const struct compare *c, bool all);
json_t *cmp_json(const struct compare *c);

/* --- between the files of bench/compare/ --- */

/**
 * cmp_test_clear() - a question that nothing has answered yet
 * @t: all its numbers become NAN
 * @judged: an answer would count
 */
void cmp_test_clear(struct cmp_test *t, bool judged);

/**
 * struct cmp_condition - something in the run line that must not differ
 * @path: the keys that lead to it
 * @paced: the host's pace is all that it is about, which has no say where time is a count of instructions
 */
struct cmp_condition {
	const char *what;
	const char *path[4];
	bool paced;
};

/* As cmp_conditions(), by a table of one's own. */
size_t cmp_differences(const struct compare *c, const struct cmp_condition *table, size_t nr,
		       void (*each)(const char *what, void *arg), void *arg);

/* Is this metric judged, with these parameters? @pattern: as in struct cmp_options. */
bool cmp_is_headline(const struct lub_sample *s, const char *pattern);

/* Is less of this metric better? Of others, counts of what happens, a change is neither better nor worse. */
bool cmp_less_is_better(const struct lub_sample *s);

/* Does its cost grow with HWPTs and page-table pages, so that it is fitted? */
bool cmp_scales(const char *metric);

/* Outcomes of a run to counts of cycles. Return: 0 or -ENOMEM. */
int cmp_count_cycles(struct compare *c, const struct record_set *set, enum cmp_side side);

/* Is the series lost, are its points? After its questions were asked. */
void cmp_lost(struct compare *c, struct cmp_series *s);

/* Ask whether more cycles failed. Return: 0 or -ENOMEM. */
int cmp_failures(struct compare *c);

/* Samples to medians of cycles, and the reference of each point. Return: 0 or -ENOMEM. */
int cmp_reduce(struct compare *c);

/**
 * struct cmp_strata - the cycles of a series, those together that measured the same points
 * @v: one observation a cycle: how far its points lie above their references, their pseudomedian
 */
struct cmp_strata {
	struct stats_stratum *v;
	size_t n;
};

/* Return: 0 or -ENOMEM; cmp_strata_free() in both cases. */
int cmp_strata(const struct cmp_series *s, struct cmp_strata *out);
void cmp_strata_free(struct cmp_strata *strata);

/* Learn the noise of one series. Return: 0 or -ENOMEM. */
int cmp_noise(const struct compare *c, struct cmp_series *s);

/* Fit both sides and compare the coefficients. Return: 0 or -ENOMEM. */
int cmp_scaling(const struct compare *c, struct cmp_series *s);

/* Median of the base, or of the new side of a point; NaN without one. */
double cmp_point_median(const struct cmp_point *p, enum cmp_side side);

/* The same point of another series of the same setting, NULL when there is none. */
const struct cmp_point *cmp_beside(const struct compare *c, const struct cmp_series *s,
				   const char *metric, const struct lub_params *p);

#endif /* LUBENCH_COMPARE_H */

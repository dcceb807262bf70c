/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Statistics on plain arrays. Nothing here reads, writes or prints: what cannot be
 * computed is said by a return code and, for fits, by a constant reason string.
 *
 * A run has few cycles (5 to 30), each minutes long, so the methods are the ones that
 * stay honest at that size: order statistics, exact rank tests, robust fits.
 */
#ifndef LUBENCH_STATS_H
#define LUBENCH_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seed of every bootstrap that is shown: the same records give the same interval. */
#define STATS_SEED 20260401u
#define STATS_RESAMPLES 2000u

/* Below this many observations a comparison has no verdict. */
#define STATS_MIN_COMPARE 5u

/**
 * struct stats_summary - order statistics of one sample
 * @n: number of values; all others are 0 when it is 0
 * @mad: median absolute deviation, raw (not scaled by 1.4826)
 */
struct stats_summary {
	size_t n;
	double min, median, p95, max, mad;
};

/**
 * stats_quantile - quantile by linear interpolation (Hyndman and Fan type 7)
 * @sorted: values in ascending order
 * @q: 0 to 1
 *
 * Return: the quantile, NaN when @n is 0 or @q is outside its range.
 */
double stats_quantile(const double *sorted, size_t n, double q);

/* Sort ascending, in place. */
void stats_sort(double *x, size_t n);

/* Median of unsorted values; NaN when there are none or memory is out. */
double stats_median(const double *x, size_t n);

/* Raw median absolute deviation from the median; NaN as above. */
double stats_mad(const double *x, size_t n);

/* Return: 0, -EINVAL when a value is not finite, -ENOMEM. n = 0 is no error. */
int stats_summarize(const double *x, size_t n, struct stats_summary *s);

/**
 * struct stats_ci - an interval around an estimate
 */
struct stats_ci {
	double est, lo, hi;
};

/**
 * stats_bootstrap_quantile - percentile bootstrap interval of one quantile
 * @q: which quantile, 0.5 for the median
 * @level: for instance 0.95
 * @seed: STATS_SEED unless a test wants another
 *
 * Return: 0, -EINVAL, -ENODATA when @n < 2, -ENOMEM.
 */
int stats_bootstrap_quantile(const double *x, size_t n, double q, double level,
			     unsigned int resamples, unsigned int seed, struct stats_ci *ci);

/**
 * stats_bootstrap_shift - percentile bootstrap interval of the Hodges-Lehmann shift y - x
 *
 * Each side is resampled on its own. Return: as stats_bootstrap_quantile().
 */
int stats_bootstrap_shift(const double *x, size_t nx, const double *y, size_t ny, double level,
			  unsigned int resamples, unsigned int seed, struct stats_ci *ci);

/**
 * struct stats_mw - Mann-Whitney rank-sum test
 * @u: pairs in which x is larger, ties counting one half (R's W)
 * @p: two-sided
 * @p_less, @p_greater: one-sided, x stochastically smaller or larger than y
 * @exact: from the exact permutation distribution of the midranks, right with ties too;
 *	   else the normal approximation with tie and continuity correction
 */
struct stats_mw {
	double u, p, p_less, p_greater;
	bool exact;
};

/* Return: 0, -ENODATA when a side is empty, -EINVAL for non-finite values, -ENOMEM. */
int stats_mann_whitney(const double *x, size_t nx, const double *y, size_t ny, struct stats_mw *mw);

/**
 * struct stats_stratum - observations that are compared with each other only
 * @x, @y: the two sides; a stratum in which one is empty says nothing
 */
struct stats_stratum {
	const double *x, *y;
	size_t nx, ny;
};

/**
 * stats_mann_whitney_strata - the rank-sum test within strata
 *
 * @u is the sum over all strata, and so is its distribution: labels change places within a stratum only
 * (a permutation test in blocks, van Elteren's with a weight of one for each pair). Exact when no stratum
 * has more than 60 values.
 *
 * Return: as stats_mann_whitney(); -ENODATA when no stratum has both sides.
 */
int stats_mann_whitney_strata(const struct stats_stratum *strata, size_t nr, struct stats_mw *mw);

/* The smallest two-sided p that the exact test can give for so many values, all of them different. */
double stats_mann_whitney_min_p(const struct stats_stratum *strata, size_t nr);

/**
 * stats_cliff_delta - how often y is larger than x
 * @u: of stats_mann_whitney_strata()
 *
 * Return: share of pairs with y larger less the share with y smaller, -1 to 1; NaN without a pair.
 */
double stats_cliff_delta(double u, const struct stats_stratum *strata, size_t nr);

/* Median of all differences y - x within strata; NaN when there is none or memory is out. */
double stats_hodges_lehmann_strata(const struct stats_stratum *strata, size_t nr);

/* As stats_bootstrap_shift(), each side of each stratum resampled on its own. -ENODATA: a side has < 2. */
int stats_bootstrap_shift_strata(const struct stats_stratum *strata, size_t nr, double level,
				 unsigned int resamples, unsigned int seed, struct stats_ci *ci);

/**
 * stats_holm - adjust p values of one family (Holm, Scand. J. Statist. 6, 1979)
 * @p: p values; those that are NaN are not part of the family
 * @n: their number
 * @adjusted: what to compare with the level instead, at most 1; NaN where @p is. May be @p itself.
 *
 * Return: 0 or -ENOMEM.
 */
int stats_holm(const double *p, size_t n, double *adjusted);

/**
 * struct stats_counts - tries on two sides, in one stratum
 * @of_x, @of_y: how many there were
 * @hit_x, @hit_y: how many of them succeeded
 */
struct stats_counts {
	unsigned int of_x, hit_x, of_y, hit_y;
};

/**
 * struct stats_fisher - Fisher's exact test
 * @p: two-sided: the chance of all that is no likelier than what was seen
 * @p_less, @p_greater: one-sided, x succeeds less or more often than y
 * @p_min: the smallest @p that so many successes of so many tries can give
 */
struct stats_fisher {
	double p, p_less, p_greater, p_min;
};

/**
 * stats_fisher_strata - does one side succeed more often, stratum by stratum
 * @strata: a stratum in which one side has no try says nothing
 * @nr: their number
 * @f: the answer
 *
 * The number of successes of x is asked about, given all successes of each stratum (the exact form of the test of
 * Mantel and Haenszel; of one stratum it is Fisher's).
 *
 * Return: 0; -ENODATA when nothing else could have been seen, for instance as all tries succeeded; -EINVAL when more
 * succeeded than were tried; -ENOMEM.
 */
int stats_fisher_strata(const struct stats_counts *strata, size_t nr, struct stats_fisher *f);

/**
 * stats_hodges_lehmann - how far y lies above x: the median of all differences y - x
 *
 * Return: the shift; NaN when a side is empty or memory is out.
 */
double stats_hodges_lehmann(const double *x, size_t nx, const double *y, size_t ny);

/**
 * stats_hodges_lehmann_one - pseudomedian of one sample, over all pairs i <= j
 */
double stats_hodges_lehmann_one(const double *x, size_t n);

/**
 * struct stats_line - y = intercept + slope * x
 */
struct stats_line {
	double slope, intercept;
};

/**
 * stats_theil_sen - median of pairwise slopes, intercept by the median residual
 *
 * Return: 0, -ENODATA when fewer than two x differ, -ENOMEM.
 */
int stats_theil_sen(const double *x, const double *y, size_t n, struct stats_line *line);

/**
 * stats_slope - the slope of stats_theil_sen() with an interval around it
 * @level: for instance 0.95
 *
 * The interval is Sen's (J. Am. Stat. Assoc. 63, 1968): the slopes of pairs between the ranks that
 * Kendall's S leaves inside, by its normal approximation with the correction for ties in @x. Ties in
 * @y are not corrected for, which makes it wider. With 5 points it is the range of all slopes.
 *
 * Return: as stats_theil_sen().
 */
int stats_slope(const double *x, const double *y, size_t n, double level, struct stats_ci *ci);

/* Most terms a fit takes, the constant included. */
#define STATS_FIT_TERMS 4

/**
 * struct stats_fit - robust multiple regression y = c[0] + c[1]*x1 + ...
 * @reason: NULL when the fit is good, else why it is "not identified": then no other
 *	    member but @n, @terms and @condition means anything
 * @method: which weights the fit ended with
 * @condition: condition number of the design with columns scaled to unit length
 * @se: standard errors of @coef, for independent observations; stats_cluster_se() gives others
 * @clusters: how many stats_cluster_se() saw, 0 before
 * @r2: share of the variance of y explained, in the units of y; may be negative
 * @mad: median absolute residual, units of y
 * @mad_rel: median absolute residual over the scale; NaN without a scale
 */
struct stats_fit {
	const char *reason, *method;
	size_t n, terms, clusters;
	double coef[STATS_FIT_TERMS], se[STATS_FIT_TERMS];
	double condition, r2, mad, mad_rel;
};

/**
 * stats_robust_fit - robust regression with a constant term
 * @y: observations
 * @x: @terms - 1 arrays of @n regressors
 * @scale: NULL, or the size of the error of each observation up to a common factor, as
 *	   when errors grow with the value itself; all > 0
 * @terms: 1 to STATS_FIT_TERMS, the constant included
 *
 * Tukey's bisquare, which outliers do not move at all. It may go back and forth between two
 * answers for ever; then Huber's weights are used, which have one only.
 *
 * Coefficients are never clamped: a negative one says that the model does not hold.
 *
 * Return: 0 (look at @fit->reason), -EINVAL, -ENOMEM.
 */
int stats_robust_fit(const double *y, const double *const *x, const double *scale, size_t n,
		     size_t terms, struct stats_fit *fit);

/**
 * stats_cluster_se - standard errors for observations that are independent between clusters only
 * @y, @x, @scale, @n: what stats_robust_fit() was given
 * @cluster: cluster of each observation, any numbers
 * @fit: what it returned; @se is replaced, @clusters set
 *
 * By leaving out one cluster after the other, which rather errs on the wide side. The errors are NaN
 * when the model is not identified without one of the clusters. A fit with a reason stays as it is.
 *
 * Return: 0, -ENOMEM.
 */
int stats_cluster_se(const double *y, const double *const *x, const double *scale,
		     const double *cluster, size_t n, struct stats_fit *fit);

/* p up to which a change point is one, and shuffles that it is counted from. */
#define STATS_CHANGE_P 0.001
#define STATS_SHUFFLES 1999

/* With fewer values no order of them is rare enough for STATS_CHANGE_P: 2 of 3432 for 7 and 7. */
#define STATS_CHANGE_MIN 14

/**
 * struct stats_change - a place where a series changed
 * @at: index of the first value after the change
 * @before, @after: medians up to the neighbouring changes, in the unit of the values
 * @p: share of the shuffles of the stretch it was found in that part at least as well
 */
struct stats_change {
	size_t at;
	double before, after, p;
};

/**
 * stats_best_cut - where the two parts of a series lie farthest apart, by the energy statistic
 * @x: values in order of time
 * @at: index of the first value of the second part, of two values at least as is the first; 0 for @n < 4
 *
 * Source: Matteson and James 2014, (5) and (6), exponent 1, distances within a part without those to itself.
 *
 * Return: the statistic, which is below 0 when the parts are alike.
 */
double stats_best_cut(const double *x, size_t n, size_t *at);

/**
 * stats_change_points - E-divisive; the same values always give the same points
 * @x: values in order of time
 * @p: STATS_CHANGE_P
 * @size: changes of the median that are smaller are none
 * @out: room for @n
 * @nr: how many there are, in order
 *
 * Return: 0, -EINVAL for non-finite values, -ENOMEM.
 */
int stats_change_points(const double *x, size_t n, double p, double size, struct stats_change *out,
			size_t *nr);

#endif /* LUBENCH_STATS_H */

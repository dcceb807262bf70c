// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a series changed for good: E-divisive (Matteson and James, J. Am. Stat. Assoc. 109, 2014). A stretch is cut where
 * its halves lie farthest apart for how much they vary in themselves; the cut stands when shuffled values of the
 * same stretch hardly ever part as well. Then each half is looked at in the same way.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "bench/stats/stats.h"

/* Fixed, so that the same values give the same points. */
#define SEED 20261128

/* Two shuffles that are the same cut differ in the last digits only. */
#define SAME 1e-9

struct search {
	gsl_rng *rng;
	double *shuffled;
	struct stats_change *out;
	size_t nr;
	double p;
};

/* Sum of the distances of x[i] from x[from .. to). */
static double apart(const double *x, size_t i, size_t from, size_t to)
{
	double sum = 0;

	for (; from < to; from++)
		sum += fabs(x[i] - x[from]);
	return sum;
}

double stats_best_cut(const double *x, size_t n, size_t *at)
{
	double left = 0, right = 0, between = 0, best = 0, q, a, b;
	size_t i, cut;

	*at = 0;
	for (i = 1; i < n; i++)
		right += apart(x, i, 0, i);
	for (cut = 1; cut + 2 <= n; cut++) {
		/* x[cut - 1] changes sides */
		a = apart(x, cut - 1, 0, cut - 1);
		b = apart(x, cut - 1, cut, n);
		left += a;
		right -= b;
		between += b - a;
		if (cut < 2)
			continue;
		a = (double)cut;
		b = (double)(n - cut);
		q = a * b / (a + b) *
		    (2 * between / (a * b) - 2 * left / (a * (a - 1)) - 2 * right / (b * (b - 1)));
		if (!*at || q > best) {
			best = q;
			*at = cut;
		}
	}
	return best;
}

/* Share of the shuffles that part at least as well; stops when that is more than wanted for sure. */
static double chance(struct search *s, const double *x, size_t n, double q)
{
	unsigned int k, as_good = 1;
	size_t i, at;

	for (i = 0; i < n; i++)
		s->shuffled[i] = x[i];
	for (k = 0; k < STATS_SHUFFLES && as_good <= s->p * (STATS_SHUFFLES + 1); k++) {
		gsl_ran_shuffle(s->rng, s->shuffled, n, sizeof(*s->shuffled));
		as_good += stats_best_cut(s->shuffled, n, &at) >= q - SAME * fabs(q);
	}
	return (double)as_good / (STATS_SHUFFLES + 1);
}

static void divide(struct search *s, const double *x, size_t from, size_t to)
{
	size_t at;
	double q, p;

	if (to - from < 4)
		return;
	q = stats_best_cut(x + from, to - from, &at);
	p = chance(s, x + from, to - from, q);
	if (p > s->p)
		return;
	at += from;
	divide(s, x, from, at);
	s->out[s->nr++] = (struct stats_change){ .at = at, .p = p };
	divide(s, x, at, to);
}

/* Medians up to the neighbouring changes. Return: index of the smallest change. */
static size_t describe(struct search *s, const double *x, size_t n)
{
	size_t i, from, to, least = 0;
	struct stats_change *c;

	for (i = 0; i < s->nr; i++) {
		c = &s->out[i];
		from = i ? c[-1].at : 0;
		to = i + 1 < s->nr ? c[1].at : n;
		c->before = stats_median(x + from, c->at - from);
		c->after = stats_median(x + c->at, to - c->at);
		if (fabs(c->after - c->before) < fabs(s->out[least].after - s->out[least].before))
			least = i;
	}
	return least;
}

/* Without the changes that are too small to matter, the smallest first: the others then have longer stretches. */
static void drop_small(struct search *s, const double *x, size_t n, double size)
{
	size_t least = describe(s, x, n);

	while (s->nr && fabs(s->out[least].after - s->out[least].before) < size) {
		for (s->nr--; least < s->nr; least++)
			s->out[least] = s->out[least + 1];
		least = describe(s, x, n);
	}
}

int stats_change_points(const double *x, size_t n, double p, double size, struct stats_change *out,
			size_t *nr)
{
	struct search s = { .out = out, .p = p };
	size_t i;

	*nr = 0;
	for (i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return -EINVAL;
	s.shuffled = calloc(n + 1, sizeof(*s.shuffled));
	s.rng = gsl_rng_alloc(gsl_rng_mt19937);
	if (s.shuffled && s.rng) {
		gsl_rng_set(s.rng, SEED);
		divide(&s, x, 0, n);
		drop_small(&s, x, n, size);
		*nr = s.nr;
	}
	i = s.shuffled && s.rng;
	if (s.rng)
		gsl_rng_free(s.rng);
	free(s.shuffled);
	return i ? 0 : -ENOMEM;
}

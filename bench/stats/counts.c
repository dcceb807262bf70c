// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Fisher's exact test: of so many tries on each side, did more succeed on one of them? In strata the sum is asked
 * about, and its distribution is that of the strata folded.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_randist.h>

#include "bench/stats/stats.h"

/* Chances that differ by less are the same chance, added up in another order; R's tests say so, too. */
#define SAME_CHANCE (1 + 1e-7)

/* Successes of x, counted from the fewest that there can be. */
struct chances {
	double *p;
	size_t n, least;
};

static int fold(struct chances *all, const struct stats_counts *s)
{
	unsigned int hits = s->hit_x + s->hit_y;
	unsigned int least = hits > s->of_y ? hits - s->of_y : 0;
	unsigned int most = hits < s->of_x ? hits : s->of_x, k;
	size_t n = all->n + most - least, i;
	double *p = calloc(n, sizeof(*p));

	if (!p)
		return -ENOMEM;
	for (k = least; k <= most; k++) {
		double chance = gsl_ran_hypergeometric_pdf(k, s->of_x, s->of_y, hits);

		for (i = 0; i < all->n; i++)
			p[i + k - least] += all->p[i] * chance;
	}
	free(all->p);
	*all = (struct chances){ .p = p, .n = n, .least = all->least + least };
	return 0;
}

/* The chance of what is no likelier than @of. */
static double no_likelier(const struct chances *all, double of)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->p[i] <= of * SAME_CHANCE)
			sum += all->p[i];
	return fmin(1, sum);
}

static void answer(const struct chances *all, size_t at, struct stats_fisher *f)
{
	double least = all->p[0];
	size_t i;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < all->n; i++) {
		f->p_less += i <= at ? all->p[i] : 0;
		f->p_greater += i >= at ? all->p[i] : 0;
		least = fmin(least, all->p[i]);
	}
	f->p_less = fmin(1, f->p_less);
	f->p_greater = fmin(1, f->p_greater);
	f->p = no_likelier(all, all->p[at]);
	f->p_min = no_likelier(all, least);
}

int stats_fisher_strata(const struct stats_counts *strata, size_t nr, struct stats_fisher *f)
{
	struct chances all = { .p = malloc(sizeof(*all.p)), .n = 1 };
	size_t i, hits = 0;
	int err = all.p ? 0 : -ENOMEM;

	if (!err)
		all.p[0] = 1;
	for (i = 0; i < nr && !err; i++) {
		if (strata[i].hit_x > strata[i].of_x || strata[i].hit_y > strata[i].of_y)
			err = -EINVAL;
		/* one side alone is compared with nothing */
		if (err || !strata[i].of_x || !strata[i].of_y)
			continue;
		err = fold(&all, &strata[i]);
		hits += strata[i].hit_x;
	}
	if (!err && all.n == 1)
		err = -ENODATA;
	if (!err)
		answer(&all, hits - all.least, f);
	free(all.p);
	return err;
}

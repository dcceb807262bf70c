// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Probe effect: the same plan with probes off and on, cycle next to cycle. What a probe adds to what it
 * watches is part of every number taken with it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

/* More than this on preserve.iommufd, and the numbers with that probe on are not those of the kernel. */
#define LIMIT 0.05
#define SETS_MAX 16

/* At the largest point: repeated there. */
static const char *const point_metrics[] = {
	"preserve.iommufd",
	"preserve.memfd",
	"preserve.vfio",
	"unpreserve.total",
};

/* Once a cycle, whatever it carried; each cycle has its twin that carries the same. */
static const char *const cycle_metrics[] = {
	"retrieve.iommufd", "restore.hwpt",	"bind",
	"replace.hwpt",	    "finish",		"freeze",
	"blackout.cpu",	    "blackout.service", "dma.gap.running",
};

static bool mode_fits(const struct lub_sample *s)
{
	return !s->reason && !strcmp(s->params.mode, "preserve") &&
	       (!s->params.phase || !strcmp(s->params.phase, "blackout"));
}

static bool same_size(const struct lub_params *a, const struct lub_params *b)
{
	return a->hwpts == b->hwpts && a->ioas_bytes == b->ioas_bytes &&
	       a->page_bytes == b->page_bytes;
}

/* The point with the most entries in its tables, of those that have preserve.iommufd without probes. */
static const struct lub_params *largest(const struct record_set *set)
{
	const struct lub_params *best = NULL;
	double most = 0, entries;
	size_t i;

	for (i = 0; i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];

		if (strcmp(s->metric, "preserve.iommufd") || !mode_fits(s) ||
		    subset_probed(&s->params))
			continue;
		entries = (double)s->params.hwpts * (double)s->params.ioas_bytes /
			  (double)s->params.page_bytes;
		if (!best || entries > most) {
			best = &s->params;
			most = entries;
		}
	}
	return best;
}

static double median_of(const struct record_set *set, const char *metric, const char *probes,
			const struct lub_params *at, size_t *n)
{
	struct vec v = { 0 };
	double median = NAN;
	size_t i;

	for (i = 0; i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];

		if (strcmp(s->metric, metric) || !mode_fits(s) ||
		    strcmp(s->params.probes ? s->params.probes : "off", probes) ||
		    (at && !same_size(at, &s->params)))
			continue;
		if (vec_push(&v, (double)s->value))
			goto out;
	}
	median = v.n ? stats_median(v.v, v.n) : NAN;
out:
	*n = v.n;
	free(v.v);
	return median;
}

/* How far the farthest value without probes is from their median. The first repetition finds all cold. */
static double spread_of(const struct record_set *set, const char *metric,
			const struct lub_params *at)
{
	double median, most = 0;
	size_t n, i;

	median = median_of(set, metric, "off", at, &n);
	for (i = 0; i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];

		if (!strcmp(s->metric, metric) && mode_fits(s) && !subset_probed(&s->params) &&
		    s->rep && same_size(at, &s->params))
			most = fmax(most, fabs((double)s->value - median));
	}
	return most;
}

/* The sets of probes that the run has, but for "off". */
static size_t find_sets(const struct record_set *set, const char *sets[SETS_MAX])
{
	size_t nr = 0, i, k;

	for (i = 0; i < set->nr_outcomes; i++) {
		const struct lub_params *p = &set->outcomes[i].params;

		if (!subset_probed(p))
			continue;
		for (k = 0; k < nr && strcmp(sets[k], p->probes); k++)
			;
		if (k == nr && nr < SETS_MAX)
			sets[nr++] = p->probes;
	}
	return nr;
}

static void rows(FILE *out, const struct record_set *set, const char *metric,
		 const struct lub_params *at, const char *const *sets, size_t nr)
{
	size_t n_off, n_on, i;
	double off = median_of(set, metric, "off", at, &n_off), on;
	char a[CELL], b[CELL];

	for (i = 0; i < nr; i++) {
		on = median_of(set, metric, sets[i], at, &n_on);
		if (isnan(off) || isnan(on))
			continue;
		fprintf(out, "%-18s%-37s%10s%10s%8.3f%6zu%6zu\n", metric, sets[i], fmt_time(a, off),
			fmt_time(b, on), on / off, n_off, n_on);
	}
}

static void rule(FILE *out, const struct record_set *set, const struct lub_params *at,
		 const char *const *sets, size_t nr)
{
	size_t n, i, broken = 0, single = 0;
	double off = median_of(set, "preserve.iommufd", "off", at, &n), effect;
	double noise = spread_of(set, "preserve.iommufd", at) / off;
	char ioas[CELL], page[CELL];

	fprintf(out,
		"rule: preserve.iommufd at %u HWPTs of %s in %s pages, the largest point, within %.0f %%\n",
		at->hwpts, fmt_bytes(ioas, (double)at->ioas_bytes),
		fmt_bytes(page, (double)at->page_bytes), 100 * LIMIT);
	for (i = 0; i < nr; i++) {
		effect = median_of(set, "preserve.iommufd", sets[i], at, &n) / off - 1;
		if (isnan(effect)) {
			fprintf(out, "  %s: not measured there\n", sets[i]);
			continue;
		}
		fprintf(out, "  %s: %+.1f %%, %s\n", sets[i], 100 * effect,
			noise > LIMIT	 ? "UNDECIDED"
			: effect > LIMIT ? "BREAKS it"
					 : "keeps it");
		if (effect <= LIMIT || noise > LIMIT)
			continue;
		broken++;
		single += strcmp(sets[i], "on") && !strchr(sets[i], '+');
	}
	fprintf(out,
		"  without probes all but first repetitions lie within %.1f %% of the median\n",
		100 * noise);
	if (noise > LIMIT)
		fputs("  TOO NOISY for this rule: measure with --icount, or on an idle machine\n",
		      out);
	if (broken && !single)
		fputs("  which probe that is shows a run with each of them alone, as in probes = off,phases,kho\n",
		      out);
}

int probe_effect(FILE *out, const struct model *m)
{
	const struct record_set *set = m->all;
	const struct lub_params *at = largest(set);
	const char *sets[SETS_MAX];
	size_t nr = find_sets(set, sets), i;

	if (!subset_mixed(set))
		return 0;
	section_title(out, m, "Probe effect: medians with probes off and on, mode preserve");
	fputs("metric            probes                                    without      with   ratio n off  n on\n",
	      out);
	for (i = 0; at && i < ARRAY_LEN(point_metrics); i++)
		rows(out, set, point_metrics[i], at, sets, nr);
	for (i = 0; i < ARRAY_LEN(cycle_metrics); i++)
		rows(out, set, cycle_metrics[i], NULL, sets, nr);
	fputs("blackout.service with probes holds the loading of them (probe.load) in the incoming kernel\n",
	      out);
	if (at)
		rule(out, set, at, sets, nr);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How often compare cries wolf, and how small a slow-down it finds, with the noise of the committed runs.
 *
 * A made-up run has 20 cycles. Each takes the place of a recorded cycle: every series lies above or below its point
 * as far as it did there, all series together, so that what goes up and down together still does. A little
 * noise on top keeps values from being the same. Both sides are made in the same way; then all of the new side
 * is made slower by a known share. The seed is fixed: the figures are the same every time.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>

#include "tests/unit/power.h"

#define SERIES 16

/* Added noise as a share of the spread. */
#define JITTER 0.2

/* What a recorded run looks like: its judged series, and how far each cycle is off. */
struct pattern {
	struct record_set set;
	struct compare c;
	uint32_t cycles[64];
	size_t nr_cycles;
	double spread[SERIES]; /* 1.4826 MAD of the cycles' levels */
	struct cmp_series *series[SERIES];
	size_t nr_series;
};

struct figures {
	unsigned int runs, alarms, asked[SERIES], found[SERIES], alone[SERIES];
};

static const struct cmp_obs *obs_of(const struct cmp_point *p, uint32_t cycle)
{
	size_t i;

	for (i = 0; i < p->obs[CMP_BASE].n; i++)
		if (p->obs[CMP_BASE].v[i].cycle == cycle)
			return &p->obs[CMP_BASE].v[i];
	return NULL;
}

static double spread_of(const struct cmp_series *s)
{
	struct vec v = { 0 };
	double mad;

	add_off(s, &v);
	mad = stats_mad(v.v, v.n);
	free(v.v);
	return 1.4826 * mad;
}

static void learn(struct pattern *p, const char *run)
{
	size_t i, j, k, l;

	memset(p, 0, sizeof(*p));
	assert_int_equal(record_read(run, &p->set), 0);
	cmp_init(&p->c, NULL);
	assert_int_equal(cmp_add_run(&p->c, &p->set, CMP_BASE), 0);
	assert_int_equal(cmp_reduce(&p->c), 0);
	for (i = 0; i < p->c.nr_series; i++) {
		struct cmp_series *s = &p->c.series[i];

		if (!usable(s))
			continue;
		assert_true(p->nr_series < SERIES);
		p->spread[p->nr_series] = spread_of(s);
		p->series[p->nr_series++] = s;
		for (j = 0; j < s->nr_points; j++) {
			for (k = 0; k < s->points[j].obs[CMP_BASE].n; k++) {
				uint32_t id = s->points[j].obs[CMP_BASE].v[k].cycle;

				for (l = 0; l < p->nr_cycles && p->cycles[l] != id; l++)
					;
				assert_true(l < 64);
				if (l == p->nr_cycles)
					p->cycles[p->nr_cycles++] = id;
			}
		}
	}
	assert_true(p->nr_series > 0 && p->nr_cycles >= 5);
}

/* How far off the nth point of a recorded cycle was, in some series; cycles may have measured other points. */
static double nth_off(const struct cmp_series *s, uint32_t cycle, size_t nth)
{
	const struct cmp_obs *o;
	size_t i, n = 0;

	for (i = 0; i < s->nr_points; i++)
		n += obs_of(&s->points[i], cycle) != NULL;
	if (!n)
		return NAN;
	nth %= n;
	for (i = 0; i < s->nr_points; i++) {
		o = obs_of(&s->points[i], cycle);
		if (o && !nth--)
			return off(&s->points[i], o);
	}
	return NAN;
}

/* One made-up run: cycle c has the points of recorded cycle c, and the noise of another one. */
static void make_run(const struct pattern *p, gsl_rng *rng, double slower, struct record_set *out)
{
	size_t cap = 0, c, i, j, nth;

	memset(out, 0, sizeof(*out));
	out->run_id = "made-up";
	for (i = 0; i < p->nr_series; i++)
		cap += CYCLES * p->series[i]->nr_points;
	out->samples = calloc(cap, sizeof(*out->samples));
	assert_non_null(out->samples);
	for (c = 0; c < CYCLES; c++) {
		uint32_t shape = p->cycles[c % p->nr_cycles];
		uint32_t noise = p->cycles[gsl_rng_uniform_int(rng, p->nr_cycles)];

		for (i = 0; i < p->nr_series; i++) {
			for (j = 0, nth = 0; j < p->series[i]->nr_points; j++) {
				const struct cmp_point *pt = &p->series[i]->points[j];
				struct lub_sample *s = &out->samples[out->nr_samples];
				double r;

				if (!obs_of(pt, shape))
					continue;
				r = nth_off(p->series[i], noise, nth++);
				if (isnan(r))
					continue;
				r += gsl_ran_gaussian(rng, JITTER * p->spread[i]);
				*s = *p->series[i]->first;
				s->params = *pt->p;
				s->cycle = (uint32_t)c + 1;
				s->rep = 0;
				s->reason = NULL;
				s->value = llround(exp(pt->ref + r) * (1 + slower));
				out->nr_samples++;
			}
		}
	}
}

static const struct cmp_series *same_series(const struct compare *c, const struct lub_sample *first)
{
	size_t i;

	for (i = 0; i < c->nr_series; i++)
		if (!strcmp(c->series[i].first->metric, first->metric) &&
		    model_same(c->series[i].first->params.observer, first->params.observer))
			return &c->series[i];
	return NULL;
}

/* By a comparison with so many questions of the same kind, which share that much of the false alarms? */
static bool small(const struct compare *c, const struct cmp_test *t, size_t members, double share)
{
	return !isnan(t->p) && t->p * (double)members / share <= c->opt.alpha &&
	       t->shift >= CMP_FLOOR;
}

/*
 * Would it be found if it was the only one that got slower? Then Holm's correction is Bonferroni's for it; with
 * all of them slower, as they are here, it would be less. @alone: nothing else is asked (--metric).
 */
static bool found(const struct compare *c, const struct cmp_series *s, bool alone)
{
	bool scaling = alone ? s->scaling.terms : c->families.scaling;
	bool points = alone ? s->nr_points > 1 && !isnan(s->points[0].test.p) : c->families.points;
	double whole = 2 + scaling + points;
	bool yes = small(c, &s->all, alone ? 1 : c->families.series, 2 / whole);
	size_t i;

	for (i = 0; i < s->scaling.terms; i++)
		yes |= small(c, &s->scaling.coef[i], alone ? s->scaling.terms : c->families.scaling,
			     1 / whole);
	for (i = 0; i < s->nr_points && s->nr_points > 1; i++)
		yes |= small(c, &s->points[i].test, alone ? s->nr_points : c->families.points,
			     1 / whole);
	return yes;
}

static void simulate(const struct pattern *p, double slower, unsigned int runs, struct figures *f)
{
	const struct cmp_options quiet = { .alpha = CMP_ALPHA, .floor = CMP_FLOOR };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	struct record_set side[CMP_SIDES];
	struct compare c;
	size_t i;

	gsl_rng_set(rng, 20261128);
	memset(f, 0, sizeof(*f));
	for (f->runs = 0; f->runs < runs; f->runs++) {
		make_run(p, rng, 0, &side[CMP_BASE]);
		make_run(p, rng, slower, &side[CMP_NEW]);
		cmp_init(&c, &quiet);
		assert_int_equal(cmp_add_run(&c, &side[CMP_BASE], CMP_BASE), 0);
		assert_int_equal(cmp_add_run(&c, &side[CMP_NEW], CMP_NEW), 0);
		assert_int_equal(cmp_judge(&c), 0);
		f->alarms += c.worse || c.better;
		for (i = 0; i < p->nr_series; i++) {
			const struct cmp_series *s = same_series(&c, p->series[i]->first);

			f->asked[i] += s && !isnan(s->all.p);
			f->found[i] += s && found(&c, s, false);
			f->alone[i] += s && found(&c, s, true);
		}
		cmp_free(&c);
		free(side[CMP_BASE].samples);
		free(side[CMP_NEW].samples);
	}
	gsl_rng_free(rng);
}

static unsigned int all_runs, all_alarms;

/* Prints what the noise of recorded runs leaves of a shift, and fails where a quiet series hides it. */
static void run(const char *name)
{
	struct figures none, slow;
	struct pattern p;
	char path[100], series[96];
	size_t i;

	snprintf(path, sizeof(path), "results/baselines/%s", name);
	learn(&p, path);
	simulate(&p, 0, wanted(250), &none);
	simulate(&p, 0.05, wanted(60), &slow);
	all_runs += none.runs;
	all_alarms += none.alarms;
	print_message("%s, %d cycles a side: false alarms in %u of %u comparisons\n", name, CYCLES,
		      none.alarms, none.runs);
	for (i = 0; i < p.nr_series; i++) {
		assert_int_equal(slow.asked[i], slow.runs);
		print_message(
			"  %-24s spread %5.1f %%, 5 %% slower is found in %5.1f %%, alone (--metric) in "
			"%5.1f %%\n",
			cmp_series_name(p.series[i], series, sizeof(series)), 100 * p.spread[i],
			percent(slow.found[i], slow.runs), percent(slow.alone[i], slow.runs));
		if (p.spread[i] <= QUIET)
			assert_true(percent(slow.alone[i], slow.runs) > 95);
	}
	cmp_free(&p.c);
	record_set_free(&p.set);
}

static void quick_vtd(void **state)
{
	(void)state;
	run("quick-vtd");
}

static void quick_vtd_sm(void **state)
{
	(void)state;
	run("quick-vtd-sm");
}

static void quick_smmuv3(void **state)
{
	(void)state;
	run("quick-smmuv3");
}

static void blackout_vtd(void **state)
{
	(void)state;
	run("blackout-vtd");
}

static void blackout_smmuv3(void **state)
{
	(void)state;
	run("blackout-smmuv3");
}

/*
 * Fewer than 1 in 100, as far as so many comparisons can tell: their count has an error of its own, of
 * which two standard errors are left for. POWER_RUNS=1000 has a fifth of a per cent of it.
 */
static void false_alarms(void **state)
{
	double error = 100 * sqrt(0.01 / all_runs);

	(void)state;
	print_message("false alarms: %u of %u comparisons, %.2f %%\n", all_alarms, all_runs,
		      percent(all_alarms, all_runs));
	assert_true(all_runs >= 500);
	assert_true(percent(all_alarms, all_runs) < 1 + (all_runs < 5000 ? 2 * error : 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_vtd),	   cmocka_unit_test(quick_vtd_sm),
		cmocka_unit_test(quick_smmuv3),	   cmocka_unit_test(blackout_vtd),
		cmocka_unit_test(blackout_smmuv3), cmocka_unit_test(false_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has no number: cycles that failed, and points and series that the new side has lost.
 *
 * A cycle that was skipped for a stated reason is no failure, and neither is one that has no outcome at all, as the run
 * was ended before it.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

static bool skipped(const struct lub_outcome *o)
{
	return !strcmp(o->outcome, "skip");
}

/* Left out on purpose, and not because others failed before. */
static bool excused(const struct lub_outcome *o)
{
	return skipped(o) && strncmp(o->reason, OUTCOME_NOT_RUN, strlen(OUTCOME_NOT_RUN));
}

static struct cmp_cycles *mode_of(struct compare *c, const char *mode)
{
	struct cmp_cycles *m;
	size_t i;

	for (i = 0; i < c->nr_modes; i++)
		if (!strcmp(c->modes[i].mode, mode))
			return &c->modes[i];
	m = model_grow((void **)&c->modes, &c->nr_modes, &c->cap_modes, sizeof(*m));
	if (m)
		m->mode = mode;
	return m;
}

/* One cycle has an outcome for each of its points, and is as bad as the worst that was not skipped. */
static int count_cycle(struct compare *c, const struct record_set *set, size_t first,
		       enum cmp_side side)
{
	const struct lub_outcome *o = &set->outcomes[first];
	struct cmp_cycles *m = mode_of(c, o->params.mode);
	bool ok = true, tried = false, good;
	size_t i;

	if (!m)
		return -ENOMEM;
	for (i = first; i < set->nr_outcomes; i++) {
		if (set->outcomes[i].cycle != o->cycle || skipped(&set->outcomes[i]))
			continue;
		good = !strcmp(set->outcomes[i].outcome, "ok");
		c->points_ok[side] += good;
		ok &= good;
		tried = true;
	}
	ok &= tried;
	m->ok[side] += ok;
	m->tried[side] += tried;
	c->ok[side] += ok;
	return 0;
}

int cmp_count_cycles(struct compare *c, const struct record_set *set, enum cmp_side side)
{
	size_t i, j;
	int err = 0;

	if (side >= CMP_SIDES)
		return 0;
	c->cycles[side] += (size_t)json_integer_value(json_object_get(set->run, "cycles"));
	c->points[side] += (size_t)json_integer_value(json_object_get(set->run, "planned"));
	for (i = 0; i < set->nr_outcomes && !err; i++) {
		for (j = 0; j < i; j++)
			if (set->outcomes[j].cycle == set->outcomes[i].cycle)
				break;
		if (j == i)
			err = count_cycle(c, set, i, side);
	}
	return err;
}

static bool same_plan(const struct compare *c)
{
	const char *plan = NULL, *p;
	size_t i;

	for (i = 0; i < c->nr_runs; i++) {
		p = json_string_value(json_object_get(c->runs[i].set->run, "plan"));
		if (c->runs[i].side == CMP_HISTORY)
			continue;
		if (plan && !model_same(plan, p))
			return false;
		plan = p;
	}
	return plan;
}

/* An outcome has what was planned, a sample of it also what was found. */
static bool is_of(const struct lub_outcome *o, const struct lub_params *p)
{
	const struct lub_params *q = &o->params;

	return q->hwpts == p->hwpts && q->ioas_bytes == p->ioas_bytes &&
	       q->page_bytes == p->page_bytes && q->devices == p->devices &&
	       !strcmp(q->mode, p->mode) && !strcmp(q->probes, p->probes) &&
	       (!q->kernel || model_same(q->kernel, p->kernel)) &&
	       (!q->layout || model_same(q->layout, p->layout)) &&
	       (!q->working_set || q->working_set == p->working_set);
}

/* Return: did the new side leave this point out on purpose, in each cycle? @why: that, or of the first failure. */
static bool left_out(const struct compare *c, const struct lub_params *p, const char **why)
{
	const char *excuse = NULL, *failed = NULL;
	bool all = true;
	size_t i, j;

	for (i = 0; i < c->nr_runs; i++) {
		const struct record_set *set = c->runs[i].set;

		for (j = 0; j < set->nr_outcomes && c->runs[i].side == CMP_NEW; j++) {
			const struct lub_outcome *o = &set->outcomes[j];

			if (!is_of(o, p))
				continue;
			if (excused(o)) {
				excuse = excuse ? excuse : o->reason;
				continue;
			}
			all = false;
			failed = failed ? failed : o->reason;
		}
	}
	all &= excuse != NULL;
	*why = all ? excuse : failed;
	return all;
}

/* Return: the base has it, and the new side has neither a value nor a reason of its own. */
static bool missing(const struct compare *c, struct cmp_point *p)
{
	const char *why;
	bool on_purpose;

	if (!p->obs[CMP_BASE].n || p->obs[CMP_NEW].n)
		return false;
	on_purpose = left_out(c, p->p, &why);
	why = why ? why : p->null_why[CMP_NEW];
	p->test.why = why ? why : p->test.why;
	return !on_purpose && !p->noted[CMP_NEW];
}

void cmp_lost(struct compare *c, struct cmp_series *s)
{
	size_t i, base = 0, now = 0, lost = 0;
	const char *why = NULL;

	if (!s->headline || !same_plan(c))
		return;
	for (i = 0; i < s->nr_points; i++) {
		struct cmp_point *p = &s->points[i];

		base += p->obs[CMP_BASE].n;
		now += p->obs[CMP_NEW].n;
		if (!missing(c, p))
			continue;
		why = why ? why : p->test.why;
		p->lost = p->obs[CMP_BASE].n >= STATS_MIN_COMPARE;
		lost += p->lost;
	}
	s->lost = base >= STATS_MIN_COMPARE && !now && why;
	if (s->lost || (!now && s->nr_points == 1))
		s->all.why = s->lost ? why : s->points[0].test.why;
	c->lost += s->lost;
	c->lost_points += s->lost ? 0 : lost;
}

static void decide(struct cmp_test *t, const struct stats_fisher *f)
{
	t->p = t->p_adj = f->p;
	t->p_min = f->p_min;
	if (t->p <= CMP_ALPHA_FAILED) {
		t->verdict = f->p_greater < f->p_less ? CMP_WORSE : CMP_BETTER;
	} else if (t->p_min > CMP_ALPHA_FAILED) {
		t->why = "too few to tell";
	} else {
		t->verdict = CMP_SAME;
		t->why = "no more than chance";
	}
}

int cmp_failures(struct compare *c)
{
	struct stats_counts *strata = calloc(c->nr_modes + 1, sizeof(*strata));
	struct cmp_test *t = &c->ended;
	struct stats_fisher f;
	size_t i, side;
	int err;

	if (!strata)
		return -ENOMEM;
	cmp_test_clear(t, true);
	for (i = 0; i < c->nr_modes; i++) {
		const struct cmp_cycles *m = &c->modes[i];

		for (side = 0; side < CMP_SIDES; side++)
			t->n[side] += m->tried[side];
		strata[i] = (struct stats_counts){ .of_x = m->tried[CMP_BASE],
						   .hit_x = m->ok[CMP_BASE],
						   .of_y = m->tried[CMP_NEW],
						   .hit_y = m->ok[CMP_NEW] };
	}
	err = stats_fisher_strata(strata, c->nr_modes, &f);
	free(strata);
	if (err == -ENOMEM)
		return err;
	if (!same_plan(c))
		t->why = "the plans differ";
	else if (t->n[CMP_BASE] < STATS_MIN_COMPARE || t->n[CMP_NEW] < STATS_MIN_COMPARE)
		t->why = "fewer than 5 cycles on a side";
	else if (err)
		/* in each mode all ended ok, or none did: there is nothing to ask */
		t->verdict = CMP_SAME;
	else
		decide(t, &f);
	return 0;
}

bool cmp_failed_text(const struct compare *c, char *buf, size_t len)
{
	const size_t *n = c->ended.n;
	size_t failed[CMP_SIDES] = { n[CMP_BASE] - c->ok[CMP_BASE], n[CMP_NEW] - c->ok[CMP_NEW] };
	enum cmp_verdict v = c->ended.verdict;
	size_t at;

	*buf = '\0';
	if (v != CMP_WORSE && v != CMP_BETTER &&
	    failed[CMP_NEW] * n[CMP_BASE] <= failed[CMP_BASE] * n[CMP_NEW])
		return false;
	snprintf(buf, len, "%s%zu of %zu%s, of the base %zu of %zu",
		 v == CMP_WORSE	   ? "more cycles fail: "
		 : v == CMP_BETTER ? "fewer cycles fail: "
				   : "",
		 failed[CMP_NEW], n[CMP_NEW],
		 v == CMP_WORSE || v == CMP_BETTER ? "" : " cycles failed", failed[CMP_BASE],
		 n[CMP_BASE]);
	at = strlen(buf);
	if (c->ended.why)
		snprintf(buf + at, len - at, ": %s", c->ended.why);
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Did it regress? Each of the newest runs of a group against the newest run before it that is comparable, as
 * `lubench compare BASE NEW --history OLDER,...` would say it; what is older teaches how noisy a series is.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/compare/compare.h"
#include "bench/dashboard/parts.h"
#include "bench/lubench.h"

/* So many runs are judged, and so many are looked at for that. */
#define JUDGED 8
#define WINDOW 24

/* Records of more samples than this are not held at once: then there is less history. */
#define SAMPLES_AT_ONCE 200000

struct window {
	struct record_set sets[WINDOW];
	size_t nr[WINDOW];
	size_t n;
};

static void keep_first(const char *what, void *arg)
{
	json_t **first = arg;

	if (!*first)
		*first = dash_text(what);
}

json_t *dash_differ(const struct dash *d, size_t base, size_t now)
{
	struct compare c = { .nr_runs = 2 };
	json_t *why = NULL;

	c.runs[0].set = &d->runs[base].head;
	c.runs[1].set = &d->runs[now].head;
	cmp_conditions(&c, keep_first, &why);
	return why;
}

static json_t *change(const struct cmp_test *t, const char *series, const char *what)
{
	json_t *o = json_object(), *interval = json_array(), *median = json_array();

	json_array_append_new(interval, dash_number(t->lo));
	json_array_append_new(interval, dash_number(t->hi));
	json_array_append_new(median, dash_number(t->med[CMP_BASE]));
	json_array_append_new(median, dash_number(t->med[CMP_NEW]));
	dash_set(o, "series", dash_text(series));
	dash_set(o, "what", dash_text(what));
	dash_set(o, "verdict", dash_text(cmp_verdict_name(t->verdict)));
	dash_set(o, "why", dash_text(t->why));
	dash_set(o, "expected", dash_text(t->expected));
	dash_set(o, "change", dash_number(t->shift));
	dash_set(o, "interval", interval);
	dash_set(o, "median", median);
	dash_set(o, "p", dash_number(t->p_adj));
	return o;
}

static bool moved(const struct cmp_test *t)
{
	return t->verdict == CMP_WORSE || t->verdict == CMP_BETTER;
}

/* All judged series, and what of their points and coefficients changed. */
static json_t *changes(const struct compare *c)
{
	json_t *all = json_array(), *o;
	char name[160], point[160];
	size_t i, j;

	for (i = 0; i < c->nr_series; i++) {
		const struct cmp_series *s = &c->series[i];

		if (!s->headline || !cmp_shown(s, false))
			continue;
		cmp_series_name(s, name, sizeof(name));
		o = change(&s->all, name, NULL);
		dash_set(o, "unit", dash_text(s->first->unit));
		dash_set(o, "points", json_integer((json_int_t)s->nr_points));
		dash_set(o, "noise", dash_number(s->noise));
		dash_set(o, "noise_from", json_integer((json_int_t)s->noise_from));
		json_array_append_new(all, o);
		for (j = 0; j < s->scaling.terms; j++)
			if (moved(&s->scaling.coef[j]))
				json_array_append_new(all, change(&s->scaling.coef[j], name,
								  s->scaling.name[j]));
		for (j = 0; s->nr_points > 1 && j < s->nr_points; j++)
			if (moved(&s->points[j].test))
				json_array_append_new(all,
						      change(&s->points[j].test, name,
							     cmp_point_name(s->points[j].p, point,
									    sizeof(point))));
	}
	return all;
}

/* What is lost, and cycles that fail, a line each: regressions that no change says. */
static json_t *failures(const struct compare *c)
{
	char name[160], point[160], line[CMP_SENTENCE];
	json_t *all = json_array();
	size_t i, j;

	if (c->ended.verdict == CMP_WORSE && cmp_failed_text(c, line, sizeof(line)))
		dash_append(all, dash_text(line));
	for (i = 0; i < c->nr_series; i++) {
		const struct cmp_series *s = &c->series[i];

		cmp_series_name(s, name, sizeof(name));
		if (s->lost) {
			snprintf(line, sizeof(line), "%s is lost: %s", name, s->all.why);
			dash_append(all, dash_text(line));
		}
		for (j = 0; j < s->nr_points && !s->lost; j++) {
			const struct cmp_point *p = &s->points[j];

			if (!p->lost)
				continue;
			snprintf(line, sizeof(line), "%s, %s is lost: %s", name,
				 cmp_point_name(p->p, point, sizeof(point)), p->test.why);
			dash_append(all, dash_text(line));
		}
	}
	return all;
}

static json_t *nothing(size_t now, json_t *why)
{
	json_t *o = json_object();

	dash_set(o, "new", json_integer((json_int_t)now));
	dash_set(o, "base", NULL);
	dash_set(o, "why", why);
	return o;
}

/* All of the comparison, every cycle included, to be had as a file. */
static int write_comparison(struct dash *d, const struct compare *c, size_t nr)
{
	json_t *json = cmp_json(c);
	char name[40];
	int err = json ? 0 : -ENOMEM;

	snprintf(name, sizeof(name), "compare-%zu.json", nr);
	if (!err)
		err = dash_write_file(d->opt, name, dash_print_json, json);
	json_decref(json);
	return err;
}

static json_t *summary(const struct compare *c, size_t base, size_t now, size_t nr)
{
	json_t *o = json_object();
	char line[CMP_SENTENCE];

	dash_set(o, "new", json_integer((json_int_t)now));
	dash_set(o, "base", json_integer((json_int_t)base));
	dash_set(o, "compare", json_integer((json_int_t)nr));
	dash_set(o, "exit", json_integer(cmp_outcome(c)));
	dash_set(o, "verdict", dash_text(cmp_sentence(c, line, sizeof(line))));
	dash_set(o, "label", dash_text(cmp_label(c)));
	dash_set(o, "asked", json_integer((json_int_t)c->series_asked));
	dash_set(o, "judged", json_integer((json_int_t)c->series_judged));
	dash_set(o, "history", json_integer((json_int_t)c->nr_runs - 2));
	dash_set(o, "changes", changes(c));
	dash_set(o, "failures", failures(c));
	return o;
}

/* A run that tells nothing is neither judged, nor does it judge or teach. */
static bool invalid(const struct dash *d, size_t nr)
{
	return history_note_whole(&d->notes, d->runs[nr].head.run_id);
}

static int compare(struct dash *d, const struct window *w, size_t base, size_t now, json_t **out)
{
	const char *since[WINDOW];
	struct compare c;
	json_t *why;
	size_t i, n = 0;
	int err;

	cmp_init(&c, NULL);
	c.opt.notes = &d->notes;
	err = cmp_add_run(&c, &w->sets[base], CMP_BASE);
	if (!err)
		err = cmp_add_run(&c, &w->sets[now], CMP_NEW);
	for (i = 0; i < base && !err; i++) {
		why = dash_differ(d, w->nr[i], w->nr[now]);
		if (!why && !invalid(d, w->nr[i]))
			err = cmp_add_run(&c, &w->sets[i], CMP_HISTORY);
		json_decref(why);
	}
	if (!err)
		err = cmp_judge(&c);
	for (i = base + 1; i <= now; i++)
		since[n++] = d->runs[w->nr[i]].head.run_id;
	if (!err)
		cmp_expect(&c, &d->notes, since, n);
	if (!err)
		err = write_comparison(d, &c, d->nr_compared);
	if (!err)
		*out = summary(&c, w->nr[base], w->nr[now], d->nr_compared++);
	cmp_free(&c);
	return err;
}

/* The newest run against the newest before it that can be compared. */
static int judge(struct dash *d, const struct window *w, size_t now, json_t **out)
{
	json_t *why = NULL, *first = NULL;
	size_t base = now;
	int err;

	while (base-- > 0) {
		if (invalid(d, w->nr[base]))
			continue;
		why = dash_differ(d, w->nr[base], w->nr[now]);
		if (!why)
			break;
		if (first)
			json_decref(why);
		else
			first = why;
	}
	if (base < now) {
		json_decref(first);
		err = compare(d, w, base, now, out);
		return err;
	}
	*out = nothing(w->nr[now], first);
	return 0;
}

/* The newest runs of the group, oldest first. */
static int load(const struct dash *d, const struct dash_group *g, struct window *w)
{
	size_t first = g->nr_runs, samples = 0, i;
	int err = 0;

	while (first && g->nr_runs - first < WINDOW) {
		samples += d->runs[g->runs[first - 1]].samples;
		/* two of them always: those are the question */
		if (samples > SAMPLES_AT_ONCE && g->nr_runs - first >= 2)
			break;
		first--;
	}
	for (i = first; i < g->nr_runs && !err; i++) {
		w->nr[w->n] = g->runs[i];
		err = record_read(d->runs[g->runs[i]].dir, &w->sets[w->n++]);
		/* a run that is just being measured may have gone */
		if (!err && !w->sets[w->n - 1].run)
			err = -EINVAL;
	}
	return err;
}

int dash_judge(struct dash *d, struct dash_group *g)
{
	struct window *w = calloc(1, sizeof(*w));
	size_t i, judged = 0;
	int err = w ? load(d, g, w) : -ENOMEM;

	g->steps = json_array();
	for (i = 0; w && i < w->n && judged < JUDGED && !err; i++) {
		json_t *one = NULL;

		if (invalid(d, w->nr[w->n - 1 - i]))
			continue;
		judged++;
		err = judge(d, w, w->n - 1 - i, &one);
		if (one)
			json_array_append_new(g->steps, one);
	}
	if (!judged && !err)
		json_array_append_new(g->steps,
				      nothing(w->nr[w->n - 1],
					      dash_text("each of these runs is noted as invalid")));
	g->newest = json_incref(json_array_get(g->steps, 0));
	if (err)
		lub_err("dashboard: %s: %s", g->id, strerror(-err));
	while (w && w->n)
		record_set_free(&w->sets[--w->n]);
	free(w);
	return err;
}

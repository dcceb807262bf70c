// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Do the counts come back? A chain of live updates in one machine: what is left after each, and a
 * verdict on whether it grows from one to the next or with the size of what was carried.
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

#define PAGE_BYTES 4096.0

/* Ten slopes are judged at a time; a soak that is right must not fail on the noise of one. */
#define LEVEL 0.999

/**
 * struct count - something that must come back
 * @metric: its samples, phase after
 * @name: in the table of growth
 * @width: of its column in the table of cycles
 * @step: the smallest amount of it that can be forgotten
 * @noisy: what else runs on the machine has part in it
 */
static const struct count {
	const char *metric, *name;
	int width;
	double step;
	bool noisy;
} counts[] = {
	{ "memory.free", "free memory", 13, PAGE_BYTES, true },
	{ "pagetable.pages", "page-table pages", 12, 1, false },
	{ "kho.bytes", "KHO, for the next", 11, PAGE_BYTES, false },
	{ "kho.unclaimed", "KHO, not claimed", 11, PAGE_BYTES, false },
	{ "luo.sessions", "LUO sessions", 10, 1, false },
};

#define COUNTS ARRAY_LEN(counts)

/* One live update; what is not known is NaN. */
struct link {
	const struct cycle *c;
	const struct lub_params *carried;
	double number, left[COUNTS];
};

enum verdict {
	PASS,
	FAIL,
	UNDECIDED
};

static const char *const words[] = { "PASS", "FAIL", "UNDECIDED" };

static bool is_after(const struct lub_sample *s)
{
	return model_same(s->params.phase, "after") && !s->params.kernel && !s->params.observer;
}

static size_t collect(const struct model *m, struct link *links)
{
	size_t i, j, k, n = 0;

	for (i = 0; i < m->nr_cycles; i++) {
		struct link *l = &links[n];

		*l = (struct link){ .c = &m->cycles[i], .number = NAN };
		for (k = 0; k < COUNTS; k++)
			l->left[k] = NAN;
		for (j = 0; j < m->set->nr_samples; j++) {
			const struct lub_sample *s = &m->set->samples[j];

			if (s->cycle != l->c->id || s->reason || !is_after(s))
				continue;
			if (!strcmp(s->metric, "luo.number")) {
				l->number = (double)s->value;
				l->carried = &s->params;
			}
			for (k = 0; k < COUNTS; k++)
				if (!strcmp(s->metric, counts[k].metric))
					l->left[k] = (double)s->value;
		}
		n += l->c->ok && !isnan(l->number);
	}
	return n;
}

/* A machine that was launched anew counts from one again. */
static bool follows(const struct link *a, const struct link *b)
{
	return b->number - a->number == (double)b->c->id - (double)a->c->id;
}

/* The longest chain. Return: its length. */
static size_t longest(const struct link *links, size_t n, size_t *first)
{
	size_t i, from = 0, best = 0;

	for (i = 0; i < n; i++) {
		if (i && !follows(&links[i - 1], &links[i]))
			from = i;
		if (i + 1 - from > best) {
			best = i + 1 - from;
			*first = from;
		}
	}
	return best;
}

/* All digits of free memory: three of them would hide what this is about. */
static char *fmt_left(char buf[CELL], const struct count *what, double v)
{
	if (what->noisy)
		snprintf(buf, CELL, "%.0f KiB", v / 1024);
	else if (what->step > 1)
		fmt_bytes(buf, v);
	else
		fmt_count(buf, v);
	return buf;
}

static char *fmt_slope(char buf[CELL], const struct count *what, double v)
{
	v = v == 0 ? 0 : v; /* no sign */
	if (what->step > 1)
		fmt_bytes(buf, v);
	else
		snprintf(buf, CELL, "%.3g", v);
	return buf;
}

static void cycle_rows(FILE *out, const struct link *links, size_t n)
{
	char text[3 * CELL], a[CELL], b[CELL];
	struct notes notes = { 0 };
	size_t i, k;

	fputs("       carried                live         free  page-table    KHO, for   KHO, not       LUO\n"
	      "cycle  HWPTs x IOAS, page   update       memory       pages    the next    claimed  sessions\n",
	      out);
	for (i = 0; i < n; i++) {
		const struct lub_params *p = links[i].carried;

		if (i && !follows(&links[i - 1], &links[i]))
			fputs("       -- launched anew --\n", out);
		snprintf(text, sizeof(text), "%u x %s, %s", p->hwpts,
			 fmt_bytes(a, (double)p->ioas_bytes), fmt_bytes(b, (double)p->page_bytes));
		fprintf(out, "%5u  %-19s%8.0f", links[i].c->id, text, links[i].number);
		for (k = 0; k < COUNTS; k++) {
			if (isnan(links[i].left[k]))
				notes_missing(&notes, a, NULL, "this cycle has no such sample");
			else
				fmt_left(a, &counts[k], links[i].left[k]);
			fprintf(out, "%*s", counts[k].width, a);
		}
		fputc('\n', out);
	}
	notes_print(out, &notes);
}

struct axis {
	struct vec x, y;
	double low, high;
};

/*
 * The counts that nothing else has part in must not differ by as much as one step between the ends; of
 * free memory one page is allowed each time, see docs/measurements.md.
 */
static enum verdict line(FILE *out, const struct count *what, const struct axis *a,
			 const char *const ends[2])
{
	double allowed = what->noisy ? what->step : what->step / (a->high - a->low);
	char est[CELL], lo[CELL], hi[CELL], limit[CELL], interval[3 * CELL];
	enum verdict v = UNDECIDED;
	struct stats_ci ci;

	fprintf(out, "%-18s%13s%13s", what->name, ends[0], ends[1]);
	if (a->y.n < STATS_MIN_COMPARE || stats_slope(a->x.v, a->y.v, a->y.n, LEVEL, &ci)) {
		fprintf(out, "%60s\n", words[v]);
		return v;
	}
	v = (ci.lo <= 0 && ci.hi >= 0) || fabs(ci.est) < allowed ? PASS : FAIL;
	snprintf(interval, sizeof(interval), "%s to %s", fmt_slope(lo, what, ci.lo),
		 fmt_slope(hi, what, ci.hi));
	fprintf(out, "%11s%24s%10s  %s\n", fmt_slope(est, what, ci.est), interval,
		fmt_slope(limit, what, allowed), words[v]);
	return v;
}

/* Median of what was left where @x is @at. */
static double median_at(const struct axis *a, double at)
{
	struct vec v = { 0 };
	double median = NAN;
	size_t i;

	for (i = 0; i < a->x.n; i++)
		if (a->x.v[i] == at && vec_push(&v, a->y.v[i]))
			break;
	median = stats_median(v.v, v.n);
	free(v.v);
	return median;
}

static double axis_value(const struct link *l, bool by_hwpts)
{
	return by_hwpts ? (double)l->carried->hwpts : (double)l->c->id;
}

static int growth(FILE *out, const struct link *chain, size_t n, bool by_hwpts, unsigned int nr[3])
{
	double low = INFINITY, high = -INFINITY;
	char ends[2][CELL];
	size_t i, k;
	int ret = 0;

	for (i = 0; i < n; i++) {
		low = fmin(low, axis_value(&chain[i], by_hwpts));
		high = fmax(high, axis_value(&chain[i], by_hwpts));
	}
	if (low == high) {
		fputs("against what was carried: it was the same each time\n", out);
		return 0;
	}
	snprintf(ends[0], CELL, "%s %.0f", by_hwpts ? "with" : "cycle", low);
	snprintf(ends[1], CELL, "%s %.0f", by_hwpts ? "with" : "cycle", high);
	fprintf(out, "%-18s%13s%13s%11s%24s%10s  verdict\n",
		by_hwpts ? "per HWPT carried" : "per live update", ends[0], ends[1], "slope",
		"99.9 % interval", "floor");
	for (k = 0; k < COUNTS && !ret; k++) {
		struct axis a = { .low = low, .high = high };
		char from[CELL] = "-", to[CELL] = "-";
		double v;

		for (i = 0; i < n && !ret; i++)
			if (!isnan(chain[i].left[k]) &&
			    (vec_push(&a.x, axis_value(&chain[i], by_hwpts)) ||
			     vec_push(&a.y, chain[i].left[k])))
				ret = -ENOMEM;
		v = median_at(&a, low);
		if (!isnan(v))
			fmt_left(from, &counts[k], v);
		v = median_at(&a, high);
		if (!isnan(v))
			fmt_left(to, &counts[k], v);
		if (!ret)
			nr[line(out, &counts[k], &a, (const char *const[]){ from, to })]++;
		free(a.x.v);
		free(a.y.v);
	}
	return ret;
}

static void mark_shown(struct model *m)
{
	size_t i, k;

	for (i = 0; i < m->nr_series; i++) {
		const struct lub_sample *s = m->series[i].first;

		if (!is_after(s))
			continue;
		m->series[i].shown |= !strcmp(s->metric, "luo.number");
		for (k = 0; k < COUNTS; k++)
			m->series[i].shown |= !strcmp(s->metric, counts[k].metric);
	}
}

int section_soak(FILE *out, struct model *m)
{
	struct link *links = calloc(m->nr_cycles + 1, sizeof(*links));
	unsigned int nr[3] = { 0 };
	size_t n, chain, first = 0;
	enum verdict v;
	int ret;

	if (!links)
		return -ENOMEM;
	n = collect(m, links);
	chain = longest(links, n, &first);
	if (chain < STATS_MIN_COMPARE) {
		free(links);
		return 0;
	}
	section_title(out, m,
		      "Soak: what is left after each live update, when all is closed again");
	cycle_rows(out, links, n);
	ret = growth(out, &links[first], chain, false, nr);
	if (!ret)
		ret = growth(out, &links[first], chain, true, nr);
	fmt_wrap(
		out, "",
		"rule: one chain; slope within the floor, or its interval holds 0 (Theil-Sen, Sen)");
	v = nr[FAIL] || chain < n ? FAIL : nr[UNDECIDED] ? UNDECIDED : PASS;
	fprintf(out, "verdict: %s: %zu live updates in one chain", words[v], chain);
	if (chain < n)
		fprintf(out, ", %zu in others: the chain broke", n - chain);
	if (nr[FAIL])
		fprintf(out, ", %u of %u counts do not come back", nr[FAIL],
			nr[PASS] + nr[FAIL] + nr[UNDECIDED]);
	fputc('\n', out);
	m->failed |= v == FAIL;
	mark_shown(m);
	free(links);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Verdicts, series and points in words. */
#include <math.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

const char *cmp_verdict_name(enum cmp_verdict v)
{
	static const char *const names[] = {
		[CMP_NONE] = "none",
		[CMP_SAME] = "same",
		[CMP_BETTER] = "better",
		[CMP_WORSE] = "worse",
	};

	return names[v];
}

static void add(char *buf, size_t len, const char *what, const char *value)
{
	size_t at = strlen(buf);

	if (value)
		snprintf(buf + at, len - at, ", %s%s", what, value);
}

char *cmp_series_name(const struct cmp_series *s, char *buf, size_t len)
{
	const struct lub_params *p = &s->first->params;

	snprintf(buf, len, "%s", s->first->metric);
	add(buf, len, "mode ", strcmp(p->mode, "preserve") ? p->mode : NULL);
	add(buf, len, "", p->phase);
	add(buf, len, "step ", p->step);
	add(buf, len, "kernel ", p->kernel);
	add(buf, len, "by ", p->observer);
	add(buf, len, "", p->format);
	add(buf, len, "", p->device);
	add(buf, len, "", p->cache);
	add(buf, len, "probes ", strcmp(p->probes, "off") ? p->probes : NULL);
	return buf;
}

char *cmp_point_name(const struct lub_params *p, char *buf, size_t len)
{
	char page[CELL], ioas[CELL], set[CELL];

	snprintf(buf, len, "%s, %s, %u HWPT%s", fmt_bytes(page, (double)p->page_bytes),
		 fmt_bytes(ioas, (double)p->ioas_bytes), p->hwpts, p->hwpts == 1 ? "" : "s");
	add(buf, len, "", p->layout);
	if (p->devices > 1) {
		snprintf(set, sizeof(set), "%u devices", p->devices);
		add(buf, len, "", set);
	}
	if (p->working_set) {
		snprintf(set, sizeof(set), "%u pages", p->working_set);
		add(buf, len, "over ", set);
	}
	return buf;
}

enum cmp_outcome cmp_outcome(const struct compare *c)
{
	if (c->worse || c->lost || c->lost_points || c->ended.verdict == CMP_WORSE)
		return CMP_REGRESSION;
	return c->series_judged ? CMP_NO_REGRESSION : CMP_UNKNOWN;
}

char *cmp_sentence(const struct compare *c, char *buf, size_t len)
{
	char failed[CMP_SENTENCE / 2];
	size_t at;

	switch (cmp_outcome(c)) {
	case CMP_REGRESSION:
		snprintf(buf, len, "WORSE: %zu of %zu answers are worse, %zu better", c->worse,
			 c->judged, c->better);
		break;
	case CMP_NO_REGRESSION:
		snprintf(buf, len, "NO REGRESSION FOUND: of %zu answers none is worse, %zu better",
			 c->judged, c->better);
		break;
	default:
		snprintf(buf, len, "CANNOT SAY: no series could be judged");
		break;
	}
	at = strlen(buf);
	if (c->expected)
		snprintf(buf + at, len - at, "; %zu worse, expected", c->expected);
	at = strlen(buf);
	if (c->lost)
		snprintf(buf + at, len - at, "; %zu series of the base are lost", c->lost);
	at = strlen(buf);
	if (c->lost_points)
		snprintf(buf + at, len - at, "; %zu point%s lost", c->lost_points,
			 c->lost_points == 1 ? " of the base is" : "s of the base are");
	at = strlen(buf);
	if (cmp_failed_text(c, failed, sizeof(failed)))
		snprintf(buf + at, len - at, "; %s", failed);
	at = strlen(buf);
	if (c->series_judged < c->series_asked)
		snprintf(buf + at, len - at, "; %zu of %zu series could not be judged",
			 c->series_asked - c->series_judged, c->series_asked);
	return buf;
}

const char *cmp_label(const struct compare *c)
{
	const char *label = NULL, *one;
	size_t i;

	for (i = 0; i < c->nr_runs; i++) {
		one = provenance_label(c->runs[i].set);
		/* the plainest warning wins */
		if (one && (!label || !strcmp(one, "SIMULATED")))
			label = one;
	}
	return label;
}

bool cmp_shown(const struct cmp_series *s, bool all)
{
	size_t i;

	for (i = 0; i < s->nr_points; i++)
		if (s->points[i].obs[CMP_BASE].n || s->points[i].obs[CMP_NEW].n)
			return all || s->headline;
	/* no number on either side is no news, but not of a series that is judged */
	return s->headline;
}

char *cmp_percent(char buf[32], double change)
{
	if (isnan(change))
		strcpy(buf, "-");
	else
		snprintf(buf, 32, fabs(change) < 9.995 ? "%+.1f %%" : "%+.0f %%", 100 * change);
	return buf;
}

static size_t end(char *buf, size_t len, double v)
{
	return (size_t)snprintf(buf, len, fabs(v) < 1 ? "%+.1f" : "%+.0f", 100 * v);
}

char *cmp_interval(char buf[32], const struct cmp_test *t)
{
	size_t at;

	if (isnan(t->lo) || isnan(t->hi)) {
		strcpy(buf, "-");
		return buf;
	}
	at = end(buf, 14, t->lo);
	at = at > 13 ? 13 : at;
	strcpy(buf + at, "..");
	end(buf + at + 2, 14, t->hi);
	return buf;
}

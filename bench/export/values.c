// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a run is exported, and under which name. */
#include "bench/export/export.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* What an emulator's clock said, or what no kernel did. Counts of an emulated machine are real ones. */
static bool hidden(const struct export_run *run, const struct cmp_series *s)
{
	return !run->emulated &&
	       (run->set->simulated || (run->set->emulated && !strcmp(s->first->unit, "ns")));
}

static void fill(struct export_value *v, const struct cmp_series *s, const struct cmp_point *p)
{
	const struct cmp_obs_list *list = &p->obs[CMP_BASE];
	size_t i;

	v->series = s;
	v->point = p;
	v->n = list->n;
	v->median = cmp_point_median(p, CMP_BASE);
	v->min = v->max = list->v[0].value;
	for (i = 1; i < list->n; i++) {
		v->min = list->v[i].value < v->min ? list->v[i].value : v->min;
		v->max = list->v[i].value > v->max ? list->v[i].value : v->max;
	}
}

int export_values(const struct export_run *run, struct export_value **values, size_t *n)
{
	size_t i, j, cap = 0;

	*n = 0;
	*values = NULL;
	for (i = 0; i < run->c->nr_series; i++)
		cap += run->c->series[i].nr_points;
	*values = calloc(cap + 1, sizeof(**values));
	if (!*values)
		return -ENOMEM;
	for (i = 0; i < run->c->nr_series; i++) {
		const struct cmp_series *s = &run->c->series[i];

		for (j = 0; j < s->nr_points && !hidden(run, s); j++)
			if (s->points[j].obs[CMP_BASE].n)
				fill(&(*values)[(*n)++], s, &s->points[j]);
	}
	return 0;
}

size_t export_hidden(const struct export_run *run)
{
	size_t i, j, n = 0;

	for (i = 0; i < run->c->nr_series; i++)
		for (j = 0; j < run->c->series[i].nr_points && hidden(run, &run->c->series[i]); j++)
			n += run->c->series[i].points[j].obs[CMP_BASE].n > 0;
	return n;
}

static void add(char *buf, size_t len, const char *word)
{
	size_t at = strlen(buf);

	if (!word || at + 2 > len)
		return;
	buf[at++] = '.';
	for (; *word && at + 1 < len; word++)
		buf[at++] = isalnum((unsigned char)*word) || strchr(".-_", *word) ? *word : '_';
	buf[at] = '\0';
}

char *export_key(const struct export_value *v, char *buf, size_t len)
{
	const struct lub_sample *s = v->series->first;
	const struct lub_params *p = v->point->p;
	/* what is as usual is not said */
	const char *const words[] = { strcmp(p->mode, "preserve") ? p->mode : NULL,
				      s->params.phase,
				      s->params.step,
				      s->params.kernel,
				      s->params.observer,
				      s->params.format,
				      s->params.device,
				      s->params.cache,
				      strcmp(p->probes, "off") ? p->probes : NULL,
				      p->layout };
	char point[100];
	size_t i;

	snprintf(buf, len, "%s", s->metric);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add(buf, len, words[i]);
	snprintf(point, sizeof(point), "h%u.i%llu.p%llu", p->hwpts,
		 (unsigned long long)p->ioas_bytes, (unsigned long long)p->page_bytes);
	add(buf, len, point);
	if (p->devices > 1) {
		snprintf(point, sizeof(point), "d%u", p->devices);
		add(buf, len, point);
	}
	if (p->working_set) {
		snprintf(point, sizeof(point), "w%u", p->working_set);
		add(buf, len, point);
	}
	return buf;
}

const char *export_text(const struct record_set *set, const char *object, const char *key)
{
	const json_t *at = object ? json_object_get(set->run, object) : set->run;
	const char *s = json_string_value(json_object_get(at, key));

	return s ? s : "";
}

char *export_outcome_name(const struct lub_outcome *o, char *buf, size_t len)
{
	char point[100];

	cmp_point_name(&o->params, point, sizeof(point));
	snprintf(buf, len, "%s cycle %u, mode %s%s%s, %s", o->scenario, o->cycle, o->params.mode,
		 o->params.kernel ? ", kernel " : "", o->params.kernel ? o->params.kernel : "",
		 point);
	return buf;
}

int export_json(FILE *out, json_t *json)
{
	int err = json ? 0 : -ENOMEM;

	if (json && (json_dumpf(json, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) ||
		     fputc('\n', out) == EOF))
		err = -EIO;
	json_decref(json);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a sample is of, in two spellings: one for those who read the index, and one that is quickly made. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/index.h"
#include "bench/record/record.h"

char *index_key(const struct lub_sample *s)
{
	json_t *params = emit_params(&s->params), *key = NULL;
	char *text = NULL;

	if (params)
		key = json_pack("{s:s, s:s, s:s, s:s?, s:o}", "scenario", s->scenario, "metric",
				s->metric, "unit", s->unit, "clock", s->clock, "params", params);
	if (key)
		text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(key);
	return text;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

void index_short_key(const struct lub_sample *s, char *buf, size_t len)
{
	const struct lub_params *p = &s->params;
	const char *const words[] = { s->metric, p->phase,  p->kernel,	 p->mode,   s->scenario,
				      s->unit,	 s->clock,  p->workload, p->probes, p->observer,
				      p->layout, p->format, p->step,	 p->device, p->cache };
	size_t i, at;

	at = (size_t)snprintf(buf, len, "%u %llu %llu %u %u", p->hwpts,
			      (unsigned long long)p->ioas_bytes, (unsigned long long)p->page_bytes,
			      p->devices, p->working_set);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		const char *w = or_empty(words[i]);
		size_t n = strlen(w);

		n = n > len - at - 2 ? len - at - 2 : n;
		buf[at++] = '\t';
		memcpy(buf + at, w, n);
		at += n;
	}
	buf[at] = '\0';
}

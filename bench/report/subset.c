// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The records of a run with probes off and on, in two: what is measured with probes on holds what they
 * cost, and must not be in one median with the rest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/sections.h"

bool subset_probed(const struct lub_params *p)
{
	return p->probes && strcmp(p->probes, "off");
}

bool subset_mixed(const struct record_set *set)
{
	bool off = false, on = false;
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++) {
		on |= subset_probed(&set->outcomes[i].params);
		off |= !subset_probed(&set->outcomes[i].params);
	}
	return on && off;
}

/* How many of the plan's sets of probes are meant, and of how many. */
static void share(const struct record_set *set, bool probed, json_int_t *part, json_int_t *whole)
{
	const char *at = json_string_value(json_object_get(set->run, "probes"));
	size_t len;
	bool off;

	*part = *whole = 0;
	for (; at; at = at[len] ? at + len + 1 : NULL) {
		len = strcspn(at, ",");
		off = len == 3 && !strncmp(at, "off", 3);
		*part += off != probed;
		++*whole;
	}
	if (!*whole)
		*part = *whole = 1;
}

/* Events name a cycle only, and all outcomes of a cycle have the same probes. */
static bool cycle_probed(const struct record_set *set, uint32_t cycle)
{
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++)
		if (set->outcomes[i].cycle == cycle)
			return subset_probed(&set->outcomes[i].params);
	return false;
}

int subset_make(struct record_set *out, const struct record_set *in, bool probed)
{
	json_int_t part, whole, cycles = json_integer_value(json_object_get(in->run, "cycles"));
	size_t i;

	share(in, probed, &part, &whole);
	*out = *in;
	out->planned = (uint32_t)(in->planned * part / whole);
	out->run = in->run ? json_copy(in->run) : NULL;
	out->samples = calloc(in->nr_samples + 1, sizeof(*out->samples));
	out->outcomes = calloc(in->nr_outcomes + 1, sizeof(*out->outcomes));
	out->events = calloc(in->nr_events + 1, sizeof(*out->events));
	out->nr_samples = out->nr_outcomes = out->nr_events = 0;
	if (!out->samples || !out->outcomes || !out->events || (in->run && !out->run) ||
	    (out->run &&
	     json_object_set_new(out->run, "cycles", json_integer(cycles * part / whole))))
		return -ENOMEM;
	for (i = 0; i < in->nr_samples; i++)
		if (subset_probed(&in->samples[i].params) == probed)
			out->samples[out->nr_samples++] = in->samples[i];
	for (i = 0; i < in->nr_outcomes; i++)
		if (subset_probed(&in->outcomes[i].params) == probed)
			out->outcomes[out->nr_outcomes++] = in->outcomes[i];
	for (i = 0; i < in->nr_events; i++)
		if (cycle_probed(in, in->events[i].cycle) == probed)
			out->events[out->nr_events++] = in->events[i];
	return 0;
}

void subset_free(struct record_set *set)
{
	free(set->samples);
	free(set->outcomes);
	free(set->events);
	json_decref(set->run);
	memset(set, 0, sizeof(*set));
}

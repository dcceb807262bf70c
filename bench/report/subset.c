// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of the records of a run. With probes off and on, two: what is measured with probes on holds what they
 * cost, and must not be in one median with the rest. With several kernels, one for each.
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

/* Which samples and outcomes are meant. */
struct choice {
	bool probed;
	const char *kernel; /* NULL: @probed decides */
};

static bool chosen(const struct choice *c, const struct lub_params *p)
{
	return c->kernel ? model_same(model_kernel(p), c->kernel) : subset_probed(p) == c->probed;
}

/* Events name a cycle only, and all outcomes of a cycle have the same probes and kernel. */
static bool cycle_chosen(const struct choice *c, const struct record_set *set, uint32_t cycle)
{
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++)
		if (set->outcomes[i].cycle == cycle)
			return chosen(c, &set->outcomes[i].params);
	return !c->kernel && !c->probed;
}

static int make(struct record_set *out, const struct record_set *in, const struct choice *c,
		json_int_t part, json_int_t whole)
{
	json_int_t cycles = json_integer_value(json_object_get(in->run, "cycles"));
	size_t i;

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
		if (chosen(c, &in->samples[i].params))
			out->samples[out->nr_samples++] = in->samples[i];
	for (i = 0; i < in->nr_outcomes; i++)
		if (chosen(c, &in->outcomes[i].params))
			out->outcomes[out->nr_outcomes++] = in->outcomes[i];
	for (i = 0; i < in->nr_events; i++)
		if (cycle_chosen(c, in, in->events[i].cycle))
			out->events[out->nr_events++] = in->events[i];
	return 0;
}

int subset_make(struct record_set *out, const struct record_set *in, bool probed)
{
	const struct choice c = { .probed = probed };
	json_int_t part, whole;

	share(in, probed, &part, &whole);
	return make(out, in, &c, part, whole);
}

int subset_make_kernel(struct record_set *out, const struct record_set *in, const char *kernel,
		       size_t nr)
{
	const struct choice c = { .kernel = kernel };

	return make(out, in, &c, 1, (json_int_t)nr);
}

void subset_free(struct record_set *set)
{
	free(set->samples);
	free(set->outcomes);
	free(set->events);
	json_decref(set->run);
	memset(set, 0, sizeof(*set));
}

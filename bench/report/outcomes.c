// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How every planned point of every cycle ended. Nothing is dropped: what is not here was never
 * recorded, and that is said too.
 */
#include <stdlib.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

static const char *reason(const struct lub_outcome *o)
{
	return o->reason ? o->reason : "";
}

static bool alike(const struct lub_outcome *a, const struct lub_outcome *b)
{
	return !strcmp(a->outcome, b->outcome) && !strcmp(reason(a), reason(b));
}

/* Outcomes of the same kind and reason: their number, and the cycles, each once. */
static size_t gather(const struct record_set *set, size_t first, char *cycles, size_t len)
{
	uint32_t last = 0;
	bool any = false;
	size_t i, n = 0, used = 0;

	cycles[0] = '\0';
	for (i = first; i < set->nr_outcomes; i++) {
		const struct lub_outcome *o = &set->outcomes[i];

		if (!alike(o, &set->outcomes[first]))
			continue;
		n++;
		if (any && o->cycle == last)
			continue;
		last = o->cycle;
		/* leave room for the sign that there are more */
		if (used + 16 < len)
			used += (size_t)snprintf(cycles + used, len - used, "%s%u",
						 any ? "," : "", o->cycle);
		else if (strcmp(cycles + used - 3, "..."))
			used += (size_t)snprintf(cycles + used, len - used, ",...");
		any = true;
	}
	return n;
}

static void kind(FILE *out, const struct record_set *set, size_t first)
{
	const struct lub_outcome *o = &set->outcomes[first];
	char cycles[60], head[40];
	size_t n = gather(set, first, cycles, sizeof(cycles));
	char *text;

	snprintf(head, sizeof(head), "%-16s %6zu  ", o->outcome, n);
	text = malloc(sizeof(cycles) + strlen(reason(o)) + 16);
	if (!text) {
		fmt_wrap(out, head, "(out of memory)");
		return;
	}
	sprintf(text, "cycle %s%s%s", cycles, o->reason ? ": " : "", reason(o));
	fmt_wrap(out, head, text);
	free(text);
}

/* "cycles: 7 ok, 1 panic-incoming" */
static void cycles(FILE *out, const struct model *m)
{
	bool any = false;
	size_t i, j, n;

	fputs("cycles:", out);
	for (i = 0; i < m->nr_cycles; i++) {
		const char *outcome = m->cycles[i].outcome;

		for (j = 0; j < i && !model_same(m->cycles[j].outcome, outcome); j++)
			;
		if (j < i)
			continue;
		for (n = 0; j < m->nr_cycles; j++)
			n += model_same(m->cycles[j].outcome, outcome);
		fprintf(out, "%s %zu %s", any ? "," : "", n,
			outcome ? outcome : "without an outcome");
		any = true;
	}
	fputs(any ? "\n" : " none\n", out);
}

void section_outcomes(FILE *out, const struct model *m)
{
	const struct record_set *set = m->set;
	size_t i, j;

	fputs("\nOutcomes of all planned points of all cycles; only ok yields numbers\n", out);
	cycles(out, m);
	fputs("outcome          points\n", out);
	for (i = 0; i < set->nr_outcomes; i++) {
		for (j = 0; j < i && !alike(&set->outcomes[j], &set->outcomes[i]); j++)
			;
		if (j == i)
			kind(out, set, i);
	}
	if (!set->nr_outcomes)
		fputs("none was recorded\n", out);
	if (set->planned > set->nr_outcomes)
		fprintf(out, "%-16s %6zu  no outcome was recorded; resume the run to get them\n",
			"(missing)", set->planned - set->nr_outcomes);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an interrupted run still has to do. The journal tells which cycles came to an end; whether
 * their rows outlived the crash only samples.jsonl itself can tell.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"

static bool has_outcome(const struct record_set *set, uint32_t cycle, const struct plan_point *p)
{
	size_t i;

	for (i = 0; i < set->nr_outcomes; i++) {
		const struct lub_outcome *o = &set->outcomes[i];

		if (o->cycle == cycle && o->params.hwpts == p->hwpts &&
		    o->params.ioas_bytes == p->ioas_bytes &&
		    o->params.page_bytes == p->page_bytes &&
		    !strcmp(o->params.layout ? o->params.layout : "", p->layout ? p->layout : ""))
			return true;
	}
	return false;
}

/* Outcomes are the last lines of a cycle, so that all of them are there when its samples are. */
static bool is_whole(const struct campaign *c, const struct record_set *set, uint32_t cycle)
{
	const struct plan_cycle full = plan_cycle_get(&c->plan, cycle);
	struct plan_point p;
	size_t i;

	for (i = 0; i < plan_cycle_points(&full); i++) {
		p = plan_cycle_point(&full, i);
		if (!has_outcome(set, cycle, &p))
			return false;
	}
	return true;
}

/* Is anything left of the cycles that are done again? */
static bool has_leftovers(const struct campaign *c, const struct record_set *set)
{
	const json_t *line, *cycle;
	size_t i;

	json_array_foreach(set->root, i, line) {
		cycle = json_object_get(line, "cycle");
		if (cycle && !campaign_is_done(c, (uint32_t)json_integer_value(cycle)))
			return true;
	}
	return false;
}

int campaign_mend(struct campaign *c)
{
	struct record_set set;
	uint32_t n;
	int err = record_read(c->dir, &set);

	for (n = 1; !err && n <= plan_nr_cycles(&c->plan); n++) {
		if (!campaign_is_done(c, n) || (set.run && is_whole(c, &set, n)))
			continue;
		progress_note(
			"cycle %u has ended, but not all its lines are there: it is done again", n);
		c->state.done[n] = false;
	}
	if (!err && has_leftovers(c, &set)) {
		progress_note("lines of cycles that are done again are moved to samples.dropped");
		err = record_keep(&c->writer, c->state.done, c->state.nr_done, "samples.dropped");
	}
	c->run_line = set.run != NULL;
	record_set_free(&set);
	return err;
}

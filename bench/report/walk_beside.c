// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs of scenario walk side by side: what a table of each level costs in each.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/report/walk.h"
#include "bench/record/record.h"

struct levels {
	struct walk w;
	struct walk_level *l;
	size_t nr;
};

/* The same level, found with the same entries in the same layouts. */
static const struct walk_level *same_level(const struct levels *in, const struct walk_level *l)
{
	const struct lub_params *a = l->more->p, *b;
	size_t i;

	for (i = 0; i < in->nr; i++) {
		b = in->l[i].more->p;
		if (a->page_bytes == b->page_bytes && a->ioas_bytes == b->ioas_bytes &&
		    model_same(a->layout, b->layout))
			return &in->l[i];
	}
	return NULL;
}

static void rows(FILE *out, const struct levels *all, size_t n, const struct walk_level *l,
		 const struct side *side)
{
	char text[2 * CELL], page[CELL], buf[CELL];
	const struct walk_level *at;
	size_t i;
	int op;

	for (op = 0; op < WALK_OPS; op++) {
		snprintf(text, sizeof(text), "  level %d, %s %s, %s", l->level,
			 fmt_bytes(page, (double)l->more->p->page_bytes), l->more->p->layout,
			 walk_op_name(op));
		fprintf(out, "%-*s", side->label, text);
		for (i = 0; i < n; i++) {
			at = same_level(&all[i], l);
			if (at && !isnan(at->cost[op]))
				fmt_time(buf, at->cost[op]);
			else
				notes_missing(side->notes, buf, NULL,
					      "not measured; the run's own report says why");
			fprintf(out, "%*s", side->width, buf);
		}
		fputc('\n', out);
	}
}

int walk_beside(FILE *out, const struct model *m, size_t n, const struct side *side)
{
	struct levels *all = calloc(n, sizeof(*all));
	size_t i, j, k;
	int ret = all ? 0 : -ENOMEM;

	for (i = 0; !ret && i < n; i++) {
		ret = walk_build(&all[i].w, m[i].set);
		if (!ret)
			ret = walk_levels(&all[i].w, &all[i].l, &all[i].nr);
	}
	if (!ret)
		fputs("a page-table page\n", out);
	for (i = 0; !ret && i < n; i++) {
		for (j = 0; j < all[i].nr; j++) {
			for (k = 0; k < i && !same_level(&all[k], &all[i].l[j]); k++)
				;
			if (k == i)
				rows(out, all, n, &all[i].l[j], side);
		}
	}
	for (i = 0; all && i < n; i++) {
		free(all[i].l);
		walk_free(&all[i].w);
	}
	free(all);
	return ret;
}

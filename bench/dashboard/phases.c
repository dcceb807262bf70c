// SPDX-License-Identifier: GPL-2.0-or-later
/* What the IOTLB did before, in and after the blackout, cycle by cycle; and every series of a run. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/dashboard/parts.h"
#include "bench/lubench.h"
#include "bench/report/iotlb.h"
#include "bench/stats/stats.h"

static const struct column {
	const char *name, *metric, *device;
} columns[] = {
	{ "hits", "iotlb.hits", "dut" },
	{ "misses", "iotlb.misses", "dut" },
	{ "misses_traced", "iotlb.misses.traced", "dut" },
	{ "context_misses", "context.misses", "dut" },
	{ "emptied", "iotlb.emptied", NULL },
};

static const char *const phases[] = { "before", "blackout", "after" };
static const char *const steps[] = { "kexec", "adopt", "replace" };

static void ask(const struct model *m, uint32_t cycle, const struct iotlb_ask *a, json_t *o,
		const char *name)
{
	const char *why = "not measured in this cycle";
	double v = iotlb_sum(m, cycle, a, &why);

	dash_set(o, name, dash_number(v));
	if (isnan(v))
		dash_set(o, "why", dash_text(why));
}

static json_t *cycle_json(const struct model *m, const struct cycle *c)
{
	json_t *o = json_object(), *all = json_array(), *cold = json_array(), *one;
	size_t i, k;

	dash_set(o, "cycle", json_integer(c->id));
	dash_set(o, "mode", dash_text(c->mode));
	dash_set(o, "hwpts", c->carried ? json_integer(c->carried->hwpts) : NULL);
	dash_set(o, "page_bytes",
		 c->carried ? json_integer((json_int_t)c->carried->page_bytes) : NULL);
	dash_set(o, "working_set", c->carried ? json_integer(c->carried->working_set) : NULL);
	for (i = 0; i < ARRAY_LEN(phases); i++) {
		one = json_object();
		dash_set(one, "phase", dash_text(phases[i]));
		for (k = 0; k < ARRAY_LEN(columns); k++)
			ask(m, c->id,
			    &(struct iotlb_ask){ .metric = columns[k].metric,
						 .phase = phases[i],
						 .device = columns[k].device },
			    one, columns[k].name);
		json_array_append_new(all, one);
	}
	for (i = 0; i < ARRAY_LEN(steps); i++) {
		one = json_object();
		dash_set(one, "step", dash_text(steps[i]));
		ask(m, c->id,
		    &(struct iotlb_ask){ .metric = "iotlb.cold.misses", .step = steps[i] }, one,
		    "misses");
		ask(m, c->id, &(struct iotlb_ask){ .metric = "iotlb.cold.time", .step = steps[i] },
		    one, "ns");
		json_array_append_new(cold, one);
	}
	dash_set(o, "phases", all);
	dash_set(o, "cold", cold);
	return o;
}

json_t *dash_iotlb(const struct model *m)
{
	json_t *all;
	size_t i;

	if (!model_same(dash_field(m->set, "scenario"), "iotlb"))
		return json_null();
	all = json_array();
	for (i = 0; i < m->nr_cycles; i++)
		if (m->cycles[i].ok)
			json_array_append_new(all, cycle_json(m, &m->cycles[i]));
	return all;
}

static json_t *series_point(const struct cmp_point *p)
{
	const struct cmp_obs_list *list = &p->obs[CMP_BASE];
	double *v = malloc((list->n + 1) * sizeof(*v));
	json_t *o, *cycles = json_array();
	char name[160];
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (v)
			v[i] = list->v[i].value;
		json_array_append_new(cycles, json_pack("[i,o]", (int)list->v[i].cycle,
							dash_number(list->v[i].value)));
	}
	o = dash_summary(v, v ? list->n : 0);
	free(v);
	dash_set(o, "point", dash_text(cmp_point_name(p->p, name, sizeof(name))));
	dash_set(o, "nulls", json_integer(p->nulls[CMP_BASE]));
	dash_set(o, "why", dash_text(p->null_why[CMP_BASE]));
	dash_set(o, "values", cycles);
	return o;
}

json_t *dash_series(const struct compare *c)
{
	json_t *all = json_array(), *o, *points;
	char name[160];
	size_t i, j;

	for (i = 0; i < c->nr_series; i++) {
		const struct cmp_series *s = &c->series[i];

		o = json_object();
		points = json_array();
		for (j = 0; j < s->nr_points; j++)
			json_array_append_new(points, series_point(&s->points[j]));
		dash_set(o, "name", dash_text(cmp_series_name(s, name, sizeof(name))));
		dash_set(o, "metric", dash_text(s->first->metric));
		dash_set(o, "unit", dash_text(s->first->unit));
		dash_set(o, "clock", dash_text(s->first->clock));
		dash_set(o, "headline", json_boolean(s->headline));
		dash_set(o, "points", points);
		json_array_append_new(all, o);
	}
	return all;
}

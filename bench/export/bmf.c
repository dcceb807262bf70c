// SPDX-License-Identifier: GPL-2.0-or-later
/* Bencher Metric Format: a benchmark a point, a measure a unit; bounds are the extremes of the cycles. */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* "latency" is one of the measures that Bencher has by itself, in ns. */
static const char *measure(const char *unit)
{
	return strcmp(unit, "ns") ? unit : "latency";
}

int export_bmf(FILE *out, const struct export_run *runs, size_t n)
{
	struct export_value *v;
	json_t *all = json_object();
	char key[600], name[700];
	int err = export_values(runs, &v, &n);
	size_t i;

	for (i = 0; i < n && !err; i++) {
		snprintf(name, sizeof(name), "%s/%s%s", runs->set->target,
			 export_key(&v[i], key, sizeof(key)),
			 runs->set->simulated  ? "/simulated"
			 : runs->set->emulated ? "/emulated"
					       : "");
		if (json_object_set_new(all, name,
					json_pack("{s:{s:f, s:f, s:f}}",
						  measure(v[i].series->first->unit), "value",
						  v[i].median, "lower_value", v[i].min,
						  "upper_value", v[i].max)))
			err = -ENOMEM;
	}
	free(v);
	if (err)
		json_decref(all);
	return err ? err : export_json(out, all);
}

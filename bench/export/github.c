// SPDX-License-Identifier: GPL-2.0-or-later
/* github-action-benchmark, tool customSmallerIsBetter: so only what is better when it is less. */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

int export_github(FILE *out, const struct export_run *runs, size_t n)
{
	struct export_value *v;
	json_t *all = json_array();
	char key[600], name[700], range[64], extra[400];
	int err = export_values(runs, &v, &n);
	size_t i;

	for (i = 0; i < n && !err; i++) {
		if (!v[i].series->headline)
			continue;
		snprintf(name, sizeof(name), "%s/%s", runs->set->target,
			 export_key(&v[i], key, sizeof(key)));
		snprintf(range, sizeof(range), "%.0f..%.0f", v[i].min, v[i].max);
		snprintf(extra, sizeof(extra), "run %s\nkernel %s\nseries %s\n%zu cycles%s",
			 runs->set->run_id, export_text(runs->set, "kernel", "release"),
			 export_text(runs->set, NULL, "series"), v[i].n,
			 runs->set->simulated  ? "\nSIMULATED"
			 : runs->set->emulated ? "\nEMULATED"
					       : "");
		if (json_array_append_new(all,
					  json_pack("{s:s, s:s, s:f, s:s, s:s}", "name", name,
						    "unit", v[i].series->first->unit, "value",
						    v[i].median, "range", range, "extra", extra)))
			err = -ENOMEM;
	}
	free(v);
	if (err)
		json_decref(all);
	return err ? err : export_json(out, all);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A table for a mail or a wiki. */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

int export_markdown(FILE *out, const struct export_run *runs, size_t n)
{
	char name[100], point[100], med[CELL], min[CELL], max[CELL], line[400];
	const char *label = provenance_label(runs->set);
	struct export_value *v;
	int err = export_values(runs, &v, &n);
	size_t i;

	if (err)
		return err;
	provenance_line(runs->set, line, sizeof(line));
	fprintf(out, "%s%s%s%s\n\n", label ? "**" : "", label ? label : "", label ? "** " : "",
		line);
	fprintf(out,
		"Cycles that ended ok: %zu of %zu. One value a cycle, the median of its repetitions.\n\n",
		runs->c->ok[CMP_BASE], runs->c->cycles[CMP_BASE]);
	fputs("| metric | point | median | least | most | cycles |\n|---|---|---:|---:|---:|---:|\n",
	      out);
	for (i = 0; i < n; i++) {
		const char *unit = v[i].series->first->unit;

		fprintf(out, "| %s | %s | %s | %s | %s | %zu |\n",
			cmp_series_name(v[i].series, name, sizeof(name)),
			cmp_point_name(v[i].point->p, point, sizeof(point)),
			fmt_unit(med, unit, v[i].median), fmt_unit(min, unit, v[i].min),
			fmt_unit(max, unit, v[i].max), v[i].n);
	}
	free(v);
	return ferror(out) ? -EIO : 0;
}

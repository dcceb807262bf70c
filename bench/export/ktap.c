// SPDX-License-Identifier: GPL-2.0-or-later
/* KTAP version 1: a test a planned point of a cycle. It has no place for numbers, so that they are diagnostics. */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

/* One line, and no '#' that would begin a directive. */
static void plain(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(*s == '\n' || *s == '\r' ? ' ' : *s == '#' ? '.' : *s, out);
}

static void outcome(FILE *out, size_t nr, const struct lub_outcome *o)
{
	bool ok = !strcmp(o->outcome, "ok"), skip = !strcmp(o->outcome, "skip");
	char name[200];

	fprintf(out, "%s %zu ", ok || skip ? "ok" : "not ok", nr);
	plain(out, export_outcome_name(o, name, sizeof(name)));
	if (!ok) {
		fprintf(out, " # %s", skip ? "SKIP " : "");
		plain(out, skip ? "" : o->outcome);
		fputs(skip ? "" : ": ", out);
		plain(out, o->reason);
	}
	fputc('\n', out);
}

int export_ktap(FILE *out, const struct export_run *runs, size_t n)
{
	const struct record_set *set = runs->set;
	size_t i, planned = set->planned > set->nr_outcomes ? set->planned : set->nr_outcomes;
	struct export_value *v;
	char key[600];
	int err = export_values(runs, &v, &n);

	if (err)
		return err;
	fprintf(out, "KTAP version 1\n1..%zu\n# run %s%s\n", planned, set->run_id,
		set->simulated	? ", SIMULATED"
		: set->emulated ? ", EMULATED"
				: "");
	for (i = 0; i < n; i++)
		fprintf(out, "# %s %.15g %s, %zu cycles\n", export_key(&v[i], key, sizeof(key)),
			v[i].median, v[i].series->first->unit, v[i].n);
	free(v);
	for (i = 0; i < set->nr_outcomes; i++)
		outcome(out, i + 1, &set->outcomes[i]);
	for (; i < planned; i++)
		fprintf(out, "not ok %zu planned point # missing: the run was interrupted\n",
			i + 1);
	return ferror(out) ? -EIO : 0;
}

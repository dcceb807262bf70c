// SPDX-License-Identifier: GPL-2.0-or-later
/* JUnit XML: a test case a planned point of a cycle, numbers as properties of the suite. */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"

static void attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	fmt_xml(out, value, -1);
	fputc('"', out);
}

/* What the kernel did is a failure, what kept it from being seen is an error. */
static bool is_error(const char *outcome)
{
	return !strcmp(outcome, "harness-error") || !strcmp(outcome, "disturbed") ||
	       !strcmp(outcome, "lost") || !strcmp(outcome, "wrong-kernel");
}

static void outcome(FILE *out, const struct lub_outcome *o)
{
	const char *tag = is_error(o->outcome) ? "error" : "failure";
	char name[200];

	fputs("  <testcase", out);
	attribute(out, "classname", o->scenario);
	attribute(out, "name", export_outcome_name(o, name, sizeof(name)));
	if (!strcmp(o->outcome, "ok")) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n   <%s", strcmp(o->outcome, "skip") ? tag : "skipped");
	if (strcmp(o->outcome, "skip"))
		attribute(out, "type", o->outcome);
	attribute(out, "message", o->reason);
	fputs("/>\n  </testcase>\n", out);
}

int export_junit(FILE *out, const struct export_run *runs, size_t n)
{
	const struct record_set *set = runs->set;
	size_t i, failures = 0, errors = 0, skipped = 0, missing = 0;
	struct export_value *v;
	char key[600], value[64];
	int err = export_values(runs, &v, &n);

	if (err)
		return err;
	for (i = 0; i < set->nr_outcomes; i++) {
		const char *o = set->outcomes[i].outcome;

		skipped += !strcmp(o, "skip");
		errors += is_error(o);
		failures += strcmp(o, "ok") && strcmp(o, "skip") && !is_error(o);
	}
	if (set->planned > set->nr_outcomes)
		missing = set->planned - set->nr_outcomes;
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n <testsuite name=\"lubench\" "
		"tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"",
		set->nr_outcomes + missing, failures, errors + missing, skipped);
	/* the format has no fractions and no zone */
	snprintf(value, sizeof(value), "%.19s", export_text(set, NULL, "started"));
	attribute(out, "timestamp", value);
	fputs(">\n  <properties>\n   <property name=\"run\"", out);
	attribute(out, "value", set->run_id);
	fputs("/>\n   <property name=\"machine\"", out);
	attribute(out, "value",
		  set->simulated  ? "SIMULATED"
		  : set->emulated ? "EMULATED"
				  : "hardware");
	fputs("/>\n", out);
	for (i = 0; i < n; i++) {
		snprintf(value, sizeof(value), "%.15g %s", v[i].median, v[i].series->first->unit);
		fputs("   <property", out);
		attribute(out, "name", export_key(&v[i], key, sizeof(key)));
		attribute(out, "value", value);
		fputs("/>\n", out);
	}
	free(v);
	fputs("  </properties>\n", out);
	for (i = 0; i < set->nr_outcomes; i++)
		outcome(out, &set->outcomes[i]);
	for (i = 0; i < missing; i++)
		fprintf(out,
			"  <testcase classname=\"missing\" name=\"planned point %zu\">\n   <error type=\"missing\" "
			"message=\"the run was interrupted\"/>\n  </testcase>\n",
			i + 1);
	fputs(" </testsuite>\n</testsuites>\n", out);
	return ferror(out) ? -EIO : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OpenMetrics, in the part of it that node_exporter's textfile collector reads, too: gauges without time stamps (one
 * makes it skip the file). Write it to a file beside and rename that, so that nobody reads half of it.
 */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/compare/compare.h"
#include "bench/record/record.h"

static const struct family {
	const char *unit, *name, *suffix, *about;
	double per;
} families[] = {
	{ "ns", "lubench_duration_seconds", "seconds", "Length of a step", 1e-9 },
	{ "bytes", "lubench_size_bytes", "bytes", "Memory", 1 },
	{ "pages", "lubench_pages", NULL, "Pages", 1 },
	{ "count", "lubench_events", NULL, "How often something happened", 1 },
};

static void label(FILE *out, bool *first, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(out, "%s%s=\"", *first ? "" : ",", name);
	*first = false;
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			fputc('\\', out);
		if (*value == '\n')
			fputs("\\n", out);
		else
			fputc(*value, out);
	}
	fputc('"', out);
}

/* @kernel: the one of several that this is of, NULL: the run's */
static void run_labels(FILE *out, bool *first, const struct record_set *set, const char *kernel)
{
	label(out, first, "target", set->target);
	label(out, first, "host", export_text(set, NULL, "host"));
	label(out, first, "kernel", kernel ? kernel : export_text(set, "kernel", "selection"));
	label(out, first, "emulated",
	      set->simulated  ? "simulated"
	      : set->emulated ? "true"
			      : "false");
}

static void sample(FILE *out, const struct family *f, const struct record_set *set,
		   const struct export_value *v, const char *stat, double value)
{
	const struct lub_sample *s = v->series->first;
	const struct lub_params *p = v->point->p;
	char number[4][24];
	bool first = true;

	snprintf(number[0], sizeof(number[0]), "%u", p->hwpts);
	snprintf(number[1], sizeof(number[1]), "%llu", (unsigned long long)p->ioas_bytes);
	snprintf(number[2], sizeof(number[2]), "%llu", (unsigned long long)p->page_bytes);
	snprintf(number[3], sizeof(number[3]), "%u", p->devices);
	fprintf(out, "%s{", f->name);
	run_labels(out, &first, set, model_kernel(p));
	label(out, &first, "scenario", s->scenario);
	label(out, &first, "metric", s->metric);
	label(out, &first, "mode", p->mode);
	label(out, &first, "workload", p->workload);
	label(out, &first, "probes", p->probes);
	label(out, &first, "phase", p->phase);
	label(out, &first, "side", model_kernel(p) ? NULL : p->kernel);
	label(out, &first, "observer", p->observer);
	label(out, &first, "clock", s->clock);
	label(out, &first, "layout", p->layout);
	label(out, &first, "format", p->format);
	label(out, &first, "step", p->step);
	label(out, &first, "device", p->device);
	label(out, &first, "cache", p->cache);
	label(out, &first, "hwpts", number[0]);
	label(out, &first, "ioas_bytes", number[1]);
	label(out, &first, "page_bytes", number[2]);
	label(out, &first, "devices", number[3]);
	if (p->working_set) {
		snprintf(number[0], sizeof(number[0]), "%u", p->working_set);
		label(out, &first, "working_set", number[0]);
	}
	label(out, &first, "stat", stat);
	fprintf(out, "} %.9g\n", value * f->per);
}

static void about(FILE *out, const struct family *f)
{
	fprintf(out, "# TYPE %s gauge\n", f->name);
	if (f->suffix)
		fprintf(out, "# UNIT %s %s\n", f->name, f->suffix);
	fprintf(out, "# HELP %s %s, over the medians of the cycles of the last run.\n", f->name,
		f->about);
}

static void about_run(FILE *out, const struct record_set *set, const char *name, const char *help,
		      double value)
{
	bool first = true;

	fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n%s{", name, name, help, name);
	run_labels(out, &first, set, NULL);
	fprintf(out, "} %.15g\n", value);
}

static double started(const struct record_set *set)
{
	struct tm tm = { 0 };

	return strptime(export_text(set, NULL, "started"), "%Y-%m-%dT%H:%M:%S", &tm)
		       ? (double)timegm(&tm)
		       : 0;
}

int export_openmetrics(FILE *out, const struct export_run *runs, size_t n)
{
	struct export_value *v;
	int err = export_values(runs, &v, &n);
	size_t i, k, seen;

	for (k = 0; k < sizeof(families) / sizeof(families[0]) && !err; k++) {
		for (i = 0, seen = 0; i < n; i++) {
			if (strcmp(v[i].series->first->unit, families[k].unit))
				continue;
			if (!seen++)
				about(out, &families[k]);
			sample(out, &families[k], runs->set, &v[i], "median", v[i].median);
			sample(out, &families[k], runs->set, &v[i], "min", v[i].min);
			sample(out, &families[k], runs->set, &v[i], "max", v[i].max);
		}
	}
	free(v);
	if (err)
		return err;
	about_run(out, runs->set, "lubench_cycles_ok",
		  "Cycles of the last run that ended ok at each point that was not skipped.",
		  (double)runs->c->ok[CMP_BASE]);
	about_run(out, runs->set, "lubench_cycles_planned", "Cycles of the last run.",
		  (double)runs->c->cycles[CMP_BASE]);
	about_run(out, runs->set, "lubench_last_run_timestamp_seconds", "When the last run began.",
		  started(runs->set));
	fputs("# EOF\n", out);
	return ferror(out) ? -EIO : 0;
}

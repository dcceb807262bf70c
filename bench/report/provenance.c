// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the numbers come from. Every report and every picture starts or ends with it.
 */
#include <stdarg.h>
#include <string.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"

/* Longest field that is shown; a longer one is cut. */
#define FIELD 160

/* A text of the run line by its path, "unknown" when it is not there or null. */
static const char *field(const struct record_set *set, const char *object, const char *key)
{
	const json_t *at = object ? json_object_get(set->run, object) : set->run;
	const char *s = json_string_value(json_object_get(at, key));

	return s && *s ? s : "unknown";
}

static const char *or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

bool icount_run(const struct record_set *set)
{
	return json_is_integer(json_object_get(json_object_get(set->run, "machine"), "icount"));
}

const char *provenance_label(const struct record_set *set)
{
	if (set->simulated)
		return "SIMULATED";
	if (icount_run(set))
		return "EMULATED, icount";
	return set->emulated ? "EMULATED" : NULL;
}

void provenance_line(const struct record_set *set, char *buf, size_t len)
{
	if (json_array_size(json_object_get(set->run, "kernels")))
		snprintf(buf, len, "run %s, kernels %s, lubench %s%s%s, %s",
			 or_unknown(set->run_id), field(set, "kernel", "selection"),
			 field(set, "tool", "version"), set->emulated ? ", " : "",
			 set->emulated ? field(set, "machine", "emulator") : "",
			 field(set, NULL, "started"));
	else
		snprintf(buf, len,
			 "run %s, kernel %s, build id %.12s, series %.12s, lubench %s%s%s, %s",
			 or_unknown(set->run_id), field(set, "kernel", "release"),
			 field(set, "kernel", "build_id"), field(set, NULL, "series"),
			 field(set, "tool", "version"), set->emulated ? ", " : "",
			 set->emulated ? field(set, "machine", "emulator") : "",
			 field(set, NULL, "started"));
}

void section_title(FILE *out, const struct model *m, const char *title)
{
	const char *label = provenance_label(m->set);

	fprintf(out, "\n%s%s%s%s\n", title, label ? " [" : "", label ? label : "",
		label ? "]" : "");
}

__attribute__((format(printf, 3, 4))) static void line(FILE *out, const char *head, const char *fmt,
						       ...)
{
	char text[4 * FIELD];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fmt_wrap(out, head, text);
}

static void counts(FILE *out, const struct model *m)
{
	const struct record_set *set = m->set;
	size_t i, ok = 0;

	for (i = 0; i < set->nr_outcomes; i++)
		ok += !strcmp(set->outcomes[i].outcome, "ok");
	line(out, "result    ",
	     "%u of %zu cycles ok; %zu of %u planned points ok, each meant to have %u "
	     "repetitions",
	     m->ok_cycles, m->planned_cycles, ok, set->planned, set->reps);
	if (set->planned > set->nr_outcomes)
		line(out, "MISSING   ",
		     "%zu planned points have no outcome: the run was interrupted",
		     set->planned - set->nr_outcomes);
	if (set->torn)
		line(out, "TORN      ", "the last line of the record was cut off and is left out");
	if (set->bad_lines)
		line(out, "BAD LINES ", "%zu of %zu lines were no valid record and are left out",
		     set->bad_lines, set->lines);
	if (m->duplicates)
		line(out, "DUPLICATE ", "%u samples repeat a repetition and are left out",
		     m->duplicates);
}

/* A kernel of several. */
static void one_kernel(FILE *out, const json_t *k)
{
	const json_t *series = json_object_get(
		json_object_get(json_object_get(k, "provenance"), "series"), "commit");

	line(out, "kernel    ", "%s: %s, build id %s, series %s",
	     or_unknown(json_string_value(json_object_get(k, "selection"))),
	     or_unknown(json_string_value(json_object_get(k, "release"))),
	     or_unknown(json_string_value(json_object_get(k, "build_id"))),
	     or_unknown(json_string_value(series)));
}

static void kernels(FILE *out, const struct record_set *set)
{
	const json_t *all = json_object_get(set->run, "kernels"), *one;
	size_t i;

	if (json_array_size(all)) {
		json_array_foreach(all, i, one)
			one_kernel(out, one);
		return;
	}
	line(out, "kernel    ", "%s, build id %s", field(set, "kernel", "release"),
	     field(set, "kernel", "build_id"));
	line(out, "series    ", "%s", field(set, NULL, "series"));
}

void section_header(FILE *out, const struct model *m)
{
	const struct record_set *set = m->set;
	const char *probes = json_string_value(json_object_get(set->run, "probes"));
	const char *label = provenance_label(set);

	line(out, "lubench   ", "run %s", or_unknown(set->run_id));
	if (set->simulated)
		line(out, "          ",
		     "SIMULATED: target fake ran no kernel; no number here was measured");
	else if (icount_run(set))
		line(out, "          ",
		     "EMULATED, icount: times are counts of instructions at %d ns each, "
		     "not of hardware",
		     1 << json_integer_value(
			     json_object_get(json_object_get(set->run, "machine"), "icount")));
	else if (label)
		line(out, "          ",
		     "EMULATED: times are those of an emulator (%s), not of hardware",
		     field(set, "machine", "accel"));
	line(out, "target    ", "%s, mode %s%s", or_unknown(set->target), or_unknown(set->mode),
	     set->run ? "" : " (the record has no run line)");
	if (probes && strcmp(probes, "off"))
		line(out, "probes    ", "%s: %s", probes,
		     subset_mixed(m->all)
			     ? "the tables are those of the cycles without, up to \"What the probes saw\""
			     : "every number holds what they cost");
	kernels(out, set);
	line(out, "tool      ", "lubench %s%s%s", field(set, "tool", "version"),
	     set->emulated ? ", " : "", set->emulated ? field(set, "machine", "emulator") : "");
	line(out, "host      ", "%s, cpu %s",
	     set->emulated ? "this machine" : field(set, NULL, "host"),
	     field(set, "machine", "cpu"));
	line(out, "when      ", "%s", field(set, NULL, "started"));
	counts(out, m);
}

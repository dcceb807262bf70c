// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each format against its grammar, on a run with failures, a skipped point and missing values, and on a real
 * one with three modes. How the formats' own readers took them is in docs/exporting.md.
 */
#include <math.h>
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "bench/compare/compare.h"
#include "bench/export/export.h"
#include "bench/record/record.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

#define MADE_UP "tests/golden/report/preserve"
#define REAL "results/baselines/blackout-vtd"
#define TORN "tests/golden/report/torn"

struct loaded {
	struct record_set set;
	struct compare c;
	struct export_run run;
};

static void load(struct loaded *l, const char *path, bool emulated)
{
	assert_int_equal(record_read(path, &l->set), 0);
	cmp_init(&l->c, NULL);
	assert_int_equal(cmp_add_run(&l->c, &l->set, CMP_BASE), 0);
	assert_int_equal(cmp_reduce(&l->c), 0);
	l->run = (struct export_run){ .set = &l->set, .c = &l->c, .emulated = emulated };
}

static void unload(struct loaded *l)
{
	cmp_free(&l->c);
	record_set_free(&l->set);
}

static char *write_runs(const char *format, const struct export_run *runs, size_t n)
{
	const struct export_format *f;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (f = export_formats; f->name && strcmp(f->name, format); f++)
		;
	assert_non_null(f->name);
	assert_int_equal(f->write(out, runs, n), 0);
	assert_int_equal(fclose(out), 0);
	assert_true(len > 0 && text[len - 1] == '\n');
	return text;
}

static char *text_of(const char *format, const char *path, bool emulated)
{
	struct loaded l;
	char *text;

	load(&l, path, emulated);
	text = write_runs(format, &l.run, 1);
	unload(&l);
	return text;
}

static bool matches(const char *s, const char *pattern)
{
	regex_t re;
	int r;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	r = regexec(&re, s, 0, NULL, 0);
	regfree(&re);
	return !r;
}

static void must_match(const char *s, const char *pattern)
{
	if (!matches(s, pattern))
		fail_msg("'%s' is not %s", s, pattern);
}

/* Calls @each for every line, with its number from 0. Return: how many. */
static size_t for_lines(char *text, void (*each)(const char *line, size_t nr))
{
	char *save, *line;
	size_t nr = 0;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		each(line, nr++);
	return nr;
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static json_t *json_of(const char *format, const char *path, bool emulated)
{
	char *text = text_of(format, path, emulated);
	json_error_t err;
	json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, &err);

	if (!all)
		fail_msg("%s: %s", format, err.text);
	free(text);
	return all;
}

static double number_at(const json_t *o, const char *key)
{
	assert_true(json_is_number(json_object_get(o, key)));
	return json_number_value(json_object_get(o, key));
}

/* https://bencher.dev/bmf.json: benchmarks of measures of numbers, names of at most 1024 and 64. */
static void bmf(void **state)
{
	json_t *all = json_of("bmf", MADE_UP, true), *bench, *measure;
	const char *name, *slug;

	(void)state;
	assert_true(json_object_size(all) > 50);
	json_object_foreach(all, name, bench) {
		assert_true(strlen(name) <= 1024 && strstr(name, "/emulated"));
		assert_int_equal(json_object_size(bench), 1);
		json_object_foreach(bench, slug, measure) {
			must_match(slug, "^[a-z0-9-]{1,64}$");
			assert_true(number_at(measure, "lower_value") <=
				    number_at(measure, "value"));
			assert_true(number_at(measure, "upper_value") >=
				    number_at(measure, "value"));
			assert_int_equal(json_object_size(measure), 3);
		}
	}
	/* the median of cycles' medians, worked out by hand from the two cycles of this point */
	bench = json_object_get(all, "vtd/mark.h1.i67108864.p4096/emulated");
	assert_true(number_at(json_object_get(bench, "latency"), "value") == 3490.5);
	json_decref(all);
}

/* A list of name, unit and value, with range and extra as texts. */
static void github(void **state)
{
	static const char *const texts[] = { "name", "unit", "range", "extra" };
	json_t *all = json_of("github", REAL, true), *one;
	size_t i, k;

	(void)state;
	assert_true(json_array_size(all) >= 8);
	json_array_foreach(all, i, one) {
		assert_int_equal(json_object_size(one), 5);
		for (k = 0; k < 4; k++)
			assert_true(json_is_string(json_object_get(one, texts[k])));
		number_at(one, "value");
		assert_non_null(
			strstr(json_string_value(json_object_get(one, "extra")), "EMULATED"));
		/* controls are not smaller-is-better */
		assert_null(strstr(json_string_value(json_object_get(one, "name")), "crash"));
	}
	json_decref(all);
}

static void no_null(const json_t *v)
{
	const char *key;
	json_t *one;
	size_t i;

	assert_false(json_is_null(v));
	json_array_foreach(v, i, one)
		no_null(one);
	if (json_is_object(v))
		json_object_foreach((json_t *)v, key, one)
			no_null(one);
}

/* KCIDB I/O schema 5.3: what it requires of a test, its patterns, and one number a path. */
static void kcidb(void **state)
{
	static const char *const known[] = { "build_id", "id",		"origin",     "status",
					     "path",	 "environment", "start_time", "number",
					     "misc",	 "comment" };
	json_t *all = json_of("kcidb", MADE_UP, true), *tests = json_object_get(all, "tests"), *t,
	       *v;
	size_t i, k, fail = 0, skip = 0, done = 0;
	json_t *ids = json_object(), *paths = json_object();
	const char *key, *status;

	(void)state;
	no_null(all);
	assert_int_equal(json_object_size(all), 4);
	assert_int_equal(number_at(json_object_get(all, "version"), "major"), 5);
	assert_int_equal(number_at(json_object_get(all, "version"), "minor"), 3);
	json_array_foreach(tests, i, t) {
		json_object_foreach(t, key, v) {
			for (k = 0; k < 10 && strcmp(known[k], key); k++)
				;
			assert_true(k < 10);
		}
		must_match(json_string_value(json_object_get(t, "origin")), "^[a-z0-9_]+$");
		must_match(json_string_value(json_object_get(t, "id")), "^[a-z0-9_]+:.*$");
		must_match(json_string_value(json_object_get(t, "build_id")), "^[a-z0-9_]+:.*$");
		must_match(json_string_value(json_object_get(t, "path")), "^[.a-zA-Z0-9_-]*$");
		key = json_string_value(json_object_get(t, "id"));
		assert_null(json_object_get(ids, key));
		json_object_set_new(ids, key, json_true());
		status = json_string_value(json_object_get(t, "status"));
		must_match(status, "^(FAIL|ERROR|MISS|PASS|DONE|SKIP)$");
		done += !strcmp(status, "DONE");
		fail += !strcmp(status, "FAIL");
		skip += !strcmp(status, "SKIP");
		/* a number only where something was measured, and then one for each path */
		assert_int_equal(!strcmp(status, "DONE"), json_object_get(t, "number") != NULL);
		if (json_object_get(t, "number")) {
			key = json_string_value(json_object_get(t, "path"));
			assert_null(json_object_get(paths, key));
			json_object_set_new(paths, key, json_true());
			number_at(json_object_get(t, "number"), "value");
		}
	}
	assert_true(done > 50);
	assert_int_equal(fail, 4);
	assert_int_equal(skip, 1);
	assert_int_equal(done + fail + skip, json_array_size(tests));
	json_decref(ids);
	json_decref(paths);
	json_decref(all);
}

/* What was planned and never begun is MISS, each under an id of its own, and what was recorded is told once. */
static void kcidb_missing(void **state)
{
	json_t *all = json_of("kcidb", TORN, true), *tests = json_object_get(all, "tests"), *t;
	size_t i, missing = 0, outcomes = 0, not_ok = 0;
	json_t *ids = json_object();
	const char *id, *path;
	struct loaded l;

	(void)state;
	no_null(all);
	load(&l, TORN, true);
	for (i = 0; i < l.set.nr_outcomes; i++)
		not_ok += strcmp(l.set.outcomes[i].outcome, "ok") != 0;
	assert_true(l.set.planned > l.set.nr_outcomes);
	json_array_foreach(tests, i, t) {
		id = json_string_value(json_object_get(t, "id"));
		path = json_string_value(json_object_get(t, "path"));
		assert_null(json_object_get(ids, id));
		json_object_set_new(ids, id, json_true());
		must_match(path, "^[.a-zA-Z0-9_-]*$");
		if (!strcmp(path, "lubench.outcome.missing")) {
			missing++;
			assert_string_equal(json_string_value(json_object_get(t, "status")),
					    "MISS");
			assert_null(json_object_get(t, "number"));
			must_match(json_string_value(json_object_get(t, "comment")),
				   "^planned point [0-9]+$");
		} else if (!strncmp(path, "lubench.outcome.", 16)) {
			outcomes++;
		}
	}
	assert_int_equal(missing, l.set.planned - l.set.nr_outcomes);
	assert_int_equal(outcomes, not_ok);
	unload(&l);
	json_decref(ids);
	json_decref(all);
}

#define LABELS "[a-zA-Z_][a-zA-Z0-9_]*=\"([^\"\\]|\\\\[n\"\\])*\""

static char family[200];
static bool over;

static void openmetrics_line(const char *line, size_t nr)
{
	(void)nr;
	assert_false(over);
	if (!strcmp(line, "# EOF")) {
		over = true;
	} else if (!strncmp(line, "# TYPE ", 7)) {
		must_match(line, "^# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* gauge$");
		sscanf(line, "# TYPE %199s", family);
	} else if (line[0] == '#') {
		/* of the family at hand, whose name ends with its unit */
		must_match(line, "^# (UNIT|HELP) ");
		assert_int_equal(strncmp(line + 7, family, strlen(family)), 0);
		if (!strncmp(line, "# UNIT ", 7))
			assert_string_equal(strrchr(line, ' ') + 1, strrchr(family, '_') + 1);
	} else {
		must_match(line, "^[a-zA-Z_:][a-zA-Z0-9_:]*\\{(" LABELS ")(," LABELS
				 ")*\\} -?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?$");
		assert_int_equal(strncmp(line, family, strlen(family)), 0);
		assert_int_equal(line[strlen(family)], '{');
	}
}

static void openmetrics(void **state)
{
	char *text = text_of("openmetrics", REAL, true), *again = strdup(text), *a, *save;
	json_t *seen = json_object();

	(void)state;
	over = false;
	assert_true(count(text, "metric=\"preserve.iommufd\"") == 3);
	assert_true(for_lines(text, openmetrics_line) > 100);
	assert_true(over);
	/* no series twice */
	for (a = strtok_r(again, "\n", &save); a; a = strtok_r(NULL, "\n", &save)) {
		if (*a == '#')
			continue;
		*strrchr(a, ' ') = '\0';
		if (json_object_get(seen, a))
			fail_msg("twice: %s", a);
		json_object_set_new(seen, a, json_true());
	}
	json_decref(seen);
	free(again);
	free(text);
}

static size_t columns;

static void otava_line(const char *line, size_t nr)
{
	size_t commas = 0;
	const char *c;

	for (c = line; *c; c++)
		commas += *c == ',';
	if (!nr) {
		columns = commas;
		must_match(line, "^time,commit,run,machine(,[a-zA-Z0-9._-]+)+$");
		return;
	}
	assert_int_equal(commas, columns);
	must_match(line, "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\+00:00,[0-9a-f]+,[^,]+,[a-z]+"
			 "(,-?[0-9]+(\\.[0-9]+)?(e[+-]?[0-9]+)?)+$");
}

static void otava(void **state)
{
	struct export_run runs[2];
	struct loaded a, b;
	char *text;

	(void)state;
	load(&a, "results/baselines/quick-vtd", true);
	load(&b, "results/baselines/quick-vtd-sm", true);
	runs[0] = a.run;
	runs[1] = b.run;
	text = write_runs("otava", runs, 2);
	assert_int_equal(for_lines(text, otava_line), 3);
	assert_true(columns > 100);
	free(text);
	unload(&a);
	unload(&b);
}

static size_t plan, results, not_ok, skips;

static void ktap_line(const char *line, size_t nr)
{
	unsigned int at;

	if (nr == 0) {
		assert_string_equal(line, "KTAP version 1");
	} else if (nr == 1) {
		assert_int_equal(sscanf(line, "1..%zu", &plan), 1);
	} else if (*line != '#') {
		must_match(line, "^(ok|not ok) [0-9]+ [^#]+( # [^#]+)?$");
		not_ok += !strncmp(line, "not", 3);
		skips += strstr(line, " # SKIP ") != NULL;
		assert_int_equal(sscanf(line + (*line == 'n' ? 7 : 3), "%u", &at), 1);
		assert_int_equal(at, ++results);
	}
}

static void ktap(void **state)
{
	char *text = text_of("ktap", MADE_UP, true);

	(void)state;
	results = not_ok = skips = 0;
	for_lines(text, ktap_line);
	assert_int_equal(results, plan);
	assert_int_equal(plan, 32);
	assert_int_equal(not_ok, 4);
	assert_int_equal(skips, 1);
	free(text);
	/* what was planned and never done is not ok */
	text = text_of("ktap", TORN, true);
	results = not_ok = 0;
	assert_non_null(strstr(text, "missing: the run was interrupted"));
	for_lines(text, ktap_line);
	assert_int_equal(results, plan);
	assert_true(not_ok > 0);
	free(text);
}

/* Tags that open and close in turn, attributes in quotes, no bare character that XML forbids. */
static void well_formed(const char *s)
{
	char stack[8][32], tag[32];
	size_t depth = 0, n;

	must_match(s, "^<\\?xml version=\"1.0\" encoding=\"UTF-8\"\\?>");
	for (s = strchr(s, '\n'); (s = strchr(s, '<')); s++) {
		const char *end = strchr(s, '>');

		assert_non_null(end);
		n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz/");
		assert_true(n && n < sizeof(tag));
		snprintf(tag, sizeof(tag), "%.*s", (int)n, s + 1);
		assert_null(memchr(s + 1, '<', (size_t)(end - s - 1)));
		if (*tag == '/') {
			assert_true(depth > 0);
			assert_string_equal(stack[--depth], tag + 1);
		} else if (end[-1] != '/') {
			assert_true(depth < 8);
			strcpy(stack[depth++], tag);
		}
	}
	assert_int_equal(depth, 0);
}

static void junit(void **state)
{
	char *text = text_of("junit", MADE_UP, true);

	(void)state;
	well_formed(text);
	must_match(
		text,
		"<testsuite name=\"lubench\" tests=\"32\" failures=\"4\" errors=\"0\" skipped=\"1\" "
		"timestamp=\"[0-9T:-]{19}\">");
	assert_int_equal(count(text, "<testcase "), 32);
	assert_int_equal(count(text, "<failure "), 4);
	assert_int_equal(count(text, "<skipped "), 1);
	assert_null(strstr(text, "& "));
	free(text);
	text = text_of("junit", TORN, true);
	well_formed(text);
	assert_true(count(text, "type=\"missing\"") > 0);
	free(text);
}

static size_t bars;

static void table_line(const char *line, size_t nr)
{
	size_t n = 0;

	(void)nr;
	if (*line != '|')
		return;
	for (; *line; line++)
		n += *line == '|';
	assert_int_equal(n, 7);
	bars++;
}

static void markdown(void **state)
{
	char *text = text_of("markdown", MADE_UP, true);

	(void)state;
	assert_int_equal(strncmp(text, "**EMULATED**", 12), 0);
	bars = 0;
	for_lines(text, table_line);
	assert_true(bars > 50);
	free(text);
}

/* Cells of a line of RFC 4180. */
static size_t cells(const char *line)
{
	bool quoted = false;
	size_t n = 1;

	for (; *line; line++) {
		if (*line == '"')
			quoted = !quoted;
		n += *line == ',' && !quoted;
	}
	assert_false(quoted);
	return n;
}

static size_t rows, empty;

static void csv_line(const char *line, size_t nr)
{
	assert_int_equal(cells(line), 27);
	if (nr) {
		rows++;
		/* no value, so a reason */
		if (matches(line, "^([^,]*,){9},"))
			empty += matches(line, "^([^,]*,){10}[^,]");
	}
}

static void csv(void **state)
{
	char *text = text_of("csv", MADE_UP, true);
	struct loaded l;
	size_t i, nulls = 0;

	(void)state;
	load(&l, MADE_UP, true);
	for (i = 0; i < l.set.nr_samples; i++)
		nulls += l.set.samples[i].reason != NULL;
	rows = empty = 0;
	for_lines(text, csv_line);
	assert_int_equal(rows, l.set.nr_samples);
	assert_true(nulls > 0);
	assert_int_equal(empty, nulls);
	unload(&l);
	free(text);
}

/* Without being asked, no format shows what an emulator's clock said. */
static void emulated_is_left_out(void **state)
{
	const struct export_format *f;
	struct loaded l;
	char *text;

	(void)state;
	load(&l, MADE_UP, false);
	assert_true(export_hidden(&l.run) > 30);
	unload(&l);
	for (f = export_formats; f->name; f++) {
		text = text_of(f->name, MADE_UP, false);
		if (strstr(text, "preserve.iommufd"))
			fail_msg("%s has it", f->name);
		free(text);
		text = text_of(f->name, MADE_UP, true);
		if (!strstr(text, "preserve.iommufd"))
			fail_msg("%s has it not", f->name);
		free(text);
	}
}

/* No two values of a run have the same name, in any of the committed runs. */
static void keys_differ(void **state)
{
	static const char *const names[] = { MADE_UP, REAL, "results/baselines/soak-vtd",
					     "results/baselines/quick-smmuv3",
					     "tests/golden/report/iotlb" };
	struct export_value *v;
	struct loaded l;
	char key[600];
	json_t *seen;
	size_t i, k, n;

	(void)state;
	for (k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		load(&l, names[k], true);
		assert_int_equal(export_values(&l.run, &v, &n), 0);
		seen = json_object();
		for (i = 0; i < n; i++) {
			export_key(&v[i], key, sizeof(key));
			must_match(key, "^[a-zA-Z0-9._-]+$");
			if (json_object_get(seen, key))
				fail_msg("%s: two values are called %s", names[k], key);
			json_object_set_new(seen, key, json_true());
		}
		json_decref(seen);
		free(v);
		unload(&l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bmf),	       cmocka_unit_test(github),
		cmocka_unit_test(kcidb),       cmocka_unit_test(openmetrics),
		cmocka_unit_test(otava),       cmocka_unit_test(ktap),
		cmocka_unit_test(junit),       cmocka_unit_test(markdown),
		cmocka_unit_test(csv),	       cmocka_unit_test(emulated_is_left_out),
		cmocka_unit_test(keys_differ), cmocka_unit_test(kcidb_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

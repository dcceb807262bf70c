// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run says, against what an undisturbed one says. */
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/journal.h"
#include "bench/record/record.h"
#include "bench/record/schema.h"
#include "bench/target/fake_machine.h"
#include "tests/faults/faults.h"

struct lines {
	char **line;
	size_t nr;
};

static struct lines reference[FAULT_CYCLES];
static size_t points;
static json_t *schema;

static bool wrong(char *why, size_t len, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool wrong(char *why, size_t len, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, len, fmt, ap);
	va_end(ap);
	return false;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All lines of a cycle without what differs between two runs, in an order of their own. */
static struct lines lines_of(const struct record_set *set, unsigned int cycle)
{
	struct lines all = { calloc(json_array_size(set->root) + 1, sizeof(char *)), 0 };
	const json_t *line;
	size_t i;

	json_array_foreach(set->root, i, line) {
		json_t *copy = json_copy((json_t *)line);

		json_object_del(copy, "run");
		if (json_integer_value(json_object_get(line, "cycle")) == cycle)
			all.line[all.nr++] = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
		json_decref(copy);
	}
	qsort(all.line, all.nr, sizeof(char *), by_text);
	return all;
}

static void lines_free(struct lines *all)
{
	while (all->nr)
		free(all->line[--all->nr]);
	free(all->line);
}

static bool same_lines(const struct lines *have, const struct lines *want, unsigned int cycle,
		       char *why, size_t len)
{
	size_t i;

	for (i = 0; i < have->nr && i < want->nr; i++) {
		int order = strcmp(have->line[i], want->line[i]);

		if (order)
			return wrong(why, len, "cycle %u: line %s: %s", cycle,
				     order < 0 ? "too much" : "lost",
				     order < 0 ? have->line[i] : want->line[i]);
	}
	return have->nr == want->nr ||
	       wrong(why, len, "cycle %u has %zu lines, not %zu", cycle, have->nr, want->nr);
}

/* A cycle without numbers: a row for each point, with the one outcome and a reason. */
static bool check_failed(const struct record_set *set, unsigned int cycle, const char *outcome,
			 const char *reason, char *why, size_t len)
{
	const json_t *line;
	size_t i, rows = 0;

	json_array_foreach(set->root, i, line) {
		const char *kind = json_string_value(json_object_get(line, "kind"));
		const char *said = json_string_value(json_object_get(line, "reason"));
		const char *word = json_string_value(json_object_get(line, "outcome"));

		if (json_integer_value(json_object_get(line, "cycle")) != cycle)
			continue;
		if (strcmp(kind, "outcome"))
			return wrong(why, len, "cycle %u is not ok and has a line of kind %s",
				     cycle, kind);
		if (strcmp(word, outcome))
			return wrong(why, len, "cycle %u: outcome %s (%s), not %s", cycle, word,
				     said ? said : "no reason", outcome);
		if (!said || !*said || (reason && !strstr(said, reason)))
			return wrong(why, len, "cycle %u: %s: reason '%s', '%s' was expected",
				     cycle, word, said ? said : "", reason ? reason : "some");
		rows++;
	}
	return rows == points ||
	       wrong(why, len, "cycle %u: %zu rows for %zu points", cycle, rows, points);
}

/* The journal: an end, the same outcomes, and an intent before each cycle that was tried. */
static bool check_journal(const char *dir, const struct expected *want, char *why, size_t len)
{
	unsigned int intents[FAULT_CYCLES + 1] = { 0 };
	char path[4096], text[8192], last[FAULT_CYCLES + 1][24] = { "" };
	bool ended = false, good = true;
	FILE *in;

	snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, dir);
	in = fopen(path, "re");
	while (in && good && fgets(text, sizeof(text), in)) {
		json_t *line = json_loads(text, 0, NULL);
		const char *ev = json_string_value(json_object_get(line, "ev"));
		const char *word = json_string_value(json_object_get(line, "outcome"));
		json_int_t cycle = json_integer_value(json_object_get(line, "cycle"));

		if (ev && cycle >= 1 && cycle <= FAULT_CYCLES && !strcmp(ev, "intent"))
			intents[cycle]++;
		if (ev && word && cycle >= 1 && cycle <= FAULT_CYCLES) {
			snprintf(last[cycle], sizeof(last[0]), "%s", word);
			if (!strcmp(word, "ok") && !intents[cycle])
				good = wrong(why, len, "cycle %d: no intent before its outcome",
					     (int)cycle);
			intents[cycle] = 0;
		}
		if (ev)
			ended = !strcmp(ev, "end");
		json_decref(line);
	}
	if (in)
		fclose(in);
	for (unsigned int i = 1; good && i <= FAULT_CYCLES; i++)
		if (strcmp(last[i], want->outcome[i - 1]))
			good = wrong(why, len, "journal: cycle %u: '%s', not %s", i, last[i],
				     want->outcome[i - 1]);
	return good && (ended || wrong(why, len, "the journal does not end with 'end'"));
}

static bool check_lines(const struct record_set *set, char *why, size_t len)
{
	const json_t *line;
	char text[400];
	size_t i;

	if (set->bad_lines || set->torn || !set->run)
		return wrong(why, len, "%zu bad lines, torn %d, run line %d", set->bad_lines,
			     set->torn, set->run != NULL);
	json_array_foreach(set->root, i, line) {
		json_int_t cycle = json_integer_value(json_object_get(line, "cycle"));

		if (schema_check(schema, line, text, sizeof(text)))
			return wrong(why, len, "line %zu: %s", i + 1, text);
		if (cycle > FAULT_CYCLES || (cycle < 1 && line != set->run))
			return wrong(why, len, "line %zu is of cycle %d", i + 1, (int)cycle);
	}
	return true;
}

bool check_run(const char *dir, const struct expected *want, char *why, size_t len)
{
	struct record_set set;
	unsigned int i;
	bool good = !record_read(dir, &set) || wrong(why, len, "samples.jsonl cannot be read");

	good = good && check_lines(&set, why, len);
	for (i = 1; good && i <= FAULT_CYCLES; i++) {
		struct lines have = lines_of(&set, i);

		if (!strcmp(want->outcome[i - 1], "ok"))
			good = same_lines(&have, &reference[i - 1], i, why, len);
		else
			good = check_failed(&set, i, want->outcome[i - 1], want->reason[i - 1], why,
					    len);
		lines_free(&have);
	}
	record_set_free(&set);
	return good && check_journal(dir, want, why, len);
}

bool check_note(const char *dir, const char *text, char *why, size_t len)
{
	char path[4096], line[8192];
	bool found = false;
	FILE *in;

	snprintf(path, sizeof(path), "%s/" JOURNAL_FILE, dir);
	in = fopen(path, "re");
	while (in && !found && fgets(line, sizeof(line), in))
		found = strstr(line, "\"ev\":\"note\"") && strstr(line, text);
	if (in)
		fclose(in);
	return found || wrong(why, len, "the journal does not note: %s", text);
}

bool check_given_back(const char *dir, char *why, size_t len)
{
	struct fake *f = calloc(1, sizeof(*f));
	char path[400];
	bool good = f, taken = false;
	FILE *in;

	snprintf(path, sizeof(path), "%s/fake.machine", dir);
	in = fopen(path, "re");
	good = good && in && fread(f, sizeof(*f), 1, in) == 1;
	if (in)
		fclose(in);
	taken = good && f->taken;
	free(f);
	if (!good)
		return wrong(why, len, "%s cannot be read", path);
	if (taken)
		return wrong(why, len, "the host's device was not given back");
	snprintf(path, sizeof(path), "%s/fake.dir/owner", dir);
	return access(path, F_OK) || wrong(why, len, "the claim is left on the host");
}

bool reference_load(const char *dir)
{
	struct record_set set;
	char why[400] = "it cannot be read";
	size_t i, k;
	bool good;

	schema = json_load_file("results/schema.json", 0, NULL);
	good = schema && !record_read(dir, &set) && check_lines(&set, why, sizeof(why));
	if (good) {
		points = set.nr_outcomes / FAULT_CYCLES;
		for (i = 0; i < FAULT_CYCLES; i++)
			reference[i] = lines_of(&set, (unsigned int)i + 1);
		for (i = 0; i < set.nr_outcomes; i++)
			good &= !strcmp(set.outcomes[i].outcome, "ok");
		/* Nothing is there twice to begin with. */
		for (i = 0; i < FAULT_CYCLES; i++)
			for (k = 1; k < reference[i].nr; k++)
				good &= strcmp(reference[i].line[k - 1], reference[i].line[k]) != 0;
		good = good && points > 1 && reference[0].nr > 20;
		record_set_free(&set);
	}
	if (!good)
		fprintf(stderr, "the undisturbed run in %s is of no use: %s\n", dir, why);
	return good;
}

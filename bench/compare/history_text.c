// SPDX-License-Identifier: GPL-2.0-or-later
/* A history in words: a line a point, a line a change point. */
#include <errno.h>

#include "bench/compare/compare.h"
#include "bench/compare/history.h"
#include "bench/report/fmt.h"

static const char *str(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "-";
}

static int integer(const json_t *o, const char *key)
{
	return (int)json_integer_value(json_object_get(o, key));
}

static double number(const json_t *o, const char *key)
{
	return json_number_value(json_object_get(o, key));
}

static void say_change(FILE *out, const json_t *at, const char *unit)
{
	const char *note = json_string_value(json_object_get(at, "expected"));
	char shift[32], before[CELL], after[CELL], text[600];

	snprintf(text, sizeof(text), "%s (%s to %s) since run %s, series %.12s, p %.1g, %s%s%s",
		 cmp_percent(shift, number(at, "change")),
		 fmt_unit(before, unit, number(at, "before")),
		 fmt_unit(after, unit, number(at, "after")), str(at, "run"), str(at, "series"),
		 number(at, "p"), str(at, "verdict"), note ? ", expected: " : "", note ? note : "");
	fmt_wrap(out, "    ", text);
}

int history_text(FILE *out, const json_t *history)
{
	const char *label = json_string_value(json_object_get(history, "label"));
	const json_t *one, *at, *changes;
	char text[600];
	size_t i, j;

	fprintf(out, "Change points of %d runs%s%s%s\n", integer(history, "runs"),
		label ? " [" : "", label ? label : "", label ? "]" : "");
	json_array_foreach(json_object_get(history, "left_out"), i, one) {
		snprintf(text, sizeof(text), "%s, %s: %s", str(one, "run"), str(one, "metric"),
			 str(one, "reason"));
		fmt_wrap(out, "  left out: ", text);
	}
	json_array_foreach(json_object_get(history, "points"), i, one) {
		changes = json_object_get(one, "changes");
		snprintf(text, sizeof(text), "%s, %s: %zu runs, %s", str(one, "name"),
			 str(one, "point"), json_array_size(json_object_get(one, "values")),
			 !json_is_true(json_object_get(one, "judged")) ? str(one, "why")
			 : json_array_size(changes)		       ? "changed"
								       : "no change found");
		fmt_wrap(out, "  ", text);
		json_array_foreach(changes, j, at)
			say_change(out, at, str(one, "unit"));
	}
	fprintf(out, "rule: E-divisive, %d shuffles, p up to %g, at least %d runs and %g %%\n",
		STATS_SHUFFLES, number(history, "p"), STATS_CHANGE_MIN,
		100 * number(history, "floor"));
	if (integer(history, "exit") == CMP_UNKNOWN)
		fputs("verdict: none, no point has enough runs\n", out);
	else
		fprintf(out, "verdict: %d unexpected change%s to the worse, %d points judged\n",
			integer(history, "worse"), integer(history, "worse") == 1 ? "" : "s",
			integer(history, "judged"));
	return ferror(out) ? -EIO : 0;
}

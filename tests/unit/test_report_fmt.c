// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Units, rounding, wrapping and footnotes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/fmt.h"

static void times(void **state)
{
	static const struct {
		double ns;
		const char *want;
	} c[] = {
		{ 0, "0 ns" },		{ 5, "5.00 ns" },	{ 999, "999 ns" },
		{ 999.6, "1.00 us" },	{ 1234, "1.23 us" },	{ 12345, "12.3 us" },
		{ 99960, "100 us" },	{ 999499, "999 us" },	{ 999500, "1.00 ms" },
		{ 2.5e9, "2.50 s" },	{ 7.1e10, "71.0 s" },	{ 1.5e12, "1500 s" },
		{ -4500000, "-4.50 ms" },
	};
	char buf[CELL];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_string_equal(fmt_time(buf, c[i].ns), c[i].want);
}

static void sizes(void **state)
{
	char buf[CELL];

	(void)state;
	assert_string_equal(fmt_bytes(buf, 0), "0 B");
	assert_string_equal(fmt_bytes(buf, 64 << 20), "64 MiB");
	assert_string_equal(fmt_bytes(buf, 1 << 30), "1 GiB");
	assert_string_equal(fmt_bytes(buf, 1.5 * (1 << 30)), "1.50 GiB");
	assert_string_equal(fmt_bytes(buf, 4096 * 129), "516 KiB");
	assert_string_equal(fmt_bytes(buf, 12345), "12.1 KiB");
	assert_string_equal(fmt_bytes(buf, 1023), "1023 B");
	assert_string_equal(fmt_count(buf, 8210), "8210");
	assert_string_equal(fmt_count(buf, 8.5), "8.5");
	assert_string_equal(fmt_count(buf, 4793.8), "4794");
	assert_string_equal(fmt_unit(buf, "ns", 1500), "1.50 us");
	assert_string_equal(fmt_unit(buf, "pages", 7), "7");
}

static char *text;
static size_t len;

static void wrap(void **state)
{
	char words[400] = "";
	char *line, *save;
	FILE *out;
	int i;

	(void)state;
	for (i = 0; i < 60; i++)
		strcat(words, "word ");
	out = open_memstream(&text, &len);
	fmt_wrap(out, "head: ", words);
	fclose(out);
	assert_memory_equal(text, "head: word word", 15);
	for (i = 0, line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(strlen(line) <= COLUMNS);
		assert_int_equal(strspn(line, " "), i++ ? 6 : 0);
	}
	assert_true(i > 2);
	free(text);

	/* no blank to break at, and bytes that are no printable ASCII */
	memset(words, 'x', 150);
	strcpy(words + 150, "\x1b[31m \xc3\xa9");
	out = open_memstream(&text, &len);
	fmt_wrap(out, "", words);
	fclose(out);
	assert_int_equal(strcspn(text, "\n"), COLUMNS);
	assert_non_null(strstr(text, "?[31m ?\n"));
	free(text);
}

static void footnotes(void **state)
{
	static char many[40][16];
	struct notes n = { 0 };
	char buf[CELL];
	FILE *out;
	int i;

	(void)state;
	assert_string_equal(notes_missing(&n, buf, "skip", "budget"), "-(a)");
	assert_string_equal(notes_missing(&n, buf, NULL, "budget"), "-(b)");
	assert_string_equal(notes_missing(&n, buf, "skip", "budget"), "-(a)");
	out = open_memstream(&text, &len);
	notes_print(out, &n);
	fclose(out);
	assert_string_equal(text, "  (a) skip: budget\n  (b) budget\n");
	free(text);
	for (i = 0; i < 40; i++) {
		snprintf(many[i], sizeof(many[i]), "r%d", i);
		assert_int_equal(notes_ref(&n, NULL, many[i]), i < 23 ? 'c' + i : 'z');
	}
	assert_non_null(strstr(n.note[25].text, "further reasons"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(sizes),
		cmocka_unit_test(wrap),
		cmocka_unit_test(footnotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal: replaying it tells what is done, also when it ends anywhere. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/record/journal.h"

static char dir[] = "/tmp/lubench-test-XXXXXX";
static char file[64];

static int setup(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "%s/journal.jsonl", dir);
	unlink(file);
	return 0;
}

static void intent(struct journal *j, int cycle)
{
	assert_int_equal(journal_write(j, "intent", json_pack("{s:i}", "cycle", cycle)), 0);
}

static void outcome(struct journal *j, int cycle, const char *word)
{
	assert_int_equal(journal_write(j, "outcome",
				       json_pack("{s:i, s:s}", "cycle", cycle, "outcome", word)),
			 0);
}

static void start(struct journal *j)
{
	assert_int_equal(journal_open(j, dir), 0);
	assert_int_equal(journal_write(j, "start", json_pack("{s:s}", "run", "r1")), 0);
	journal_write(j, "launch", json_pack("{s:i}", "number", 2));
	intent(j, 1);
	outcome(j, 1, "ok");
	intent(j, 2);
	outcome(j, 2, "hang");
	intent(j, 3);
}

static void test_replay(void **state)
{
	struct journal_state s;
	struct journal j;

	(void)state;
	start(&j);
	journal_close(&j);
	assert_int_equal(journal_replay(dir, &s), 0);
	assert_string_equal(json_string_value(json_object_get(s.start, "run")), "r1");
	assert_int_equal(s.count, 2);
	assert_true(s.done[1] && s.done[2]);
	assert_false(s.done[3]);
	assert_int_equal(s.open_cycle, 3);
	assert_int_equal(s.failures, 1);
	assert_int_equal(s.launches, 2);
	assert_false(s.ended);
	journal_state_free(&s);
}

static void test_failures(void **state)
{
	struct journal_state s;
	struct journal j;

	(void)state;
	start(&j);
	outcome(&j, 3, "lost");
	outcome(&j, 4, "skip");
	outcome(&j, 5, "lost");
	journal_write(&j, "end", NULL);
	assert_int_equal(journal_replay(dir, &s), 0);
	/* A skip is neither good nor bad. */
	assert_int_equal(s.failures, 3);
	assert_int_equal(s.open_cycle, 0);
	assert_true(s.ended);
	journal_state_free(&s);
	journal_write(&j, "resume", NULL);
	journal_close(&j);
	assert_int_equal(journal_replay(dir, &s), 0);
	assert_int_equal(s.failures, 0);
	assert_false(s.ended);
	journal_state_free(&s);
}

/* Whatever byte the journal was cut at, replay works and never invents an outcome. */
static void test_cut_anywhere(void **state)
{
	struct journal_state s;
	struct journal j;
	char *text;
	size_t len, cut, marks[3] = { 0 }, wrong = 0;
	int loud, quiet;
	FILE *f;

	(void)state;
	start(&j);
	journal_close(&j);
	f = fopen(file, "r");
	text = calloc(1, 10000);
	len = fread(text, 1, 9999, f);
	fclose(f);
	assert_true(len > 100);
	marks[1] = (size_t)(strstr(text, "\"ok\"") - text) + 5;
	marks[2] = (size_t)(strstr(text, "\"hang\"") - text) + 7;
	/* Several hundred complaints about torn lines help nobody. */
	quiet = open("/dev/null", O_WRONLY);
	loud = dup(2);
	dup2(quiet, 2);
	for (cut = 0; cut <= len; cut++) {
		f = fopen(file, "w");
		fwrite(text, 1, cut, f);
		fclose(f);
		wrong += journal_replay(dir, &s) != 0;
		wrong += s.count != (size_t)((cut >= marks[1]) + (cut >= marks[2]));
		journal_state_free(&s);
	}
	dup2(loud, 2);
	close(loud);
	close(quiet);
	assert_int_equal(wrong, 0);
	/* Appending to a torn journal starts a line of its own. */
	f = fopen(file, "w");
	fwrite(text, 1, len - 10, f);
	fclose(f);
	assert_int_equal(journal_open(&j, dir), 0);
	outcome(&j, 3, "ok");
	journal_close(&j);
	assert_int_equal(journal_replay(dir, &s), 0);
	assert_int_equal(s.count, 3);
	journal_state_free(&s);
	free(text);
}

static void test_lock(void **state)
{
	struct journal a, b;

	(void)state;
	assert_int_equal(journal_open(&a, dir), 0);
	assert_true(journal_open(&b, dir) < 0);
	journal_close(&b);
	journal_close(&a);
	assert_int_equal(journal_open(&b, dir), 0);
	journal_close(&b);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	setup(state);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_replay, setup),
		cmocka_unit_test_setup(test_failures, setup),
		cmocka_unit_test_setup(test_cut_anywhere, setup),
		cmocka_unit_test_setup(test_lock, setup),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

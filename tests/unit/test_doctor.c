// SPDX-License-Identifier: GPL-2.0-or-later
/* Bounds of what a machine answers; --restore and --unlock; and which kernel is the one that a cycle has started. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/cli/doctor.h"
#include "bench/doctor/facts.h"
#include "bench/lubench.h"
#include "bench/target/cycle.h"
#include "bench/target/owner.h"

static void test_bounds(void **state)
{
	static struct facts f;
	char *text = malloc(FACTS_BYTES_MAX + 2);
	long long n;
	size_t i, at = 0;

	(void)state;
	for (i = 0; i < FACTS_MAX + 10; i++)
		at += (size_t)sprintf(text + at, "config=CONFIG_%zu=y\n", i);
	assert_int_equal(facts_parse(&f, text, at), 0);
	assert_int_equal(f.nr, FACTS_MAX);
	assert_int_equal(f.left_out, 10);
	assert_false(f.whole);
	facts_free(&f);
	memset(text, 'a', FACTS_BYTES_MAX + 1);
	assert_int_equal(facts_parse(&f, text, FACTS_BYTES_MAX + 1), -EMSGSIZE);
	facts_free(&f);
	/* A key and a value of the longest kind, and one more byte. */
	text[FACT_KEY_MAX - 1] = '=';
	text[FACT_KEY_MAX - 1 + FACT_VALUE_MAX] = '\n';
	assert_int_equal(facts_parse(&f, text, FACT_KEY_MAX + FACT_VALUE_MAX), 0);
	assert_int_equal(f.nr, 1);
	assert_int_equal(strlen(f.fact[0].value), FACT_VALUE_MAX - 1);
	facts_free(&f);
	text[FACT_KEY_MAX - 1] = 'a';
	text[FACT_KEY_MAX] = '=';
	assert_int_equal(facts_parse(&f, text, FACT_KEY_MAX + FACT_VALUE_MAX), 0);
	assert_int_equal(f.nr, 0);
	assert_int_equal(f.left_out, 1);
	facts_free(&f);
	free(text);
	/* The end has to be the last line, and a line has to have an end. */
	assert_int_equal(facts_parse(&f, "a=5\nend=1\n", 10), 0);
	assert_true(f.whole);
	assert_true(facts_number(&f, "a", &n) && n == 5);
	assert_false(facts_number(&f, "b", &n));
	facts_free(&f);
	facts_parse(&f, "end=1\na=5\n", 10);
	assert_false(f.whole);
	facts_free(&f);
	facts_parse(&f, "end=1\na=5", 9);
	assert_false(f.whole);
	facts_free(&f);
	facts_parse(&f, "a=5\nend=1", 9);
	assert_false(f.whole);
	facts_free(&f);
}

static void test_bdf(void **state)
{
	(void)state;
	assert_true(facts_bdf_valid("0000:3a:1f.7"));
	assert_false(facts_bdf_valid("0000:3a:1f.8"));
	assert_false(facts_bdf_valid("3a:1f.0"));
	assert_false(facts_bdf_valid("0000:3a:1f.0 "));
	assert_false(facts_bdf_valid(""));
}

static struct {
	int status;
	const char *out;
	char command[400];
	int looked;
	const char *owner;
} shell;

static int stub_exec(struct target *t, struct target_exec *x)
{
	(void)t;
	x->why[0] = '\0';
	if (strstr(x->command, " v=look ")) {
		x->out = strdup(shell.owner ? shell.owner : "");
		return shell.looked;
	}
	snprintf(shell.command, sizeof(shell.command), "%s", x->command);
	x->out = strdup(shell.out);
	x->why[0] = '\0';
	return shell.status;
}

static int answered(int (*what)(struct target *t), int status, const char *out)
{
	static const struct target_ops ops = { .exec = stub_exec };
	static const struct target_row row = { .name = "host", .ops = &ops };
	struct target t = { .row = &row, .host = "root@h" };

	shell.status = status;
	shell.out = out;
	return what(&t);
}

static int restore(int status, const char *out)
{
	return answered(doctor_restore, status, out);
}

static char cache[] = "/tmp/test_doctor.XXXXXX";

static int make_cache(void **state)
{
	(void)state;
	return mkdtemp(cache) ? setenv("LUBENCH_CACHE", cache, 1) : -1;
}

static int remove_cache(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", cache);
	return system(command);
}

static void test_unlock(void **state)
{
	static const char gone[] = "hi\nlubench-owner gone 7 100 r1 c1 100 b w@h\n";

	(void)state;
	assert_int_equal(answered(doctor_unlock, 0, gone), LUB_EXIT_OK);
	assert_non_null(strstr(shell.command, " v=unlock "));
	assert_int_equal(answered(doctor_unlock, TARGET_OWNER_NONE, ""), LUB_EXIT_OK);
	assert_int_equal(answered(doctor_unlock, TARGET_OWNER_BUSY, gone), LUB_EXIT_FAIL);
	assert_int_equal(answered(doctor_unlock, TARGET_OWNER_LOCKED, ""), LUB_EXIT_FAIL);
	assert_int_equal(answered(doctor_unlock, 255, ""), LUB_EXIT_FAIL);
}

static void test_restore(void **state)
{
	(void)state;
	shell.looked = TARGET_OWNER_NONE;
	assert_int_equal(restore(0, "0000:3a:01.0 idxd\n"), LUB_EXIT_OK);
	assert_non_null(strstr(shell.command, TARGET_AGENT " undo " TARGET_DIR));
	assert_int_equal(restore(91, ""), LUB_EXIT_OK);
	assert_int_equal(restore(92, ""), LUB_EXIT_FAIL);
	assert_int_equal(restore(1, ""), LUB_EXIT_FAIL);
	assert_int_equal(restore(255, ""), LUB_EXIT_FAIL);
	assert_int_equal(restore(-ETIMEDOUT, ""), LUB_EXIT_FAIL);
	/* Whose it is comes first. */
	shell.command[0] = '\0';
	shell.looked = TARGET_OWNER_HELD;
	shell.owner = "lubench-owner held 7 100 r1 c1 100 b w@h\n";
	assert_int_equal(restore(0, ""), LUB_EXIT_FAIL);
	shell.looked = TARGET_OWNER_LOCKED;
	assert_int_equal(restore(0, ""), LUB_EXIT_FAIL);
	assert_string_equal(shell.command, "");
	shell.looked = TARGET_OWNER_BROKEN;
	assert_int_equal(restore(0, ""), LUB_EXIT_OK);
}

/* A kexec that a controller which is dead now has asked for is not the one of this cycle. */
static void test_is_ours(void **state)
{
	struct cycle_job job = { .run = "r1", .cycle = { .number = 3 }, .attempt = 2 };

	(void)state;
	assert_true(cycle_is_ours(&job, "kho=on lubench.run=r1 lubench.cycle=3 lubench.attempt=2"));
	assert_false(
		cycle_is_ours(&job, "kho=on lubench.run=r1 lubench.cycle=3 lubench.attempt=1"));
	assert_false(cycle_is_ours(&job, "kho=on lubench.run=r1 lubench.cycle=3"));
	assert_false(
		cycle_is_ours(&job, "kho=on lubench.run=r1 lubench.cycle=31 lubench.attempt=2"));
	assert_false(
		cycle_is_ours(&job, "kho=on lubench.run=r2 lubench.cycle=3 lubench.attempt=2"));
}

/* One factor for all limits; the pauses stay. */
static void test_slowdown(void **state)
{
	struct target t = { .row = target_row_find("vtd") };
	struct cycle_budgets one = cycle_budgets_for(&t, 1000, 2000), slow;

	(void)state;
	t.slowdown = CYCLE_SLOWDOWN_MAX;
	slow = cycle_budgets_for(&t, 1000, 2000);
	assert_int_equal(slow.silence, one.silence * CYCLE_SLOWDOWN_MAX);
	assert_int_equal(slow.total, one.total * CYCLE_SLOWDOWN_MAX);
	assert_int_equal(slow.launch, one.launch * CYCLE_SLOWDOWN_MAX);
	assert_int_equal(slow.tick, one.tick);
	assert_int_equal(slow.ask, one.ask);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounds),	 cmocka_unit_test(test_bdf),
		cmocka_unit_test(test_restore),	 cmocka_unit_test(test_is_ours),
		cmocka_unit_test(test_slowdown), cmocka_unit_test(test_unlock),
	};

	return cmocka_run_group_tests(tests, make_cache, remove_cache);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Stops of the controller's processors: what they add up to, and that they are noticed at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "bench/target/stalls.h"

#define MS 1000000LL

static void test_sum(void **state)
{
	struct stalls *s = stalls_new(2);

	(void)state;
	assert_non_null(s);
	assert_int_equal(stalls_within(NULL, 0, 100 * MS), 0);
	assert_int_equal(stalls_within(s, 0, 100 * MS), 0);
	/* late by less than counts */
	stalls_add(s, 0, 5 * MS, 6 * MS - 1);
	assert_int_equal(stalls_within(s, 0, 6 * MS), 0);
	/* one alone, both at once, both in part: what any of them stood still counts once */
	stalls_add(s, 0, 10 * MS, 14 * MS);
	stalls_add(s, 0, 20 * MS, 30 * MS);
	stalls_add(s, 1, 20 * MS, 30 * MS);
	stalls_add(s, 0, 40 * MS, 50 * MS);
	stalls_add(s, 1, 45 * MS, 60 * MS);
	assert_int_equal(stalls_within(s, 0, 60 * MS), 34 * MS);
	assert_int_equal(stalls_within(s, 12 * MS, 25 * MS), 7 * MS);
	assert_int_equal(stalls_within(s, 14 * MS, 20 * MS), 0);
	assert_int_equal(stalls_within(s, 47 * MS, 48 * MS), 1 * MS);
	stalls_finish(s);
}

/* The device moves on at the end of a stop, maybe before the watcher has noted it. */
static void test_still_stopped(void **state)
{
	struct stalls *s = stalls_new(2);

	(void)state;
	assert_non_null(s);
	stalls_add(s, 0, 0, 0);
	stalls_add(s, 1, 99 * MS, 99 * MS);
	/* watcher 0 should have looked 500 us later, and has not since */
	assert_int_equal(stalls_within(s, 0, 100 * MS), 100 * MS - 500000);
	stalls_add(s, 0, 500000, 100 * MS);
	assert_int_equal(stalls_within(s, 0, 100 * MS), 100 * MS - 500000);
	stalls_finish(s);
}

/* Stops beyond those kept are forgotten, the newest never. */
static void test_many(void **state)
{
	struct stalls *s = stalls_new(1);
	int64_t i;

	(void)state;
	assert_non_null(s);
	for (i = 0; i < 1000; i++)
		stalls_add(s, 0, i * 10 * MS, i * 10 * MS + 2 * MS);
	assert_int_equal(stalls_within(s, 9900 * MS, 10000 * MS - 8 * MS), 20 * MS);
	assert_int_equal(stalls_within(s, 0, 10000 * MS - 8 * MS), 512 * MS);
	stalls_finish(s);
}

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Where real-time priority is permitted the threads run and what they say is possible. */
static void test_live(void **state)
{
	int64_t from = now_ns(), to, stopped;
	struct stalls *s = stalls_start();

	(void)state;
	if (!s)
		skip();
	nanosleep(&(struct timespec){ .tv_nsec = 50 * MS }, NULL);
	to = now_ns();
	stopped = stalls_within(s, from, to);
	assert_true(stopped >= 0 && stopped <= to - from);
	stalls_finish(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum),
		cmocka_unit_test(test_still_stopped),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The observer's schedule, account and summary, from made-up times. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/dpdk/summary.h"

#define MS 1000000ull
#define ROOM 1000

static struct lub_frame_log log_of[ROOM + 1];
static struct tally tally;
static struct tally_result result;

static int setup(void **state)
{
	(void)state;
	memset(log_of, 0, sizeof(log_of));
	tally_init(&tally, log_of, ROOM);
	return 0;
}

/* Frame N is sent at N ms. */
static void send_to(uint32_t last)
{
	while (tally.sent < last)
		tally_sent(&tally, (tally.sent + 1) * MS);
}

static void settle(uint64_t sending_ns)
{
	tally_end(&tally, sending_ns);
	assert_int_equal(tally_result(&tally, &result), 0);
	assert_int_equal(tally.sent, tally.echoed + result.early + result.lost + result.in_flight);
}

static void pace_keeps_the_rate(void **state)
{
	struct pace p;
	uint64_t now;
	int taken = 0;

	(void)state;
	pace_start(&p, 3, 500);
	for (now = 500; now < 500 + 1000 * MS; now += MS / 10)
		taken += pace_take(&p, now);
	assert_int_equal(taken, 3);
	/* thirds of a second do not add up to less than a second */
	assert_int_equal(pace_due(&p), 500 + 1000 * MS);
	assert_int_equal(p.skipped, 0);
	assert_true(p.worst_late_ns <= MS / 10);
}

static void pace_waits_for_the_slot(void **state)
{
	struct pace p;

	(void)state;
	pace_start(&p, 1000, 0);
	assert_true(pace_take(&p, 0));
	assert_false(pace_take(&p, MS - 1));
	assert_true(pace_take(&p, MS));
	assert_false(pace_take(&p, MS));
}

static void pace_leaves_out_what_it_missed(void **state)
{
	struct pace p;

	(void)state;
	pace_start(&p, 1000, 0);
	assert_true(pace_take(&p, 0));
	/* slot 1 is taken 3.5 ms late; slots 2, 3 and 4 are gone */
	assert_true(pace_take(&p, 4 * MS + MS / 2));
	assert_false(pace_take(&p, 4 * MS + MS / 2));
	assert_int_equal(p.worst_late_ns, 3 * MS + MS / 2);
	assert_int_equal(p.skipped, 3);
	assert_int_equal(pace_due(&p), 5 * MS);
}

static void each_frame_in_one_class(void **state)
{
	uint32_t seq;

	(void)state;
	send_to(100);
	for (seq = 11; seq <= 90; seq++)
		if (seq % 10)
			tally_echo(&tally, seq, seq * MS + MS / 2);
	settle(101 * MS);
	assert_int_equal(tally.echoed, 72);
	assert_int_equal(result.early, 10);
	assert_int_equal(result.lost, 7); /* 20, 30 ... 80: 90 has none after it */
	assert_int_equal(result.in_flight, 11);
	assert_int_equal(tally.first_ns, 11 * MS + MS / 2);
	assert_int_equal(tally.last_ns, 89 * MS + MS / 2);
	assert_int_equal(le64toh(log_of[11].echoed), 11 * MS + MS / 2);
	assert_int_equal(log_of[20].echoed, 0);
}

static void gap_between_echoes(void **state)
{
	(void)state;
	send_to(400);
	tally_echo(&tally, 1, 2 * MS);
	tally_echo(&tally, 2, 3 * MS);
	tally_echo(&tally, 3, 303 * MS); /* what had waited comes at once */
	tally_echo(&tally, 4, 303 * MS);
	tally_echo(&tally, 400, 401 * MS);
	settle(401 * MS);
	assert_int_equal(tally.gap.start_ns, 3 * MS);
	assert_int_equal(tally.gap.end_ns, 303 * MS);
	assert_true(tally.gap.ended);
	assert_int_equal(result.lost, 395);
}

static void gap_without_an_end(void **state)
{
	(void)state;
	send_to(10);
	tally_echo(&tally, 1, 2 * MS);
	tally_echo(&tally, 2, 6 * MS);
	settle(11 * MS);
	assert_int_equal(tally.gap.start_ns, 6 * MS);
	assert_int_equal(tally.gap.end_ns, 11 * MS);
	assert_false(tally.gap.ended);
	assert_int_equal(result.in_flight, 8);
}

static void end_is_no_gap_when_all_came_back(void **state)
{
	(void)state;
	send_to(3);
	tally_echo(&tally, 1, 2 * MS);
	tally_echo(&tally, 2, 3 * MS);
	tally_echo(&tally, 3, 4 * MS);
	settle(50 * MS);
	assert_int_equal(tally.gap.end_ns - tally.gap.start_ns, MS);
	assert_true(tally.gap.ended);
}

static void order_and_copies(void **state)
{
	(void)state;
	send_to(5);
	tally_echo(&tally, 1, 10 * MS);
	tally_echo(&tally, 4, 10 * MS);
	tally_echo(&tally, 2, 10 * MS);
	tally_echo(&tally, 3, 11 * MS);
	tally_echo(&tally, 4, 12 * MS);
	tally_echo(&tally, 5, 13 * MS);
	settle(14 * MS);
	assert_int_equal(tally.reordered, 2);
	assert_int_equal(tally.again, 1);
	assert_int_equal(tally.echoed, 5);
	/* the times alone tell the order, also inside of a burst; a copy changes none */
	assert_int_equal(le64toh(log_of[4].echoed), 10 * MS + 1);
	assert_int_equal(le64toh(log_of[2].echoed), 10 * MS + 2);
	assert_int_equal(tally.gap.end_ns - tally.gap.start_ns, 2 * MS);
}

static void never_sent_is_corrupt(void **state)
{
	(void)state;
	send_to(5);
	tally_echo(&tally, 0, 6 * MS);
	tally_echo(&tally, 6, 6 * MS);
	tally_echo(&tally, UINT32_MAX, 6 * MS);
	settle(6 * MS);
	assert_int_equal(tally.corrupt, 3);
	assert_int_equal(tally.echoed, 0);
	assert_int_equal(result.early, 5);
	assert_int_equal(tally.gap.end_ns, 0);
}

static void delays_by_rank(void **state)
{
	uint32_t seq;

	(void)state;
	send_to(200);
	for (seq = 1; seq <= 200; seq++) /* delays 1 to 200 us */
		tally_echo(&tally, seq, seq * MS + (uint64_t)seq * 1000);
	settle(201 * MS);
	assert_int_equal(result.delay_min_ns, 1000);
	assert_int_equal(result.delay_p50_ns, 100000);
	assert_int_equal(result.delay_p99_ns, 198000);
	assert_int_equal(result.delay_max_ns, 200000);
}

static void rank_is_rounded_up(void **state)
{
	(void)state;
	send_to(3);
	tally_echo(&tally, 1, MS + 1);
	tally_echo(&tally, 2, 2 * MS + 2);
	tally_echo(&tally, 3, 3 * MS + 3);
	settle(4 * MS);
	assert_int_equal(result.delay_p50_ns, 2);
	assert_int_equal(result.delay_p99_ns, 3);
}

static json_t *summarize(const struct pace *p)
{
	const struct summary s = {
		.dpdk = "22.11.11",
		.port = "net_af_packet0",
		.log = "x.frames",
		.run = 0xfeedfacecafef00d,
		.end_ns = 401 * MS,
		.refused = 2,
		.worst_look_ns = 77,
		.realtime = true,
		.pace = p,
		.tally = &tally,
	};
	json_t *all = summary_json(&s);

	assert_non_null(all);
	return all;
}

static json_int_t field(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void summary_has_all(void **state)
{
	struct pace p;
	json_t *all, *part;

	(void)state;
	pace_start(&p, 1000, MS);
	p.worst_late_ns = 55;
	p.skipped = 3;
	send_to(400);
	tally_echo(&tally, 2, 3 * MS);
	tally_echo(&tally, 4, 303 * MS);
	tally.foreign = 9;
	settle(401 * MS);
	all = summarize(&p);
	assert_string_equal(json_string_value(json_object_get(all, "run")), "feedfacecafef00d");
	assert_int_equal(field(all, "start_ns"), MS);
	assert_int_equal(field(all, "end_ns"), 401 * MS);
	assert_int_equal(field(all, "rate"), 1000);
	assert_int_equal(field(all, "sent"), 400);
	assert_int_equal(field(all, "echoed"), 2);
	assert_int_equal(field(all, "early"), 1);
	assert_int_equal(field(all, "lost"), 1);
	assert_int_equal(field(all, "in_flight"), 396);
	assert_int_equal(field(all, "foreign"), 9);
	assert_int_equal(field(all, "first_echo_ns"), 3 * MS);
	assert_int_equal(field(all, "last_echo_ns"), 303 * MS);
	part = json_object_get(all, "gap");
	assert_int_equal(field(part, "ns"), 300 * MS);
	assert_int_equal(field(part, "start_ns"), 3 * MS);
	assert_int_equal(field(part, "end_ns"), 303 * MS);
	assert_true(json_is_true(json_object_get(part, "ended")));
	part = json_object_get(all, "delay_ns");
	assert_int_equal(field(part, "min"), MS);
	assert_int_equal(field(part, "max"), 299 * MS);
	part = json_object_get(all, "pacing");
	assert_int_equal(field(part, "worst_late_ns"), 55);
	assert_int_equal(field(part, "skipped"), 3);
	assert_int_equal(field(part, "refused"), 2);
	assert_int_equal(field(part, "worst_look_ns"), 77);
	json_decref(all);
}

static void summary_without_an_echo(void **state)
{
	struct pace p;
	json_t *all;

	(void)state;
	pace_start(&p, 1000, MS);
	send_to(10);
	settle(11 * MS);
	all = summarize(&p);
	assert_int_equal(field(all, "early"), 10);
	assert_true(json_is_null(json_object_get(all, "first_echo_ns")));
	assert_true(json_is_null(json_object_get(all, "gap")));
	assert_true(json_is_null(json_object_get(all, "delay_ns")));
	json_decref(all);
}

static void saved_as_a_whole(void **state)
{
	char dir[] = "/tmp/test_dpdk.XXXXXX", path[64], next[72];
	json_t *back;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s.json", dir);
	snprintf(next, sizeof(next), "%s.new", path);
	assert_int_equal(summary_save(path, json_pack("{s:i}", "sent", 7)), 0);
	assert_int_not_equal(access(next, F_OK), 0);
	back = json_load_file(path, 0, NULL);
	assert_int_equal(field(back, "sent"), 7);
	json_decref(back);
	assert_int_equal(summary_save(path, NULL), -ENOMEM);
	assert_int_equal(access(path, F_OK), 0); /* the old one is left alone */
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pace_keeps_the_rate),
		cmocka_unit_test(pace_waits_for_the_slot),
		cmocka_unit_test(pace_leaves_out_what_it_missed),
		cmocka_unit_test_setup(each_frame_in_one_class, setup),
		cmocka_unit_test_setup(gap_between_echoes, setup),
		cmocka_unit_test_setup(gap_without_an_end, setup),
		cmocka_unit_test_setup(end_is_no_gap_when_all_came_back, setup),
		cmocka_unit_test_setup(order_and_copies, setup),
		cmocka_unit_test_setup(never_sent_is_corrupt, setup),
		cmocka_unit_test_setup(delays_by_rank, setup),
		cmocka_unit_test_setup(rank_is_rounded_up, setup),
		cmocka_unit_test_setup(summary_has_all, setup),
		cmocka_unit_test_setup(summary_without_an_echo, setup),
		cmocka_unit_test_setup(saved_as_a_whole, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

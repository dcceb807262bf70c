// SPDX-License-Identifier: GPL-2.0-or-later
/* What became of the frames: from an observer's log and an emulator's dump, written by hand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/frames.h"
#include "workloads/dpdk/frame.h"

#define RUN 0xabcdull
#define MS 1000000ll
#define BEGIN (5000 * MS)

static char path[64];

static FILE *fresh(void)
{
	FILE *out;

	snprintf(path, sizeof(path), "/tmp/test_frames.%d", (int)getpid());
	out = fopen(path, "we");
	assert_non_null(out);
	return out;
}

static void log_entry(FILE *out, int64_t sent, int64_t echoed)
{
	struct lub_frame_log e = { htole64((uint64_t)sent), htole64((uint64_t)echoed) };

	assert_int_equal(fwrite(&e, sizeof(e), 1, out), 1);
}

static FILE *fresh_log(void)
{
	struct lub_frame_log head = { 0, htole64(RUN) };
	FILE *out = fresh();

	memcpy(&head.sent, LUB_FRAME_LOG_MAGIC, sizeof(head.sent));
	assert_int_equal(fwrite(&head, sizeof(head), 1, out), 1);
	return out;
}

/* One frame a millisecond, back after 200 us; between two of them nobody answers, then all at once. */
static void write_log(int frames, int dark, int light, int lost)
{
	FILE *out = fresh_log();
	int64_t sent;
	int i;

	for (i = 0; i < frames; i++) {
		sent = BEGIN + i * MS;
		if (i == lost)
			log_entry(out, sent, 0);
		else if (i >= dark && i < light)
			log_entry(out, sent, BEGIN + light * MS + i);
		else
			log_entry(out, sent, sent + MS / 5);
	}
	for (i = 0; i < 100; i++)
		log_entry(out, 0, 0);
	fclose(out);
}

static void sees_the_gap_of_a_window(void **state)
{
	struct frames_window w = { .start_ns = BEGIN + 150 * MS, .end_ns = BEGIN + 250 * MS };

	(void)state;
	write_log(500, 160, 300, -1);
	assert_int_equal(frames_log(path, RUN, &w), 0);
	assert_int_equal(w.sent, 100);
	assert_int_equal(w.echoed, 100);
	assert_false(w.open);
	/* From the echo of frame 159 to the first of the burst. */
	assert_int_equal(w.gap_ns, (300 - 159) * MS - MS / 5 + 160);

	w = (struct frames_window){ .start_ns = BEGIN + 10 * MS, .end_ns = BEGIN + 150 * MS };
	assert_int_equal(frames_log(path, RUN, &w), 0);
	assert_int_equal(w.sent, 140);
	assert_int_equal(w.gap_ns, MS);
}

static void counts_what_is_lost(void **state)
{
	struct frames_window w = { .start_ns = BEGIN, .end_ns = BEGIN + 100 * MS };

	(void)state;
	write_log(200, 0, 0, 50);
	assert_int_equal(frames_log(path, RUN, &w), 0);
	assert_int_equal(w.sent, 100);
	assert_int_equal(w.echoed, 99);
	assert_int_equal(w.gap_ns, 2 * MS);
	w.start_ns = BEGIN + 60 * MS;
	assert_int_equal(frames_log(path, RUN, &w), 0);
	assert_int_equal(w.sent, w.echoed);
}

static void knows_that_service_never_came_back(void **state)
{
	struct frames_window w = { .start_ns = BEGIN + 100 * MS, .end_ns = BEGIN + 400 * MS };
	FILE *out = fresh_log();
	int i;

	(void)state;
	for (i = 0; i < 500; i++)
		log_entry(out, BEGIN + i * MS, i < 120 ? BEGIN + i * MS + 1 : 0);
	fclose(out);
	assert_int_equal(frames_log(path, RUN, &w), 0);
	assert_true(w.open);
	assert_int_equal(w.sent, 300);
	assert_int_equal(w.echoed, 20);
}

static void refuses_other_logs(void **state)
{
	struct frames_window w = { 0 };

	(void)state;
	write_log(10, 0, 0, -1);
	assert_int_equal(frames_log(path, RUN + 1, &w), -ENODATA);
	fclose(fresh());
	assert_int_equal(frames_log(path, RUN, &w), -ENODATA);
	unlink(path);
	assert_int_equal(frames_log(path, RUN, &w), -ENOENT);
}

static void dump(FILE *out, enum lub_frame_end to, int64_t sent, int64_t dumped)
{
	uint32_t head[4] = { (uint32_t)(dumped / 1000000000),
			     (uint32_t)(dumped % 1000000000 / 1000), 64, LUB_FRAME_BYTES };
	struct lub_frame f;

	lub_frame_build(&f, to, RUN, 1, (uint64_t)sent);
	assert_int_equal(fwrite(head, sizeof(head), 1, out), 1);
	assert_int_equal(fwrite(&f, 64, 1, out), 1);
}

static FILE *fresh_dump(void)
{
	static const uint32_t head[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 64, 1 };
	FILE *out = fresh();

	assert_int_equal(fwrite(head, sizeof(head), 1, out), 1);
	return out;
}

/* The emulator's clock is 77 s ahead of ours. A burst of old frames counts where it arrived. */
static void counts_arrivals_and_not_what_was_sent(void **state)
{
	const int64_t ahead = 77000 * MS;
	struct frames_window w = { .start_ns = BEGIN + 100 * MS, .end_ns = BEGIN + 200 * MS };
	FILE *out = fresh_dump();
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		dump(out, LUB_FRAME_TARGET, BEGIN + i * MS, BEGIN + i * MS + ahead + i % 7 * 1000);
		dump(out, LUB_FRAME_OBSERVER, BEGIN + i * MS, BEGIN + i * MS + ahead);
	}
	for (i = 100; i < 200; i++)
		dump(out, LUB_FRAME_TARGET, BEGIN + i * MS,
		     BEGIN + (i < 130 ? i : 200) * MS + ahead);
	fclose(out);
	assert_int_equal(frames_dump(path, &w), 0);
	assert_int_equal(w.arrived, 30);
	w.start_ns += 100 * MS;
	w.end_ns += 100 * MS;
	assert_int_equal(frames_dump(path, &w), 0);
	assert_int_equal(w.arrived, 70);
}

static void knows_an_empty_dump(void **state)
{
	struct frames_window w = { 0 };
	FILE *out = fresh_dump();

	(void)state;
	dump(out, LUB_FRAME_OBSERVER, BEGIN, BEGIN);
	fclose(out);
	assert_int_equal(frames_dump(path, &w), -ENODATA);
	unlink(path);
	assert_int_equal(frames_dump(path, &w), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_the_gap_of_a_window),
		cmocka_unit_test(counts_what_is_lost),
		cmocka_unit_test(knows_that_service_never_came_back),
		cmocka_unit_test(refuses_other_logs),
		cmocka_unit_test(counts_arrivals_and_not_what_was_sent),
		cmocka_unit_test(knows_an_empty_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

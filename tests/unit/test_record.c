// SPDX-License-Identifier: GPL-2.0-or-later
/* samples.jsonl: what is written is what is read, and torn or bad lines cost nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/record/record.h"

static char dir[] = "/tmp/lubench-test-XXXXXX";
static char file[64], aside[64];

static const struct lub_params params = {
	.hwpts = 16,
	.ioas_bytes = 1ULL << 30,
	.page_bytes = 4096,
	.devices = 1,
	.mode = "preserve",
	.workload = "lsi",
};

static struct lub_sample sample(uint32_t rep, int64_t value)
{
	return (struct lub_sample){
		.run = "r1",
		.cycle = 3,
		.rep = rep,
		.scenario = "preserve",
		.metric = "preserve.iommufd",
		.unit = "ns",
		.clock = "tsc",
		.value = value,
		.params = params,
	};
}

static int setup(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "%s/samples.jsonl", dir);
	snprintf(aside, sizeof(aside), "%s/samples.torn", dir);
	unlink(file);
	unlink(aside);
	return 0;
}

static void append(const char *text)
{
	FILE *out = fopen(file, "a");

	fputs(text, out);
	fclose(out);
}

static void test_round_trip(void **state)
{
	struct lub_sample s = sample(1, 123456), none = sample(2, 0);
	struct lub_event e = { "r1", 3, "outgoing", "freeze.begin", 1ULL << 60, 2096000000 };
	struct lub_outcome o = { "r1", 3, "preserve", "hang", "no \"progress\"\n", params };
	struct record_writer w;
	struct record_set set;
	int i;

	(void)state;
	none.reason = "no witness";
	none.params.phase = "blackout";
	assert_int_equal(record_open(&w, dir), 0);
	/* More than the first few allocations hold. */
	for (i = 0; i < 100; i++) {
		s.value = i;
		assert_int_equal(record_write(&w, emit_sample(&s)), 0);
		assert_int_equal(record_write(&w, emit_event(&e)), 0);
		assert_int_equal(record_write(&w, emit_outcome(&o)), 0);
	}
	assert_int_equal(record_write(&w, emit_sample(&none)), 0);
	record_close(&w);
	assert_int_equal(record_read(dir, &set), 0);
	assert_int_equal(set.bad_lines, 0);
	assert_false(set.torn);
	assert_int_equal(set.nr_samples, 101);
	assert_int_equal(set.nr_events, 100);
	assert_int_equal(set.nr_outcomes, 100);
	for (i = 0; i < 100; i++)
		assert_int_equal(set.samples[i].value, i);
	assert_string_equal(set.samples[0].params.probes, "off");
	assert_null(set.samples[0].params.phase);
	assert_int_equal(set.samples[0].params.ioas_bytes, 1ULL << 30);
	assert_string_equal(set.samples[100].reason, "no witness");
	assert_string_equal(set.samples[100].params.phase, "blackout");
	assert_int_equal(set.events[99].ticks, 1ULL << 60);
	assert_string_equal(set.outcomes[99].reason, "no \"progress\"\n");
	record_set_free(&set);
}

static void test_torn(void **state)
{
	struct lub_sample s = sample(0, 1);
	struct record_writer w;
	struct record_set set;

	(void)state;
	assert_int_equal(record_open(&w, dir), 0);
	record_write(&w, emit_sample(&s));
	record_close(&w);
	append("{\"schema\":1,\"kind\":\"sam");
	assert_int_equal(record_read(dir, &set), 0);
	assert_true(set.torn);
	assert_int_equal(set.nr_samples, 1);
	assert_int_equal(set.bad_lines, 0);
	record_set_free(&set);
	/* Opening again moves the torn end aside, so that the next line is whole. */
	assert_int_equal(record_open(&w, dir), 0);
	record_write(&w, emit_sample(&s));
	record_close(&w);
	assert_int_equal(access(aside, F_OK), 0);
	assert_int_equal(record_read(dir, &set), 0);
	assert_false(set.torn);
	assert_int_equal(set.nr_samples, 2);
	record_set_free(&set);
}

static void test_bad_lines(void **state)
{
	struct lub_sample s = sample(0, 1);
	struct record_writer w;
	struct record_set set;

	(void)state;
	append("not json\n");
	append("[1]\n");
	append("{\"schema\":2,\"kind\":\"sample\"}\n");
	append("{\"schema\":1,\"kind\":\"song\"}\n");
	append("{\"schema\":1,\"kind\":\"event\",\"run\":\"r\",\"cycle\":-1,\"kernel\":\"outgoing\","
	       "\"event\":\"e\",\"ticks\":1,\"hz\":1}\n");
	append("{\"schema\":1,\"kind\":\"outcome\",\"run\":\"r\",\"cycle\":1,\"scenario\":\"p\","
	       "\"params\":{\"hwpts\":1,\"ioas_bytes\":1,\"page_bytes\":1,\"devices\":1,"
	       "\"mode\":\"m\",\"workload\":\"w\",\"probes\":\"off\"},\"outcome\":\"fine\","
	       "\"reason\":null}\n");
	/* What somebody is going to divide by */
	append("{\"schema\":1,\"kind\":\"sample\",\"run\":\"r\",\"cycle\":1,\"rep\":0,\"scenario\":\"p\","
	       "\"metric\":\"m\",\"unit\":\"ns\",\"clock\":\"tsc\",\"value\":1,\"params\":{\"hwpts\":1,"
	       "\"ioas_bytes\":1,\"page_bytes\":0,\"devices\":1,\"mode\":\"m\",\"workload\":\"w\","
	       "\"probes\":\"off\"}}\n");
	assert_int_equal(record_open(&w, dir), 0);
	record_write(&w, emit_sample(&s));
	record_close(&w);
	assert_int_equal(record_read(file, &set), 0);
	assert_int_equal(set.bad_lines, 7);
	assert_int_equal(set.nr_samples, 1);
	assert_int_equal(set.nr_outcomes, 0);
	record_set_free(&set);
}

static void test_cut(void **state)
{
	struct lub_sample s = sample(0, 1);
	struct record_writer w;
	struct record_set set;
	long long at;

	(void)state;
	assert_int_equal(record_open(&w, dir), 0);
	record_write(&w, emit_sample(&s));
	at = record_size(&w);
	s.value = 2;
	record_write(&w, emit_sample(&s));
	assert_int_equal(record_cut(&w, at, "samples.torn"), 0);
	assert_int_equal(record_size(&w), at);
	record_close(&w);
	/* Nothing is lost: the other file holds the tail. */
	assert_int_equal(record_read(aside, &set), 0);
	assert_int_equal(set.nr_samples, 1);
	assert_int_equal(set.samples[0].value, 2);
	record_set_free(&set);
}

static void test_missing(void **state)
{
	struct record_set set;

	(void)state;
	assert_true(record_read("/nonexistent", &set) < 0);
	record_set_free(&set);
}

static void test_no_utf8(void **state)
{
	struct lub_outcome o = { "r1", 3, "preserve", "hang", "\xff\xfe", params };

	(void)state;
	assert_null(emit_outcome(&o));
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
		cmocka_unit_test_setup(test_round_trip, setup),
		cmocka_unit_test_setup(test_torn, setup),
		cmocka_unit_test_setup(test_bad_lines, setup),
		cmocka_unit_test_setup(test_cut, setup),
		cmocka_unit_test_setup(test_missing, setup),
		cmocka_unit_test_setup(test_no_utf8, setup),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

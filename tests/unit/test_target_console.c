// SPDX-License-Identifier: GPL-2.0-or-later
/* What the console log, the command line and the witness page say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/target/console.h"
#include "bench/target/observer.h"
#include "bench/target/qemu.h"

static void feed(struct console *c, const char *text, size_t chunk, long long now)
{
	size_t len = strlen(text), n;

	for (; len; len -= n, text += n) {
		n = len < chunk ? len : chunk;
		console_feed(c, text, n, now);
	}
}

static const char cycle_log[] =
	"[   12.3] lubench: witness gpa=0x10badc000 cookie=0x00000000deadbeef\r\n"
	"[   12.4] lubench: cycle=3 phase=control\r\n"
	"[   13.0] lubench: cycle=3 phase=point hwpts=4 point=1/2\r\n"
	"[   15.4] WARNING: CPU: 0 PID: 1 at drivers/iommu/x.c:7\r\n"
	"[    0.0] Linux version 7.3.4 (lubench)\r\n"
	"[    1.0] BUG: kernel NULL pointer dereference, address: 8\r\n"
	"[    1.1] Kernel panic - not syncing: Fatal exception\r\n"
	"[    1.2] Kernel panic - not syncing: second\r\n";

static void test_facts(void **state)
{
	size_t chunk;

	(void)state;
	/* The log arrives cut at any place. */
	for (chunk = 1; chunk < 80; chunk++) {
		struct console c;

		memset(&c, 0, sizeof(c));
		console_mark(&c, 5);
		feed(&c, cycle_log, chunk, 99);
		assert_true(c.witness);
		assert_int_equal(c.gpa, 0x10badc000);
		assert_int_equal(c.cookie, 0xdeadbeef);
		assert_int_equal(c.cycle, 3);
		assert_string_equal(c.phase, "point");
		assert_int_equal(c.boots, 1);
		assert_int_equal(c.panic_boots, 1);
		assert_string_equal(c.panic, "Kernel panic - not syncing: Fatal exception");
		assert_string_equal(c.oops, "BUG: kernel NULL pointer dereference, address: 8");
		assert_non_null(strstr(c.warning, "drivers/iommu/x.c:7"));
		assert_int_equal(c.news_ms, 99);
		assert_false(c.ended);
		feed(&c, "x lubench: cycle=3 outcome=ok\n", chunk, 100);
		assert_true(c.ended);
		console_mark(&c, 7);
		assert_int_equal(c.boots, 0);
		assert_false(c.ended);
		assert_false(c.witness);
	}
}

static void test_long_lines(void **state)
{
	struct console c;
	char *big = malloc(100001);

	(void)state;
	memset(&c, 0, sizeof(c));
	memset(big, 'A', 100000);
	big[100000] = '\0';
	console_feed(&c, big, 100000, 1);
	console_feed(&c, "\nKernel panic - not syncing: \x1b[31m\xff", 36, 1);
	console_feed(&c, "\n", 1, 1);
	/* Nothing but printable ASCII goes on into records. */
	assert_null(strchr(c.panic, '\x1b'));
	assert_null(strchr(c.panic, '\xff'));
	assert_true(strlen(c.panic) > 20);
	free(big);
}

static void test_cmdline(void **state)
{
	char buf[16] = "", *stripped;

	(void)state;
	assert_true(cmdline_word("a lubench.run=r1 b lubench.run=r2", "lubench.run=", buf, 16));
	assert_string_equal(buf, "r2");
	assert_false(cmdline_word("xlubench.run=r1", "lubench.run=", buf, 16));
	stripped = cmdline_strip("BOOT_IMAGE=/x root=/dev/vda  crashkernel=256M lubench.run=r "
				 "lubench.cycle=3 kho=on\n",
				 true);
	assert_string_equal(stripped, "root=/dev/vda kho=on");
	free(stripped);
	stripped = cmdline_strip("crashkernel=256M a", false);
	assert_string_equal(stripped, "crashkernel=256M a");
	free(stripped);
}

static void test_seen(void **state)
{
	struct target_seen seen;

	(void)state;
	assert_int_equal(
		target_seen_parse("id-1\nroot=/dev/vda lubench.run=r\ngone\noutcome\n", &seen), 0);
	assert_string_equal(seen.boot_id, "id-1");
	assert_true(seen.outcome);
	assert_true(seen.agent_gone);
	assert_int_equal(target_seen_parse("id-1\ncmd\n", &seen), 0);
	assert_false(seen.outcome || seen.agent_gone);
	assert_true(target_seen_parse("", &seen) < 0);
	assert_true(target_seen_parse("only-one\n", &seen) < 0);
}

static void test_ram_offset(void **state)
{
	(void)state;
	/* Below the hole: one to one. Above 4G: after the low part. */
	assert_int_equal(qemu_q35_offset(2ULL << 30, 0x7ffff000), 0x7ffff000);
	assert_int_equal(qemu_q35_offset(2ULL << 30, 0x80000000), -1);
	assert_int_equal(qemu_q35_offset(6ULL << 30, 0x7ffff000), 0x7ffff000);
	assert_int_equal(qemu_q35_offset(6ULL << 30, 0x80000000), -1);
	assert_int_equal(qemu_q35_offset(6ULL << 30, 0x100000000), 0x80000000);
	assert_int_equal(qemu_q35_offset(6ULL << 30, 0x1fffff000), 0x17ffff000);
	assert_int_equal(qemu_q35_offset(6ULL << 30, 0x200000000), -1);
}

struct look {
	int64_t us;
	uint32_t phase;
	uint32_t counter;
	uint64_t beat;
};

static void run_looks(struct observer_result *r, const struct look *looks, size_t nr)
{
	struct lub_witness page = { .cookie = 7 };
	struct observer_state s = { 0 };
	size_t i;

	memset(r, 0, sizeof(*r));
	memcpy(page.magic, LUB_WITNESS_MAGIC, 8);
	for (i = 0; i < nr; i++) {
		page.phase = looks[i].phase;
		page.counter = looks[i].counter;
		page.beat_ticks = looks[i].beat;
		assert_true(observer_step(r, &page, 7, looks[i].us * 1000, &s));
	}
}

static void test_observer(void **state)
{
	static const struct look looks[] = {
		{ 0, 2, 1, 0 },
		{ 100, 1, 2, 0 },
		{ 300, 1, 3, 0 },
		{ 400, 1, 4, 0 },
		{ 500, 2, 4, 0 },
		/* The wait for counter 5 began before the blackout: it counts in full. */
		{ 900, 3, 4, 0 },
		{ 1000, 3, 5, 0 },
		{ 1100, 3, 6, 0 },
		{ 1900, 4, 6, 0 },
		{ 2000, 4, 7, 0 },
		/* Then the agent stops the device. */
		{ 9000, 4, 7, 0 },
	};
	struct observer_result r;

	(void)state;
	run_looks(&r, looks, sizeof(looks) / sizeof(looks[0]));
	assert_int_equal(r.phase[1].gap_ns, 200000);
	assert_int_equal(r.phase[3].gap_ns, 800000);
	assert_int_equal(r.phase[3].end_ns - r.phase[3].start_ns, 1000000);
	assert_int_equal(r.phase[3].changes, 2);
	assert_int_equal(r.phase[4].gap_ns, 900000);
	assert_int_equal(r.phase[4].changes, 1);
	assert_int_equal(r.worst_step_ns, 7000000);
	/* Counter 7 came in the incoming kernel, but the wait for it began in the blackout. */
	assert_int_equal(r.dark_ns, 900000);
	assert_int_equal(r.beat_ns, 0);
}

static void test_observer_beat(void **state)
{
	/* The last beat of the outgoing kernel, in the midst of the blackout; then those of the next. */
	static const struct look looks[] = {
		{ 0, 2, 1, 10 },
		{ 100, 3, 2, 20 },
		{ 200, 3, 2, 30 },
		{ 300, 3, 3, 30 },
		{ 9000, 4, 3, 30 },
		{ 9900, 4, 4, 90 },
		{ 30000, 4, 4, 90 },
		/* The rest of the control window comes after the blackout. */
		{ 30100, 1, 4, 99 },
		{ 30200, 4, 4, 100 },
	};
	struct observer_result r;

	(void)state;
	run_looks(&r, looks, sizeof(looks) / sizeof(looks[0]));
	assert_int_equal(r.beat_ns, 200000);
	/* From counter 3 to counter 4; the stop at the end is nobody's blackout. */
	assert_int_equal(r.dark_ns, 9600000);
}

static void test_observer_dead(void **state)
{
	static const struct look looks[] = {
		{ 0, 1, 1, 0 },	    { 100, 1, 2, 0 },	{ 200, 3, 2, 0 },
		{ 90000, 3, 2, 0 }, { 90100, 4, 2, 0 },
	};
	struct observer_result r;

	(void)state;
	run_looks(&r, looks, sizeof(looks) / sizeof(looks[0]));
	assert_int_equal(r.phase[3].changes, 0);
	assert_int_equal(r.phase[3].gap_ns, 90000000);
	assert_int_equal(r.phase[4].changes, 0);
}

/* The host stood still in a part of one gap: another gap is the longest then. */
static void test_observer_stopped(void **state)
{
	struct observer_result r = { 0 };
	struct observer_state s = { .stalls = stalls_new(1) };
	struct lub_witness page = { .cookie = 7, .phase = 3 };
	static const int64_t change_ms[] = { 0, 1, 41, 56, 57 };
	size_t i;

	(void)state;
	assert_non_null(s.stalls);
	memcpy(page.magic, LUB_WITNESS_MAGIC, 8);
	for (i = 0; i < sizeof(change_ms) / sizeof(change_ms[0]); i++) {
		int64_t now = change_ms[i] * 1000000;

		stalls_add(s.stalls, 0, change_ms[i] == 41 ? 9000000 : now, now);
		page.counter++;
		assert_true(observer_step(&r, &page, 7, now, &s));
	}
	assert_int_equal(r.phase[3].gap_ns, 40000000);
	assert_int_equal(r.phase[3].running_ns, 15000000);
	stalls_finish(s.stalls);
}

static void test_observer_foreign(void **state)
{
	struct lub_witness page = { .cookie = 8 };
	struct observer_result r = { 0 };
	struct observer_state s = { 0 };

	(void)state;
	memcpy(page.magic, LUB_WITNESS_MAGIC, 8);
	assert_false(observer_step(&r, &page, 7, 0, &s));
	page.cookie = 7;
	page.magic[0]++;
	assert_false(observer_step(&r, &page, 7, 0, &s));
	page.magic[0]--;
	page.phase = 99;
	assert_false(observer_step(&r, &page, 7, 0, &s));
	page.phase = 1;
	assert_true(observer_step(&r, &page, 7, 0, &s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),	      cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_cmdline),	      cmocka_unit_test(test_seen),
		cmocka_unit_test(test_ram_offset),    cmocka_unit_test(test_observer),
		cmocka_unit_test(test_observer_dead), cmocka_unit_test(test_observer_foreign),
		cmocka_unit_test(test_observer_beat), cmocka_unit_test(test_observer_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The network of a launch: nothing but the tap is in it, and nothing of it is left behind. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/lab.h"
#include "bench/target/proc.h"

#define WAIT_MS 5000

static void need_lab(struct lab *l)
{
	if (!lab_open(l))
		return;
	print_message("no lab can be made here\n");
	skip();
}

static void finish(pid_t pid)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int status = -1, ms;

	for (ms = 0; ms < WAIT_MS && !proc_ended(pid, &status); ms++)
		nanosleep(&nap, NULL);
	assert_int_equal(status, 0);
}

static bool has_line(const char *path, const char *word)
{
	char line[256];
	bool found = false;
	FILE *in = fopen(path, "re");

	assert_non_null(in);
	while (fgets(line, sizeof(line), in))
		found |= !!strstr(line, word);
	fclose(in);
	return found;
}

static ino_t own_ns(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static void only_the_tap_is_inside(void **state)
{
	char *argv[] = { "cat", "/proc/net/dev", NULL }, log[64];
	ino_t before = own_ns();
	struct lab l;
	pid_t pid;

	(void)state;
	need_lab(&l);
	assert_true(own_ns() == before);
	assert_false(has_line("/proc/net/dev", LAB_IFACE ":"));
	snprintf(log, sizeof(log), "/tmp/test_lab.%d", (int)getpid());
	unlink(log);
	pid = lab_spawn(&l, argv, log);
	assert_true(pid > 0);
	finish(pid);
	assert_true(has_line(log, LAB_IFACE ":"));
	assert_false(has_line(log, "eth"));
	unlink(log);
	lab_close(&l);
	lab_close(&l);
}

/* A frame that a program inside sends comes out of the descriptor that the emulator gets. */
static void frames_come_out_of_the_tap(void **state)
{
	static char program[] = "use Socket; socket(S, 17, 3, 0xb588) or die $!;"
				"send(S, \"\\x02LUB\\0\\2\\x02LUB\\0\\1\\x88\\xb5\" . 'x' x 50, 0,"
				"pack('SSISCCa8', 17, 0xb588, 2, 0, 0, 6, '')) or die $!;";
	char *argv[] = { "perl", "-e", program, NULL };
	struct timespec nap = { .tv_nsec = 1000000 };
	ssize_t n = -1;
	char buf[2048];
	struct lab l;
	pid_t pid;
	int ms;

	(void)state;
	need_lab(&l);
	pid = lab_spawn(&l, argv, "/dev/null");
	assert_true(pid > 0);
	for (ms = 0; ms < WAIT_MS && n < 0; ms++) {
		n = read(l.tap, buf, sizeof(buf));
		nanosleep(&nap, NULL);
	}
	assert_int_equal(n, 64);
	assert_memory_equal(buf, "\x02LUB\0\2\x02LUB\0\1\x88\xb5x", 15);
	finish(pid);
	lab_close(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_tap_is_inside),
		cmocka_unit_test(frames_come_out_of_the_tap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The connection that waits on a real host during a cycle, by a client that does what a script says. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/cycle.h"
#include "bench/target/proc.h"

/* What comes over a connection that is up */
#define UP "echo 00000000-0000-4000-8000-000000000001; echo root=/dev/vda; "
#define BOOT_ID "00000000-0000-4000-8000-000000000001"

static char dir[64];
static struct target t;

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void save(const char *name, const char *text)
{
	char from[128];
	FILE *f;

	snprintf(from, sizeof(from), "%s", in_dir("new"));
	f = fopen(from, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(from, in_dir(name)), 0);
}

/* Clients that were started to wait; the newest one's process. */
static int started(pid_t *pid)
{
	FILE *in = fopen(in_dir("started"), "r");
	int n = 0, last = 0;

	while (in && fscanf(in, "%d", &last) == 1)
		n++;
	if (in)
		fclose(in);
	if (pid)
		*pid = last;
	return n;
}

static int setup(void **state)
{
	char path[128];

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_host_wait.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	save("ssh",
	     "#!/bin/sh\nPATH=/usr/bin:/bin\nd=${0%/*}\n"
	     "case $* in *' await '*) echo \"$*\" >$d/words; echo $$ >>$d/started; . $d/script; exit ;; esac\n"
	     "case $* in *tar*) exit 1 ;; esac\n");
	if (chmod(in_dir("ssh"), 0700))
		return -1;
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", dir);
	setenv("PATH", path, 1);
	t = (struct target){
		.row = target_row_find("host"),
		.name = "host",
		.dir = dir,
		.host = "root@machine",
		.ram_fd = -1,
		.launch_ms = 5000,
		.ask_ms = 1,
	};
	return t.row->ops->launch(&t, 1);
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	t.row->ops->release(&t);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* Looks until something else comes out than @err, or for a while. */
static int look(struct target_seen *seen, int err, int within_ms)
{
	int got = err, ms;

	for (ms = 0; got == err && ms <= within_ms; ms += 10) {
		got = t.row->ops->wait_incoming(&t, seen);
		usleep(10000);
	}
	return got;
}

static void test_waits(void **state)
{
	struct target_seen seen;
	char words[8192] = "";
	FILE *in;

	(void)state;
	save("script", UP "while ! [ -e $d/over ]; do sleep 0.05; done; echo gone; echo outcome");
	assert_int_equal(look(&seen, -EAGAIN, 5000), -EALREADY);
	assert_int_equal(look(&seen, -EALREADY, 400), -EALREADY);
	assert_int_equal(started(NULL), 1);
	save("over", "");
	assert_int_equal(look(&seen, -EALREADY, 5000), 0);
	assert_int_equal(started(NULL), 1);
	assert_string_equal(seen.boot_id, BOOT_ID);
	assert_string_equal(seen.cmdline, "root=/dev/vda");
	assert_true(seen.outcome && seen.agent_gone);
	/* A silent connection is asked rarely whether it is there, and known in time when it is not. */
	in = fopen(in_dir("words"), "r");
	assert_true(in && fread(words, 1, sizeof(words) - 1, in) > 0);
	fclose(in);
	assert_non_null(strstr(words, " -oServerAliveInterval=15 "));
	assert_non_null(strstr(words, " -oServerAliveCountMax=1 "));
}

/* An agent that does not wait: it is asked in intervals, and has answered all the time. */
static void test_plain(void **state)
{
	struct target_seen seen;

	(void)state;
	t.ask_ms = 1000;
	save("script", UP);
	assert_int_equal(look(&seen, -EAGAIN, 5000), 0);
	assert_false(seen.outcome);
	assert_int_equal(look(&seen, -EALREADY, 100), -EALREADY);
	assert_int_equal(started(NULL), 1);
	assert_int_equal(look(&seen, -EALREADY, 5000), 0);
	assert_int_equal(started(NULL), 2);
}

/* A kexec: what was up breaks, for a while none comes up, then another kernel answers. */
static void test_breaks(void **state)
{
	struct target_seen seen;
	long long from;
	int n;

	(void)state;
	t.ask_ms = 200;
	save("script", UP "while ! [ -e $d/jump ]; do sleep 0.05; done; exit 255");
	assert_int_equal(look(&seen, -EAGAIN, 5000), -EALREADY);
	save("jump", "");
	assert_int_equal(look(&seen, -EALREADY, 5000), -EAGAIN);
	save("script", "exit 255");
	from = proc_now_ms();
	n = started(NULL);
	assert_int_equal(look(&seen, -EAGAIN, 500), -EAGAIN);
	assert_true(started(NULL) > n &&
		    started(NULL) <= n + 2 + (proc_now_ms() - from) / t.ask_ms);
	save("script", UP "exec sleep 60");
	assert_int_equal(look(&seen, -EAGAIN, 5000), -EALREADY);
	/* Half of an answer is none: it was cut. */
	t.row->ops->wait_end(&t);
	save("script", UP "echo gone; exit 255");
	for (n = 0; n < 50; n++)
		assert_int_not_equal(look(&seen, 0, 0), 0);
}

static void nobody_left(void)
{
	pid_t pid;

	assert_true(started(&pid) > 0 && pid > 0);
	assert_true(kill(pid, 0) && errno == ESRCH);
	assert_true(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
}

static void test_end(void **state)
{
	struct target_seen seen;
	pid_t pid;

	(void)state;
	save("script", UP "exec sleep 60");
	assert_int_equal(look(&seen, -EAGAIN, 5000), -EALREADY);
	assert_true(started(&pid) == 1 && !kill(pid, 0));
	t.row->ops->wait_end(&t);
	nobody_left();
	/* The next cycle has one of its own, which must not take from this one that it has answered. */
	save("script", "exec sleep 60");
	assert_int_equal(t.row->ops->wait_incoming(&t, &seen), -EAGAIN);
	t.row->ops->stop(&t);
	nobody_left();
}

/* The limits of a cycle, short; @res is freed by the caller. */
static int cycle(int quiet_ms, int total_ms, struct cycle_result *res)
{
	static const struct plan plan = { .scenario = "preserve", .workload = "lsi", .reps = 1 };
	const struct cycle_budgets b = {
		.start = 5000,
		.silence = total_ms,
		.total = total_ms,
		.quiet = quiet_ms,
		.ask = 100,
		.again = 1,
		.tick = 10,
	};
	const struct cycle_job job = {
		.run = "R",
		.plan = &plan,
		.cycle = { .number = 1, .mode = "preserve", .probes = "off" },
		.mode = "preserve",
		.append = "",
		.build_id = "",
		.boot_id = BOOT_ID,
		.dir = in_dir("cycle"),
	};

	return cycle_run(&t, &job, &b, res);
}

static void test_cycle(void **state)
{
	struct cycle_result res;
	pid_t self = getpid();

	(void)state;
	save("script", UP "exec sleep 60");
	assert_int_equal(cycle(60000, 2000, &res), 0);
	assert_string_equal(res.outcome, "hang");
	assert_int_equal(started(NULL), 1);
	nobody_left();
	cycle_result_free(&res);
	save("script", "[ -e $d/up ] || { >$d/up; " UP "}; exit 255");
	assert_int_equal(cycle(60000, 1500, &res), 0);
	assert_string_equal(res.outcome, "lost");
	nobody_left();
	cycle_result_free(&res);

	save("script", UP "exec sleep 60");
	if (!fork()) {
		usleep(500000);
		kill(self, SIGINT);
		_exit(0);
	}
	assert_int_equal(cycle(60000, 60000, &res), -EINTR);
	proc_go_on();
	waitpid(-1, NULL, 0);
	nobody_left();
	cycle_result_free(&res);
}

/* What a console shows need not be asked; a kernel that it shows is another one than was asked. */
static void test_console(void **state)
{
	struct cycle_result res;

	(void)state;
	save("script", UP "exec sleep 60");
	t.console_command =
		"sleep 0.2; while :; do echo lubench: cycle=1 phase=work; sleep 0.05; done";
	assert_int_equal(t.row->ops->launch(&t, 1), 0);
	assert_int_equal(cycle(1000, 2000, &res), 0);
	assert_string_equal(res.outcome, "hang");
	assert_int_equal(started(NULL), 0);
	cycle_result_free(&res);
	t.row->ops->stop(&t);
	/* One that shows nothing is asked when it was quiet for long enough. */
	t.console_command = "exec sleep 60";
	assert_int_equal(t.row->ops->launch(&t, 2), 0);
	assert_int_equal(cycle(300, 200, &res), 0);
	assert_int_equal(started(NULL), 0);
	cycle_result_free(&res);
	assert_int_equal(cycle(300, 2000, &res), 0);
	assert_int_equal(started(NULL), 1);
	cycle_result_free(&res);
	t.row->ops->stop(&t);
	t.console_command =
		"echo lubench: cycle=1 phase=work; sleep 1; echo '[ 0.0] Linux version 7'; exec sleep 60";
	assert_int_equal(t.row->ops->launch(&t, 3), 0);
	assert_int_equal(cycle(200, 3000, &res), 0);
	assert_int_equal(started(NULL), 3);
	cycle_result_free(&res);
	t.console_command = NULL;
}

/* As long as an emulated one */
static void test_budgets(void **state)
{
	struct cycle_budgets b = cycle_budgets_for(&t, 0, 0);

	(void)state;
	assert_int_equal(b.quiet, 15000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_breaks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cycle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_console, setup, teardown),
		cmocka_unit_test_setup_teardown(test_budgets, setup, teardown),
	};

	/* A client that does not read what it is given ends nobody else. */
	if (proc_catch_signals())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}

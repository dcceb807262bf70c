// SPDX-License-Identifier: GPL-2.0-or-later
/* The console command of a real host: whatever it starts ends with it, with the run, and with a controller that is killed. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/cli/artifacts.h"
#include "bench/target/host_console.h"
#include "bench/target/proc.h"

/* A child in the background, one in a session of its own whose parent has ended, and the shell's own last one. */
#define COMMAND                                                                                    \
	"sleep 1000 & echo pid $!; (setsid sh -c 'echo pid $$; exec sleep 1000' &); echo pid $$; " \
	"sleep 1000"
#define PIDS 3

static char dir[] = "/tmp/test_host_console.XXXXXX";

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

/* What the command has said; false: not all yet. */
static bool read_pids(unsigned int log, pid_t pid[PIDS])
{
	char path[80], line[80];
	FILE *in;
	int n = 0;

	snprintf(path, sizeof(path), "%s/console-%u.log", dir, log);
	in = fopen(path, "re");
	while (in && n < PIDS && fgets(line, sizeof(line), in))
		n += sscanf(line, "pid %d", &pid[n]) == 1;
	if (in)
		fclose(in);
	return n == PIDS;
}

static void wait_pids(unsigned int log, pid_t pid[PIDS])
{
	int i;

	for (i = 0; !read_pids(log, pid); i++) {
		assert_true(i < 1000);
		usleep(10000);
	}
}

/* All of them within some seconds; a zombie that nobody reaps in a container has ended, too. */
static void are_gone(const pid_t pid[PIDS])
{
	char path[64], text[128];
	int i, n;

	for (i = 0; i < PIDS; i++) {
		for (n = 0; kill(pid[i], 0) == 0; n++) {
			FILE *in;
			const char *at;

			snprintf(path, sizeof(path), "/proc/%d/stat", pid[i]);
			in = fopen(path, "re");
			at = in && fgets(text, sizeof(text), in) ? strrchr(text, ')') : NULL;
			if (in)
				fclose(in);
			if (at && at[1] && at[2] == 'Z')
				break;
			if (n == 500)
				fail_msg("process %d is left: %s", pid[i], in ? text : "");
			usleep(10000);
		}
	}
}

static void test_killed(void **state)
{
	struct host_console con = { .fd = -1 };
	char lock[80];
	pid_t pid[PIDS], controller;
	int fd, raw, n;

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	controller = fork();
	if (!controller) {
		fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0 || flock(fd, LOCK_EX) || host_console_start(&con, COMMAND, "h", dir, 1))
			_exit(1);
		pause();
		_exit(1);
	}
	wait_pids(1, pid);
	fd = open(lock, O_RDWR | O_CLOEXEC);
	assert_int_not_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
	kill(controller, SIGKILL);
	assert_int_equal(waitpid(controller, &raw, 0), controller);
	assert_true(WIFSIGNALED(raw));
	are_gone(pid);
	/* Nor does the guard hold what was the controller's. */
	for (n = 0; flock(fd, LOCK_EX | LOCK_NB); n++) {
		assert_true(n < 500);
		usleep(10000);
	}
	close(fd);
}

/* While the guard is at work the lock is the controller's alone. */
static void test_lock(void **state)
{
	struct host_console con = { .fd = -1 };
	char lock[80];
	pid_t pid[PIDS];
	int fd, other;

	(void)state;
	snprintf(lock, sizeof(lock), "%s/lock", dir);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(host_console_start(&con, COMMAND, "h", dir, 2), 0);
	wait_pids(2, pid);
	usleep(50000);
	close(fd);
	other = open(lock, O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	close(other);
	host_console_end(&con);
	are_gone(pid);
}

/* A command that ends takes what it has left along, and its status is told. */
static void test_ended(void **state)
{
	struct host_console con = { .fd = -1 };
	static const char *const ways[] = { "; exit 7", "; kill -9 $$" };
	char command[400];
	pid_t pid[PIDS], guard;
	int status = -1;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		/* Without its last sleep, as soon as all have spoken. */
		snprintf(
			command, sizeof(command),
			"%.*s until test $(grep -c pid %s/console-%zu.log) = 3; do sleep 0.02; done%s",
			(int)(strlen(COMMAND) - strlen("sleep 1000")), COMMAND, dir, 3 + i,
			ways[i]);
		assert_int_equal(host_console_start(&con, command, "h", dir, 3 + (unsigned int)i),
				 0);
		wait_pids(3 + (unsigned int)i, pid);
		are_gone(pid);
		guard = con.pid;
		while (!proc_ended(guard, &status))
			usleep(10000);
		assert_int_equal(status, i ? 128 + SIGKILL : 7);
		close(con.leash);
		con.pid = 0;
		host_console_end(&con);
	}
}

/* The words between CONSOLE=' and ' in the documentation. */
static char *documented(void)
{
	char *text = file_text("docs/real-hosts.md"), *at, *end;

	assert_non_null(text);
	at = strstr(text, "CONSOLE='");
	assert_non_null(at);
	at = strdup(at + strlen("CONSOLE='"));
	free(text);
	end = strchr(at, '\'');
	assert_non_null(end);
	*end = '\0';
	return at;
}

/* The session of a BMC is dropped: its client ends, and so does all of the command that is documented. */
static void test_documented(void **state)
{
	struct host_console con = { .fd = -1 };
	char *command = documented(), *path = strdup(getenv("PATH")), text[400];
	int status = -1, n;

	(void)state;
	snprintf(text, sizeof(text),
		 "mkdir %s/bin && printf '#!/bin/sh\necho dropped $*\n' >%s/bin/ipmitool && "
		 "chmod +x %s/bin/ipmitool",
		 dir, dir, dir);
	assert_int_equal(system(text), 0);
	snprintf(text, sizeof(text), "%s/bin:%s", dir, path);
	setenv("PATH", text, 1);
	assert_int_equal(host_console_start(&con, command, "root@h", dir, 6), 0);
	for (n = 0; !proc_ended(con.pid, &status); n++) {
		assert_true(n < 500);
		usleep(10000);
	}
	snprintf(text, sizeof(text),
		 "grep -q '^dropped .*-H bmc-h .* sol activate$' %s/console-6.log", dir);
	assert_int_equal(system(text), 0);
	close(con.leash);
	con.pid = 0;
	host_console_end(&con);
	setenv("PATH", path, 1);
	free(path);
	free(command);
}

/* A client that gives the session of a BMC back when it is asked to end, and takes a while for that. */
#define POLITE                                                                               \
	"trap 'sleep 0.5; echo given back; exit' TERM; echo ready; while :; do sleep 0.05; " \
	"done"

static bool has_said(unsigned int log, const char *line)
{
	char command[200];

	snprintf(command, sizeof(command), "grep -qsx '%s' %s/console-%u.log", line, dir, log);
	return system(command) == 0;
}

static void wait_said(unsigned int log, const char *line)
{
	int n;

	for (n = 0; !has_said(log, line); n++) {
		assert_true(n < 200);
		usleep(20000);
	}
}

static void test_grace(void **state)
{
	struct host_console con = { .fd = -1 };
	long long begin;
	pid_t controller;
	int raw;

	(void)state;
	/* The run ends. */
	assert_int_equal(host_console_start(&con, POLITE, "h", dir, 7), 0);
	wait_said(7, "ready");
	host_console_end(&con);
	assert_true(has_said(7, "given back"));
	/* The controller is killed. */
	controller = fork();
	if (!controller) {
		con.fd = -1;
		if (host_console_start(&con, POLITE, "h", dir, 8))
			_exit(1);
		pause();
	}
	wait_said(8, "ready");
	kill(controller, SIGKILL);
	assert_int_equal(waitpid(controller, &raw, 0), controller);
	wait_said(8, "given back");
	/* The shell ends, and the client is left. */
	con.fd = -1;
	assert_int_equal(host_console_start(&con, "(" POLITE ") & sleep 0.3; exit 3", "h", dir, 9),
			 0);
	wait_said(9, "given back");
	host_console_end(&con);
	/* One that does not listen does not hold the run up. */
	assert_int_equal(host_console_start(&con,
					    "trap '' TERM; echo ready; sleep 1000; sleep 1000", "h",
					    dir, 10),
			 0);
	wait_said(10, "ready");
	begin = proc_now_ms();
	host_console_end(&con);
	assert_in_range(proc_now_ms() - begin, 1500, 6000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed), cmocka_unit_test(test_lock),
		cmocka_unit_test(test_ended),  cmocka_unit_test(test_documented),
		cmocka_unit_test(test_grace),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

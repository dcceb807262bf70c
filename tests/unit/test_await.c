// SPDX-License-Identifier: GPL-2.0-or-later
/* What waits on the target: when it ends, and that nothing wakes it before. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/agent/await.h"
#include "bench/target/target.h"

#define OTHER "root=/dev/vda ro lubench.run=R lubench.cycle=2 lubench.attempt=1"
#define OURS "root=/dev/vda ro lubench.run=R lubench.cycle=3 lubench.attempt=1"

static char dir[64];
static pid_t agent, waiter;
static int out;

static const char *in_dir(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void save(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void outcome(void)
{
	char from[128];

	save("out/outcome.json.tmp", "{}");
	snprintf(from, sizeof(from), "%s", in_dir("out/outcome.json.tmp"));
	assert_int_equal(rename(from, in_dir("out/outcome.json")), 0);
}

/* As the controller starts it: in its directory. */
static void start_agent(void)
{
	char text[16];

	agent = fork();
	if (!agent) {
		if (chdir(dir))
			_exit(1);
		raise(SIGSTOP);
		for (;;)
			pause();
	}
	waitpid(agent, NULL, WUNTRACED);
	snprintf(text, sizeof(text), "%d\n", (int)agent);
	save("agent.pid", text);
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/test_await.XXXXXX");
	if (!mkdtemp(dir) || mkdir(in_dir("out"), 0700))
		return -1;
	save("cycle.json",
	     "{\"kexec\":{\"image\":\"k\",\"append\":\"root=/dev/vda lubench.run=R lubench.cycle=3 lubench.attempt=1\"}}");
	agent = waiter = 0;
	out = -1;
	return 0;
}

static int teardown(void **state)
{
	char command[96];

	(void)state;
	if (waiter > 0) {
		kill(waiter, SIGKILL);
		waitpid(waiter, NULL, 0);
	}
	if (agent > 0) {
		kill(agent, SIGKILL);
		waitpid(agent, NULL, 0);
	}
	if (out >= 0)
		close(out);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static void begin_on(int ends[2], const char *cmdline, int limit_ms)
{
	waiter = fork();
	if (!waiter) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		exit(agent_await(dir, cmdline, limit_ms) ? 1 : 0);
	}
	close(ends[1]);
	out = ends[0];
}

static void begin(const char *cmdline, int limit_ms)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	begin_on(ends, cmdline, limit_ms);
}

static bool ended(int within_ms)
{
	int status, ms;

	for (ms = 0; ms <= within_ms; ms += 10) {
		if (waitpid(waiter, &status, WNOHANG) == waiter) {
			waiter = 0;
			assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
			return true;
		}
		usleep(10000);
	}
	return false;
}

static void said(const char *text)
{
	char buf[64] = "";

	assert_true(read(out, buf, sizeof(buf) - 1) >= 0);
	assert_string_equal(buf, text);
}

static void test_outcome(void **state)
{
	(void)state;
	start_agent();
	begin(OTHER, 60000);
	assert_false(ended(150));
	outcome();
	assert_true(ended(5000));
	said("");
	/* One that is there is not waited for. */
	begin(OTHER, 60000);
	assert_true(ended(5000));
}

/* Nobody has reaped it yet: kill -0 would still find it. */
static void test_agent_ends(void **state)
{
	(void)state;
	start_agent();
	begin(OTHER, 60000);
	assert_false(ended(150));
	kill(agent, SIGKILL);
	assert_true(ended(5000));
	said("gone\n");
	waitpid(agent, NULL, 0);
	agent = 0;
	begin(OTHER, 60000);
	assert_true(ended(5000));
}

static void test_limit(void **state)
{
	(void)state;
	start_agent();
	begin(OTHER, 400);
	assert_false(ended(200));
	assert_true(ended(5000));
	said("");
}

/* sshd has a pipe or a socket there. */
static void test_nobody_reads(void **state)
{
	int ends[2];

	(void)state;
	start_agent();
	begin(OTHER, 60000);
	assert_false(ended(150));
	close(out);
	assert_true(ended(5000));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	begin_on(ends, OTHER, 60000);
	assert_false(ended(150));
	close(out);
	out = -1;
	assert_true(ended(5000));
}

/* After the kexec agent.pid is of a kernel before, and there may be no results yet. */
static void test_incoming(void **state)
{
	char text[16];

	(void)state;
	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	save("agent.pid", text);
	assert_int_equal(rmdir(in_dir("out")), 0);
	begin(OURS, 60000);
	assert_false(ended(150));
	assert_int_equal(mkdir(in_dir("out"), 0700), 0);
	assert_false(ended(150));
	assert_int_equal(rmdir(in_dir("out")), 0);
	assert_false(ended(150));
	assert_int_equal(mkdir(in_dir("out"), 0700), 0);
	outcome();
	assert_true(ended(5000));
	said("");
}

/* A kernel that nobody has asked for is told at once, though a process has the number of the agent by chance. */
static void test_foreign(void **state)
{
	static const char *const lines[] = {
		"root=/dev/vda ro", OTHER, OURS "0",
		"root=/dev/vda lubench.run=R lubench.cycle=3 lubench.attempt=2"
	};
	char text[16];
	size_t i;

	(void)state;
	snprintf(text, sizeof(text), "%d\n", (int)getpid());
	for (i = 0; i < 2 * sizeof(lines) / sizeof(lines[0]); i++) {
		if (i % 2)
			save("agent.pid", text);
		else
			unlink(in_dir("agent.pid"));
		begin(lines[i / 2], 60000);
		assert_true(ended(5000));
		said("");
		close(out);
	}
	out = -1;
}

/* Times that it was switched to */
static long switches(pid_t pid)
{
	char path[40], line[128];
	long n = 0, all = 0;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	in = fopen(path, "r");
	assert_non_null(in);
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, "voluntary_ctxt_switches: %ld", &n) == 1)
			all += n;
	fclose(in);
	return all;
}

/* Neither time nor what the agent writes while it measures. */
static void test_sleeps(void **state)
{
	long before;

	(void)state;
	start_agent();
	begin(OTHER, 60000);
	assert_false(ended(200));
	before = switches(waiter);
	save("state.json.tmp", "{}");
	save("out/samples.jsonl", "{}\n");
	save("undo", "x");
	assert_false(ended(500));
	assert_int_equal(switches(waiter), before);
}

/* How many agents the controller's command finds at work */
static int busy(void)
{
	FILE *in = popen(TARGET_BUSY_COMMAND, "r");
	int n = -1;

	if (!in || fscanf(in, "%d", &n) != 1)
		n = -1;
	if (in)
		pclose(in);
	return n;
}

static void must(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "command: %s\n", what);
	_exit(1);
}

/* In namespaces of its own, with this program as the agent: nobody else's processes are counted, or ended. */
static void on_target(void)
{
	struct target_seen seen;
	char text[8192] = "";
	size_t len = 0;
	pid_t pid;
	FILE *in;

	must(!system("mkdir -p " TARGET_DIR "/out && cp /proc/$PPID/exe " TARGET_AGENT
		     " && chmod 700 " TARGET_AGENT),
	     "the agent in place");
	must(!busy(), "nobody at work");
	must(!system("cd " TARGET_DIR " && { setsid ./agent outgoing " TARGET_DIR
		     " </dev/null >/dev/null 2>&1 & } && echo $! >agent.pid; sleep 0.2"),
	     "an agent started");
	must(busy() == 1, "one at work");
	in = popen(TARGET_AWAIT_COMMAND, "re");
	must(in && fgets(text, sizeof(text), in), "the kernel is told at once");
	len = strlen(text);
	must(fgets(text + len, (int)(sizeof(text) - len), in), "so is its command line");
	len = strlen(text);
	usleep(300000);
	must(busy() == 1, "who waits is not at work");
	/* Another one is pushed, and waits beside the old one. */
	must(!system("cd " TARGET_DIR
		     " && cat agent >agent.new && chmod 700 agent.new && mv agent.new agent"),
	     "a push");
	must(busy() == 1, "as many at work after it");
	pid = fork();
	if (!pid) {
		usleep(300000);
		must(!system(TARGET_END_COMMAND), "the command that ends agents");
		_exit(0);
	}
	len += fread(text + len, 1, sizeof(text) - 1 - len, in);
	text[len] = '\0';
	pclose(in);
	waitpid(pid, NULL, 0);
	must(!target_seen_parse(text, &seen) && seen.agent_gone && !seen.outcome,
	     "the end of the agent is told");
	must(!busy(), "nobody at work any more");
	/* An agent that does not know how to wait */
	must(!system("ln -sf /bin/false " TARGET_AGENT "; rm " TARGET_DIR "/agent.pid"),
	     "another agent");
	in = popen(TARGET_AWAIT_COMMAND, "re");
	len = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	text[len] = '\0';
	must(!target_seen_parse(text, &seen) && seen.agent_gone, "the plain answer");
	pclose(in);
}

static void test_command(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS | CLONE_NEWPID))
			_exit(77);
		pid = fork();
		if (!pid) {
			if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
			    mount("proc", "/proc", "proc", 0, NULL) ||
			    mount("none", "/var/lib", "tmpfs", 0, NULL))
				_exit(77);
			on_target();
			_exit(0);
		}
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_outcome, setup, teardown),
		cmocka_unit_test_setup_teardown(test_agent_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nobody_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_incoming, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sleeps, setup, teardown),
		cmocka_unit_test(test_command),
	};

	if (argc == 4 && !strcmp(argv[1], "await"))
		return agent_await(argv[2], OTHER, atoi(argv[3]) * 1000) ? 1 : 0;
	for (; argc == 3 && !strcmp(argv[1], "outgoing");)
		pause();
	return cmocka_run_group_tests(tests, NULL, NULL);
}

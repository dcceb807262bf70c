// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose a machine is: the very command that a target's shell gets, run here in a directory of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/owner.h"
#include "bench/target/proc.h"

#define RACERS 20

static char top[] = "/tmp/test_owner.XXXXXX", dir[64];
static const struct owner_claim ours = { "run-1", "c1", "me@here", 100 };
static const struct owner_claim theirs = { "run-2", "c2", "you@there", 100 };

static int make_top(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof(dir), "%s/d", top);
	return 0;
}

static int remove_top(void **state)
{
	char command[80];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void sh(const char *fmt, ...)
{
	char command[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static int ask(enum owner_verb verb, const struct owner_claim *me, struct owner *o)
{
	char text[OWNER_COMMAND_MAX], *command;
	char *argv[] = { (char *)"sh", (char *)"-c", NULL, NULL };
	struct proc_io io = { .timeout_ms = 60000 };
	bool parsed;
	int rc;

	owner_command(text, verb, me);
	assert_true(strlen(text) < sizeof(text) - 100);
	argv[2] = command = owner_elsewhere(text, dir);
	assert_non_null(command);
	assert_null(strstr(command, TARGET_DIR));
	rc = proc_run(argv, &io);
	parsed = owner_parse(io.out, o);
	if (rc == 0 || rc == TARGET_OWNER_HELD || rc == TARGET_OWNER_BUSY)
		assert_true(parsed);
	free(command);
	free(io.out);
	return rc;
}

static void begin(void)
{
	sh("rm -rf %s", dir);
}

static void age(long long seconds)
{
	sh("touch -d @%lld %s/owner", (long long)time(NULL) - seconds, dir);
}

static void test_rules(void **state)
{
	struct owner_claim resumed = ours, next = { "run-3", "c1", "me@here", 100 };
	struct owner o;
	struct stat st;
	char path[80];

	(void)state;
	begin();
	assert_int_equal(ask(OWNER_LOOK, &ours, &o), TARGET_OWNER_NONE);
	assert_int_equal(ask(OWNER_RELEASE, &ours, &o), TARGET_OWNER_NONE);
	assert_int_equal(ask(OWNER_UNLOCK, &ours, &o), TARGET_OWNER_NONE);
	assert_int_not_equal(access(dir, F_OK), 0);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(o.how, OWNER_NEW);
	assert_int_equal(stat(dir, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	/* The reply was lost: the same once more. */
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(o.how, OWNER_OURS);
	assert_string_equal(o.run, "run-1");
	assert_string_equal(o.controller, "c1");
	assert_string_equal(o.who, "me@here");
	assert_int_equal(o.seconds, 100);
	assert_int_equal(strlen(o.boot), 36);
	/* A foreign one, as long as it is good; what is in the future is fresh, and lapses from now. */
	age(50);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), TARGET_OWNER_HELD);
	assert_int_equal(o.how, OWNER_HELD);
	assert_in_range(o.age, 50, 60);
	assert_in_range(owner_left(&o), 41, 51);
	age(-100000);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), TARGET_OWNER_HELD);
	assert_int_equal(o.age, 0);
	snprintf(path, sizeof(path), "%s/owner", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_in_range(st.st_mtime, time(NULL) - 60, time(NULL));
	assert_int_equal(ask(OWNER_RELEASE, &theirs, &o), TARGET_OWNER_NONE);
	/* Renewed in time: good for as long again. */
	age(90);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), TARGET_OWNER_HELD);
	assert_in_range(o.age, 0, 10);
	age(102);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_LAPSED);
	assert_string_equal(o.who, "me@here");
	/* And the former owner is not in it any more. */
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_HELD);
	assert_string_equal(o.run, "run-2");
	assert_int_equal(ask(OWNER_RELEASE, &ours, &o), TARGET_OWNER_NONE);
	assert_int_equal(ask(OWNER_RELEASE, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_GONE);
	/* The lock of this controller: who has it knows that its former holder is dead. */
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &next, &o), 0);
	assert_int_equal(o.how, OWNER_DEAD);
	assert_string_equal(o.run, "run-1");
	/* A run that another controller resumes: the first one may be at work still. */
	snprintf(resumed.run, sizeof(resumed.run), "run-3");
	snprintf(resumed.controller, sizeof(resumed.controller), "c9");
	assert_int_equal(ask(OWNER_CLAIM, &resumed, &o), TARGET_OWNER_HELD);
	assert_int_equal(ask(OWNER_RENEW, &resumed, &o), TARGET_OWNER_HELD);
	assert_string_equal(o.run, "run-3");
	age(102);
	assert_int_equal(ask(OWNER_CLAIM, &resumed, &o), 0);
	assert_int_equal(o.how, OWNER_LAPSED);
	assert_int_equal(ask(OWNER_RELEASE, &next, &o), TARGET_OWNER_NONE);
	assert_int_equal(ask(OWNER_UNLOCK, &next, &o), 0);
	assert_string_equal(o.controller, "c9");
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_NEW);
}

/* The reply to a takeover is lost: it is told again, until the first renewal. */
static void test_lost_reply(void **state)
{
	struct owner_claim next = { "run-3", "c1", "me@here", 100 };
	struct owner o;
	int i;

	(void)state;
	begin();
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	age(150);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
		assert_int_equal(o.how, OWNER_LAPSED);
		assert_in_range(o.age, 150, 160);
		assert_string_equal(o.run, "run-1");
		assert_string_equal(o.who, "me@here");
		sh("test $(wc -l <%s/owner) = 2", dir);
		assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_HELD);
		assert_string_equal(o.run, "run-2");
	}
	assert_int_equal(ask(OWNER_RENEW, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_OURS);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_OURS);
	sh("test $(wc -l <%s/owner) = 1", dir);
	/* The same for one that is known to be dead; the next takeover is of the one that was there last. */
	assert_int_equal(ask(OWNER_RELEASE, &theirs, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &next, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &next, &o), 0);
	assert_int_equal(o.how, OWNER_DEAD);
	assert_string_equal(o.run, "run-1");
	age(102);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_string_equal(o.run, "run-3");
	assert_int_equal(o.how, OWNER_LAPSED);
}

/* Who only looks changes nothing. */
static void test_look(void **state)
{
	struct owner_claim mine = { "-", "c1", "-", 1 };
	struct owner_claim nobody = { "-", "-", "-", 1 };
	struct owner o;

	(void)state;
	begin();
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(ask(OWNER_LOOK, &nobody, &o), TARGET_OWNER_HELD);
	assert_string_equal(o.run, "run-1");
	assert_int_equal(ask(OWNER_LOOK, &mine, &o), 0);
	assert_int_equal(o.how, OWNER_DEAD);
	age(102);
	assert_int_equal(ask(OWNER_LOOK, &nobody, &o), 0);
	assert_int_equal(o.how, OWNER_LAPSED);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(o.how, OWNER_OURS);
}

/* A claim that has lapsed, and one that somebody wants away: neither while an agent is at work. */
static void test_busy(void **state)
{
	struct owner o;

	(void)state;
	begin();
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	sh("cp $(command -v sleep) %s/agent && { %s/agent 1000 & echo $! >%s/pid; }", dir, dir,
	   dir);
	sh("until readlink /proc/$(cat %s/pid)/exe | grep -q /agent; do :; done", dir);
	age(5000);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), TARGET_OWNER_BUSY);
	assert_int_equal(o.how, OWNER_BUSY);
	assert_int_equal(owner_left(&o), 0);
	assert_int_equal(ask(OWNER_UNLOCK, &theirs, &o), TARGET_OWNER_BUSY);
	/* Who owns the machine waits for it in settle(). */
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	age(5000);
	sh("kill -9 $(cat %s/pid); while readlink /proc/$(cat %s/pid)/exe >/dev/null; do sleep 0.1; done",
	   dir, dir);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(o.how, OWNER_LAPSED);
}

/* What is no claim is one of somebody unknown, for as long as ours would be good. */
static void test_odd_file(void **state)
{
	struct owner o;

	(void)state;
	begin();
	sh("mkdir %s && printf '$(touch %s/x) ; \\033[2J * \\377%%01000d' 7 >%s/owner", dir, dir,
	   dir);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_HELD);
	assert_int_equal(o.seconds, 100);
	assert_string_equal(o.run, "touch");
	assert_int_equal(ask(OWNER_RELEASE, &ours, &o), TARGET_OWNER_NONE);
	sh(": >%s/owner", dir);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_HELD);
	assert_string_equal(o.who, "?");
	sh("test ! -e %s/x", dir);
	age(102);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
	assert_int_equal(o.how, OWNER_LAPSED);
	/* An endless claim is bounded. */
	sh("echo r c 99999999999999999999 b w >%s/owner", dir);
	age(102);
	assert_int_equal(ask(OWNER_CLAIM, &theirs, &o), 0);
	assert_int_equal(o.seconds, 100);
}

/* Somebody was killed who had the lock. */
static bool stale;

static void leave_lock(void)
{
	pid_t gone = fork();

	if (!gone)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	sh("ln -s %d %s/owner.lock.$(cat /proc/sys/kernel/random/boot_id)", gone, dir);
}

/* Many at once, on a free machine and on one whose claim has lapsed: one of them gets it. */
static void race(bool lapsed)
{
	pid_t pid[RACERS];
	struct owner o;
	int i, raw, won = 0;

	begin();
	if (lapsed) {
		assert_int_equal(ask(OWNER_CLAIM, &ours, &o), 0);
		age(102);
	} else {
		sh("mkdir %s", dir);
	}
	if (stale)
		leave_lock();
	for (i = 0; i < RACERS; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			struct owner_claim me = { .who = "w", .seconds = 100 };

			snprintf(me.run, sizeof(me.run), "race-%d", i);
			snprintf(me.controller, sizeof(me.controller), "race-%d", i);
			while (access(top, F_OK) == 0 && access(dir, F_OK))
				;
			_exit(ask(OWNER_CLAIM, &me, &o));
		}
	}
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(waitpid(pid[i], &raw, 0), pid[i]);
		assert_true(WIFEXITED(raw));
		won += WEXITSTATUS(raw) == 0;
		if (WEXITSTATUS(raw))
			assert_int_equal(WEXITSTATUS(raw), TARGET_OWNER_HELD);
	}
	assert_int_equal(won, 1);
	sh("test $(grep -c '^race-' %s/owner) = 1 && ! ls %s | grep -v -e '^owner$' -e '^owner.lock$'",
	   dir, dir);
}

static void test_race(void **state)
{
	(void)state;
	race(false);
	race(true);
}

/* The same without flock(1): a PATH with all but that. */
static void test_no_flock(void **state)
{
	static const char *const tools[] = { "cat", "chmod", "date",  "grep", "head",
					     "ln",  "ls",    "mkdir", "mv",   "readlink",
					     "rm",  "sleep", "stat",  "sync", "tr",
					     "sh",  "test",  "touch", "wc" };
	char *path = strdup(getenv("PATH")), bin[80];
	struct owner o;
	size_t i;

	(void)state;
	snprintf(bin, sizeof(bin), "%s/bin", top);
	sh("mkdir %s", bin);
	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		sh("ln -s $(which %s) %s/", tools[i], bin);
	setenv("PATH", bin, 1);
	assert_int_not_equal(system("command -v flock"), 0);
	race(false);
	race(true);
	test_rules(NULL);
	test_lost_reply(NULL);
	/* The lock of a process that is gone: one of many removes it. */
	stale = true;
	race(false);
	race(true);
	stale = false;
	/* That of one which is there, and what is no lock of ours. */
	begin();
	sh("mkdir %s && ln -s %d %s/owner.lock.$(cat /proc/sys/kernel/random/boot_id)", dir,
	   getpid(), dir);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_LOCKED);
	sh("rm %s/owner.lock.*", dir);
	sh(": >%s/owner.lock.$(cat /proc/sys/kernel/random/boot_id)", dir);
	assert_int_equal(ask(OWNER_CLAIM, &ours, &o), TARGET_OWNER_LOCKED);
	setenv("PATH", path, 1);
	free(path);
}

static void test_words(void **state)
{
	char buf[8];
	struct owner o;

	(void)state;
	assert_string_equal(owner_word(buf, sizeof(buf), "a b;$('\n"), "a_b____");
	assert_string_equal(owner_word(buf, sizeof(buf), ""), "?");
	assert_string_equal(owner_word(buf, sizeof(buf), NULL), "?");
	assert_false(owner_parse(NULL, &o));
	assert_false(owner_parse("welcome\n", &o));
	assert_false(owner_parse("lubench-owner what 1 2 r c 2 b w\n", &o));
	assert_true(
		owner_parse("hi lubench-owner x\nlubench-owner held -5 99999999999 r\033[2J", &o));
	assert_int_equal(o.age, 0);
	assert_int_equal(o.seconds, OWNER_SECONDS_MAX);
	assert_string_equal(o.run, "r__2J");
	assert_string_equal(o.who, "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),	 cmocka_unit_test(test_lost_reply),
		cmocka_unit_test(test_look),	 cmocka_unit_test(test_busy),
		cmocka_unit_test(test_odd_file), cmocka_unit_test(test_race),
		cmocka_unit_test(test_no_flock), cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}

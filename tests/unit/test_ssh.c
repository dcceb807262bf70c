// SPDX-License-Identifier: GPL-2.0-or-later
/* What the ssh client is told, by a client that only repeats it; what is made of an archive that it brings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/cycle.h"
#include "bench/target/ssh.h"

static char dir[] = "/tmp/test_ssh.XXXXXX";

static int fake_client(void **state)
{
	char path[64];
	FILE *out;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/ssh", dir);
	out = fopen(path, "w");
	if (!out)
		return -1;
	fputs("#!/bin/sh\nPATH=/usr/bin:/bin\nd=${0%/*}\n"
	      "case $* in -G*) exec cat $d/policy ;; *'tar -cf'*) exec cat $d/tar ;; *rude*) printf 'a\\033[2Jb\\377\\007\\n' >&2; exit 1;; esac\necho \" $* \"\n",
	      out);
	if (fclose(out) || chmod(path, 0700))
		return -1;
	snprintf(path, sizeof(path), "%s:/usr/bin:/bin", dir);
	return setenv("PATH", path, 1);
}

static int remove_client(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "rm -rf %s", dir);
	return system(path);
}

static void told(const struct ssh *ssh, int timeout_ms, const char *const *words)
{
	struct target_exec x = { .command = "true", .timeout_ms = timeout_ms };

	assert_int_equal(ssh_exec(ssh, &x), 0);
	assert_non_null(x.out);
	for (; *words; words++)
		if (!strstr(x.out, *words))
			fail_msg("no '%s' in '%s'", *words, x.out);
	free(x.out);
}

/* A connection is waited for as long as the command, but not longer than a machine at rest needs. */
static void test_limits(void **state)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "k" };

	(void)state;
	told(&ssh, 500,
	     (const char *const[]){ " -oConnectTimeout=1 ", " root@machine true ", NULL });
	told(&ssh, 9000, (const char *const[]){ " -oConnectTimeout=9 ", NULL });
	told(&ssh, 90000,
	     (const char *const[]){ " -oConnectTimeout=20 ", " -oServerAliveCountMax=6 ", NULL });
}

static void says(const char *policy)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/policy", dir);
	out = fopen(path, "w");
	fputs(policy, out);
	assert_int_equal(fclose(out), 0);
}

/* What the user has decided for a host is never loosened, and nothing of the user's goes there. */
static void test_policy(void **state)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "/cache/known" };
	struct target_exec x = { .command = "true", .timeout_ms = 5000 };

	(void)state;
	ssh_policy(&ssh);
	told(&ssh, 500,
	     (const char *const[]){ " UserKnownHostsFile=\"/cache/known\" ~/.ssh/known_hosts ",
				    " -oStrictHostKeyChecking=accept-new ", " -oForwardAgent=no ",
				    " -oForwardX11=no ", " -oClearAllForwardings=yes ", NULL });
	says("user root\nstricthostkeychecking ask\nuserknownhostsfile /home/u/known /home/u/known2\n");
	ssh_policy(&ssh);
	told(&ssh, 500,
	     (const char *const[]){
		     " UserKnownHostsFile=\"/cache/known\" /home/u/known /home/u/known2 ",
		     " -oStrictHostKeyChecking=accept-new ", NULL });
	says("user root\nstricthostkeychecking true\nuserknownhostsfile /home/u/known\n");
	ssh_policy(&ssh);
	assert_int_equal(ssh_exec(&ssh, &x), 0);
	assert_null(strstr(x.out, "KnownHosts"));
	assert_null(strstr(x.out, "StrictHostKeyChecking"));
	assert_non_null(strstr(x.out, " -oForwardAgent=no "));
	free(x.out);
}

/* That of the command comes with the factor. */
static void test_slowdown(void **state)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "k", .slowdown = 3 };

	(void)state;
	told(&ssh, 90000,
	     (const char *const[]){ " -oConnectTimeout=60 ", " -oServerAliveCountMax=18 ", NULL });
	told(&ssh, 30000, (const char *const[]){ " -oConnectTimeout=30 ", NULL });
}

/* One header of an archive, and what it says follows. */
static void entry(FILE *out, const char *name, char type, const char *link, const char *text)
{
	char block[512] = "", sum[16], size[16];
	unsigned int i, total = 0;
	size_t len = text ? strlen(text) : 0;

	memcpy(block, name, strlen(name));
	memcpy(block + 100, "0006644", 7);
	memcpy(block + 108, "0000000", 7);
	memcpy(block + 116, "0000000", 7);
	snprintf(size, sizeof(size), "%011o", (unsigned int)len);
	memcpy(block + 124, size, 11);
	memcpy(block + 136, "00000000000", 11);
	memset(block + 148, ' ', 8);
	block[156] = type;
	if (link)
		memcpy(block + 157, link, strlen(link));
	memcpy(block + 257, "ustar\00000", 8);
	for (i = 0; i < sizeof(block); i++)
		total += (unsigned char)block[i];
	snprintf(sum, sizeof(sum), "%06o", total);
	memcpy(block + 148, sum, 7);
	fwrite(block, 1, sizeof(block), out);
	for (; len; len -= i, text += i) {
		i = len < sizeof(block) ? (unsigned int)len : sizeof(block);
		memset(block, 0, sizeof(block));
		memcpy(block, text, i);
		fwrite(block, 1, sizeof(block), out);
	}
}

static FILE *archive(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/tar", dir);
	return fopen(path, "w");
}

static void finish(FILE *out)
{
	static const char zero[1024];

	fwrite(zero, 1, sizeof(zero), out);
	assert_int_equal(fclose(out), 0);
}

static bool there(const char *name)
{
	char path[128];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return lstat(path, &st) == 0;
}

static int fetch(const char *name)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "k" };
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return ssh_fetch(&ssh, path);
}

static void test_fetch(void **state)
{
	FILE *out = archive();
	char path[128];
	struct stat st;

	(void)state;
	entry(out, "out/", '5', NULL, NULL);
	entry(out, "out/outcome.json", '0', NULL, "{}\n");
	entry(out, "outgoing.log", '0', NULL, "text\n");
	/* An agent that fails gives what it has a second name. */
	entry(out, "out/outgoing.jsonl", '0', NULL, "{}\n");
	entry(out, "out/samples.jsonl", '1', "out/outgoing.jsonl", NULL);
	finish(out);
	assert_int_equal(fetch("good"), 0);
	assert_true(there("good/out/outcome.json") && there("good/outgoing.log"));
	assert_true(there("good/out/samples.jsonl") && there("good/out/outgoing.jsonl"));
	assert_false(there("good/fetch.tar") || there("good.new"));
	snprintf(path, sizeof(path), "%s/good/out/outcome.json", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07077, 0);
	/* What a second one brings takes its place. */
	out = archive();
	entry(out, "out/", '5', NULL, NULL);
	finish(out);
	assert_int_equal(fetch("good"), 0);
	assert_true(there("good/out") && !there("good/outgoing.log"));
}

/* Nothing is written that is not in the directory, and no name that a reader could hang at. */
static void test_fetch_hostile(void **state)
{
	static const struct {
		const char *name;
		char type;
		const char *link;
	} bad[] = {
		{ "out/outcome.json", '6', NULL },
		{ "out/outcome.json", '2', "/dev/zero" },
		{ "out/outcome.json", '1', "out/x" },
		{ "out/outcome.json", '1', "out" },
		{ "out/outcome.json", '1', "/etc/passwd" },
		{ "out/outcome.json", '1', "out/../../tar" },
		{ "out/outcome.json", '3', NULL },
		{ "out/../../escaped", '0', NULL },
		{ "/tmp/test_ssh.escaped", '0', NULL },
		{ "escaped", '0', NULL },
		{ "out/\033[2J", '0', NULL },
	};
	FILE *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		out = archive();
		entry(out, "out/", '5', NULL, NULL);
		entry(out, bad[i].name, bad[i].type, bad[i].link, NULL);
		finish(out);
		if (fetch("bad") != -EBADMSG || there("bad") || there("bad.new") ||
		    there("escaped"))
			fail_msg("%s of type %c was taken", bad[i].name, bad[i].type);
	}
	/* A directory that is a link somewhere else, and a file through it */
	out = archive();
	entry(out, "out", '2', dir, NULL);
	entry(out, "out/escaped", '0', NULL, "x");
	finish(out);
	assert_int_equal(fetch("bad"), -EBADMSG);
	assert_false(there("escaped") || there("bad"));
}

/* An archive that ends early, and one whose header says more than may come */
static void test_fetch_size(void **state)
{
	FILE *out = archive();
	char path[64];

	(void)state;
	entry(out, "out/", '5', NULL, NULL);
	entry(out, "out/outcome.json", '0', NULL, "{}\n");
	assert_int_equal(fclose(out), 0);
	snprintf(path, sizeof(path), "%s/tar", dir);
	assert_int_equal(truncate(path, 1024), 0);
	assert_int_equal(fetch("bad"), -EBADMSG);
	assert_int_equal(truncate(path, SSH_FETCH_MAX + 1), 0);
	assert_int_equal(fetch("bad"), -EFBIG);
	assert_false(there("bad") || there("bad.new") || there("bad/fetch.tar"));
	unlink(path);
}

/* As on the fake target: a full disk here is no fault of the target. */
static void test_fetch_full(void **state)
{
	static char text[200000];
	FILE *out = archive();
	char path[64];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	entry(out, "out/", '5', NULL, NULL);
	entry(out, "out/samples.jsonl", '0', NULL, text);
	finish(out);
	snprintf(path, sizeof(path), "%s/small", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", path, "tmpfs", 0, "size=64k"))
		skip();
	assert_int_equal(fetch("small/run"), -ENOSPC);
	assert_false(there("small/run"));
	/* Room for the archive, but not for what is in it too */
	assert_int_equal(mount("none", path, "tmpfs", MS_REMOUNT, "size=300k"), 0);
	assert_int_equal(fetch("small/run"), -ENOSPC);
	assert_false(there("small/run"));
	umount(path);
}

/* Whatever lies there, reading it comes to an end. */
static void test_collect(void **state)
{
	char path[64], command[320];
	struct cycle_job job = {
		.run = "r", .mode = "preserve", .build_id = "", .boot_id = "", .dir = path
	};
	struct cycle_result res = { .lines = json_array() };
	static const char *const make[] = { "mkfifo", "ln -s /dev/zero", "mkdir",
					    "truncate -s 2M" };
	size_t i;

	(void)state;
	snprintf(path, sizeof(path), "%s/collect", dir);
	for (i = 0; i < sizeof(make) / sizeof(make[0]); i++) {
		snprintf(command, sizeof(command),
			 "rm -rf %s; mkdir -p %s/out; %s %s/out/outcome.json", path, path, make[i],
			 path);
		assert_int_equal(system(command), 0);
		alarm(10);
		cycle_collect(&job, &res);
		alarm(0);
		assert_string_equal(res.outcome, "harness-error");
		assert_non_null(strstr(res.reason, "no plain file"));
		res.outcome[0] = '\0';
	}
	cycle_result_free(&res);
}

/* What a target says is shown, and does nothing. */
static void test_plain(void **state)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "k" };
	struct target_exec x = { .command = "rude", .timeout_ms = 5000 };
	char path[64], command[320];
	struct cycle_job job = {
		.run = "r", .mode = "preserve", .build_id = "", .boot_id = "", .dir = path
	};
	struct cycle_result res = { .lines = json_array() };

	(void)state;
	assert_int_equal(ssh_exec(&ssh, &x), 1);
	assert_string_equal(x.why, "a [2Jb  ");
	free(x.out);
	snprintf(path, sizeof(path), "%s/plain", dir);
	snprintf(
		command, sizeof(command),
		"mkdir -p %s/out; printf %%s '{\"outcome\":\"preserve-error\",\"run\":\"r\",\"cycle\":0,"
		"\"reason\":\"a\\u001b[2J\\nok 9 x\",\"phase\":\"p\\r\"}' >%s/out/outcome.json",
		path, path);
	assert_int_equal(system(command), 0);
	cycle_collect(&job, &res);
	if (strcmp(res.outcome, "preserve-error"))
		fail_msg("%s: %s", res.outcome, res.reason);
	assert_string_equal(res.reason, "a [2J ok 9 x (phase p )");
	cycle_result_free(&res);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policy),	      cmocka_unit_test(test_limits),
		cmocka_unit_test(test_slowdown),      cmocka_unit_test(test_fetch),
		cmocka_unit_test(test_fetch_hostile), cmocka_unit_test(test_fetch_size),
		cmocka_unit_test(test_fetch_full),    cmocka_unit_test(test_collect),
		cmocka_unit_test(test_plain),
	};

	return cmocka_run_group_tests(tests, fake_client, remove_client);
}

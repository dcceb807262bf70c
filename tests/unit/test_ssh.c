// SPDX-License-Identifier: GPL-2.0-or-later
/* What the ssh client is told, by a client that only repeats it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/ssh.h"

static int fake_client(void **state)
{
	char dir[] = "/tmp/test_ssh.XXXXXX", path[64];
	FILE *out;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/ssh", dir);
	out = fopen(path, "w");
	if (!out)
		return -1;
	fputs("#!/bin/sh\nPATH=/usr/bin:/bin\necho \" $* \"\n", out);
	if (fclose(out) || chmod(path, 0700))
		return -1;
	return setenv("PATH", dir, 1);
}

static int remove_client(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/ssh", getenv("PATH"));
	unlink(path);
	return rmdir(getenv("PATH"));
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

/* That of the command comes with the factor. */
static void test_slowdown(void **state)
{
	struct ssh ssh = { .dest = "root@machine", .known_hosts = "k", .slowdown = 3 };

	(void)state;
	told(&ssh, 90000,
	     (const char *const[]){ " -oConnectTimeout=60 ", " -oServerAliveCountMax=18 ", NULL });
	told(&ssh, 30000, (const char *const[]){ " -oConnectTimeout=30 ", NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_slowdown),
	};

	return cmocka_run_group_tests(tests, fake_client, remove_client);
}

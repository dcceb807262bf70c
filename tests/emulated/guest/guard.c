// SPDX-License-Identifier: GPL-2.0-or-later
/* The agent's guards around nothing at all: what the machine does when nobody feeds its watchdog. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/guard.h"
#include "bench/agent/kexec.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"
#include "tests/emulated/guest/guest.h"

#define ON_PANIC "/proc/sys/kernel/panic_on_oops"

/* panic_on_oops; the other two are set or not there in these kernels. */
static int on_panic(void)
{
	char text[24];

	return sys_read(ON_PANIC, text, sizeof(text)) > 0 ? atoi(text) : -1;
}

/* Line after line on the console for twice its limit: the machine works. */
static void work(int seconds)
{
	int i;

	for (i = 0; i < 2 * seconds; i++) {
		kmsg("still at work");
		msleep(1000);
	}
}

/* A kernel that never gets to its watchdog: as one that hangs before. */
static void over(void)
{
	char append[2048];

	need((int)sys_read("/proc/cmdline", append, sizeof(append)), "/proc/cmdline");
	strncat(append, " initcall_blacklist=esb_driver_init", sizeof(append) - strlen(append) - 1);
	need(kexec_load(DIR "/kernel", NULL, append, false), "loading the next kernel");
}

int main(int argc, char **argv)
{
	static struct agent ag = { .dir = DIR };

	if (argc != 3)
		return 2;
	ag.c.watchdog_s = atoi(argv[2]);
	ag.incoming = !strcmp(argv[1], "dies-incoming");
	sys_write(ON_PANIC, "0");
	guard_begin(&ag);
	check(on_panic() == !ag.incoming, "panic_on_oops is set before the kexec: %d", on_panic());
	check(access(DIR "/guard", F_OK) == 0, "it is noted what it was");
	if (!strcmp(argv[1], "over")) {
		over();
		sync();
		guard_jump();
		need(kexec_jump(false), "kexec");
	}
	if (!strcmp(argv[1], "silent"))
		pause();
	if (!strncmp(argv[1], "dies", 4)) {
		fflush(stdout);
		_exit(0);
	}
	work(ag.c.watchdog_s);
	guard_end(&ag);
	check(on_panic() == 0, "panic_on_oops is what it was: %d", on_panic());
	check(access(DIR "/guard", F_OK) != 0, "the note is gone");
	sleep(2 * (unsigned int)ag.c.watchdog_s);
	check(true, "nothing bit since");
	return finish();
}

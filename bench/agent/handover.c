// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/handover.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/boot.h"
#include "bench/agent/clock.h"
#include "bench/agent/courier.h"
#include "bench/agent/cycle.h"
#include "bench/agent/guard.h"
#include "bench/agent/initramfs.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"

/* As TARGET_DIR of the controller, seen from the root. */
#define DIR_ON_HOST "var/lib/lubench"

/* Where cycle.json has none */
#define LIMIT_MS 300000

#define TICK_MS 10
#define KILL_MS 5000

static const char *const mount_points[] = { "/proc", "/sys", "/dev" };

bool handover_is_init(const char *argv0)
{
	return getpid() == 1 && argv0 && !strcmp(argv0, INITRAMFS_INIT);
}

static int incoming(void)
{
	int err = boot_receive_state(INITRAMFS_DIR "/state.json");

	/* The agent says that it is missing. */
	if (err)
		kmsg("session %s: %s", BOOT_STATE_SESSION, strerror(-err));
	return agent_incoming(INITRAMFS_DIR);
}

/*
 * In a process of its own: when the first one ends the kernel panics. An agent that hangs must not keep the host from
 * booting, nor its watchdog reset it then.
 */
static void run_agent(uint32_t limit_ms)
{
	pid_t pid = fork(), got = 0;
	uint32_t ms;
	int status = 0;

	if (!pid)
		exit(incoming());
	for (ms = 0; pid > 0 && got != pid && ms < limit_ms; ms += TICK_MS) {
		msleep(TICK_MS);
		got = waitpid(pid, &status, WNOHANG);
	}
	if (pid > 0 && got != pid) {
		kmsg("the agent has not ended within %u s: the host's own system starts without it",
		     limit_ms / 1000);
		kill(pid, SIGKILL);
		/* One that sleeps in the kernel does not even die of that. */
		for (ms = 0; waitpid(pid, &status, WNOHANG) != pid && ms < KILL_MS; ms += TICK_MS)
			msleep(TICK_MS);
	}
	/* One that has ended by itself, in whatever way, may have left it armed. */
	guard_undo(INITRAMFS_DIR "/guard");
}

int handover_main(char *argv0)
{
	char *const own[] = { (char *)"/init", NULL };
	char first[24], cmdline[4096];
	char why[200];
	struct cycle c;
	size_t i;
	int err;

	snprintf(first, sizeof(first), "%llu", (unsigned long long)clock_ticks());
	setenv("LUBENCH_INIT_TICKS", first, 1);
	for (i = 0; i < sizeof(mount_points) / sizeof(mount_points[0]); i++)
		mkdir(mount_points[i], 0755);
	sys_mount();
	/* The phases on the console must not be rate limited away. */
	sys_write("/proc/sys/kernel/printk_devkmsg", "on\n");
	/* The agent itself says what is wrong with it. */
	if (cycle_load(INITRAMFS_DIR "/cycle.json", &c, why, sizeof(why)))
		c.incoming_ms = c.courier_ms = LIMIT_MS;
	run_agent(c.incoming_ms);
	err = courier_start(INITRAMFS_DIR, DIR_ON_HOST, argv0, c.courier_ms);
	if (err)
		kmsg("the results of the cycle are lost: %s", strerror(-err));
	sys_read("/proc/cmdline", cmdline, sizeof(cmdline));
	unsetenv("LUBENCH_INIT_TICKS");
	if (access(own[0], X_OK)) {
		err = handover_bare(cmdline);
		kmsg("no /init in the initramfs, and root= cannot be used: %s", strerror(-err));
		return EXIT_FAILURE;
	}
	/* The host's initrd mounts them itself, and would not get them twice. */
	umount2(DEBUGFS, MNT_DETACH);
	for (i = sizeof(mount_points) / sizeof(mount_points[0]); i-- > 0;)
		umount2(mount_points[i], MNT_DETACH);
	execv(own[0], own);
	return EXIT_FAILURE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench-agent: runs on the target, as root, on both sides of the kexec. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/agent/agent.h"
#include "bench/agent/await.h"
#include "bench/agent/boot.h"
#include "bench/agent/guard.h"
#include "bench/agent/handover.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"

static int usage(void)
{
	fputs("usage: lubench-agent probe          describe this machine as JSON\n"
	      "       lubench-agent outgoing DIR   run DIR/cycle.json up to the kexec\n"
	      "       lubench-agent incoming DIR   go on after the kexec\n"
	      "       lubench-agent undo DIR       give the device back to its driver\n"
	      "       lubench-agent await DIR S    sleep until the cycle is over, S seconds at most\n",
	      stderr);
	return 2;
}

static int undo(const char *dir)
{
	char path[4096];
	int err, guard;

	snprintf(path, sizeof(path), "%s/guard", dir);
	guard = guard_undo(path);
	if (guard)
		fprintf(stderr, "lubench-agent: %s: %s; the watchdog may be armed: try again\n",
			path, strerror(-guard));
	snprintf(path, sizeof(path), "%s/undo", dir);
	err = pcidev_give_back(path);
	if (err)
		fprintf(stderr, "lubench-agent: %s: %s; rebind the device by hand\n", path,
			strerror(-err));
	return err || guard ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int await(const char *dir, const char *seconds)
{
	char cmdline[4096];
	long limit = strtol(seconds, NULL, 10);
	int err;

	if (limit <= 0 || limit > INT_MAX / 1000)
		return usage();
	err = (int)sys_read("/proc/cmdline", cmdline, sizeof(cmdline));
	if (err >= 0)
		err = agent_await(dir, cmdline, (int)limit * 1000);
	if (err)
		fprintf(stderr, "lubench-agent: waiting in %s: %s\n", dir, strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	umask(077); /* what is left on a host is for its owner */
	if (handover_is_init(argv[0]))
		return handover_main(argv[0]);
	if (argc == 2 && !strcmp(argv[1], "probe"))
		return agent_probe();
	if (argc == 4 && !strcmp(argv[1], "await"))
		return await(argv[2], argv[3]);
	if (argc != 3)
		return usage();
	if (!strcmp(argv[1], "outgoing"))
		return agent_outgoing(argv[2]);
	/* Where the initramfs had the agent all is done already. */
	if (!strcmp(argv[1], "incoming"))
		return sys_cmdline_has(BOOT_AGENT_WORD) ? 0 : agent_incoming(argv[2]);
	if (!strcmp(argv[1], "undo"))
		return undo(argv[2]);
	return usage();
}

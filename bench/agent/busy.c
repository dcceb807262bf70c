// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/busy.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kmsg.h"

/*
 * One round each so many ms. A booting kernel prints some 300 lines in two to four seconds, looks at
 * the header of each PCI device a few times, starts programs, and waits in between. A loop without a
 * pause holds the emulator up by what no boot does, and its gaps would excuse those of the blackout.
 */
#define ROUND_MS 15

static void read_headers(void)
{
	char buf[64];
	glob_t g;
	size_t i;
	int fd;

	if (glob("/sys/bus/pci/devices/*/config", 0, NULL, &g))
		return;
	for (i = 0; i < g.gl_pathc; i++) {
		fd = open(g.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, buf, sizeof(buf)) < 0)
			kmsg("%s: %s", g.gl_pathv[i], strerror(errno));
		close(fd);
	}
	globfree(&g);
}

static void start_program(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t pid = fork();

	if (!pid) {
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execl("/proc/self/exe", "lubench-agent", "usage", (char *)NULL);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (null >= 0)
		close(null);
}

void busy_window(unsigned int ms)
{
	pid_t pid = fork();

	if (!pid) {
		uint64_t start = clock_ticks(), due;
		unsigned int n;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (n = 0;; n++) {
			read_headers();
			start_program();
			kmsg("control window, round %u", n);
			/* A late round is not made up for: that would be the loop again. */
			due = clock_ns(clock_ticks() - start) / 1000000 % ROUND_MS;
			msleep((unsigned int)(ROUND_MS - due));
		}
	}
	msleep(ms);
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/busy.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
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
/* The scan of a boot made half a dozen gaps of more than 5 ms in two to four seconds; so does this. */
#define SCAN_ROUNDS 20

/*
 * What the scan does to each function to learn the size of its windows: decoding off, all ones into a base address
 * register, decoding on. QEMU lays out its address spaces anew each time, and devices wait for that. Only to
 * QEMU's own test device (docs/specs/pci-testdev.rst there), which has no driver and no other use, and has two.
 */
static void size_windows(const char *path, const uint8_t header[64])
{
	static const uint8_t testdev[] = { 0x36, 0x1b, 0x05, 0x00 };
	uint16_t off = (uint16_t)((header[4] | header[5] << 8) & ~3), on = off | 3;
	const uint32_t ones = UINT32_MAX;
	bool failed = false;
	uint32_t size;
	int fd, reg;

	if (memcmp(header, testdev, sizeof(testdev)))
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	for (reg = 16; fd >= 0 && reg < 24; reg += 4)
		failed |= pwrite(fd, &off, 2, 4) != 2 || pwrite(fd, &ones, 4, reg) != 4 ||
			  pread(fd, &size, 4, reg) != 4 || pwrite(fd, header + reg, 4, reg) != 4 ||
			  pwrite(fd, &on, 2, 4) != 2;
	if (fd < 0 || failed)
		kmsg("%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void read_headers(bool scan)
{
	uint8_t buf[64];
	glob_t g;
	size_t i;
	int fd;

	if (glob("/sys/bus/pci/devices/*/config", 0, NULL, &g))
		return;
	for (i = 0; i < g.gl_pathc; i++) {
		fd = open(g.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (read(fd, buf, sizeof(buf)) != sizeof(buf))
			kmsg("%s: %s", g.gl_pathv[i], strerror(errno));
		else if (scan)
			size_windows(g.gl_pathv[i], buf);
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
			read_headers(n % SCAN_ROUNDS == 0);
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

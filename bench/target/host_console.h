/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The console of a real host: what a command of the user writes, such as a client of its BMC. */
#ifndef BENCH_TARGET_HOST_CONSOLE_H
#define BENCH_TARGET_HOST_CONSOLE_H

#include <sys/types.h>

#include "bench/target/console.h"

/**
 * struct host_console - a command that runs as long as the run does
 * @command: for sh
 * @log: console-N.log of the run directory, which it writes to
 * @pid: of the guard of the command, 0 or less while it does not run
 * @leash: see leash_spawn(); only with @pid
 * @fd: @log for reading, -1 before
 * @again_ms: not started again before that
 */
struct host_console {
	const char *command;
	char *log;
	pid_t pid;
	int leash;
	int fd;
	long long again_ms;
};

/**
 * host_console_start() - run the command, under a guard: it ends with the controller, even by SIGKILL
 * @c: zeroed with @fd -1, or as it was left: nothing is done while it runs
 * @command: for sh; it finds user@machine in LUBENCH_HOST; not copied
 * @host: user@machine
 * @dir: run directory
 * @number: of the log
 *
 * Return: 0 or -errno (said on stderr).
 */
int host_console_start(struct host_console *c, const char *command, const char *host,
		       const char *dir, unsigned int number);

/**
 * host_console_read() - take in what is new; a command that has ended is started again after a while
 * @c: the command
 * @console: fed
 *
 * Return: 0, or -EAGAIN while the command does not run.
 */
int host_console_read(struct host_console *c, struct console *console);

/**
 * host_console_end() - end the command and what it has started
 * @c: host_console_start() may follow
 */
void host_console_end(struct host_console *c);

#endif

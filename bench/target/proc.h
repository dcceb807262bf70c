/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Child processes with time limits, and the request to stop (^C, SIGTERM). */
#ifndef BENCH_TARGET_PROC_H
#define BENCH_TARGET_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * proc_catch_signals() - make SIGINT and SIGTERM a request to stop
 *
 * Also ignores SIGPIPE. From then on every wait of this file ends early with -EINTR once a signal
 * has come.
 *
 * Return: 0 or -errno.
 */
int proc_catch_signals(void);

/**
 * proc_stopped() - was a stop requested
 *
 * Return: true after SIGINT or SIGTERM.
 */
bool proc_stopped(void);

/**
 * proc_go_on() - forget a requested stop, for the last things that have to be done
 *
 * The next signal is a request again.
 */
void proc_go_on(void);

/**
 * proc_now_ms() - CLOCK_MONOTONIC in milliseconds
 *
 * Return: the time.
 */
long long proc_now_ms(void);

/**
 * proc_sleep() - sleep unless a stop is requested
 * @ms: how long
 *
 * Return: 0, or -EINTR when a stop was requested.
 */
int proc_sleep(int ms);

/**
 * struct proc_io - what a child reads and writes
 * @in: text for its stdin, NULL: /dev/null unless @in_fd is given
 * @in_len: length of @in
 * @in_fd: file for its stdin; used when > 0
 * @out_fd: file for its stdout; used when > 0
 * @out_max: bytes that may go there; 0: no limit, and the child writes itself
 * @out: stdout as a NUL terminated string when @out_fd is not given; free() it
 * @out_len: its length
 * @err: first line of stderr, see console_plain()
 * @timeout_ms: the child is killed after this time
 */
struct proc_io {
	const char *in;
	size_t in_len;
	int in_fd;
	int out_fd;
	long long out_max;
	char *out;
	size_t out_len;
	char err[200];
	int timeout_ms;
};

/**
 * proc_run() - run a program to its end
 * @argv: program and arguments; looked up in PATH
 * @io: may be NULL
 *
 * The child gets its own process group, so that ^C on the terminal reaches the controller only,
 * and SIGKILL when the controller dies.
 *
 * Return: exit status (127: no such program, 128+n: killed by signal n), -ETIMEDOUT, -EINTR when a
 * stop was requested, -EFBIG when more than @out_max came, -ENOSPC when @out_fd has no room, other -errno. No
 * message.
 */
int proc_run(char *const argv[], struct proc_io *io);

/** PROC_KEEP - descriptors that a background program can inherit. */
#define PROC_KEEP 4

/**
 * struct proc_child - surroundings of a background program
 * @log: file for its stdout and stderr, appended to; NULL: nobody keeps them
 * @out: gets the end to read its stdout from, which never blocks; NULL: none
 * @keep: descriptors that it inherits under the same numbers; 0 and -1 are none
 * @netns: network namespace that it runs in; used when > 0
 */
struct proc_child {
	const char *log;
	int *out;
	int keep[PROC_KEEP];
	int netns;
};

/**
 * proc_spawn() - start a program that goes on in the background
 * @argv: program and arguments
 * @c: its surroundings
 *
 * Return: pid or -errno.
 */
pid_t proc_spawn(char *const argv[], const struct proc_child *c);

/**
 * proc_ended() - has a child ended
 * @pid: from proc_spawn()
 * @status: exit status as proc_run(), when it has
 *
 * Return: true once; the child is reaped then.
 */
bool proc_ended(pid_t pid, int *status);

/**
 * proc_kill() - end a child and all that it has started, and reap it
 * @pid: from proc_spawn(), and not told as ended
 */
void proc_kill(pid_t pid);

/**
 * proc_find() - is a program in PATH
 * @name: the program
 *
 * Return: true if so.
 */
bool proc_find(const char *name);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One connection that waits on the target until a cycle is over there. Each login costs the target tens of
 * milliseconds of processor time; this is one before the jump and one after it.
 */
#ifndef BENCH_TARGET_SSH_WAIT_H
#define BENCH_TARGET_SSH_WAIT_H

#include <sys/types.h>

#include "bench/target/ssh.h"

/**
 * struct ssh_wait - the connection
 * @pid: of the client, 0 while there is none
 * @out: to read what comes over it, when @pid is not 0
 * @begun: there was one
 * @answered: the newest one that came up or ended has brought the target's answer
 * @start_ms: when the client was started last
 * @text: what came; all of it, or as much as an answer can be
 * @len: bytes in it
 */
struct ssh_wait {
	pid_t pid;
	int out;
	bool begun;
	bool answered;
	long long start_ms;
	char text[8192];
	size_t len;
};

/**
 * ssh_wait_look() - see whether the cycle is over, without waiting for anything
 * @w: zeroed before the first look
 * @ssh: where
 * @again_ms: a client that has ended is not followed by another one sooner than this after its start
 * @seen: filled in when 0 is returned
 *
 * A host that has jumped breaks the connection, as soon as its next kernel has a network, or by its silence.
 *
 * Return: 0 when the target has told how things are; -EALREADY while it has answered and will tell more when there is
 * more; -EAGAIN when nobody answers.
 */
int ssh_wait_look(struct ssh_wait *w, const struct ssh *ssh, int again_ms,
		  struct target_seen *seen);

/**
 * ssh_wait_end() - end the client; what waits on the target ends with it
 * @w: ssh_wait_look() may follow, which starts another one at once
 */
void ssh_wait_end(struct ssh_wait *w);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/ssh_wait.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/target/proc.h"

/* A connection that is to come up; the machine may hang when it has taken it. */
#define CONNECT_S 10

/* Each question takes the target some time, too: few of them, and a connection that a kexec broke is known by the last. */
#define ALIVE_S 15
#define ALIVE_COUNT 1

/* More than a pipe holds */
#define READS 64

static int start(struct ssh_wait *w, const struct ssh *ssh)
{
	const struct ssh_limits limits = {
		.connect_s = CONNECT_S * (ssh->slowdown ? (int)ssh->slowdown : 1),
		.alive_s = ALIVE_S,
		.alive_count = ALIVE_COUNT,
	};
	struct proc_child child = { .out = &w->out };
	struct ssh_words words;

	ssh_words(ssh, TARGET_AWAIT_COMMAND, &limits, &words);
	w->begun = true;
	w->start_ms = proc_now_ms();
	w->len = 0;
	w->text[0] = '\0';
	w->pid = proc_spawn((char *const *)words.argv, &child);
	if (w->pid < 0) {
		w->pid = 0;
		return -EAGAIN;
	}
	return 0;
}

/* What is more than an answer can be is dropped; one that never stops sending holds nobody up. */
static void take(struct ssh_wait *w)
{
	char more[4096];
	size_t room;
	ssize_t n;
	int i;

	for (i = 0; i < READS && (n = read(w->out, more, sizeof(more))) > 0; i++) {
		room = sizeof(w->text) - 1 - w->len;
		if (room > (size_t)n)
			room = (size_t)n;
		memcpy(w->text + w->len, more, room);
		w->len += room;
	}
	w->text[w->len] = '\0';
}

/* Which kernel answers is told before the waiting begins: two lines. */
static bool is_up(const struct ssh_wait *w)
{
	const char *end = strchr(w->text, '\n');

	return end && strchr(end + 1, '\n');
}

static void forget(struct ssh_wait *w)
{
	w->pid = 0;
	close(w->out);
}

int ssh_wait_look(struct ssh_wait *w, const struct ssh *ssh, int again_ms, struct target_seen *seen)
{
	int limit_ms = CONNECT_S * 1000 * (ssh->slowdown ? (int)ssh->slowdown : 1), status;
	bool ended;

	if (!w->pid && (!w->begun || proc_now_ms() - w->start_ms >= again_ms) && start(w, ssh))
		w->answered = false;
	if (w->pid) {
		/* Before the last of its text is read, so that none is missed. */
		ended = proc_ended(w->pid, &status);
		take(w);
		if (is_up(w))
			w->answered = true;
		if (ended) {
			forget(w);
			w->answered = !status && !target_seen_parse(w->text, seen);
			if (w->answered)
				return 0;
		} else if (!is_up(w) && proc_now_ms() - w->start_ms > limit_ms) {
			ssh_wait_end(w);
			w->begun = true;
		}
	}
	return w->answered ? -EALREADY : -EAGAIN;
}

void ssh_wait_end(struct ssh_wait *w)
{
	if (w->pid) {
		proc_kill(w->pid);
		forget(w);
	}
	w->begun = w->answered = false;
}

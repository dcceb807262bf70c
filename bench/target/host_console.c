// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/host_console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/leash.h"

/* A BMC gives a session up some seconds after its client has gone. */
#define AGAIN_MS 5000

static int spawn(struct host_console *c)
{
	char *argv[] = { "sh", "-c", (char *)c->command, NULL };
	struct proc_child child = { .log = c->log };

	c->pid = leash_spawn(argv, &child, &c->leash);
	c->again_ms = proc_now_ms() + AGAIN_MS;
	return c->pid < 0 ? (int)c->pid : 0;
}

int host_console_start(struct host_console *c, const char *command, const char *host,
		       const char *dir, unsigned int number)
{
	int err;

	if (c->pid > 0)
		return 0;
	host_console_end(c);
	c->command = command;
	if (asprintf(&c->log, "%s/console-%u.log", dir, number) < 0) {
		c->log = NULL;
		return -ENOMEM;
	}
	setenv("LUBENCH_HOST", host, 1);
	err = spawn(c);
	if (!err) {
		c->fd = open(c->log, O_RDONLY | O_CREAT | O_CLOEXEC, 0644);
		err = c->fd < 0 ? -errno : 0;
	}
	if (err)
		lub_err("console command '%s', log %s: %s", command, c->log, strerror(-err));
	/* What a run before this one has left in the log is known. */
	else
		lseek(c->fd, 0, SEEK_END);
	return err;
}

int host_console_read(struct host_console *c, struct console *console)
{
	char buf[16384];
	int status;
	ssize_t n;

	if (c->pid > 0 && proc_ended(c->pid, &status)) {
		lub_err("the console command ended with status %d; its last words are in %s; it is started again",
			status, c->log);
		close(c->leash);
		c->pid = 0;
	}
	while (c->fd >= 0 && (n = read(c->fd, buf, sizeof(buf))) > 0)
		console_feed(console, buf, (size_t)n, proc_now_ms());
	if (c->pid <= 0 && c->log && proc_now_ms() >= c->again_ms)
		spawn(c);
	return c->pid > 0 ? 0 : -EAGAIN;
}

void host_console_end(struct host_console *c)
{
	if (c->pid > 0)
		leash_end(c->pid, &c->leash);
	c->pid = 0;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	free(c->log);
	c->log = NULL;
}

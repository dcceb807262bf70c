// SPDX-License-Identifier: GPL-2.0-or-later
/* Target kind "host": a machine that is there, reached over ssh and, where a command is given, seen on its console. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/target/host_console.h"
#include "bench/target/proc.h"
#include "bench/target/ssh.h"
#include "bench/target/ssh_wait.h"

#define RELAUNCH_TICK_MS 3000

/**
 * struct host - a host in use
 * @ssh: how to reach it
 * @con: its console, where there is a command for it
 * @wait: the connection that waits there during a cycle
 */
struct host {
	struct ssh ssh;
	struct host_console con;
	struct ssh_wait wait;
};

static const struct ssh *ssh_of(const struct target *t)
{
	return &((const struct host *)t->priv)->ssh;
}

static int host_probe(struct target *t)
{
	if (!proc_find("ssh")) {
		lub_err("no ssh client in PATH: install openssh-client (make deps)");
		return -ENOENT;
	}
	if (!t->host || !*t->host || t->host[0] == '-' || strpbrk(t->host, " \t\n")) {
		lub_err("'%s' is not a host; write --host user@machine", t->host ? t->host : "");
		return -EINVAL;
	}
	t->accel = "none";
	return 0;
}

static int host_launch(struct target *t, unsigned int number)
{
	struct target_exec x = { .command = "true", .timeout_ms = t->launch_ms };
	long long deadline = proc_now_ms() + t->launch_ms;
	struct host *h = t->priv;
	int err;

	if (!h) {
		h = calloc(1, sizeof(*h));
		if (!h || (t->known_hosts
				   ? !(h->ssh.known_hosts = strdup(t->known_hosts))
				   : asprintf(&h->ssh.known_hosts, "%s/known_hosts", t->dir) < 0)) {
			free(h);
			return -ENOMEM;
		}
		snprintf(h->ssh.dest, sizeof(h->ssh.dest), "%s", t->host);
		h->ssh.slowdown = t->slowdown;
		ssh_policy(&h->ssh);
		h->con.fd = -1;
		t->priv = h;
	}
	if (t->console_command) {
		err = host_console_start(&h->con, t->console_command, t->host, t->dir, number);
		if (err)
			return err;
	}
	for (;;) {
		err = ssh_exec(&h->ssh, &x);
		free(x.out);
		if (err != 255 || !t->patient || proc_now_ms() >= deadline)
			break;
		if (proc_sleep(RELAUNCH_TICK_MS))
			return -EINTR;
	}
	if (!err)
		return 0;
	if (err != -EINTR)
		lub_err("cannot reach %s over ssh: %s; try `ssh -oBatchMode=yes %s true`", t->host,
			ssh_explain(err, &x), t->host);
	return err < 0 ? err : -EHOSTUNREACH;
}

static int host_exec(struct target *t, struct target_exec *x)
{
	return ssh_exec(ssh_of(t), x);
}

static int host_push(struct target *t, const char *local, const char *name, unsigned int mode)
{
	return ssh_push(ssh_of(t), local, name, mode);
}

static int host_fetch(struct target *t, const char *local_dir)
{
	return ssh_fetch(ssh_of(t), local_dir);
}

static int host_wait_incoming(struct target *t, struct target_seen *seen)
{
	struct host *h = t->priv;

	return ssh_wait_look(&h->wait, &h->ssh, t->ask_ms, seen);
}

static void host_wait_end(struct target *t)
{
	struct host *h = t->priv;

	if (h)
		ssh_wait_end(&h->wait);
}

/*
 * A host that is told to be quiet shows no markers, and a lost line nothing at all: then nobody may call its
 * silence a hang. A panic is seen all the same.
 */
static int host_console_tail(struct target *t)
{
	struct host *h = t->priv;

	if (!h || !t->console_command)
		return -EOPNOTSUPP;
	return host_console_read(&h->con, &t->console) || !t->console.cycle ? -EOPNOTSUPP : 0;
}

static bool host_shared(const struct target *t)
{
	(void)t;
	return true;
}

static void host_stop(struct target *t)
{
	struct host *h = t->priv;

	host_wait_end(t);
	if (h)
		host_console_end(&h->con);
}

static void host_release(struct target *t)
{
	struct host *h = t->priv;

	host_stop(t);
	if (h)
		free(h->ssh.known_hosts);
	free(h);
	t->priv = NULL;
}

const struct target_ops ssh_target_ops = {
	.probe = host_probe,
	.launch = host_launch,
	.exec = host_exec,
	.push = host_push,
	.fetch = host_fetch,
	.wait_incoming = host_wait_incoming,
	.wait_end = host_wait_end,
	.console_tail = host_console_tail,
	.shared = host_shared,
	.stop = host_stop,
	.release = host_release,
};

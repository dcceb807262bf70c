/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transport: the OpenSSH client. One connection a command, no master connection: one that is
 * alive across a kexec would hang. Files go through `cat` on the far side, so the target needs an
 * sshd and a shell, neither scp nor sftp.
 */
#ifndef BENCH_TARGET_SSH_H
#define BENCH_TARGET_SSH_H

#include "bench/target/target.h"

/**
 * struct ssh - where and how to connect
 * @dest: user@machine
 * @port: TCP port, 0: the client's own choice
 * @key: identity file, NULL: the user's own configuration is used for everything
 * @known_hosts: file for host keys that the suite has seen
 * @strict: the user wants this host's key to be known already: the user's own files decide
 * @user_known: the user's files, as the client names them; "" for what it takes by default
 * @slowdown: factor for the time limits of this transport, 0 is 1
 */
struct ssh {
	char dest[256];
	int port;
	const char *key;
	char *known_hosts;
	bool strict;
	char user_known[1024];
	unsigned int slowdown;
};

/**
 * ssh_policy() - ask the client what the user's configuration says about a host's key
 * @ssh: @dest is looked up; @strict and @user_known are set
 *
 * A client that does not answer leaves its own defaults.
 */
void ssh_policy(struct ssh *ssh);

/**
 * struct ssh_limits - when a connection is given up
 * @connect_s: it does not come up for so long
 * @alive_s: between two questions whether the other side is there, when it is silent
 * @alive_count: so many of them without an answer, times the slowdown
 */
struct ssh_limits {
	int connect_s;
	int alive_s;
	int alive_count;
};

/**
 * struct ssh_words - what the client is started with
 * @argv: the words; the rest is room for them
 */
struct ssh_words {
	const char *argv[40];
	char port[16], known[5400], identity[4200], connect[40], alive[40], count[40];
};

/**
 * ssh_words() - make the client's command line
 * @ssh: where
 * @command: for the shell there
 * @l: limits
 * @w: filled in; holds @command and texts of @ssh
 */
void ssh_words(const struct ssh *ssh, const char *command, const struct ssh_limits *l,
	       struct ssh_words *w);

/**
 * ssh_exec() - run a command
 * @ssh: where
 * @x: what
 *
 * Return: as target_ops.exec.
 */
int ssh_exec(const struct ssh *ssh, struct target_exec *x);

/**
 * ssh_explain() - why a command did not work
 * @err: what ssh_exec() returned
 * @x: the command
 *
 * Return: a text that lives as long as @x.
 */
const char *ssh_explain(int err, struct target_exec *x);

/**
 * ssh_push() - copy a file to TARGET_DIR
 * @ssh: where
 * @local: file here
 * @name: name there
 * @mode: permissions there
 *
 * Return: as target_ops.push.
 */
int ssh_push(const struct ssh *ssh, const char *local, const char *name, unsigned int mode);

/** SSH_FETCH_MAX - bytes that a target may send; more than any plan's samples, logs and perf's text together. */
#define SSH_FETCH_MAX (1ll << 30)

/**
 * ssh_fetch() - copy TARGET_DIR/out and the agent's logs
 * @ssh: where
 * @local_dir: directory here; one that is there is replaced, when all has come
 *
 * What comes is foreign: see unpack().
 *
 * Return: as target_ops.fetch; -ENOSPC when the disk here is full, -EFBIG or -EBADMSG when what was sent is too
 * much or no archive of plain files.
 */
int ssh_fetch(const struct ssh *ssh, const char *local_dir);

/**
 * ssh_seen() - which kernel answers
 * @ssh: where
 * @seen: filled in
 * @timeout_ms: time limit of this try, before @ssh->slowdown
 *
 * Return: as target_ops.wait_incoming.
 */
int ssh_seen(const struct ssh *ssh, struct target_seen *seen, int timeout_ms);

extern const struct target_ops ssh_target_ops;

#endif

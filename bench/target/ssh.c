// SPDX-License-Identifier: GPL-2.0-or-later
/* Transport over the OpenSSH client. */
#include "bench/target/ssh.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/pstore.h"
#include "bench/target/unpack.h"

#define POLICY_TIMEOUT_MS 10000
#define PUSH_TIMEOUT_MS 120000
#define FETCH_TIMEOUT_MS 120000

/* A machine that has nothing else to do answers within these. */
#define CONNECT_MAX_S 20
#define ALIVE_S 5
#define ALIVE_COUNT 6

/* Of the limits of this file; that of a command has the factor already, see cycle_budgets_for(). */
static int factor(const struct ssh *ssh)
{
	return ssh->slowdown ? (int)ssh->slowdown : 1;
}

/* Value of a line "KEY VALUE"; NULL when there is none, or more than fits. */
static const char *config_value(const char *text, const char *key, char *buf, size_t room)
{
	size_t len = strlen(key), n;

	for (; text && *text; text = strchr(text, '\n'), text += !!text) {
		if (strncmp(text, key, len) || text[len] != ' ')
			continue;
		n = strcspn(text + len + 1, "\n");
		if (n >= room)
			return NULL;
		snprintf(buf, room, "%.*s", (int)n, text + len + 1);
		return buf;
	}
	return NULL;
}

void ssh_policy(struct ssh *ssh)
{
	char *argv[] = { "ssh", "-G", ssh->dest, NULL };
	struct proc_io io = { .timeout_ms = POLICY_TIMEOUT_MS };
	char strict[16];

	ssh->strict = false;
	ssh->user_known[0] = '\0';
	if (!proc_run(argv, &io) &&
	    config_value(io.out, "stricthostkeychecking", strict, sizeof(strict))) {
		ssh->strict = !strcmp(strict, "true") || !strcmp(strict, "yes");
		if (!config_value(io.out, "userknownhostsfile", ssh->user_known,
				  sizeof(ssh->user_known)))
			ssh->user_known[0] = '\0';
	}
	free(io.out);
}

void ssh_words(const struct ssh *ssh, const char *command, const struct ssh_limits *l,
	       struct ssh_words *w)
{
	int n = 0;

	w->argv[n++] = "ssh";
	if (ssh->key) {
		/* An emulated target: nothing of the user's configuration may interfere. */
		w->argv[n++] = "-F";
		w->argv[n++] = "/dev/null";
		w->argv[n++] = "-o";
		snprintf(w->identity, sizeof(w->identity), "IdentityFile=\"%s\"", ssh->key);
		w->argv[n++] = w->identity;
		w->argv[n++] = "-oIdentitiesOnly=yes";
		w->argv[n++] = "-oIdentityAgent=none";
		snprintf(w->known, sizeof(w->known), "UserKnownHostsFile=\"%s\"", ssh->known_hosts);
	} else if (!ssh->strict) {
		/* What is new goes to the first file; what the user knows is checked, too. */
		snprintf(w->known, sizeof(w->known), "UserKnownHostsFile=\"%s\" %s",
			 ssh->known_hosts,
			 !*ssh->user_known		    ? "~/.ssh/known_hosts"
			 : !strcmp(ssh->user_known, "none") ? ""
							    : ssh->user_known);
	}
	if (!ssh->strict) {
		w->argv[n++] = "-o";
		w->argv[n++] = w->known;
		w->argv[n++] = "-oStrictHostKeyChecking=accept-new";
	}
	w->argv[n++] = "-oClearAllForwardings=yes";
	w->argv[n++] = "-oForwardAgent=no";
	w->argv[n++] = "-oForwardX11=no";
	w->argv[n++] = "-oBatchMode=yes";
	snprintf(w->connect, sizeof(w->connect), "-oConnectTimeout=%d", l->connect_s);
	w->argv[n++] = w->connect;
	snprintf(w->alive, sizeof(w->alive), "-oServerAliveInterval=%d", l->alive_s);
	w->argv[n++] = w->alive;
	snprintf(w->count, sizeof(w->count), "-oServerAliveCountMax=%d",
		 l->alive_count * factor(ssh));
	w->argv[n++] = w->count;
	w->argv[n++] = "-oControlMaster=no";
	w->argv[n++] = "-oControlPath=none";
	w->argv[n++] = "-oLogLevel=ERROR";
	w->argv[n++] = "-T";
	if (ssh->port) {
		snprintf(w->port, sizeof(w->port), "%d", ssh->port);
		w->argv[n++] = "-p";
		w->argv[n++] = w->port;
	}
	w->argv[n++] = ssh->dest;
	w->argv[n++] = command;
	w->argv[n] = NULL;
}

int ssh_exec(const struct ssh *ssh, struct target_exec *x)
{
	int wait_s = x->timeout_ms / 1000, most_s = CONNECT_MAX_S * factor(ssh), err;
	const struct ssh_limits limits = {
		.connect_s = wait_s < 1	       ? 1
			     : wait_s > most_s ? most_s
					       : wait_s,
		.alive_s = ALIVE_S,
		.alive_count = ALIVE_COUNT,
	};
	struct proc_io io = {
		.in = x->in,
		.in_len = x->in_len,
		.in_fd = x->in_fd,
		.out_fd = x->out_fd,
		.out_max = x->out_max,
		.timeout_ms = x->timeout_ms,
	};
	struct ssh_words words;

	ssh_words(ssh, x->command, &limits, &words);
	err = proc_run((char *const *)words.argv, &io);
	x->out = io.out;
	memcpy(x->why, io.err, sizeof(x->why));
	return err;
}

const char *ssh_explain(int err, struct target_exec *x)
{
	if (err == -ETIMEDOUT)
		return "time limit reached";
	if (err == -EINTR)
		return "interrupted";
	if (err == -EFBIG)
		return "it sends more than any run leaves";
	if (err == 127)
		return "no ssh client (package openssh-client; make deps)";
	return target_why(err, x);
}

int ssh_push(const struct ssh *ssh, const char *local, const char *name, unsigned int mode)
{
	struct target_exec x = { .timeout_ms = PUSH_TIMEOUT_MS * factor(ssh) };
	char command[512];
	struct stat st;
	int err;

	x.in_fd = open(local, O_RDONLY | O_CLOEXEC);
	if (x.in_fd < 0 || fstat(x.in_fd, &st)) {
		err = -errno;
		lub_err("cannot read %s: %s", local, strerror(-err));
		if (x.in_fd >= 0)
			close(x.in_fd);
		return err;
	}
	/* The size is checked before the rename: a cut connection looks like the end of file. */
	snprintf(
		command, sizeof(command),
		"umask 077; f=" TARGET_DIR "/%s; mkdir -p " TARGET_DIR " && chmod 700 " TARGET_DIR
		" && cat >$f.new && test $(stat -c %%s $f.new) = %lld && chmod %o $f.new && mv $f.new $f",
		name, (long long)st.st_size, mode);
	x.command = command;
	err = ssh_exec(ssh, &x);
	close(x.in_fd);
	free(x.out);
	if (!err)
		return 0;
	if (err != -EINTR)
		lub_err("cannot copy %s to %s:" TARGET_DIR "/%s: %s", local, ssh->dest, name,
			ssh_explain(err, &x));
	return err < 0 ? err : -EIO;
}

/* The archive, into a file that has no name any more. */
static int fetch_archive(const struct ssh *ssh, const char *dir, int *fd)
{
	struct target_exec x = {
		.command = "cd " TARGET_DIR " && { " PSTORE_COMMAND
			   "; tar -cf - out $(ls | grep '\\.log$'); }",
		.timeout_ms = FETCH_TIMEOUT_MS * factor(ssh),
		.out_max = SSH_FETCH_MAX,
	};
	char *path = NULL;
	int err;

	if (asprintf(&path, "%s/fetch.tar", dir) < 0)
		return -ENOMEM;
	*fd = x.out_fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	err = *fd < 0 || unlink(path) ? -errno : 0;
	if (err)
		lub_err("cannot make %s: %s", path, strerror(-err));
	free(path);
	if (err)
		return err;
	err = ssh_exec(ssh, &x);
	if (!err && lseek(*fd, 0, SEEK_SET) < 0)
		err = -errno;
	if (err && err != -EINTR)
		lub_err("cannot fetch results from %s:" TARGET_DIR ": %s", ssh->dest,
			ssh_explain(err, &x));
	return err;
}

int ssh_fetch(const struct ssh *ssh, const char *local_dir)
{
	const char *why = NULL;
	char *fresh = NULL;
	int fd = -1, err;

	if (asprintf(&fresh, "%s.new", local_dir) < 0)
		return -ENOMEM;
	err = remove_tree(fresh);
	if (!err && mkdir(fresh, 0700))
		err = -errno;
	if (err) {
		lub_err("cannot make %s: %s", fresh, strerror(-err));
		free(fresh);
		return err;
	}
	err = fetch_archive(ssh, fresh, &fd);
	if (!err) {
		err = unpack(fd, fresh, &why);
		if (!err)
			err = remove_tree(local_dir);
		if (!err && rename(fresh, local_dir))
			err = -errno;
		if (err)
			lub_err("cannot unpack the results of %s in %s: %s", ssh->dest, fresh,
				err == -EBADMSG ? why : strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	if (err)
		remove_tree(fresh);
	free(fresh);
	return err > 0 ? -EIO : err;
}

int ssh_seen(const struct ssh *ssh, struct target_seen *seen, int timeout_ms)
{
	struct target_exec x = {
		.command = TARGET_SEEN_COMMAND,
		.timeout_ms = timeout_ms * factor(ssh),
	};
	int err = ssh_exec(ssh, &x);

	if (err)
		err = err == -EINTR ? -EINTR : -EAGAIN;
	else if (target_seen_parse(x.out ? x.out : "", seen))
		err = -EAGAIN;
	free(x.out);
	return err;
}

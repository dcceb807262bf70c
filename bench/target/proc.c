// SPDX-License-Identifier: GPL-2.0-or-later
/* Child processes with time limits. */
#include "bench/target/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/target/console.h"

/* More than any answer that is kept in memory; what comes after is dropped. */
#define OUT_MAX (16u << 20)

static volatile sig_atomic_t stopped;
static int stop_pipe[2] = { -1, -1 };

static void on_signal(int sig)
{
	int saved = errno;

	stopped = sig;
	if (write(stop_pipe[1], "s", 1) < 0) {
		/* Full: somebody is awake already. */
	}
	errno = saved;
}

int proc_catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	if (stop_pipe[0] < 0 && pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGINT, &sa, NULL) || sigaction(SIGTERM, &sa, NULL) ||
	    sigaction(SIGHUP, &sa, NULL))
		return -errno;
	signal(SIGPIPE, SIG_IGN);
	return 0;
}

bool proc_stopped(void)
{
	return stopped;
}

void proc_go_on(void)
{
	char buf[64];

	stopped = 0;
	while (stop_pipe[0] >= 0 && read(stop_pipe[0], buf, sizeof(buf)) > 0)
		;
}

long long proc_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

int proc_sleep(int ms)
{
	struct pollfd pfd = { .fd = stop_pipe[0], .events = POLLIN };

	if (!stopped)
		poll(&pfd, 1, ms);
	return stopped ? -EINTR : 0;
}

bool proc_find(const char *name)
{
	char *path = strdup(getenv("PATH") ?: "/usr/bin:/bin"), *save = path, *dir, *full;
	bool found = false;

	while (path && !found && (dir = strsep(&save, ":"))) {
		if (asprintf(&full, "%s/%s", *dir ? dir : ".", name) < 0)
			break;
		found = access(full, X_OK) == 0;
		free(full);
	}
	free(path);
	return found;
}

static void child(char *const argv[], pid_t parent, int in, int out, int err,
		  const struct proc_child *c)
{
	int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(126);
	/* A process group for kill(), out of reach of the terminal's ^C, and an autogroup of its own. */
	setsid();
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	for (i = 0; c && i < PROC_KEEP; i++)
		if (c->keep[i] > 0)
			fcntl(c->keep[i], F_SETFD, 0);
	if (c && c->netns > 0 && setns(c->netns, CLONE_NEWNET)) {
		dprintf(2, "%s: its network namespace: %s\n", argv[0], strerror(errno));
		_exit(126);
	}
	execvp(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

pid_t proc_spawn(char *const argv[], const struct proc_child *c)
{
	pid_t self = getpid(), pid;
	int null, out, ends[2] = { -1, -1 };

	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	out = open(c->log ? c->log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (null < 0 || out < 0 || (c->out && pipe2(ends, O_CLOEXEC)))
		pid = -errno;
	else if ((pid = fork()) == 0)
		child(argv, self, null, c->out ? ends[1] : out, out, c);
	else if (pid < 0)
		pid = -errno;
	close_fd(&null);
	close_fd(&out);
	close_fd(&ends[1]);
	if (pid < 0)
		close_fd(&ends[0]);
	if (c->out && ends[0] >= 0)
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
	if (c->out)
		*c->out = ends[0];
	return pid;
}

bool proc_ended(pid_t pid, int *status)
{
	int raw;

	if (waitpid(pid, &raw, WNOHANG) != pid)
		return false;
	*status = exit_status(raw);
	return true;
}

void proc_kill(pid_t pid)
{
	/* It may not have come to its own group yet. */
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

struct pipes {
	int in[2];
	int out[2];
	int err[2];
};

static int pass_on(struct proc_io *io, const char *buf, size_t n)
{
	ssize_t done;

	io->out_len += n;
	if ((long long)io->out_len > io->out_max)
		return -EFBIG;
	for (; n; n -= (size_t)done, buf += done) {
		done = write(io->out_fd, buf, n);
		if (done < 0 && errno != EINTR)
			return errno == EDQUOT ? -ENOSPC : -errno;
		if (done < 0)
			done = 0;
	}
	return 0;
}

static int keep_out(struct proc_io *io, const char *buf, size_t n)
{
	char *grown;

	if (io->out_fd > 0)
		return pass_on(io, buf, n);
	if (io->out_len + n > OUT_MAX)
		return 0;
	grown = realloc(io->out, io->out_len + n + 1);
	if (!grown)
		return -ENOMEM;
	io->out = grown;
	memcpy(io->out + io->out_len, buf, n);
	io->out_len += n;
	io->out[io->out_len] = '\0';
	return 0;
}

static void keep_err(struct proc_io *io, size_t *used, const char *buf, size_t n)
{
	while (n-- && *used + 1 < sizeof(io->err)) {
		if (*buf == '\n' || *buf == '\r') {
			if (*used)
				*used = sizeof(io->err);
			return;
		}
		io->err[(*used)++] = *buf++;
		io->err[*used] = '\0';
	}
}

/* Moves data until both outputs are at their end. */
static int pump(struct proc_io *io, struct pipes *p, long long deadline)
{
	size_t fed = 0, used = 0;
	char buf[65536];
	int err;
	ssize_t n;

	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd fds[] = {
			{ .fd = p->out[0], .events = POLLIN },
			{ .fd = p->err[0], .events = POLLIN },
			{ .fd = p->in[1], .events = POLLOUT },
			{ .fd = stop_pipe[0], .events = POLLIN },
		};
		long long left = deadline - proc_now_ms();

		if (stopped)
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(fds, 4, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (fds[2].revents) {
			n = write(p->in[1], io->in + fed, io->in_len - fed);
			if (n > 0)
				fed += (size_t)n;
			if ((n < 0 && errno != EAGAIN) || fed == io->in_len)
				close_fd(&p->in[1]);
		}
		if (fds[0].revents) {
			n = read(p->out[0], buf, sizeof(buf));
			err = n > 0 ? keep_out(io, buf, (size_t)n) : 0;
			if (err)
				return err;
			if (n <= 0)
				close_fd(&p->out[0]);
		}
		if (fds[1].revents) {
			n = read(p->err[0], buf, sizeof(buf));
			if (n <= 0)
				close_fd(&p->err[0]);
			else
				keep_err(io, &used, buf, (size_t)n);
		}
	}
	return 0;
}

int proc_run(char *const argv[], struct proc_io *io)
{
	struct pipes p = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	struct proc_io none = { .timeout_ms = 60000 };
	pid_t self = getpid(), pid = -1;
	int err = 0, raw;
	long long deadline;

	if (!io)
		io = &none;
	deadline = proc_now_ms() + io->timeout_ms;
	io->out = NULL;
	io->out_len = 0;
	io->err[0] = '\0';
	if (io->in_fd <= 0 && (io->in ? pipe2(p.in, O_CLOEXEC)
				      : (p.in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0))
		err = -errno;
	if (!err && (io->out_fd <= 0 || io->out_max) && pipe2(p.out, O_CLOEXEC))
		err = -errno;
	if (!err && pipe2(p.err, O_CLOEXEC))
		err = -errno;
	if (p.in[1] >= 0)
		fcntl(p.in[1], F_SETFL, O_NONBLOCK);
	if (!err) {
		pid = fork();
		if (pid == 0)
			child(argv, self, io->in_fd > 0 ? io->in_fd : p.in[0],
			      p.out[1] >= 0 ? p.out[1] : io->out_fd, p.err[1], NULL);
		err = pid < 0 ? -errno : 0;
	}
	close_fd(&p.in[0]);
	close_fd(&p.out[1]);
	close_fd(&p.err[1]);
	if (!err)
		err = pump(io, &p, deadline);
	console_plain(io->err);
	close_fd(&p.in[1]);
	close_fd(&p.out[0]);
	close_fd(&p.err[0]);
	if (pid > 0) {
		/* A child that closed its outputs but lives on (or overran) is of no use. */
		if (err)
			kill(-pid, SIGKILL);
		while (waitpid(pid, &raw, 0) < 0 && errno == EINTR)
			;
		if (!err)
			err = exit_status(raw);
	}
	if (io == &none)
		free(none.out);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/perf.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/toolsdisk.h"

/* An emulated machine takes seconds to start a program that reads all of the kernel's symbols. */
#define ACK_MS 60000

static struct {
	pid_t pid;
	int control;
	int ack;
	const char *program;
} perf = { .control = -1, .ack = -1 };

static int fail(struct agent *ag, int err, const char *what)
{
	return agent_fail(ag, "harness-error", err,
			  "%s; see perf.log in the directory of this cycle, or leave perf off",
			  what);
}

/* Starts perf with its messages in out/perf.log. @out: its stdout, -1: the same file. */
static pid_t spawn(const struct agent *ag, char *const argv[], int out, const int *keep)
{
	int log = open(agent_path(ag, "out/perf.log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		       0644);
	pid_t pid = log < 0 ? -errno : fork();

	if (!pid) {
		dup2(out < 0 ? log : out, STDOUT_FILENO);
		dup2(log, STDERR_FILENO);
		for (; keep && *keep >= 0; keep++)
			fcntl(*keep, F_SETFD, 0);
		execvp(argv[0], argv);
		dprintf(log, "%s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	if (pid < 0 && log >= 0)
		pid = -errno;
	if (log >= 0)
		close(log);
	return pid;
}

/* Return: 0, or -EIO for a status that is not 0. */
static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

/* perf answers every word with "ack". */
static int tell(const char *word)
{
	struct pollfd p = { .fd = perf.ack, .events = POLLIN };
	char answer[16];
	ssize_t n;

	if (write(perf.control, word, strlen(word)) < 0)
		return -errno;
	if (poll(&p, 1, ACK_MS) <= 0)
		return -ETIMEDOUT;
	n = read(perf.ack, answer, sizeof(answer));
	return n < 0 ? -errno : n ? 0 : -EPIPE;
}

static void close_pipes(void)
{
	if (perf.control >= 0)
		close(perf.control);
	if (perf.ack >= 0)
		close(perf.ack);
	perf.control = perf.ack = -1;
}

int agent_perf_start(struct agent *ag)
{
	int control[2], ack[2], keep[3], err;
	char fds[40], tid[16], data[160];
	char *argv[] = { NULL,	      "record",
			 "-e",	      "cpu-clock:k",
			 "-F",	      (char *)PERF_HZ,
			 "-g",	      "-N",
			 "-B",	      "--kernel-callchains",
			 "-D",	      "-1",
			 "-t",	      tid,
			 "-o",	      data,
			 "--control", fds,
			 NULL };

	if (!ag->c.perf)
		return 0;
	/* A perf that died must show as an error of write(2). */
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(control, O_CLOEXEC))
		return fail(ag, -errno, "no pipe for perf");
	if (pipe2(ack, O_CLOEXEC)) {
		err = -errno;
		close(control[0]);
		close(control[1]);
		return fail(ag, err, "no pipe for perf");
	}
	snprintf(fds, sizeof(fds), "fd:%d,%d", control[0], ack[1]);
	snprintf(tid, sizeof(tid), "%d", (int)gettid());
	snprintf(data, sizeof(data), "%s", agent_path(ag, "perf.data"));
	perf.program = toolsdisk_program("perf");
	argv[0] = (char *)perf.program;
	keep[0] = control[0];
	keep[1] = ack[1];
	keep[2] = -1;
	perf.pid = spawn(ag, argv, -1, keep);
	close(control[0]);
	close(ack[1]);
	perf.control = control[1];
	perf.ack = ack[0];
	err = perf.pid < 0 ? (int)perf.pid : tell("ping\n");
	return err ? fail(ag, err, "perf record does not start") : 0;
}

int agent_perf_sample(struct agent *ag, bool on)
{
	int err;

	if (!ag->c.perf)
		return 0;
	err = tell(on ? "enable\n" : "disable\n");
	return err ? fail(ag, err, "perf record has gone") : 0;
}

static int print_samples(struct agent *ag)
{
	char data[160];
	char *argv[] = { (char *)perf.program, "script", "-F", "comm,ip,sym", "-i", data, NULL };
	int out = open(agent_path(ag, "out/perf.script"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		       0644);
	pid_t pid;

	if (out < 0)
		return -errno;
	snprintf(data, sizeof(data), "%s", agent_path(ag, "perf.data"));
	pid = spawn(ag, argv, out, NULL);
	close(out);
	return pid < 0 ? (int)pid : wait_for(pid);
}

int agent_perf_stop(struct agent *ag)
{
	struct stat st;
	int err;

	if (!ag->c.perf)
		return 0;
	agent_phase(ag, "perf");
	err = tell("stop\n");
	if (!err)
		err = wait_for(perf.pid);
	if (err)
		return fail(ag, err, "perf record did not end well");
	perf.pid = 0;
	close_pipes();
	/* Addresses can be named only in the kernel that they are of. */
	err = print_samples(ag);
	if (err)
		return fail(ag, err, "perf script failed");
	if (stat(agent_path(ag, "out/perf.script"), &st) || !st.st_size)
		return fail(ag, -ENODATA, "perf took no sample of the preserve call");
	unlink(agent_path(ag, "perf.data"));
	return 0;
}

void agent_perf_abort(void)
{
	if (perf.pid > 0) {
		kill(perf.pid, SIGKILL);
		wait_for(perf.pid);
	}
	perf.pid = 0;
	close_pipes();
}

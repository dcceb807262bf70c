// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/leash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* From SIGTERM to SIGKILL. */
#define GRACE_MS 2000

/* A process that is in the kernel for longer cannot be helped. */
#define END_MS 5000

/* Parent of a process, -1 when it is gone. */
static pid_t parent_of(const char *pid)
{
	char path[64], text[512], *at;
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	in = fopen(path, "re");
	n = in ? fread(text, 1, sizeof(text) - 1, in) : 0;
	if (in)
		fclose(in);
	text[n] = '\0';
	/* "PID (NAME) STATE PPID"; a name can have brackets. */
	at = strrchr(text, ')');
	return at && strlen(at) > 4 ? (pid_t)strtol(at + 4, NULL, 10) : -1;
}

/* A signal for all children but those of one process group; the children of who ends by it are the guard's then. */
static void signal_children(int sig, pid_t but)
{
	DIR *dir = opendir("/proc");
	const struct dirent *e;

	while (dir && (e = readdir(dir))) {
		pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);

		if (pid > 0 && parent_of(e->d_name) == getpid() && getpgid(pid) != but)
			kill(pid, sig);
	}
	if (dir)
		closedir(dir);
}

/* True when no child is left. */
static bool reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		;
	return pid < 0 && errno == ECHILD;
}

/*
 * A client of a BMC has a session to give back, so that everybody is asked first. Then what was started in the
 * background, has left the group, or was started while others were ended, too.
 */
static void end_all(pid_t group)
{
	long long until = proc_now_ms() + GRACE_MS;

	if (reap())
		return;
	kill(-group, SIGTERM);
	signal_children(SIGTERM, group);
	while (proc_now_ms() < until) {
		if (reap())
			return;
		poll(NULL, 0, 5);
	}
	kill(-group, SIGKILL);
	until = proc_now_ms() + END_MS;
	while (!reap() && proc_now_ms() < until) {
		signal_children(SIGKILL, 0);
		poll(NULL, 0, 2);
	}
}

/* Nothing of the controller's stays open: a lock of its would be held on. */
static void let_go(int leash)
{
	int null = open("/dev/null", O_RDWR), fd;

	for (fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	dup2(leash, 3);
	if (syscall(SYS_close_range, 4, ~0u, 0))
		for (fd = 4; fd < sysconf(_SC_OPEN_MAX) && fd < 65536; fd++)
			close(fd);
}

static void on_child(int sig)
{
	(void)sig;
}

/* Orphans, too, are children of the guard, and do not wait for its end. */
static bool has_ended(pid_t program, int *status)
{
	bool ended = false;
	pid_t pid;
	int raw;

	while ((pid = waitpid(-1, &raw, WNOHANG)) > 0) {
		if (pid != program)
			continue;
		*status = WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
		ended = true;
	}
	return ended;
}

static void guard(char *const argv[], const struct proc_child *c, int leash)
{
	struct sigaction sa = { .sa_handler = on_child };
	struct pollfd pfd = { .fd = 3, .events = POLLIN };
	sigset_t child, before;
	int status = 0;
	pid_t pid;

	/* The terminal's ^C is the controller's business. */
	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = proc_spawn(argv, c);
	if (pid < 0)
		_exit(126);
	/* After that: a program inherits what is ignored and blocked. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	sigaction(SIGCHLD, &sa, NULL);
	let_go(leash);
	while (!has_ended(pid, &status))
		if (ppoll(&pfd, 1, NULL, &before) > 0)
			break;
	end_all(pid);
	_exit(status);
}

pid_t leash_spawn(char *const argv[], const struct proc_child *c, int *leash)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid == 0)
		guard(argv, c, fds[0]);
	if (pid < 0)
		pid = -errno;
	close(fds[0]);
	if (pid < 0)
		close(fds[1]);
	*leash = pid < 0 ? -1 : fds[1];
	return pid;
}

void leash_end(pid_t pid, int *leash)
{
	if (*leash >= 0)
		close(*leash);
	*leash = -1;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

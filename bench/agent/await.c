// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/await.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static const char *path_in(const char *dir, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static bool has_word(const char *cmdline, const char *word, size_t len)
{
	const char *at;

	for (at = cmdline; (at = strstr(at, word)) && len; at++)
		if ((at == cmdline || at[-1] == ' ') && strchr(" \n", at[len]))
			return true;
	return false;
}

/*
 * Is this the kernel that the cycle goes to? Its words name run, cycle and attempt; a kernel that a cycle before
 * went to has other ones.
 */
static bool is_incoming(const char *dir, const char *cmdline)
{
	json_t *job = json_load_file(path_in(dir, "cycle.json"), 0, NULL);
	const char *append = NULL;
	char *copy, *save, *word;
	bool all = true, any = false;

	if (job)
		json_unpack(job, "{s:{s:s}}", "kexec", "append", &append);
	copy = save = append ? strdup(append) : NULL;
	while (copy && (word = strsep(&save, " ")))
		if (!strncmp(word, "lubench.", 8)) {
			any = true;
			all &= has_word(cmdline, word, strlen(word));
		}
	free(copy);
	json_decref(job);
	return any && all;
}

/*
 * The agent that was started in this kernel, -1: it has ended, or DIR/agent.pid is of a kernel before. What has its
 * number by chance was not started in DIR; its name does not tell, as it is a shell at first.
 */
static int open_agent(const char *dir)
{
	struct stat here, there;
	char text[24], cwd[40];
	int fd, pid;

	if (sys_read(path_in(dir, "agent.pid"), text, sizeof(text)) <= 0)
		return -1;
	pid = atoi(text);
	fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (fd < 0)
		return -1;
	snprintf(cwd, sizeof(cwd), "/proc/%d/cwd", pid);
	if (!stat(cwd, &there) && !stat(dir, &here) && there.st_dev == here.st_dev &&
	    there.st_ino == here.st_ino)
		return fd;
	close(fd);
	return -1;
}

/* DIR/out, or as long as there is none, its coming; in DIR itself the agent makes files while it measures. */
static int watch(int fd, const char *dir)
{
	const uint32_t out = IN_MOVED_TO | IN_DELETE_SELF | IN_ONLYDIR;

	if (inotify_add_watch(fd, path_in(dir, "out"), out) >= 0)
		return 0;
	if (inotify_add_watch(fd, dir, IN_CREATE | IN_MOVED_TO | IN_ONESHOT | IN_ONLYDIR) < 0)
		return -errno;
	/* It may have come in between. */
	inotify_add_watch(fd, path_in(dir, "out"), out);
	return 0;
}

/* 1: something was changed, 0: waiting is over. */
static int sleep_on(int inotify, int agent, long long deadline)
{
	struct pollfd fds[] = {
		{ .fd = inotify, .events = POLLIN },
		{ .fd = agent, .events = POLLIN },
		/* No events: that nobody reads is told all the same. */
		{ .fd = STDOUT_FILENO },
	};
	long long left = deadline - now_ms();
	char buf[4096] __attribute__((aligned(8)));

	if (left <= 0)
		return 0;
	if (poll(fds, 3, left > INT_MAX ? INT_MAX : (int)left) < 0)
		return errno == EINTR ? 1 : -errno;
	if (fds[1].revents) {
		/* Whoever has to reap it may be slower than this. */
		puts("gone");
		fflush(stdout);
		return 0;
	}
	if (fds[2].revents)
		return 0;
	if (fds[0].revents && read(inotify, buf, sizeof(buf)) < 0 && errno != EAGAIN)
		return -errno;
	return 1;
}

int agent_await(const char *dir, const char *cmdline, int limit_ms)
{
	long long deadline = now_ms() + limit_ms;
	bool incoming = is_incoming(dir, cmdline);
	int agent = incoming ? -1 : open_agent(dir), fd, go_on;

	if (!incoming && agent < 0)
		return 0;
	fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (fd < 0) {
		go_on = -errno;
	} else {
		do {
			go_on = watch(fd, dir);
			if (!go_on && access(path_in(dir, "out/outcome.json"), F_OK))
				go_on = sleep_on(fd, agent, deadline);
		} while (go_on > 0);
		close(fd);
	}
	if (agent >= 0)
		close(agent);
	return go_on;
}

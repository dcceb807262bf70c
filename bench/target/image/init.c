// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /sbin/init of the emulated targets. Both kernels of a cycle run it, and what it does before it
 * starts the agent counts as blackout: so it is static, forks nothing before that, and asks no
 * shell. The network is configured by the kernel (ip=).
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/pacer.h"

#define DIR_ON_TARGET "/var/lib/lubench"

struct mount_point {
	const char *type;
	const char *where;
	const char *data;
};

/* What the agent needs. devtmpfs is mounted by the kernel. */
static const struct mount_point early[] = {
	{ "proc", "/proc", NULL },
	{ "sysfs", "/sys", NULL },
	{ "debugfs", "/sys/kernel/debug", NULL },
};

static const struct mount_point late[] = {
	{ "tracefs", "/sys/kernel/tracing", NULL },
	{ "devpts", "/dev/pts", "mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", NULL },
	{ "tmpfs", "/run", "mode=755" },
	{ "tmpfs", "/tmp", NULL },
};

static void mount_all(const struct mount_point *m, size_t n)
{
	for (; n--; m++) {
		mkdir(m->where, 0755);
		if (mount(m->type, m->where, m->type, MS_NOSUID, m->data) && errno != EBUSY)
			printf("lubench-init: %s on %s: %s\n", m->type, m->where, strerror(errno));
	}
}

static pid_t spawn(char *const argv[])
{
	pid_t pid = fork();

	if (!pid) {
		setsid();
		execv(argv[0], argv);
		printf("lubench-init: %s: %s\n", argv[0], strerror(errno));
		_exit(127);
	}
	return pid;
}

static int on_cmdline(const char *word)
{
	char line[4096] = "";
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);

	if (fd >= 0)
		close(fd);
	return n > 0 && strstr(line, word);
}

static void start_pacer(void)
{
	const struct sched_param none = { 0 };
	FILE *out;
	pid_t pid;

	if (!on_cmdline(PACER_WORD))
		return;
	pid = fork();
	if (!pid) {
		sched_setscheduler(0, SCHED_IDLE, &none);
		for (;;)
			__asm__ volatile("");
	}
	out = fopen(PACER_PID, "we");
	if (pid < 0 || !out || fprintf(out, "%d\n", (int)pid) < 0)
		printf("lubench-init: no pacer: %s\n", strerror(errno));
	if (out)
		fclose(out);
}

/* The phases that the agent writes to /dev/kmsg must not be rate limited away. */
static void free_kmsg(void)
{
	int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "on\n", 3) != 3)
		printf("lubench-init: printk_devkmsg: %s\n", strerror(errno));
	if (fd >= 0)
		close(fd);
}

int main(void)
{
	char *const agent[] = { DIR_ON_TARGET "/agent", "incoming", DIR_ON_TARGET, NULL };
	char *const sshd[] = { "/usr/sbin/dropbear", "-s", "-r", "/etc/dropbear/host_key", NULL };
	char first[24];
	pid_t pid, at_work = 0;

	/* The first user instruction of this kernel, but for what the C library does before main(). */
	snprintf(first, sizeof(first), "%llu", (unsigned long long)clock_ticks());
	setenv("LUBENCH_INIT_TICKS", first, 1);
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/root", 1);
	setlinebuf(stdout);
	mount_all(early, sizeof(early) / sizeof(early[0]));
	free_kmsg();
	if (on_cmdline("lubench.run=") && !access(agent[0], X_OK))
		at_work = spawn(agent);
	mount_all(late, sizeof(late) / sizeof(late[0]));
	if (sethostname("lubench", 7))
		printf("lubench-init: hostname: %s\n", strerror(errno));
	/* It goes to the background once it listens. */
	pid = spawn(sshd);
	waitpid(pid, NULL, 0);
	puts("lubench-init: ready");
	while (at_work > 0 && wait(NULL) != at_work)
		;
	start_pacer();
	for (;;)
		if (wait(NULL) < 0)
			pause();
}

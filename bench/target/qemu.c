// SPDX-License-Identifier: GPL-2.0-or-later
/* Emulated targets: a QEMU that ends with the controller and leaves only its logs. */
#include "bench/target/qemu.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu_priv.h"
#include "bench/target/trace.h"

#define QUIT_MS 5000

static int free_port(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port = -1;

	if (fd >= 0 && !bind(fd, (struct sockaddr *)&sin, len) &&
	    !getsockname(fd, (struct sockaddr *)&sin, &len))
		port = ntohs(sin.sin_port);
	if (fd >= 0)
		close(fd);
	return port;
}

/*
 * What the observer sees is to be the machine and not the scheduler of a busy host, so the thread
 * that runs the devices goes first. Those of the processors come before other programs, because the
 * devices wait for a lock that they hold; with autogroups (sched(7)) a nice value counts within its session
 * only, so the session gets one, too. Where this is not permitted the run goes on without, and says so in
 * its run line.
 */
static void prefer_target(struct target *t, pid_t pid)
{
	struct sched_param param = { .sched_priority = 1 };
	struct dirent *entry;
	char path[64];
	FILE *autogroup;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/autogroup", (int)pid);
	autogroup = fopen(path, "we");
	if (autogroup) {
		fputs("-10", autogroup);
		fclose(autogroup);
	}
	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	while (tasks && (entry = readdir(tasks))) {
		pid_t tid = atoi(entry->d_name);

		if (tid > 0 && tid != pid)
			setpriority(PRIO_PROCESS, (id_t)tid, -10);
	}
	if (tasks)
		closedir(tasks);
	t->realtime = !sched_setscheduler(pid, SCHED_RR | SCHED_RESET_ON_FORK, &param);
}

static int start(struct target *t)
{
	struct qemu *q = t->priv;
	struct qemu_args a = { 0 };
	struct proc_child child = { .log = q->log, .keep = { t->ram_fd } };
	int pair[2], err = 0, i;

	q->ssh.port = free_port();
	if (q->ssh.port < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		lub_err("no free port or socket: %s", strerror(errno));
		return -EMFILE;
	}
	qemu_build_args(t, q, &a, pair[1]);
	if (q->device->fd)
		child.keep[2] = q->device->fd(t);
	setenv("TMPDIR", t->dir, 1);
	child.keep[1] = pair[1];
	q->pid = a.failed ? -ENOMEM : proc_spawn(a.v, &child);
	close(pair[1]);
	q->monitor = pair[0];
	if (q->pid < 0) {
		err = q->pid;
		lub_err("cannot start %s: %s", a.v[0], strerror(-err));
	}
	for (i = 0; i < a.n; i++)
		free(a.v[i]);
	return err;
}

static void free_names(struct target *t, struct qemu *q)
{
	free(q->console_path);
	free(q->log);
	free(t->trace);
	trace_forget(t);
	free(q->ssh.known_hosts);
	q->console_path = q->log = t->trace = q->ssh.known_hosts = NULL;
}

static int prepare(struct target *t, unsigned int number)
{
	struct qemu *q = t->priv;

	free_names(t, q);
	/* One set of files a launch: QEMU appends to a trace file that is there already. */
	if (asprintf(&q->console_path, "%s/console-%u.log", t->dir, number) < 0 ||
	    asprintf(&q->log, "%s/qemu-%u.log", t->dir, number) < 0 ||
	    asprintf(&t->trace, "%s/trace-%u.log", t->dir, number) < 0 ||
	    asprintf(&q->ssh.known_hosts, "%s/known_hosts-%u", t->dir, number) < 0)
		return -ENOMEM;
	unlink(t->trace);
	unlink(q->console_path);
	snprintf(q->ssh.dest, sizeof(q->ssh.dest), "root@127.0.0.1");
	q->ssh.key = t->key;
	q->ssh.slowdown = t->slowdown;
	/* No name anywhere: the memory goes away with the last process that has it open. */
	t->ram_fd = memfd_create("lubench-ram", MFD_CLOEXEC);
	if (t->ram_fd < 0 || ftruncate(t->ram_fd, (off_t)t->memory)) {
		lub_err("cannot make the target's memory: %s", strerror(errno));
		return -errno;
	}
	console_mark(&t->console, proc_now_ms());
	return q->device->prepare ? q->device->prepare(t, number) : 0;
}

/* QEMU's own reason for ending early: the last line of its log. */
static void say_why(const struct target *t, const struct qemu *q)
{
	char line[256], last[256] = "no message";
	FILE *in = fopen(q->log, "re");

	while (in && fgets(line, sizeof(line), in))
		if (line[strspn(line, " \n")])
			memcpy(last, line, sizeof(last));
	if (in)
		fclose(in);
	last[strcspn(last, "\n")] = '\0';
	lub_err("%s ended at the launch (status %d): %s; see %s and %s", t->row->machine->program,
		t->exit_status, t->console.panic[0] ? t->console.panic : last, q->log,
		q->console_path);
}

static int qemu_console_tail(struct target *t)
{
	struct qemu *q = t->priv;
	char buf[16384];
	bool gone;
	ssize_t n;

	if (q->pid <= 0 && q->console_fd < 0)
		return -ENODEV;
	/* Asked before the last read, so that no line written before the end is missed. */
	gone = q->pid <= 0 || proc_ended(q->pid, &t->exit_status);
	if (gone)
		q->pid = -1;
	if (q->console_fd < 0)
		q->console_fd = open(q->console_path, O_RDONLY | O_CLOEXEC);
	while (q->console_fd >= 0 && (n = read(q->console_fd, buf, sizeof(buf))) > 0)
		console_feed(&t->console, buf, (size_t)n, proc_now_ms());
	return gone ? -ENODEV : 0;
}

static void qemu_autopsy(struct target *t);

static int wait_ssh(struct target *t)
{
	struct qemu *q = t->priv;
	long long deadline = proc_now_ms() + t->launch_ms;
	struct target_seen seen;
	int err;

	while (proc_now_ms() < deadline) {
		if (qemu_console_tail(t) == -ENODEV) {
			say_why(t, q);
			return -ENODEV;
		}
		/* No knocking before there is a kernel; slirp would accept and then hang. */
		err = t->console.boots ? ssh_seen(&q->ssh, &seen, 10000) : -EAGAIN;
		if (!err || err == -EINTR)
			return err;
		if (proc_sleep(500))
			return -EINTR;
	}
	qemu_autopsy(t);
	lub_err("no sshd on the launched target within %d s%s%s; see %s", t->launch_ms / 1000,
		t->console.panic[0] ? ": " : "", t->console.panic, q->console_path);
	return -ETIMEDOUT;
}

static void qemu_stop(struct target *t);

/* A /dev/kvm that QEMU cannot work with is seen only by trying, for example in some virtual machines. */
static bool without_kvm(struct target *t)
{
	if (strcmp(t->accel, "kvm") || t->console.boots)
		return false;
	fprintf(stderr, "lubench: KVM does not work here; going on with TCG\n");
	t->accel = "tcg";
	return true;
}

static int qemu_launch(struct target *t, unsigned int number)
{
	int tries, err;

	for (tries = 0; tries < 3; tries++) {
		err = prepare(t, number);
		if (!err)
			err = start(t);
		if (!err)
			err = wait_ssh(t);
		if (!err) {
			prefer_target(t, ((struct qemu *)t->priv)->pid);
			return 0;
		}
		qemu_stop(t);
		if ((err == -ENODEV || err == -ETIMEDOUT) && without_kvm(t))
			continue;
		/* Another process may have taken the port in between; anything else is final. */
		if (err != -ENODEV || t->console.boots || t->console.resets)
			break;
	}
	return err;
}

static void ask_to_quit(struct qemu *q)
{
	static const char quit[] = "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"quit\"}\n";

	if (q->monitor >= 0 && send(q->monitor, quit, sizeof(quit) - 1, MSG_NOSIGNAL) < 0)
		kill(q->pid, SIGTERM);
}

/* The command itself is traced, too: the trace says from when to when. */
static void qemu_trace_hits(struct target *t, bool on)
{
	struct qemu *q = t->priv;
	char text[256];
	int len;

	len = snprintf(text, sizeof(text),
		       "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"trace-event-set-state\","
		       "\"arguments\":{\"name\":\"%s\",\"enable\":%s}}\n",
		       t->row->machine->trace_hits, on ? "true" : "false");
	/* Answers to earlier ones: nobody waits for them. */
	while (q->monitor >= 0 && recv(q->monitor, (char[512]){ 0 }, 512, MSG_DONTWAIT) > 0)
		;
	if (q->monitor >= 0 && send(q->monitor, text, (size_t)len, MSG_NOSIGNAL) != len)
		lub_err("the emulator does not take commands: hits of the IOTLB are not traced");
}

#define ASK(command) \
	"{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"" command "\"}}\n"

/*
 * Registers of all processors, a few times: where they spin, or that they wait. Addresses are those of
 * the kernel's System.map, as emulated kernels are built without KASLR. And which interrupts the first
 * two have in service: a processor that sleeps and is not woken may have one that was never ended.
 */
static void qemu_autopsy(struct target *t)
{
	static const char ask[] = "{\"execute\":\"qmp_capabilities\"}\n" ASK("info registers -a")
		ASK("info lapic 0") ASK("info lapic 1");
	struct qemu *q = t->priv;
	struct timespec nap = { .tv_nsec = 300000000 };
	char *path = NULL, buf[4096];
	ssize_t n;
	FILE *out;
	int i;

	if (q->monitor < 0 || asprintf(&path, "%s.hang", q->log) < 0)
		return;
	out = fopen(path, "we");
	for (i = 0; out && i < 5; i++) {
		if (send(q->monitor, ask, sizeof(ask) - 1, MSG_NOSIGNAL) < 0)
			break;
		nanosleep(&nap, NULL);
		while ((n = recv(q->monitor, buf, sizeof(buf), MSG_DONTWAIT)) > 0)
			fwrite(buf, 1, (size_t)n, out);
	}
	if (out)
		fclose(out);
	free(path);
}

static void qemu_stop(struct target *t)
{
	struct qemu *q = t->priv;
	long long deadline = proc_now_ms() + QUIT_MS;
	struct timespec nap = { .tv_nsec = 20000000 };
	int status;

	if (!q)
		return;
	if (q->pid > 0 && !proc_ended(q->pid, &status)) {
		ask_to_quit(q);
		/* Not proc_sleep(): after ^C that would not sleep at all. */
		while (!proc_ended(q->pid, &status) && proc_now_ms() < deadline)
			nanosleep(&nap, NULL);
		if (proc_now_ms() >= deadline) {
			kill(q->pid, SIGKILL);
			while (!proc_ended(q->pid, &status))
				nanosleep(&nap, NULL);
		}
	}
	q->pid = -1;
	if (q->device && q->device->ended)
		q->device->ended(t);
	if (q->monitor >= 0)
		close(q->monitor);
	if (q->console_fd >= 0)
		close(q->console_fd);
	if (t->ram_fd >= 0)
		close(t->ram_fd);
	q->monitor = q->console_fd = t->ram_fd = -1;
}

static void qemu_release(struct target *t)
{
	struct qemu *q = t->priv;

	if (!q)
		return;
	qemu_stop(t);
	free_names(t, q);
	free(q);
	t->priv = NULL;
}

static int qemu_exec(struct target *t, struct target_exec *x)
{
	struct qemu *q = t->priv;

	return ssh_exec(&q->ssh, x);
}

static int qemu_push(struct target *t, const char *local, const char *name, unsigned int mode)
{
	struct qemu *q = t->priv;

	return ssh_push(&q->ssh, local, name, mode);
}

static int qemu_fetch(struct target *t, const char *local_dir)
{
	struct qemu *q = t->priv;

	return ssh_fetch(&q->ssh, local_dir);
}

static int qemu_wait_incoming(struct target *t, struct target_seen *seen)
{
	struct qemu *q = t->priv;

	return ssh_seen(&q->ssh, seen, 10000);
}

static void qemu_results(struct target *t, const struct observer_result *seen,
			 struct target_samples *out)
{
	struct qemu *q = t->priv;

	if (q->device->results)
		q->device->results(t, seen, out);
}

const struct target_ops qemu_target_ops = {
	.probe = qemu_probe,
	.launch = qemu_launch,
	.exec = qemu_exec,
	.push = qemu_push,
	.fetch = qemu_fetch,
	.wait_incoming = qemu_wait_incoming,
	.console_tail = qemu_console_tail,
	.autopsy = qemu_autopsy,
	.trace_hits = qemu_trace_hits,
	.results = qemu_results,
	.stop = qemu_stop,
	.release = qemu_release,
};

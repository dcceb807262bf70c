// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the device of workload e1000e stands on: a lab, the observer in it, and a dump of all frames.
 * Names of a launch N are frames-N.json and .log of the observer, frames-N.pcap of the emulator.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/frames.h"
#include "bench/target/lab.h"
#include "bench/target/observer.h"
#include "bench/target/proc.h"
#include "bench/target/qemu_priv.h"
#include "workloads/dpdk/frame.h"

/* The device keeps them for half a minute; and DMA is seen to go on to a millisecond. */
#define FRAMES_PER_S "1000"

/* Ethernet, ours and what tells the times. */
#define DUMP_BYTES 64

#define OBSERVER "dpdk/lubench-observer"
#define START_MS 10000
#define END_MS 3000

/**
 * struct frames - in target.backend
 * @lab: the network
 * @observer: pid, -1 when it does not run
 * @run: of the frames
 * @dump: pcap
 * @log: of the observer
 */
struct frames {
	struct lab lab;
	pid_t observer;
	uint64_t run;
	char *dump;
	char *log;
};

_Static_assert(offsetof(struct lub_frame, pattern) <= DUMP_BYTES, "times are dumped");

static char *observer_path(void)
{
	char *exe = realpath("/proc/self/exe", NULL), *slash = exe ? strrchr(exe, '/') : NULL;
	char *path = NULL;

	if (slash && asprintf(&path, "%.*s/" OBSERVER, (int)(slash - exe), exe) < 0)
		path = NULL;
	free(exe);
	return path;
}

int qemu_frames_check(void)
{
	char *path = observer_path();
	struct lab lab;
	int err = 0;

	if (!path || access(path, X_OK)) {
		lub_err("no %s: the observer that workload e1000e needs is not built; run: make observer",
			path ? path : OBSERVER);
		err = -ENOENT;
	}
	free(path);
	if (err)
		return err;
	err = lab_open(&lab);
	lab_close(&lab);
	return err;
}

/* It sends when its log has a head. Without it no frame comes, and the agent could not say why. */
static int wait_observer(struct frames *f, const char *said)
{
	long long deadline = proc_now_ms() + START_MS;
	struct frames_window w = { 0 };
	int status;

	while (frames_log(f->log, f->run, &w)) {
		if (proc_ended(f->observer, &status)) {
			f->observer = -1;
			lub_err("the observer ended at once with status %d; see %s", status, said);
			return -EIO;
		}
		if (proc_now_ms() >= deadline) {
			lub_err("the observer sends nothing; see %s", said);
			return -ETIMEDOUT;
		}
		if (proc_sleep(20))
			return -EINTR;
	}
	return 0;
}

static int start_observer(struct target *t, struct frames *f, unsigned int number)
{
	char *path = observer_path(), *out = NULL, *said = NULL, run[20];
	int err = -ENOMEM;

	snprintf(run, sizeof(run), "%016llx", (unsigned long long)f->run);
	if (path && asprintf(&out, "%s/frames-%u.json", t->dir, number) > 0 &&
	    asprintf(&said, "%s/observer-%u.log", t->dir, number) > 0) {
		char *argv[] = { path,	       "--iface", LAB_IFACE, "--run", run,    "--rate",
				 FRAMES_PER_S, "--out",	  out,	     "--log", f->log, NULL };

		unlink(out);
		unlink(f->log);
		f->observer = lab_spawn(&f->lab, argv, said);
		if (f->observer < 0)
			lub_err("the observer could not be started: %s",
				strerror((int)-f->observer));
		err = f->observer < 0 ? (int)f->observer : wait_observer(f, said);
	}
	free(path);
	free(out);
	free(said);
	return err;
}

int qemu_frames_prepare(struct target *t, unsigned int number)
{
	struct frames *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	qemu_frames_ended(t);
	t->backend = f;
	f->observer = f->lab.ns = f->lab.tap = -1;
	if (asprintf(&f->dump, "%s/frames-%u.pcap", t->dir, number) < 0 ||
	    asprintf(&f->log, "%s/frames-%u.log", t->dir, number) < 0)
		return -ENOMEM;
	unlink(f->dump);
	while (!f->run)
		if (getrandom(&f->run, sizeof(f->run), 0) < 0)
			return -errno;
	err = lab_open(&f->lab);
	return err ? err : start_observer(t, f, number);
}

int qemu_frames_fd(const struct target *t)
{
	const struct frames *f = t->backend;

	return f->lab.tap;
}

void qemu_frames_args(const struct target *t, struct qemu_args *a)
{
	const struct frames *f = t->backend;
	char buf[4200];

	qemu_arg(a, "-netdev");
	qemu_arg(a, "tap,id=lab,fd=%d", f->lab.tap);
	qemu_arg(a, "-object");
	qemu_arg(a, "filter-dump,id=dump,netdev=lab,maxlen=%d,file=%s", DUMP_BYTES,
		 qemu_escape(f->dump, buf, sizeof(buf)));
}

void qemu_frames_ended(struct target *t)
{
	long long deadline = proc_now_ms() + END_MS;
	struct timespec nap = { .tv_nsec = 10000000 };
	struct frames *f = t->backend;
	int status;

	if (!f)
		return;
	if (f->observer > 0) {
		/* It writes its summary now. As in qemu_stop(), ^C must not cut this short. */
		kill(f->observer, SIGTERM);
		while (!proc_ended(f->observer, &status)) {
			if (proc_now_ms() >= deadline)
				kill(f->observer, SIGKILL);
			nanosleep(&nap, NULL);
		}
	}
	lab_close(&f->lab);
	free(f->dump);
	free(f->log);
	free(f);
	t->backend = NULL;
}

static void add(struct target_samples *out, const char *metric, const char *phase, int64_t value,
		const char *reason)
{
	struct target_sample *s = &out->s[out->nr];
	bool time = !strcmp(metric, "echo.gap");

	if (out->nr == TARGET_SAMPLES)
		return;
	out->nr++;
	*s = (struct target_sample){
		.metric = metric,
		.unit = time ? "ns" : "count",
		.clock = time ? "host" : NULL,
		.phase = phase,
		.observer = strcmp(metric, "frames.arrived") ? "dpdk" : "qemu",
		.value = value,
		.reason = reason,
	};
}

static void one_phase(const struct frames *f, const char *phase, int64_t start, int64_t end,
		      struct target_samples *out)
{
	struct frames_window w = { .start_ns = start, .end_ns = end };
	const char *why = frames_log(f->log, f->run, &w) ? "the observer left no log" : NULL;

	add(out, "frames.sent", phase, w.sent, why);
	add(out, "frames.echoed", phase, w.echoed, why);
	add(out, "frames.lost", phase, w.sent - w.echoed, why);
	add(out, "echo.gap", phase, w.gap_ns,
	    why	     ? why
	    : w.open ? "no echo was seen after it"
		     : NULL);
	why = frames_dump(f->dump, &w) ? "the emulator dumped no frames" : NULL;
	add(out, "frames.arrived", phase, w.arrived, why);
}

/*
 * Before: from the control window to the jump, to compare with. Not after: there the agent stops the
 * device, and what is lost then is lost on purpose.
 */
void qemu_frames_results(struct target *t, const struct observer_result *seen,
			 struct target_samples *out)
{
	const struct observer_phase *control = &seen->phase[LUB_PHASE_CONTROL];
	const struct observer_phase *dark = &seen->phase[LUB_PHASE_BLACKOUT];
	const struct frames *f = t->backend;

	if (!f || !control->seen || !dark->seen)
		return;
	one_phase(f, "before", control->start_ns, dark->start_ns, out);
	one_phase(f, "blackout", dark->start_ns, dark->end_ns, out);
}

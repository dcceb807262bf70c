// SPDX-License-Identifier: GPL-2.0-or-later
/* One cycle: start the agent, watch, name the outcome. */
#include "bench/target/cycle.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/pstore.h"
#include "bench/target/qemu.h"
#include "bench/target/trace.h"

/*
 * Some 200,000 lines a second, each written while the emulator does nothing else, would make a blackout of 4 s one of
 * 20 s. So hits are traced around it and for its first part only; misses and all else are all the time.
 */
#define DARK_HITS_MS 300

/* How soon that is turned on and off. */
#define HITS_TICK_MS 5

/* A connection that was cut is worth another one; a machine that is gone is not worth many. */
#define FETCH_TRIES 3

/* Exit status of the command that starts the agent: another kernel runs than the one that was made ready. */
#define EXIT_REBOOTED 90

struct watch {
	struct target *t;
	const struct cycle_job *job;
	const struct cycle_budgets *b;
	struct cycle_result *res;
	struct observer *observer;
	bool console;
	bool answered;
	bool hits;
	bool after;
	long long dark_ms;
	long long start_ms;
	long long ask_ms;
};

void cycle_outcome(struct cycle_result *res, const char *outcome, const char *fmt, ...)
{
	va_list ap;

	snprintf(res->outcome, sizeof(res->outcome), "%s", outcome);
	va_start(ap, fmt);
	vsnprintf(res->reason, sizeof(res->reason), fmt, ap);
	va_end(ap);
}

void cycle_result_free(struct cycle_result *res)
{
	json_decref(res->lines);
	memset(res, 0, sizeof(*res));
}

static int start_agent(struct watch *w)
{
	json_t *obj = cycle_json(w->job, w->t->device);
	char *text = obj ? json_dumps(obj, JSON_COMPACT) : NULL;
	char command[600];
	struct target_exec x = { .command = command, .in = text, .timeout_ms = w->b->start };
	int err;

	json_decref(obj);
	if (!text)
		return -ENOMEM;
	x.in_len = strlen(text);
	/* setsid and no open descriptor: the agent does not notice when the connection ends. */
	snprintf(command, sizeof(command),
		 "test \"$(cat /proc/sys/kernel/random/boot_id)\" = %s || exit %d; cd " TARGET_DIR
		 " && cat >cycle.json.new && test $(stat -c %%s cycle.json.new) = %zu"
		 " && rm -rf out *.log && mkdir out && mv cycle.json.new cycle.json && sync"
		 " && { setsid ./agent outgoing " TARGET_DIR
		 " </dev/null >outgoing.log 2>&1 & } && echo $! >agent.pid",
		 w->job->boot_id, EXIT_REBOOTED, x.in_len);
	err = w->t->row->ops->exec(w->t, &x);
	free(x.out);
	free(text);
	if (err == EXIT_REBOOTED)
		cycle_outcome(w->res, "cold-reboot",
			      "the machine booted again before the cycle began");
	else if (err && err != -EINTR)
		cycle_outcome(w->res, "harness-error", "the agent could not be started: %s",
			      x.why[0]	? x.why
			      : err < 0 ? strerror(-err)
					: "no message");
	return err == -EINTR ? -EINTR : err ? 1 : 0;
}

static const char *side(const struct console *c)
{
	return c->boots ? "incoming" : "outgoing";
}

/* What else the console said; ends the reason of an outcome. */
static const char *hint(const struct console *c, char *buf, size_t len)
{
	const char *text = *c->panic ? c->panic : *c->oops ? c->oops : c->warning;

	snprintf(buf, len, "%s%s", *text ? "; console: " : "", text);
	return buf;
}

static void name_phase(struct watch *w, const char *outcome, const char *what)
{
	const struct console *c = &w->t->console;
	char buf[CONSOLE_TEXT_MAX + 16];

	if (w->console)
		cycle_outcome(w->res, outcome, "%s in phase %s of the %s kernel%s", what,
			      *c->phase ? c->phase : "start", side(c), hint(c, buf, sizeof(buf)));
	else
		cycle_outcome(w->res, outcome, "%s (no console)", what);
}

/* The machine is gone: with -no-reboot a reset ends the emulator in an orderly way. */
static void name_gone(struct watch *w)
{
	const struct console *c = &w->t->console;
	char what[80];

	if (*c->panic) {
		cycle_outcome(w->res, c->panic_boots ? "panic-incoming" : "panic-outgoing", "%s",
			      c->panic);
	} else if (w->t->exit_status == 0) {
		name_phase(w, "cold-reboot", "the machine was reset");
	} else {
		snprintf(what, sizeof(what), "the emulator ended with status %d",
			 w->t->exit_status);
		name_phase(w, "lost", what);
	}
}

/* Reads on for a while: a lost connection may come before the panic that explains it. */
static int read_on(struct watch *w)
{
	long long until = proc_now_ms() + w->b->grace;

	while (proc_now_ms() < until && w->t->row->ops->console_tail(w->t) != -ENODEV)
		if (proc_sleep(w->b->tick))
			return -EINTR;
	return 0;
}

/* A step that needs ssh has failed: does the console know a better reason? */
static int look_again(struct watch *w)
{
	const struct console *c = &w->t->console;
	int tail, err = read_on(w);

	if (err)
		return err;
	tail = w->t->row->ops->console_tail(w->t);
	w->console = tail != -EOPNOTSUPP;
	if (tail == -ENODEV || *c->panic)
		name_gone(w);
	else if (c->resets)
		name_phase(w, "cold-reboot", "firmware ran");
	return 0;
}

static bool has_number(const char *cmdline, const char *key, unsigned int number)
{
	char have[16], want[16];

	snprintf(want, sizeof(want), "%u", number);
	return cmdline_word(cmdline, key, have, sizeof(have)) && !strcmp(have, want);
}

bool cycle_is_ours(const struct cycle_job *job, const char *cmdline)
{
	char run[128];

	return cmdline_word(cmdline, "lubench.run=", run, sizeof(run)) && !strcmp(run, job->run) &&
	       has_number(cmdline, "lubench.cycle=", job->cycle.number) &&
	       has_number(cmdline, "lubench.attempt=", job->attempt);
}

/* Asks over ssh. 1: the cycle is over (outcome.json waits, or an outcome is named), 0: not yet. */
static int ask(struct watch *w)
{
	struct target_seen *seen = &w->res->seen;
	int err = w->t->row->ops->wait_incoming(w->t, seen);

	w->ask_ms = proc_now_ms();
	w->answered = !err;
	if (err)
		return err == -EINTR ? -EINTR : 0;
	if (seen->outcome)
		return 1;
	if (!strcmp(seen->boot_id, w->job->boot_id) && seen->agent_gone) {
		name_phase(w, "harness-error", "the agent ended without an outcome");
		return 1;
	}
	if (strcmp(seen->boot_id, w->job->boot_id) && !cycle_is_ours(w->job, seen->cmdline)) {
		name_phase(w, "cold-reboot", "another kernel than the kexec'ed one answers");
		return 1;
	}
	return 0;
}

/* 1: an outcome is named, 0: go on. */
static int check_limits(struct watch *w, long long now)
{
	const struct console *c = &w->t->console;
	long long silence = now - (w->console ? c->news_ms : w->start_ms);
	char what[80];

	if (w->console && silence > w->b->silence)
		snprintf(what, sizeof(what), "no progress for %lld s", silence / 1000);
	else if (now - w->start_ms > w->b->total)
		snprintf(what, sizeof(what), "time limit of %d s reached", w->b->total / 1000);
	else
		return 0;
	/*
	 * Without console and without an answer nothing is known about the machine. An agent that has
	 * said its outcome does not hang.
	 */
	if (c->ended && !w->answered)
		snprintf(what, sizeof(what), "the agent has ended, but no answer over ssh since");
	name_phase(w, (w->console && !c->ended) || w->answered ? "hang" : "lost", what);
	if (w->t->row->ops->autopsy)
		w->t->row->ops->autopsy(w->t);
	return 1;
}

static void look_for_witness(struct watch *w)
{
	const struct console *c = &w->t->console;
	const struct qemu_machine *m = w->t->row->machine;

	if (!c->witness || w->observer || w->t->ram_fd < 0)
		return;
	w->observer =
		observer_start(w->t->ram_fd, target_ram_offset(m, w->t->memory, c->gpa), c->cookie);
}

static void trace_hits(struct watch *w, long long now)
{
	uint32_t phase = observer_phase(w->observer);
	bool on;

	if (!w->t->trace_iotlb || !w->t->row->ops->trace_hits)
		return;
	if (phase == LUB_PHASE_BLACKOUT && !w->dark_ms)
		w->dark_ms = now;
	w->after |= phase == LUB_PHASE_AFTER;
	on = phase == LUB_PHASE_AFTER ||
	     (phase == LUB_PHASE_BLACKOUT && now - w->dark_ms < DARK_HITS_MS) ||
	     (!w->after && (phase == LUB_PHASE_CONTROL || phase == LUB_PHASE_WORK));
	if (on != w->hits)
		w->t->row->ops->trace_hits(w->t, on);
	w->hits = on;
}

static int watch(struct watch *w)
{
	const struct console *c = &w->t->console;
	bool crash = !strcmp(w->job->mode, "crash");
	long long now;
	int tail, err;

	for (;;) {
		if (proc_sleep(w->t->trace_iotlb && w->b->tick > HITS_TICK_MS ? HITS_TICK_MS
									      : w->b->tick))
			return -EINTR;
		tail = w->t->row->ops->console_tail(w->t);
		w->console = tail != -EOPNOTSUPP;
		now = proc_now_ms();
		look_for_witness(w);
		trace_hits(w, now);
		if (w->job->progress)
			w->job->progress(w->job->arg, *c->phase ? c->phase : "start");
		if (tail == -ENODEV) {
			name_gone(w);
			return 0;
		}
		/* In mode crash the outgoing kernel's panic is the jump. */
		if (*c->panic && (c->panic_boots || !crash)) {
			err = read_on(w);
			name_gone(w);
			return err;
		}
		if (c->resets) {
			name_phase(w, "cold-reboot", "firmware ran");
			return 0;
		}
		if (!w->console || c->ended || now - c->news_ms > w->b->quiet) {
			/* A connection costs the target time: only when there is a reason. */
			if (now - w->ask_ms >= (c->ended ? 0 : w->b->ask)) {
				err = ask(w);
				if (err)
					return err < 0 ? err : 0;
			}
		}
		if (check_limits(w, now))
			return 0;
	}
}

/* Lines traced since `from` that hold one of some words; for faults: QEMU splits a refused access. */
static long long count_traced(const struct target *t, long long from, const char *const *words)
{
	FILE *in = t->row->machine && t->trace ? fopen(t->trace, "re") : NULL;
	long long n = 0;
	char line[512];
	int i;

	if (!in)
		return -1;
	fseeko(in, from, SEEK_SET);
	while (fgets(line, sizeof(line), in))
		for (i = 0; words[i]; i++)
			n += !!strstr(line, words[i]);
	fclose(in);
	return n;
}

static long long file_size(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) ? (long long)st.st_size : 0;
}

/* Results that are there are worth more than one try. 1: an outcome is named. */
static int fetch(struct watch *w)
{
	int tries, err = 0;

	for (tries = 0; tries < FETCH_TRIES; tries++) {
		if (tries && proc_sleep(w->b->again))
			return -EINTR;
		err = w->t->row->ops->fetch(w->t, w->job->dir);
		if (!err || err == -EINTR || err == -ENOSPC)
			break;
	}
	/* A disk that is full here says nothing about the cycle: the run ends, and --resume does it again. */
	if (!err || err == -EINTR || err == -ENOSPC)
		return err;
	cycle_outcome(w->res, "harness-error", "the results could not be fetched: %s",
		      strerror(-err));
	return look_again(w) ? -EINTR : 1;
}

int cycle_run(struct target *t, const struct cycle_job *job, const struct cycle_budgets *b,
	      struct cycle_result *res)
{
	long long now = proc_now_ms(), trace_at = file_size(t->trace);
	struct watch w = { .t = t, .job = job, .b = b, .res = res, .start_ms = now, .ask_ms = now };
	int err;

	memset(res, 0, sizeof(*res));
	res->liveupdate_number = -1;
	res->lines = json_array();
	if (!res->lines)
		return -ENOMEM;
	/* What is there from before, the boot included, is not this cycle's. */
	t->row->ops->console_tail(t);
	console_mark(&t->console, now);
	err = start_agent(&w);
	if (!err)
		err = watch(&w);
	else if (err > 0 && look_again(&w))
		err = -EINTR;
	if (w.hits)
		t->row->ops->trace_hits(t, false);
	res->observed = t->ram_fd >= 0;
	observer_finish(w.observer, &res->witness);
	if (t->row->ops->results)
		t->row->ops->results(t, &res->witness, &res->more);
	snprintf(res->warning, sizeof(res->warning), "%s", t->console.warning);
	res->faults = res->off = res->aborts = -1;
	if (t->row->machine) {
		res->faults = count_traced(t, trace_at, t->row->machine->faults);
		res->off = count_traced(t, trace_at, t->row->machine->off);
		if (t->row->machine->aborts[0])
			res->aborts = count_traced(t, trace_at, t->row->machine->aborts);
	}
	if (!strcmp(job->plan->scenario, "iotlb"))
		trace_results(t, job, &res->more);
	if (err)
		return err < 0 ? err : 0;
	if (res->outcome[0]) {
		/* Logs of the agent tell more, but only a target that answers can hand them over. */
		if (w.answered && !t->row->ops->fetch(t, job->dir))
			pstore_look(job, res);
		return 0;
	}
	err = fetch(&w);
	if (err)
		return err < 0 ? err : 0;
	cycle_collect(job, res);
	if (!strcmp(res->outcome, "ok") && *t->console.oops)
		cycle_outcome(res, "disturbed", "%s", t->console.oops);
	if (strcmp(res->outcome, "ok"))
		json_array_clear(res->lines);
	return 0;
}

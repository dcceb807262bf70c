// SPDX-License-Identifier: GPL-2.0-or-later
/* Watches a cycle from outside until its results wait, and names the outcome of one that has none. */
#include "bench/target/cycle_priv.h"

#include <errno.h>
#include <string.h>

#include "bench/target/proc.h"
#include "bench/target/qemu.h"

/*
 * Some 200,000 lines a second, each written while the emulator does nothing else, would make a blackout of 4 s one of
 * 20 s. So hits are traced around it and for its first part only; misses and all else are all the time.
 */
#define DARK_HITS_MS 300

/* How soon that is turned on and off. */
#define HITS_TICK_MS 5

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

static void name_phase(struct cycle_watch *w, const char *outcome, const char *what)
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
static void name_gone(struct cycle_watch *w)
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
static int read_on(struct cycle_watch *w)
{
	long long until = proc_now_ms() + w->b->grace;

	while (proc_now_ms() < until && w->t->row->ops->console_tail(w->t) != -ENODEV)
		if (proc_sleep(w->b->tick))
			return -EINTR;
	return 0;
}

int cycle_look_again(struct cycle_watch *w)
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
static int ask(struct cycle_watch *w)
{
	struct target_seen *seen = &w->res->seen;
	int err = w->t->row->ops->wait_incoming(w->t, seen);

	w->ask_ms = proc_now_ms();
	w->answered = !err || err == -EALREADY;
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
static int check_limits(struct cycle_watch *w, long long now)
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

static void look_for_witness(struct cycle_watch *w)
{
	const struct console *c = &w->t->console;
	const struct qemu_machine *m = w->t->row->machine;

	if (!c->witness || w->observer || w->t->ram_fd < 0)
		return;
	w->observer =
		observer_start(w->t->ram_fd, target_ram_offset(m, w->t->memory, c->gpa), c->cookie);
}

static void trace_hits(struct cycle_watch *w, long long now)
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

/* A connection costs the target time: only when there is a reason. */
static bool time_to_ask(const struct cycle_watch *w, long long now)
{
	const struct console *c = &w->t->console;

	/* A console that somebody watches may just have shown nothing yet. */
	if ((w->console || w->t->console_command) && !c->ended && now - c->news_ms <= w->b->quiet)
		return false;
	/* To look at one that waits costs nothing. */
	return w->t->row->ops->wait_end || c->ended || now - w->ask_ms >= w->b->ask;
}

/* A connection to the kernel before is broken for sure, and would show that much later. */
static void see_boot(struct cycle_watch *w)
{
	if (w->boots != w->t->console.boots && w->t->row->ops->wait_end) {
		w->t->row->ops->wait_end(w->t);
		w->answered = false;
	}
	w->boots = w->t->console.boots;
}

int cycle_watch(struct cycle_watch *w)
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
		see_boot(w);
		if (time_to_ask(w, now)) {
			err = ask(w);
			if (err)
				return err < 0 ? err : 0;
		}
		if (check_limits(w, now))
			return 0;
	}
}

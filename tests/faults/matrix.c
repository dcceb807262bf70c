// SPDX-License-Identifier: GPL-2.0-or-later
/* All pairs of a step and a fault, each with and without a console, and what has to come out of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "tests/faults/faults.h"

/* Cycles 1, 2, 3, 4; the fault is in the second one unless another letter says more. */
#define NONE                                \
	{                                   \
		{ "ok", "ok", "ok", "ok" }, \
		{                           \
			NULL                \
		}                           \
	}

static struct fault_case *cases;
static size_t nr_cases;

static struct fault_case *add(const char *fault, const char *step, const char *console)
{
	struct fault_case *c;

	cases = realloc(cases, (nr_cases + 1) * sizeof(*cases));
	if (!cases)
		abort();
	c = &cases[nr_cases++];
	*c = (struct fault_case){ .want = NONE };
	snprintf(c->name, sizeof(c->name), "%s x %s, %s", step, fault,
		 console ? "console" : "ssh only");
	c->host = console ? NULL : "h1";
	snprintf(c->target, sizeof(c->target), "fake:%s", console ? "" : "noconsole,");
	return c;
}

static void name_fault(struct fault_case *c, const char *text)
{
	snprintf(c->target + strlen(c->target), sizeof(c->target) - strlen(c->target), "%s", text);
}

static void want(struct fault_case *c, unsigned int cycle, const char *outcome, const char *reason)
{
	c->want.outcome[cycle - 1] = outcome;
	c->want.reason[cycle - 1] = reason;
}

/* Two failures in a row, and the host is left alone. */
static void want_quarantine(struct fault_case *c, unsigned int from)
{
	for (; from <= FAULT_CYCLES; from++)
		want(c, from, "skip", "h1 is quarantined");
}

static const struct step {
	const char *name;
	bool incoming;
} steps[] = {
	{ "setup", false }, { "preserve", false }, { "load", false },	{ "freeze", false },
	{ "boot", true },   { "retrieve", true },  { "restore", true }, { "finish", true },
};

/* By fault: outcome in the outgoing kernel, in the incoming one; with a console and without. NULL: cannot be. */
static const struct during {
	const char *fault;
	const char *console[2];
	const char *ssh[2];
	const char *reason[2]; /* with a console */
	bool stays;	       /* on a real machine: the next cycle fails, too */
} during[] = {
	{ "stall",
	  { "hang", "hang" },
	  { "hang", "hang" },
	  { "of the outgoing", "of the incoming" },
	  false },
	{ "lockup",
	  { "hang", "hang" },
	  { "lost", "lost" },
	  { "of the outgoing", "of the incoming" },
	  false },
	{ "lost-ssh",
	  { "lost", "lost" },
	  { "lost", "lost" },
	  { "no answer over ssh", "no answer over ssh" },
	  false },
	{ "panic",
	  { "panic-outgoing", "panic-incoming" },
	  { "lost", "lost" },
	  { "fake outgoing", "fake incoming" },
	  false },
	{ "cold",
	  { "cold-reboot", "cold-reboot" },
	  { "cold-reboot", "cold-reboot" },
	  { "firmware", "firmware" },
	  false },
	{ "reboot",
	  { "cold-reboot", "cold-reboot" },
	  { "cold-reboot", "cold-reboot" },
	  { "another kernel", "another kernel" },
	  false },
	{ "reset", { "cold-reboot", "cold-reboot" }, { NULL, NULL }, { "reset", "reset" }, false },
	{ "gone", { "lost", "lost" }, { NULL, NULL }, { "status 139", "status 139" }, false },
	{ "oops", { "disturbed", "disturbed" }, { NULL, NULL }, { "BUG: ", "BUG: " }, false },
	{ "crash",
	  { "harness-error", "hang" },
	  { "harness-error", "hang" },
	  { "without an outcome", "no progress" },
	  false },
	{ "full",
	  { "harness-error", "hang" },
	  { "harness-error", "hang" },
	  { "without an outcome", "no progress" },
	  true },
};

static void add_during(void)
{
	char text[80];
	size_t i, k;
	int console;

	for (i = 0; i < ARRAY_LEN(during) * ARRAY_LEN(steps) * 2; i++) {
		const struct during *d = &during[i / ARRAY_LEN(steps) / 2];
		const struct step *s = &steps[i / 2 % ARRAY_LEN(steps)];
		const char *outcome;
		struct fault_case *c;

		console = i % 2 == 0;
		k = s->incoming;
		outcome = console ? d->console[k] : d->ssh[k];
		if (!outcome)
			continue;
		/* A kernel that stops before it has an sshd was never seen. */
		if (!console && !strcmp(d->fault, "stall") && !strcmp(s->name, "boot"))
			outcome = "lost";
		c = add(d->fault, s->name, console ? "console" : NULL);
		snprintf(text, sizeof(text), "%s.%s@2", d->fault, s->name);
		name_fault(c, text);
		want(c, 2, outcome, console ? d->reason[k] : NULL);
		if (!console && d->stays) {
			want(c, 3, "harness-error", NULL);
			want_quarantine(c, 4);
		}
	}
}

/* What the agent tells, and what is wrong with what it leaves. */
static const struct told {
	const char *step;
	const char *fault;
	const char *outcome;
	const char *reason;
} told[] = {
	{ "preserve", "preserve-error", "preserve-error", "told to" },
	{ "load", "kexec-load-error", "kexec-load-error", "told to" },
	{ "freeze", "freeze-error", "freeze-error", "told to" },
	{ "boot", "wrong", "wrong-kernel", "build id 00ff" },
	{ "boot", "recount", "wrong-kernel", "live update number" },
	{ "fetch", "torn", "harness-error", "torn" },
	{ "fetch", "short", "harness-error", "bytes here" },
	{ "fetch", "twice", "harness-error", "samples.jsonl" },
	{ "fetch", "again", "harness-error", "there twice" },
	{ "fetch", "nosamples", "harness-error", "left no samples" },
	{ "fetch", "foreign", "harness-error", "of another run or cycle" },
	{ "fetch", "badoutcome", "harness-error", "outcome.json" },
	{ "fetch", "nooutcome", "harness-error", "outcome.json" },
	{ "fetch", "stale", "harness-error", "of another run or cycle" },
};

static void add_told(void)
{
	struct fault_case *c;
	char text[80];
	size_t i;

	for (i = 0; i < 2 * ARRAY_LEN(told); i++) {
		const struct told *w = &told[i / 2];

		c = add(w->fault, w->step, i % 2 ? NULL : "console");
		snprintf(text, sizeof(text), "%s@2", w->fault);
		name_fault(c, text);
		want(c, 2, w->outcome, w->reason);
	}
}

/* Steps at which the controller waits. Before a cycle: the second launch, which a real machine has at the start. */
static const struct waits {
	const char *step;
	const char *fault;
	const char *console;
	const char *ssh;
	const char *reason;
} waits[] = {
	{ "launch", "stall", "harness-error", "harness-error", "launched" },
	{ "launch", "lost-ssh", "harness-error", "harness-error", "launched" },
	{ "launch", "panic", "harness-error", "harness-error", "launched" },
	{ "launch", "gone", "harness-error", NULL, "launched" },
	{ "claim", "stall", NULL, "harness-error", "claimed" },
	{ "claim", "lost-ssh", NULL, "harness-error", "claimed" },
	{ "claim", "panic", NULL, "harness-error", "claimed" },
	{ "claim", "cold", NULL, "harness-error", "claimed" },
	{ "claim", "reboot", NULL, "harness-error", "claimed" },
	{ "claim", "full", NULL, "harness-error", "No space left" },
	{ "claim", "drop", NULL, "ok", NULL },
	{ "push", "stall", "harness-error", "harness-error", "copied" },
	{ "push", "lost-ssh", "harness-error", "harness-error", "copied" },
	{ "push", "panic", "harness-error", "harness-error", "copied" },
	{ "push", "cold", "harness-error", "harness-error", "copied" },
	{ "push", "reboot", "harness-error", "harness-error", "copied" },
	{ "push", "full", "harness-error", "harness-error", "copied" },
	{ "probe", "stall", "harness-error", "harness-error", "agent probe" },
	{ "probe", "lost-ssh", "harness-error", "harness-error", "agent probe" },
	{ "probe", "panic", "harness-error", "harness-error", "agent probe" },
	{ "probe", "reboot", "harness-error", "harness-error", "agent probe" },
	{ "probe", "full", "harness-error", "harness-error", "No space left" },
	{ "probe", "wrong-outgoing", NULL, "wrong-kernel", "build id 00fe: boot " },
	{ "start", "stall", "harness-error", "harness-error", "could not be started" },
	{ "start", "lost-ssh", "harness-error", "harness-error", "Connection closed" },
	{ "start", "panic", "panic-outgoing", "harness-error", NULL },
	{ "start", "cold", "cold-reboot", "harness-error", NULL },
	{ "start", "reboot", "harness-error", "harness-error", "Connection closed" },
	{ "start", "reset", "cold-reboot", NULL, NULL },
	{ "start", "gone", "lost", NULL, NULL },
	{ "start", "full", "harness-error", "harness-error", "No space left" },
	{ "fetch", "stall", "harness-error", "harness-error", "could not be fetched" },
	{ "fetch", "lost-ssh", "harness-error", "harness-error", "could not be fetched" },
	{ "fetch", "drop", "ok", "ok", NULL },
	{ "fetch", "panic", "panic-incoming", "harness-error", NULL },
	{ "fetch", "reset", "cold-reboot", NULL, NULL },
	{ "fetch", "gone", "lost", NULL, NULL },
	/* The results are on the disk; only the kernel that was to go on from there is gone. */
	{ "fetch", "cold", "ok", "ok", NULL },
	{ "fetch", "reboot", "ok", "ok", NULL },
};

static void add_wait(const struct waits *w, bool console)
{
	bool before = strcmp(w->step, "start") && strcmp(w->step, "fetch");
	bool again = !strcmp(w->fault, "cold") || !strcmp(w->fault, "reboot");
	const char *outcome = console ? w->console : w->ssh;
	unsigned int cycle = before && !console ? 1 : 2;
	struct fault_case *c;
	char text[80];

	if (!outcome)
		return;
	c = add(w->fault, w->step, console ? "console" : NULL);
	snprintf(text, sizeof(text), "%s%s.%s@%u", before && console ? "stall.freeze@1," : "",
		 w->fault, w->step, cycle);
	name_fault(c, text);
	want(c, cycle, outcome, w->reason);
	if (before && console)
		want(c, 1, "hang", "phase freeze");
	if (!strcmp(w->step, "fetch") && again)
		want(c, 3, "cold-reboot", "before the cycle began");
	/* The disk of a machine that is launched anew is empty; a real one's stays full. */
	if (!strcmp(w->fault, "full") && !console) {
		want(c, cycle + 1, "harness-error", NULL);
		want_quarantine(c, cycle + 2);
	}
}

static const char *const all_steps[] = {
	"launch", "claim",  "push", "probe",	"start",   "setup",  "preserve",
	"load",	  "freeze", "boot", "retrieve", "restore", "finish", "fetch",
};

/* The controller is killed: the journal knows where, and the rest is as if nothing had been. */
static void add_kills(void)
{
	struct fault_case *c;
	char text[80];
	size_t i;

	for (i = 0; i < 2 * ARRAY_LEN(all_steps); i++) {
		bool before = i / 2 < 4;

		/* Nobody but this controller can have an emulated one. */
		if (!(i % 2) && !strcmp(all_steps[i / 2], "claim"))
			continue;
		c = add("kill", all_steps[i / 2], i % 2 ? NULL : "console");
		snprintf(text, sizeof(text), "kill.%s@%u", all_steps[i / 2], before ? 1 : 2);
		name_fault(c, text);
		c->stops = true;
		c->open_cycle = before ? 0 : 2;
	}
}

/* Another run has the host: from the beginning, since a day ago, and in the middle of the run. */
static void add_owned(void)
{
	static const struct {
		const char *fault;
		unsigned int refused;
	} owned[] = { { "owned", 1 }, { "owned-stale", 0 }, { "owned@2", 3 } };
	struct fault_case *c;
	size_t i;

	for (i = 0; i < ARRAY_LEN(owned); i++) {
		c = add(owned[i].fault, "claim", NULL);
		name_fault(c, owned[i].fault);
		c->refused = owned[i].refused;
	}
	/* Between claim and cycle: the controller was suspended for that long. */
	c = add("stolen", "start", NULL);
	name_fault(c, "stolen@2");
	c->refused = 2;
	c->open_cycle = 2;
	c = add("unlocked", "start", NULL);
	name_fault(c, "unlocked@2");
	want(c, 2, "harness-error", "claim");
	/* The claim of a run that is dead was taken over, but the first answer, which says so, did not come. */
	c = add("drop", "claim of a host that was another run's", NULL);
	name_fault(c, "owned-stale,drop.claim@1");
	c->note = "was claimed by run run-of-another of you@there";
	/* Somebody is at the file for longer than one command waits. */
	c = add("locked", "claim", NULL);
	name_fault(c, "locked");
}

/* In the last cycle, so that nobody looks at the host again. */
static void add_kept(void)
{
	struct fault_case *c;

	c = add("stall", "freeze of the last cycle", NULL);
	name_fault(c, "stall.freeze@4");
	want(c, 4, "hang", NULL);
	c->keeps = true;
	c = add("lost-ssh", "restore of the last cycle", NULL);
	name_fault(c, "lost-ssh.restore@4");
	want(c, 4, "lost", NULL);
	c->keeps = true;
}

struct fault_case *matrix_cases(size_t *nr)
{
	struct fault_case *c;
	size_t i;

	add_during();
	add_told();
	for (i = 0; i < 2 * ARRAY_LEN(waits); i++)
		add_wait(&waits[i / 2], i % 2 == 0);
	add_kills();
	add_owned();
	add_kept();
	c = add("lost-ssh", "every launch", NULL);
	name_fault(c, "lost-ssh.launch");
	want(c, 1, "harness-error", "launched");
	want(c, 2, "harness-error", "launched");
	want_quarantine(c, 3);
	*nr = nr_cases;
	return cases;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The half of a cycle after the kexec. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/chain.h"
#include "bench/agent/company.h"
#include "bench/agent/counters.h"
#include "bench/agent/guard.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/leftover.h"
#include "bench/agent/pmu.h"
#include "bench/agent/probes.h"
#include "bench/agent/scenario/scenario.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/liveupdate.h"

static int identify(struct agent *ag)
{
	const struct carried *s = &ag->carried;
	char word[128], boot_id[40];
	struct kmsg_facts facts;

	sys_read("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	if (!strcmp(boot_id, s->boot_id))
		return agent_fail(ag, "harness-error", 0, "this is still the outgoing kernel");
	snprintf(word, sizeof(word), "lubench.run=%s", ag->c.run);
	if (!sys_cmdline_has(word))
		return agent_fail(ag, "cold-reboot", 0, "%s is not on the command line", word);
	snprintf(word, sizeof(word), "lubench.cycle=%u", ag->c.cycle);
	if (!sys_cmdline_has(word))
		return agent_fail(ag, "wrong-kernel", 0, "%s is not on the command line", word);
	if (ag->c.mode == MODE_CRASH || kmsg_read(&facts))
		return 0;
	ag->liveupdate_number = facts.liveupdate_number;
	if (s->liveupdate_number > 0 && facts.liveupdate_number > 0 &&
	    facts.liveupdate_number != s->liveupdate_number + 1)
		return agent_fail(ag, "wrong-kernel", 0,
				  "live update number %lld does not follow %lld",
				  (long long)facts.liveupdate_number,
				  (long long)s->liveupdate_number);
	return 0;
}

static void report_timeline(struct agent *ag)
{
	const struct span *s;
	struct timeline t;
	uint64_t ticks;
	size_t i;

	if (timeline_read(&t))
		return;
	if (!t.hz)
		t.hz = ag->carried.hz ? ag->carried.hz : clock_hz();
	for (i = 0; i < t.nr; i++)
		agent_event(ag, t.at[i].incoming, t.at[i].event, t.at[i].ticks, t.hz);
	for (s = timeline_spans; s->metric; s++)
		if (!timeline_span(&t, s, &ticks))
			agent_sample(ag, &ag->carried.at, 0, s->metric, "ns",
				     (int64_t)ticks_to_ns(ticks, t.hz), NULL);
}

void agent_blackout(struct agent *ag, const struct lub_witness *w)
{
	ag->reboot = w->jump_ticks;
	ag->last_beat = w->beat_ticks;
	ag->last_served = w->served_ticks;
	agent_keep(ag, "blackout.cpu", ag->first - ag->last_beat);
}

/* Stamps that the outgoing agent left in the witness page. */
static void report_last_words(struct agent *ag)
{
	uint64_t hz = ag->carried.hz ? ag->carried.hz : clock_hz();

	if (!ag->reboot)
		return;
	agent_event(ag, false, "reboot.call", ag->reboot, hz);
	agent_event(ag, false, "beat.last", ag->last_beat, hz);
	agent_event(ag, false, "served.last", ag->last_served, hz);
}

static void report_faults(struct agent *ag)
{
	struct kmsg_facts facts;

	if (kmsg_read(&facts))
		return;
	if (facts.faults)
		kmsg("first fault: %s", facts.first_fault);
	agent_sample(ag, &ag->carried.at, 0, "dma.faults", "count",
		     (int64_t)facts.faults + ag->carried.faults, NULL);
}

/*
 * The lines of the outgoing agent: from preserved memory, or from the disk when that did not come
 * over.
 */
static int copy_lines(struct agent *ag)
{
	size_t len = 0;
	const char *text = memory_log(&ag->mem, &len);
	char *file = NULL;
	ssize_t n;

	if (!text) {
		file = sys_read_all(agent_path(ag, "out/outgoing.jsonl"));
		if (!file)
			return agent_fail(ag, "harness-error", -errno, "out/outgoing.jsonl");
		/* sys_read() took the last newline off. */
		len = strlen(file);
		if (len)
			file[len++] = '\n';
		text = file;
	}
	n = write(ag->lines, text, len);
	free(file);
	return n == (ssize_t)len ? 0
				 : agent_fail(ag, "harness-error", n < 0 ? -errno : -EIO,
					      "writing out/samples.jsonl");
}

/* An init that starts the agent may say when it was started itself; see bench/target/image/init.c. */
static uint64_t first_instruction(uint64_t start)
{
	const char *text = getenv("LUBENCH_INIT_TICKS");
	uint64_t ticks = text ? strtoull(text, NULL, 10) : 0;

	return ticks && ticks < start ? ticks : start;
}

static void release(struct agent *ag)
{
	service_stop(&ag->service);
	tables_close(&ag->tab);
	memory_release(&ag->mem);
	if (ag->session >= 0)
		close(ag->session);
	ag->session = -1;
}

int agent_incoming(const char *dir)
{
	static struct agent ag;
	uint64_t start = clock_ticks();
	int err;

	clock_start();
	sys_mount();
	err = agent_init(&ag, dir, true);
	unlink(agent_path(&ag, "out/outcome.json"));
	if (!err)
		err = carried_load(&ag);
	if (!err)
		err = agent_lines(&ag, "out/samples.jsonl");
	if (!err)
		err = identify(&ag);
	if (!err) {
		guard_begin(&ag);
		agent_mark(&ag, "agent.start");
		ag.marks[0].ticks = start;
		ag.first = first_instruction(start);
		agent_mark(&ag, "user.first");
		ag.marks[1].ticks = ag.first;
		agent_area(&ag);
		/* Nothing is retrieved in mode crash: there is nothing to watch. */
		if (ag.c.mode != MODE_CRASH)
			agent_probes_start(&ag);
		err = ag.scenario->receive(&ag);
		agent_pmu_end(&ag, "after");
	}
	/* What is known is written down whatever happened; the outcome says what it is worth. */
	if (ag.lines >= 0 && !copy_lines(&ag)) {
		agent_probes_stop(&ag);
		agent_flush(&ag);
		report_timeline(&ag);
		report_last_words(&ag);
		report_faults(&ag);
	}
	if (!err && !ag.outcome && ag.c.mode != MODE_CRASH) {
		agent_phase(&ag, "teardown");
		release(&ag);
		leftover_report(&ag);
		company_check(&ag, NULL);
		if (!ag.outcome) {
			chain_go_on(&ag);
			ag.phase = "finish";
		}
	}
	agent_probes_drop(&ag);
	release(&ag);
	guard_end(&ag);
	return agent_outcome(&ag) ? EXIT_FAILURE : EXIT_SUCCESS;
}

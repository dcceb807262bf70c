// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenario preserve, incoming kernel, mode preserve: take over tables and running device. */
#include "bench/agent/scenario/scenario.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/boundary.h"
#include "bench/agent/busy.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/pmu.h"
#include "bench/agent/quiet.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"

/* How long the device goes on after everything has been swapped. */
#define RUN_ON_MS 200

static int retrieve_part(struct agent *ag, enum memory_part part, const char *what)
{
	uint64_t t0 = clock_ticks();
	int fd = luo_retrieve(ag->session, TOKEN_DATA + (uint64_t)part), err;

	agent_keep(ag, "retrieve.memfd", clock_ticks() - t0);
	if (fd < 0)
		return agent_fail(ag, "preserve-error", fd, "retrieve of the %s memfd", what);
	err = memory_adopt(&ag->mem, part, fd);
	return err ? agent_fail(ag, "preserve-error", err, "the retrieved %s memfd", what) : 0;
}

static int check_window(struct agent *ag)
{
	volatile struct lub_witness *w = agent_witness(ag);
	uint64_t now = agent_mark(ag, "blackout.end");
	uint32_t counter = w->counter;

	if (memcmp((void *)w->magic, LUB_WITNESS_MAGIC, sizeof(w->magic)) ||
	    w->cookie != lub_witness_cookie(ag->c.run, ag->c.cycle))
		return agent_fail(ag, "preserve-error", 0,
				  "the witness page is not the one of this cycle");
	w->phase = LUB_PHASE_AFTER;
	boundary_mark(ag, LUB_STEP_ADOPT);
	agent_blackout(ag, (const struct lub_witness *)w);
	agent_keep(ag, "blackout.witness", now - ag->last_beat);
	agent_sample(ag, &ag->carried.at, 0, "dma.count", "count", counter - w->jump_counter,
		     "blackout");
	return 0;
}

/* Several retrievals, one number. */
static void add_up(struct agent *ag, const char *metric)
{
	uint64_t sum = agent_kept(ag, metric);

	agent_unkeep(ag, metric);
	agent_keep(ag, metric, sum);
}

int preserve_memory(struct agent *ag)
{
	uint64_t t0, bad;
	int err;

	agent_phase(ag, "retrieve");
	ag->luo = luo_open();
	if (ag->luo < 0)
		return agent_fail(ag, "preserve-error", ag->luo, "/dev/liveupdate");
	t0 = clock_ticks();
	ag->session = luo_session_retrieve(ag->luo, AGENT_SESSION);
	agent_keep(ag, "retrieve.session", clock_ticks() - t0);
	agent_mark(ag, "session.end");
	if (ag->session < 0)
		return agent_fail(ag, ag->liveupdate_number < 0 ? "cold-reboot" : "preserve-error",
				  ag->session, "retrieve of session %s", AGENT_SESSION);
	err = retrieve_part(ag, MEM_WINDOW, "window");
	if (!err)
		err = check_window(ag);
	if (!err)
		err = retrieve_part(ag, MEM_DATA, "data");
	if (!err)
		err = retrieve_part(ag, MEM_LOG, "log");
	if (err)
		return err;

	add_up(ag, "retrieve.memfd");

	agent_phase(ag, "verify");
	agent_mark(ag, "verify.begin");
	bad = memory_check(&ag->mem);
	agent_mark(ag, "verify.end");
	ag->corrupt += 8 * bad;
	return bad ? agent_fail(ag, "preserve-error", 0, "%llu words of the data memfd changed",
				(unsigned long long)bad)
		   : 0;
}

/*
 * The longest gap of the blackout is compared to that of a window without a kexec, and the longer a
 * window is the longer its longest gap. So what the outgoing agent has left of the length of the
 * blackout is made up for here.
 */
static void complete_control_window(struct agent *ag)
{
	volatile struct lub_witness *w = agent_witness(ag);
	uint64_t blackout_ms = clock_ns(agent_kept(ag, "blackout.witness")) / 1000000;

	if (blackout_ms <= ag->c.control_ms || ag->c.icount)
		return;
	agent_phase(ag, "control");
	w->phase = LUB_PHASE_CONTROL;
	busy_window((unsigned int)(blackout_ms - ag->c.control_ms));
	w->phase = LUB_PHASE_AFTER;
}

/*
 * blackout.service ends with the first completion that user space sees with the device and its tables
 * in its hands. Our own check of the memory is no part of what a user of live update waits for.
 */
int preserve_serve(struct agent *ag, const char *outcome, uint64_t verify)
{
	uint64_t now;
	int err = service_wait(&ag->engine, 1000);

	if (err < 0)
		return agent_fail(ag, outcome, err, "no completion to serve after the kexec");
	now = agent_mark(ag, "service.restored");
	agent_keep(ag, "blackout.service", now - ag->last_served - verify);
	/* As early as it costs the blackout nothing; agent_incoming() reads them. */
	agent_pmu_begin(ag);
	err = service_start(&ag->service, &ag->engine);
	return err ? agent_fail(ag, "harness-error", err, "starting the service thread") : 0;
}

int preserve_stop(struct agent *ag)
{
	volatile struct lub_witness *w = agent_witness(ag);
	struct dma_verdict v = { 0 };
	uint32_t from = w->counter, count;
	int err;

	msleep(RUN_ON_MS);
	boundary_mark(ag, LUB_STEP_NONE);
	complete_control_window(ag);
	service_stop(&ag->service);
	err = atomic_load(&ag->service.err);
	if (!err)
		err = ag->engine.ops->stop(&ag->engine);
	if (!err)
		err = ag->engine.ops->verify(&ag->engine, false, &v);
	if (!err)
		err = ag->engine.ops->counter(&ag->engine, &count);
	if (err)
		return agent_fail(ag, "preserve-error", err, "stopping the device");
	ag->corrupt += v.corrupt + 8 * memory_check(&ag->mem);
	agent_sample(ag, &ag->carried.at, 0, "dma.count", "count", w->counter - from, "after");
	agent_sample(ag, &ag->carried.at, 0, "dma.count", "count", count, NULL);
	agent_sample(ag, &ag->carried.at, 0, "dma.lost", "count", v.lost, NULL);
	agent_sample(ag, &ag->carried.at, 0, "dma.corrupt", "bytes", (int64_t)ag->corrupt, NULL);
	if (v.lost)
		return agent_fail(ag, "preserve-error", 0, "%u loops of the device were lost",
				  v.lost);
	if (ag->corrupt)
		return agent_fail(ag, "preserve-error", 0, "%llu bytes are corrupt",
				  (unsigned long long)ag->corrupt);
	return 0;
}

int preserve_finish(struct agent *ag)
{
	uint64_t t0 = clock_ticks();
	int err;

	agent_phase(ag, "finish");
	err = luo_finish(ag->session);
	agent_keep(ag, "finish", clock_ticks() - t0);
	return err ? agent_fail(ag, "preserve-error", err, "finish of the session") : 0;
}

static int retrieve_devices(struct agent *ag)
{
	uint64_t t0 = clock_ticks(), t1;

	ag->tab.iommufd = luo_retrieve(ag->session, TOKEN_IOMMUFD);
	t1 = agent_mark(ag, "iommufd.end");
	agent_keep(ag, "retrieve.iommufd", t1 - t0);
	if (ag->tab.iommufd < 0)
		return agent_fail(ag, "preserve-error", ag->tab.iommufd, "retrieve of the iommufd");
	ag->tab.device = luo_retrieve(ag->session, TOKEN_DEVICE);
	agent_keep(ag, "retrieve.vfio", agent_mark(ag, "vfio.end") - t1);
	if (ag->tab.device < 0)
		return agent_fail(ag, "preserve-error", ag->tab.device,
				  "retrieve of the VFIO cdev");
	return 0;
}

static int restore_tables(struct agent *ag)
{
	uint64_t total = 0, t0;
	uint32_t i;
	int err;

	agent_phase(ag, "restore");
	for (i = 0; i < ag->carried.at.hwpts; i++) {
		if (ag->scenario->no_blackout)
			quiet_begin(ag);
		t0 = agent_mark(ag, "restore.hwpt.%u.begin", i);
		err = iommufd_restore(ag->tab.iommufd, AGENT_HWPT_TOKEN + i, &ag->tab.hwpt[i]);
		total += agent_mark(ag, "restore.hwpt.%u.end", i) - t0;
		if (ag->scenario->no_blackout)
			quiet_end(ag);
		if (err)
			return agent_fail(ag, "preserve-error", err, "restore of HWPT %u of %u", i,
					  ag->carried.at.hwpts);
		ag->tab.nr++;
	}
	agent_keep(ag, "restore.hwpt", total);
	agent_mark(ag, "restore.end");

	agent_phase(ag, "bind");
	t0 = clock_ticks();
	err = vfio_bind(ag->tab.device, ag->tab.iommufd, &ag->tab.device_id);
	agent_keep(ag, "bind", agent_mark(ag, "bind.end") - t0);
	if (err)
		return agent_fail(ag, "preserve-error", err, "binding the retrieved device");
	agent_mark(ag, "attach.begin");
	err = vfio_attach(ag->tab.device, ag->tab.hwpt[0]);
	agent_mark(ag, "attach.end");
	return err ? agent_fail(ag, "preserve-error", err, "attaching the restored HWPT") : 0;
}

/* Is the device, which nobody told that there was a kexec, still doing its work? */
static int check_running(struct agent *ag, const char *when)
{
	struct dma_verdict v;
	int err = service_verify(&ag->service, &ag->engine, true, &v);

	if (err)
		return agent_fail(ag, "preserve-error", err, "the device does no DMA %s", when);
	ag->corrupt += v.corrupt;
	return 0;
}

static int replace_table(struct agent *ag)
{
	uint32_t ioas, old = ag->tab.nr, fresh;
	uint64_t t0;
	int err;

	agent_phase(ag, "replace");
	agent_mark(ag, "replace.map.begin");
	err = tables_ioas(&ag->tab, &ag->mem, &ioas);
	if (!err)
		err = tables_fill(&ag->tab, &ag->mem, &ag->carried.at, ioas);
	if (!err)
		err = iommufd_hwpt_alloc(ag->tab.iommufd, ag->tab.device_id, ioas, &fresh);
	agent_mark(ag, "replace.map.end");
	if (err)
		return agent_fail(ag, "preserve-error", err, "mapping everything again");
	t0 = clock_ticks();
	err = vfio_attach(ag->tab.device, fresh);
	agent_keep(ag, "replace.hwpt", clock_ticks() - t0);
	if (err)
		return agent_fail(ag, "preserve-error", err, "replacing the restored HWPT");
	err = check_running(ag, "after the restored HWPT was replaced");
	if (err)
		return err;
	err = tables_trim(&ag->tab, 0);
	if (err)
		return agent_fail(ag, "preserve-error", err, "destroying restored HWPT %u of %u",
				  ag->tab.nr - 1, old);
	ag->tab.hwpt[0] = fresh;
	ag->tab.nr = 1;
	ag->tab.ioas = ioas;
	return 0;
}

int preserve_adopt(struct agent *ag)
{
	const struct dma_ops *ops = dma_find(ag->c.workload);
	uint64_t verify;
	int err;

	err = preserve_memory(ag);
	if (err)
		return err;
	verify = ag->marks[ag->nr_marks - 1].ticks - ag->marks[ag->nr_marks - 2].ticks;
	err = retrieve_devices(ag);
	if (!err)
		err = restore_tables(ag);
	if (err)
		return err;
	agent_engine(ag, ops);
	err = ops->open(&ag->engine);
	if (err)
		return agent_fail(ag, "preserve-error", err, "registers of the retrieved device");
	err = preserve_serve(ag, "preserve-error", verify);
	if (err)
		return err;
	err = check_running(ag, "after the kexec");
	if (err)
		return err;
	boundary_mark(ag, LUB_STEP_REPLACE);
	err = replace_table(ag);
	if (!err)
		err = preserve_finish(ag);
	boundary_mark(ag, LUB_STEP_RUN);
	return err ? err : preserve_stop(ag);
}

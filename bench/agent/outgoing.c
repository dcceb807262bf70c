// SPDX-License-Identifier: GPL-2.0-or-later
/* The half of a cycle before the kexec. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/boot.h"
#include "bench/agent/boundary.h"
#include "bench/agent/chain.h"
#include "bench/agent/company.h"
#include "bench/agent/counters.h"
#include "bench/agent/fill.h"
#include "bench/agent/guard.h"
#include "bench/agent/kexec.h"
#include "bench/agent/busy.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/perf.h"
#include "bench/agent/pmu.h"
#include "bench/agent/probes.h"
#include "bench/agent/quiet.h"
#include "bench/agent/scenario/scenario.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"

/* How long the service thread beats without a pause before the jump, to be awake when it comes. */
#define URGENT_MS 20

static int identify(struct agent *ag)
{
	struct carried *s = &ag->carried;
	struct kmsg_facts facts;
	int err;

	ag->pages_before = iommu_pages();
	s->at = ag->c.points[0];
	sys_read("/proc/sys/kernel/random/boot_id", s->boot_id, sizeof(s->boot_id));
	s->iommu_pages = chain_pages(ag, ag->pages_before);
	err = kmsg_read(&facts);
	if (err)
		return agent_fail(ag, "harness-error", err, "reading /dev/kmsg; run me as root");
	ag->liveupdate_number = facts.liveupdate_number;
	s->liveupdate_number = facts.liveupdate_number;
	return 0;
}

static int take_device(struct agent *ag, const struct dma_ops **ops)
{
	const char *bdf = ag->c.device, *what;
	uint16_t vendor, device;
	int err;

	*ops = dma_find(ag->c.workload);
	if (!*ops)
		return agent_fail(ag, "harness-error", 0, "workload \"%s\" is not known",
				  ag->c.workload);
	err = pcidev_ids(bdf, &vendor, &device);
	if (err)
		return agent_fail(ag, "harness-error", err, "PCI device %s", bdf);
	if (!(*ops)->match(vendor, device))
		return agent_fail(ag, "harness-error", 0,
				  "%s is a %04x:%04x, which workload %s cannot drive", bdf, vendor,
				  device, ag->c.workload);
	err = pcidev_take(bdf, agent_path(ag, "undo"));
	if (err)
		return agent_fail(ag, "harness-error", err,
				  "binding %s to vfio-pci; is CONFIG_VFIO_PCI set", bdf);
	err = tables_open(&ag->tab, bdf, &what);
	return err ? agent_fail(ag, "harness-error", err, "%s of %s", what, bdf) : 0;
}

/* HWPTs on an IOAS with little in it are quick to make; the device runs while they are filled. */
static int empty_tables(struct agent *ag, const struct dma_ops *ops)
{
	uint32_t want = ag->c.points[ag->c.nr_points - 1].hwpts;
	int err;

	if (want < ag->c.kexec_hwpts || ag->c.mode != MODE_PRESERVE)
		want = ag->c.kexec_hwpts;
	if (ag->scenario->measure)
		want = 1;
	err = tables_ioas(&ag->tab, &ag->mem, &ag->tab.ioas);
	if (err)
		return agent_fail(ag, "harness-error", err, "mapping the window in a new IOAS");
	ag->pages_before = iommu_pages();
	while (!err && ag->tab.nr < want)
		err = tables_add(&ag->tab);
	if (err)
		return agent_fail(ag, "harness-error", err, "allocating HWPT %u of %u", ag->tab.nr,
				  want);
	err = vfio_attach(ag->tab.device, ag->tab.hwpt[0]);
	if (err)
		return agent_fail(ag, "harness-error", err, "attaching %s to its HWPT",
				  ag->c.device);
	agent_engine(ag, ops);
	err = ops->open(&ag->engine);
	if (!err)
		err = ops->start(&ag->engine);
	if (!err)
		err = dma_wait_counter(&ag->engine, 1, 1000);
	if (!err)
		err = service_start(&ag->service, &ag->engine);
	return err ? agent_fail(ag, "harness-error", err, "starting workload %s on %s", ops->name,
				ag->c.device)
		   : 0;
}

static int prepare(struct agent *ag)
{
	const struct point *p = &ag->c.points[0];
	volatile struct lub_witness *w;
	const struct dma_ops *ops;
	uint32_t reps = ag->c.mode != MODE_PRESERVE ? 0
			: ag->scenario->measure	    ? 2 * ag->c.reps
			: ag->scenario->point	    ? ag->c.reps
						    : 0;
	size_t data,
		log = memory_log_bytes(reps, ag->c.nr_points) + (ag->probes ? PROBES_LOG_BYTES : 0);
	int err;

	agent_phase(ag, "prepare");
	boundary_mark(ag, LUB_STEP_SETUP);
	if (log > MEM_LOG_MAX)
		return agent_fail(
			ag, "harness-error", 0,
			"samples of %u repetitions at %zu points need %zu MiB of preserved memory,"
			" at most %llu are given; use fewer reps",
			ag->c.reps, ag->c.nr_points, log >> 20, MEM_LOG_MAX >> 20);
	if (ag->c.mode != MODE_CRASH) {
		ag->luo = luo_open();
		if (ag->luo < 0)
			return agent_fail(ag, "harness-error", ag->luo, "/dev/liveupdate");
	}
	err = take_device(ag, &ops);
	if (err)
		return err;
	if (!ag->scenario->measure && p->page_bytes != 4096 && p->page_bytes != 2u << 20)
		return agent_fail(ag, "skip", 0, "page size %llu is not supported by the agent",
				  (unsigned long long)p->page_bytes);
	if (p->working_set && !ops->area_bytes)
		return agent_fail(ag, "skip", 0, "workload %s cannot go over a working set",
				  ops->name);
	agent_area(ag);
	data = ag->scenario->data_bytes		? ag->scenario->data_bytes(ag)
	       : p->ioas_bytes < MEM_DATA_BYTES ? p->ioas_bytes
						: MEM_DATA_BYTES;
	err = memory_create(&ag->mem, data,
			    ops->window_bytes + (p->working_set ? ops->area_bytes : 0), log,
			    &ag->huge);
	if (err)
		return agent_fail(ag, "harness-error", err, "making memfds of %zu bytes", data);
	if (!ag->huge && p->page_bytes != 4096)
		return agent_fail(ag, "skip", 0,
				  "no 2 MiB pages for %zu bytes of shared memory; free some memory",
				  data);
	w = agent_witness(ag);
	memcpy((void *)w->magic, LUB_WITNESS_MAGIC, sizeof(w->magic));
	w->cookie = lub_witness_cookie(ag->c.run, ag->c.cycle);
	w->phase = LUB_PHASE_WORK;
	return empty_tables(ag, ops);
}

static int run_points(struct agent *ag, uint64_t start, int64_t pages, const char *no_tables)
{
	uint64_t per_hwpt = 0, t0, left, need;
	char budget[120];
	size_t i;
	int err;

	for (i = 0; i < ag->c.nr_points; i++) {
		const struct point *p = &ag->c.points[i];

		if (p->hwpts > ag->tab.nr) {
			agent_skip(ag, p, no_tables);
			continue;
		}
		/* Preserving costs in proportion to the tables, as measured at the last point. */
		need = per_hwpt * p->hwpts;
		left = fill_left_ms(ag, start);
		if (left > ag->c.point_budget_ms)
			left = ag->c.point_budget_ms;
		if (need > left || !left) {
			snprintf(budget, sizeof(budget), "budget: takes %llu ms, left are %llu ms",
				 (unsigned long long)need, (unsigned long long)left);
			agent_skip(ag, p, budget);
			continue;
		}
		ag->phase = "point";
		kmsg("cycle=%u phase=point hwpts=%u point=%zu/%zu", ag->c.cycle, p->hwpts, i + 1,
		     ag->c.nr_points);
		if (pages >= 0)
			agent_sample(ag, p, 0, "pagetable.pages", "pages", pages * p->hwpts, NULL);
		t0 = clock_ticks();
		err = ag->scenario->point(ag, p);
		agent_probes_collect(ag, p, 0);
		if (err)
			return err;
		per_hwpt = fill_elapsed_ms(t0) / p->hwpts;
	}
	return 0;
}

/* Exactly the tables that go over the kexec. */
static int settle(struct agent *ag, int64_t pages)
{
	int err;

	agent_phase(ag, "settle");
	err = tables_trim(&ag->tab, ag->c.kexec_hwpts);
	if (err)
		return agent_fail(ag, "harness-error", err, "destroying HWPTs down to %u",
				  ag->c.kexec_hwpts);
	ag->carried.at.hwpts = ag->tab.nr;
	if (ag->tab.nr < ag->c.kexec_hwpts)
		kmsg("cycle=%u carrying %u HWPTs instead of %u", ag->c.cycle, ag->tab.nr,
		     ag->c.kexec_hwpts);
	if (ag->c.mode != MODE_PRESERVE && pages >= 0)
		agent_sample(ag, &ag->carried.at, 0, "pagetable.pages", "pages", pages * ag->tab.nr,
			     NULL);
	return 0;
}

static int control_window(struct agent *ag)
{
	volatile struct lub_witness *w = agent_witness(ag);
	struct dma_verdict v;
	uint32_t from;
	int err;

	ag->carried.gpa = memory_gpa(&ag->mem);
	kmsg("witness gpa=0x%llx cookie=0x%016llx", (unsigned long long)ag->carried.gpa,
	     (unsigned long long)w->cookie);
	agent_phase(ag, "control");
	err = service_verify(&ag->service, &ag->engine, true, &v);
	if (err)
		return agent_fail(ag, "harness-error", err,
				  "the device does no DMA before the kexec");
	ag->corrupt += v.corrupt;
	agent_pmu_begin(ag);
	from = w->counter;
	boundary_mark(ag, LUB_STEP_CONTROL);
	w->phase = LUB_PHASE_CONTROL;
	/* Gaps are not compared with icount, so that the window need not be a busy one. */
	if (ag->c.icount)
		msleep(ag->c.control_ms);
	else
		busy_window(ag->c.control_ms);
	w->phase = LUB_PHASE_WORK;
	ag->carried.control = w->counter - from;
	agent_pmu_end(ag, "before");
	agent_sample(ag, &ag->carried.at, 0, "dma.count", "count", ag->carried.control, "control");
	return v.corrupt ? agent_fail(ag, "harness-error", 0,
				      "the copy is wrong in %u bytes before the kexec", v.corrupt)
			 : 0;
}

static int jump(struct agent *ag)
{
	volatile struct lub_witness *w = agent_witness(ag);
	struct kmsg_facts facts;
	bool crash = ag->c.mode == MODE_CRASH;
	int err;

	agent_phase(ag, "preserve");
	err = ag->scenario->carry(ag);
	if (err)
		return err;
	/* They end with this kernel, and what they cost shall not be in the blackout. */
	agent_probes_stop(ag);
	kmsg_read(&facts);
	ag->carried.faults = facts.faults;
	ag->carried.counter = w->counter;
	ag->carried.hz = clock_hz();
	err = carried_save(ag);
	if (!err)
		err = boot_send_state(ag);
	if (err)
		return err;
	agent_lines_sync(ag);
	/* A sample that could not be written: the incoming agent would not know that it is missing. */
	if (ag->outcome)
		return -EIO;
	agent_phase(ag, "jump");
	sync();
	service_urgent(&ag->service, true);
	msleep(URGENT_MS);
	if (atomic_load(&ag->service.err))
		return agent_fail(ag, "harness-error", atomic_load(&ag->service.err),
				  "serving workload %s before the kexec", ag->c.workload);
	guard_jump();
	boundary_mark(ag, LUB_STEP_KEXEC);
	w->jump_counter = w->counter;
	w->jump_ticks = clock_ticks();
	__sync_synchronize();
	w->phase = LUB_PHASE_BLACKOUT;
	err = kexec_jump(crash);
	w->phase = LUB_PHASE_WORK;
	service_urgent(&ag->service, false);
	return agent_fail(ag, "freeze-error", err, "%s came back; see the kernel log",
			  crash ? "the crash" : "reboot(2) for kexec");
}

/* Fill the tables of the block, measure its points, and keep what goes over the kexec. */
static int run_block(struct agent *ag, uint64_t start)
{
	struct point filled = ag->c.points[0];
	char no_tables[160] = "";
	int64_t pages;
	int err;

	err = fill_tables(ag, start, no_tables, sizeof(no_tables));
	if (!err)
		err = fill_check(ag, &pages);
	filled.hwpts = ag->tab.nr;
	agent_probes_collect(ag, &filled, 0);
	if (!err && ag->c.mode == MODE_PRESERVE && ag->scenario->point) {
		err = agent_perf_start(ag);
		if (!err)
			err = run_points(ag, start, pages, no_tables);
		if (!err)
			err = agent_perf_stop(ag);
	}
	return err ? err : settle(ag, pages);
}

static int run(struct agent *ag)
{
	struct company company;
	uint64_t start;
	int err;

	guard_begin(ag);
	err = agent_lines(ag, "out/outgoing.jsonl");
	if (!err)
		err = identify(ag);
	if (!err)
		company_rest(ag);
	start = clock_ticks();
	if (!err) {
		err = company_look(&company);
		if (err)
			err = agent_fail(ag, "harness-error", err, "/proc/stat");
	}
	if (!err)
		err = ag->scenario->check(ag);
	quiet_network(ag);
	if (!err)
		agent_probes_start(ag);
	if (!err)
		err = prepare(ag);
	if (!err)
		err = ag->scenario->measure ? ag->scenario->measure(ag) : run_block(ag, start);
	if (err)
		return err;

	agent_phase(ag, "load");
	err = boot_load(ag);
	if (err)
		return err;
	err = control_window(ag);
	if (!err)
		err = company_check(ag, &company);
	return err ? err : jump(ag);
}

int agent_outgoing(const char *dir)
{
	static struct agent ag;
	int err;

	clock_start();
	sys_mount();
	err = agent_init(&ag, dir, false);
	/* An outcome or sample of the cycle before must not be taken for ours. */
	unlink(agent_path(&ag, "out/outcome.json"));
	unlink(agent_path(&ag, "out/samples.jsonl"));
	unlink(agent_path(&ag, "state.json"));
	if (!err)
		run(&ag);

	/* Only failures come here. */
	guard_end(&ag);
	agent_probes_drop(&ag);
	quiet_network_end(&ag);
	agent_perf_abort();
	service_stop(&ag.service);
	if (ag.engine.ops)
		ag.engine.ops->stop(&ag.engine);
	boot_drop();
	if (ag.session >= 0)
		close(ag.session);
	tables_close(&ag.tab);
	kexec_unload(ag.c.mode == MODE_CRASH);
	err = pcidev_give_back(agent_path(&ag, "undo"));
	if (err)
		kmsg("giving the device back: %s; see %s", strerror(-err), agent_path(&ag, "undo"));
	if (ag.lines >= 0) {
		char from[4096];

		agent_lines_sync(&ag);
		snprintf(from, sizeof(from), "%s", agent_path(&ag, "out/outgoing.jsonl"));
		if (link(from, agent_path(&ag, "out/samples.jsonl")))
			kmsg("link of %s: %s", from, strerror(errno));
	}
	agent_outcome(&ag);
	return EXIT_FAILURE;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenario preserve, outgoing kernel: what it costs to preserve HWPTs and to take it back. */
#include "bench/agent/scenario/scenario.h"

#include <errno.h>
#include <unistd.h>

#include "bench/agent/counters.h"
#include "bench/agent/perf.h"
#include "bench/agent/probes.h"
#include "bench/agent/quiet.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"

int preserve_check(struct agent *ag)
{
	int luo;

	if (ag->c.mode == MODE_CRASH)
		return 0;
	luo = luo_open();
	if (luo < 0)
		return agent_fail(ag, "skip", luo,
				  "/dev/liveupdate; boot the kernel with kho=on liveupdate=on");
	close(luo);
	if (ag->c.mode == MODE_PRESERVE && !iommufd_can_preserve())
		return agent_fail(ag, "skip", 0,
				  "this kernel cannot preserve HWPTs; use KERNEL=series");
	return 0;
}

/*
 * What is preserved is what is marked, and marks stay for the life of a HWPT: all tables exist from
 * the start, and a point has as many as were marked so far.
 */
static int mark_up_to(struct agent *ag, uint32_t hwpts)
{
	if (ag->marked > ag->tab.nr)
		ag->marked = ag->tab.nr;
	for (; ag->marked < hwpts; ag->marked++) {
		uint64_t t0 = clock_ticks();
		int err = iommufd_mark(ag->tab.iommufd, ag->tab.hwpt[ag->marked],
				       AGENT_HWPT_TOKEN + ag->marked);

		ag->mark_ticks += clock_ticks() - t0;
		if (err)
			return agent_fail(ag, "preserve-error", err, "mark of HWPT %u of %u",
					  ag->marked, hwpts);
	}
	return 0;
}

static int preserve_fd(struct agent *ag, int fd, uint64_t token, const char *what)
{
	int err = luo_preserve(ag->session, fd, token);

	return err ? agent_fail(ag, "preserve-error", err, "preserve of the %s with %u HWPTs", what,
				ag->marked)
		   : 0;
}

static int open_session(struct agent *ag)
{
	ag->session = luo_session_create(ag->luo, AGENT_SESSION);
	if (ag->session < 0)
		return agent_fail(ag, "preserve-error", ag->session, "creating session %s",
				  AGENT_SESSION);
	return 0;
}

/* The call, and with perf its samples; what perf takes to begin is not in @t. */
static int sampled_iommufd(struct agent *ag, uint64_t t[2])
{
	int err = agent_perf_sample(ag, true);

	if (err)
		return err;
	t[0] = clock_ticks();
	err = preserve_fd(ag, ag->tab.iommufd, TOKEN_IOMMUFD, "iommufd");
	t[1] = clock_ticks();
	return err ? err : agent_perf_sample(ag, false);
}

static int one_rep(struct agent *ag, const struct point *p, uint32_t rep)
{
	uint64_t t[6], iommufd[2] = { 0, 0 };
	int err;

	err = open_session(ag);
	if (err)
		return err;
	quiet_begin(ag);
	t[0] = clock_ticks();
	err = preserve_fd(ag, ag->mem.part[MEM_DATA].fd, TOKEN_DATA, "data memfd");
	if (!err)
		err = preserve_fd(ag, ag->mem.part[MEM_WINDOW].fd, TOKEN_WINDOW, "window memfd");
	t[1] = clock_ticks();
	if (!err)
		err = sampled_iommufd(ag, iommufd);
	t[2] = clock_ticks();
	if (!err)
		err = preserve_fd(ag, ag->tab.device, TOKEN_DEVICE, "VFIO cdev");
	t[3] = clock_ticks();
	quiet_end(ag);
	if (!err && ag->kho_before >= 0)
		agent_sample(ag, p, rep, "kho.bytes", "bytes",
			     (kho_preserved_pages() - ag->kho_before) * 4096, NULL);

	/* The last reference: everything is unpreserved before close() returns. */
	t[4] = clock_ticks();
	close(ag->session);
	t[5] = clock_ticks();
	ag->session = -1;
	if (err)
		return err;
	agent_time(ag, p, rep, "preserve.memfd", t[1] - t[0]);
	agent_time(ag, p, rep, "preserve.iommufd", iommufd[1] - iommufd[0]);
	agent_time(ag, p, rep, "preserve.vfio", t[3] - t[2]);
	agent_time(ag, p, rep, "unpreserve.total", t[5] - t[4]);
	agent_probes_collect(ag, p, rep);
	return 0;
}

static int point(struct agent *ag, const struct point *p)
{
	uint32_t rep;
	int err;

	/* A kernel may register the tables when they are marked, or only when they are preserved. */
	if (!ag->marked)
		ag->kho_before = kho_preserved_pages();
	err = mark_up_to(ag, p->hwpts);
	if (err)
		return err;
	agent_time(ag, p, 0, "mark", ag->mark_ticks);
	for (rep = 0; rep < ag->c.reps; rep++) {
		err = one_rep(ag, p, rep);
		if (err)
			return err;
	}
	return 0;
}

int preserve_carry(struct agent *ag)
{
	static const char *const names[] = { "data memfd", "window memfd", "log memfd" };
	uint64_t t[4];
	int err, i;

	if (ag->c.mode == MODE_CRASH)
		return 0;
	if (ag->c.mode == MODE_PRESERVE) {
		err = mark_up_to(ag, ag->tab.nr);
		if (err)
			return err;
	}
	err = open_session(ag);
	t[0] = clock_ticks();
	for (i = 0; !err && i < MEM_PARTS; i++)
		err = preserve_fd(ag, ag->mem.part[i].fd, TOKEN_DATA + (uint64_t)i, names[i]);
	t[1] = clock_ticks();
	if (err || ag->c.mode != MODE_PRESERVE)
		return err;
	err = preserve_fd(ag, ag->tab.iommufd, TOKEN_IOMMUFD, "iommufd");
	t[2] = clock_ticks();
	if (!err)
		err = preserve_fd(ag, ag->tab.device, TOKEN_DEVICE, "VFIO cdev");
	t[3] = clock_ticks();
	for (i = 0; i < 3; i++)
		ag->carried.preserve[i] = t[i + 1] - t[i];
	return err;
}

int preserve_receive(struct agent *ag)
{
	switch (ag->c.mode) {
	case MODE_PRESERVE:
		return preserve_adopt(ag);
	case MODE_REBUILD:
		return preserve_rebuild(ag);
	case MODE_CRASH:
		return preserve_crash(ag);
	}
	return -EINVAL;
}

const struct scenario_ops scenario_preserve = {
	.name = "preserve",
	.check = preserve_check,
	.point = point,
	.carry = preserve_carry,
	.receive = preserve_receive,
};

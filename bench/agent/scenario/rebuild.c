// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario preserve, incoming kernel, modes rebuild and crash: what there is without the patch
 * set. rebuild keeps memory only and makes everything else again; crash keeps nothing.
 */
#include "bench/agent/scenario/scenario.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/boundary.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/vfio.h"
#include "bench/agent/vmcore.h"

static int build_again(struct agent *ag, const struct dma_ops *ops)
{
	const char *what;
	int err;

	err = tables_open(&ag->tab, ag->c.device, &what);
	if (err)
		return agent_fail(ag, "harness-error", err, "%s of %s", what, ag->c.device);
	agent_mark(ag, "rebuild.open.end");
	err = tables_ioas(&ag->tab, &ag->mem, &ag->tab.ioas);
	while (!err && ag->tab.nr < ag->carried.at.hwpts)
		err = tables_add(&ag->tab);
	if (!err)
		err = tables_fill(&ag->tab, &ag->mem, &ag->carried.at, ag->tab.ioas);
	if (err)
		return agent_fail(ag, "harness-error", err, "mapping everything again, HWPT %u",
				  ag->tab.nr);
	agent_mark(ag, "rebuild.map.end");
	err = vfio_attach(ag->tab.device, ag->tab.hwpt[0]);
	if (err)
		return agent_fail(ag, "harness-error", err, "attaching %s", ag->c.device);
	agent_engine(ag, ops);
	err = ops->open(&ag->engine);
	if (!err)
		err = ops->start(&ag->engine);
	return err ? agent_fail(ag, "harness-error", err, "starting workload %s again", ops->name)
		   : 0;
}

int preserve_rebuild(struct agent *ag)
{
	const struct dma_ops *ops = dma_find(ag->c.workload);
	struct dma_verdict v;
	uint64_t verify, t0;
	int err;

	err = preserve_memory(ag);
	if (err)
		return err;
	verify = ag->marks[ag->nr_marks - 1].ticks - ag->marks[ag->nr_marks - 2].ticks;

	/* The boot gave the device to its own driver; taking it from there is not counted. */
	agent_phase(ag, "rebuild");
	agent_mark(ag, "rebuild.take.begin");
	err = pcidev_take(ag->c.device, agent_path(ag, "undo"));
	t0 = agent_mark(ag, "rebuild.take.end");
	if (err)
		return agent_fail(ag, "harness-error", err, "binding %s to vfio-pci", ag->c.device);
	err = build_again(ag, ops);
	if (!err)
		err = preserve_serve(ag, "harness-error", verify);
	if (err)
		return err;
	agent_keep(ag, "rebuild.total", ag->marks[ag->nr_marks - 1].ticks - t0);
	err = service_verify(&ag->service, &ag->engine, true, &v);
	if (err)
		return agent_fail(ag, "harness-error", err,
				  "the device does no DMA after a restart");
	ag->corrupt += v.corrupt;
	err = preserve_finish(ag);
	boundary_mark(ag, LUB_STEP_RUN);
	return err ? err : preserve_stop(ag);
}

/* The crash kernel may look at the memory of the crashed one, but not give it back to anybody. */
static void read_old_page(struct agent *ag)
{
	struct lub_witness w;
	int err = vmcore_read("/proc/vmcore", ag->carried.gpa, &w, sizeof(w));

	if (!err && (memcmp(w.magic, LUB_WITNESS_MAGIC, sizeof(w.magic)) ||
		     w.cookie != lub_witness_cookie(ag->c.run, ag->c.cycle)))
		err = -ENODATA;
	if (err) {
		kmsg("witness page of the crashed kernel: %s; there is no blackout.cpu",
		     strerror(-err));
		return;
	}
	agent_blackout(ag, &w);
}

/*
 * What can be known of the device is whether it still is a bus master; that it still writes is seen by
 * the observer outside.
 */
int preserve_crash(struct agent *ag)
{
	char path[128];
	uint16_t cmd = 0;
	int fd;

	agent_phase(ag, "crash");
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", ag->c.device);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return agent_fail(ag, "harness-error", -errno, "%s", path);
	if (pread(fd, &cmd, sizeof(cmd), 4) != sizeof(cmd))
		cmd = 0;
	close(fd);
	boundary_mark(ag, LUB_STEP_ADOPT);
	agent_mark(ag, "crash.userspace");
	read_old_page(ag);
	kmsg("cycle=%u bus master %s", ag->c.cycle, cmd & 4 ? "on" : "off");
	/* Leaves the observer a window in which nothing else happens. */
	msleep(ag->c.control_ms);
	if (!(cmd & 4))
		return agent_fail(ag, "harness-error", 0,
				  "the crash kernel turned bus mastering of %s off", ag->c.device);
	return 0;
}

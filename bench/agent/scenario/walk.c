// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario walk: page tables alone. Each point is a HWPT of its own shape that no device is attached to: it
 * is filled, preserved, unpreserved, unmapped and destroyed again and again. Then some of each shape go
 * over one kexec, and each is restored on its own.
 */
#include "bench/agent/scenario/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/counters.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/layout.h"
#include "bench/agent/quiet.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"

/* Each restored HWPT takes two marks of the agent's list, and other phases need some, too. */
#define MAX_CARRIED 100

static const char *const format_names[] = {
	[PT_FORMAT_UNKNOWN] = NULL,	 [PT_FORMAT_VTD_SS] = "vtd-ss",
	[PT_FORMAT_VTD_FS] = "vtd-fs",	 [PT_FORMAT_LPAE_S1] = "lpae-s1",
	[PT_FORMAT_LPAE_S2] = "lpae-s2",
};

/* Operations of a repetition, in the order in which they are timed. */
static const char *const ops[] = { "fill", "preserve.iommufd", "unpreserve.total", "unmap",
				   "destroy.hwpt" };

enum {
	OP_FILL,
	OP_PRESERVE,
	OP_UNPRESERVE,
	OP_UNMAP,
	OP_DESTROY,
	OPS
};

/* Why there are no entries of 1 GiB. */
static const char *no_gib = "no memory for entries of 1 GiB";

static int check(struct agent *ag)
{
	size_t carried = 1 + ag->c.nr_points * ag->c.kexec_hwpts;

	if (ag->c.mode != MODE_PRESERVE)
		return agent_fail(ag, "skip", 0, "scenario walk has mode preserve only");
	if (carried > MAX_CARRIED)
		return agent_fail(ag, "harness-error", 0,
				  "%zu HWPTs are to be carried over, at most %d can be told apart;"
				  " lower kexec_hwpts",
				  carried, MAX_CARRIED);
	return preserve_check(ag);
}

/* Entries of 1 GiB need memory that can make them; both halves of a cycle see it by the data memfd. */
static bool possible(const struct agent *ag, const struct point *p)
{
	return p->page_bytes < MEM_GIB || ag->mem.part[MEM_DATA].bytes >= MEM_GIB;
}

static size_t data_bytes(struct agent *ag)
{
	size_t i;

	for (i = 0; i < ag->c.nr_points; i++)
		if (ag->c.points[i].page_bytes >= MEM_GIB)
			return memory_has_gib(&no_gib) ? MEM_GIB : MEM_DATA_BYTES;
	return MEM_DATA_BYTES;
}

/* From here on all samples name the format. Return: why there is no other, NULL when nothing is known. */
static const char *find_format(struct agent *ag, const char **other)
{
	char line[4096];
	struct iommufd_formats f;
	int err;

	sys_read("/proc/cmdline", line, sizeof(line));
	err = iommufd_formats(ag->tab.iommufd, ag->tab.device_id, strstr(line, "sm_off"), &f);
	ag->format = err ? NULL : format_names[f.used];
	*other = err ? NULL : format_names[f.other];
#ifdef __aarch64__
	/* Without CONFIG_ARM_SMMU_V3_IOMMUFD an SMMUv3 does not say which stages it has. */
	if (!err && !ag->format) {
		ag->format = "lpae";
		return NULL;
	}
#endif
	if (!ag->format)
		kmsg("cycle=%u the format of the page tables is not known: %s", ag->c.cycle,
		     err ? strerror(-err) : "an IOMMU of another kind");
	return ag->format ? f.why : NULL;
}

/* What this IOMMU does not offer is not passed over: its numbers are missing, with the reason. */
static void tell_other_format(struct agent *ag)
{
	const char *other, *why = find_format(ag, &other), *used = ag->format;
	int i;

	if (!why)
		return;
	ag->format = other;
	for (i = 0; i < OPS; i++)
		agent_missing(ag, &ag->c.points[0], ops[i], "ns", NULL, why);
	agent_missing(ag, &ag->c.points[0], "restore.hwpt", "ns", NULL, why);
	ag->format = used;
}

static void tell_impossible(struct agent *ag)
{
	size_t i;

	for (i = 0; i < ag->c.nr_points; i++)
		if (!possible(ag, &ag->c.points[i]))
			agent_skip(ag, &ag->c.points[i], no_gib);
}

/* Dense as everywhere; else each page by a call of its own, on its own place of the data memfd. */
static int map_all(struct agent *ag, const struct point *p, uint32_t ioas)
{
	const struct mapping *data = &ag->mem.part[MEM_DATA];
	uint64_t stride = layout_stride(p->layout, p->page_bytes),
		 n = p->ioas_bytes / p->page_bytes;
	uint64_t i;
	int err = 0;

	if (!layout_single(p->layout))
		return tables_fill(&ag->tab, &ag->mem, p, ioas);
	for (i = 0; !err && i < n; i++)
		err = iommufd_map_file(ag->tab.iommufd, ioas, data->fd,
				       i * p->page_bytes % data->bytes, p->page_bytes,
				       TABLES_DATA_IOVA + i * stride);
	return err;
}

static int wrong_size(struct agent *ag, const struct point *p, int64_t tables)
{
	int64_t want = (int64_t)layout_tables(p->layout, p->ioas_bytes, p->page_bytes);
	int64_t slack = 4 + want / 64;

	if (tables >= want - slack && tables <= want + slack)
		return 0;
	return agent_fail(
		ag, "harness-error", 0,
		"%lld page-table pages instead of about %lld for %llu bytes as %s in pages of %llu",
		(long long)tables, (long long)want, (unsigned long long)p->ioas_bytes,
		p->layout ? p->layout : "dense", (unsigned long long)p->page_bytes);
}

/* Everything is preserved in a session of its own, which goes away with it. @marked: pages that KHO has since the mark */
static int preserve_once(struct agent *ag, const struct point *p, uint32_t rep, int64_t marked,
			 uint64_t *took)
{
	int64_t pages;
	uint64_t t0;
	int err;

	ag->session = luo_session_create(ag->luo, AGENT_SESSION);
	if (ag->session < 0)
		return agent_fail(ag, "preserve-error", ag->session, "creating session %s",
				  AGENT_SESSION);
	err = luo_preserve(ag->session, ag->mem.part[MEM_DATA].fd, TOKEN_DATA);
	if (err)
		return agent_fail(ag, "preserve-error", err, "preserve of the data memfd");
	pages = kho_preserved_pages();
	quiet_begin(ag);
	t0 = clock_ticks();
	err = luo_preserve(ag->session, ag->tab.iommufd, TOKEN_IOMMUFD);
	took[OP_PRESERVE] = clock_ticks() - t0;
	quiet_end(ag);
	if (err)
		return agent_fail(ag, "preserve-error", err, "preserve of the iommufd");
	if (pages >= 0)
		agent_sample(ag, p, rep, "kho.bytes", "bytes",
			     (kho_preserved_pages() - pages + marked) * 4096, NULL);
	quiet_begin(ag);
	t0 = clock_ticks();
	close(ag->session);
	took[OP_UNPRESERVE] = clock_ticks() - t0;
	quiet_end(ag);
	ag->session = -1;
	return 0;
}

static int one_rep(struct agent *ag, const struct point *p, uint32_t rep)
{
	uint64_t took[OPS], t0;
	int64_t pages = iommu_pages(), kho;
	uint32_t ioas, hwpt;
	int err, i;

	err = iommufd_ioas_alloc(ag->tab.iommufd, &ioas);
	if (!err)
		err = iommufd_hwpt_alloc(ag->tab.iommufd, ag->tab.device_id, ioas, &hwpt);
	if (err)
		return agent_fail(ag, "harness-error", err, "allocating an IOAS and a HWPT");
	quiet_begin(ag);
	t0 = clock_ticks();
	err = map_all(ag, p, ioas);
	took[OP_FILL] = clock_ticks() - t0;
	quiet_end(ag);
	if (err)
		return agent_fail(ag, "harness-error", err, "mapping %llu bytes as %s",
				  (unsigned long long)p->ioas_bytes,
				  p->layout ? p->layout : "dense");
	if (pages >= 0) {
		pages = iommu_pages() - pages;
		agent_sample(ag, p, rep, "pagetable.pages", "pages", pages, NULL);
		err = wrong_size(ag, p, pages);
		if (err)
			return err;
	}
	/* Marked alone, it is all that is preserved. */
	kho = kho_preserved_pages();
	err = iommufd_mark(ag->tab.iommufd, hwpt, AGENT_HWPT_TOKEN);
	if (err)
		return agent_fail(ag, "preserve-error", err, "mark of a HWPT");
	err = preserve_once(ag, p, rep, kho_preserved_pages() - kho, took);
	if (err)
		return err;
	quiet_begin(ag);
	t0 = clock_ticks();
	err = iommufd_unmap_all(ag->tab.iommufd, ioas);
	took[OP_UNMAP] = clock_ticks() - t0;
	quiet_end(ag);
	if (err)
		return agent_fail(ag, "harness-error", err, "unmapping everything");
	quiet_begin(ag);
	t0 = clock_ticks();
	err = iommufd_destroy(ag->tab.iommufd, hwpt);
	took[OP_DESTROY] = clock_ticks() - t0;
	quiet_end(ag);
	if (!err)
		err = iommufd_destroy(ag->tab.iommufd, ioas);
	if (err)
		return agent_fail(ag, "harness-error", err, "destroying a HWPT and its IOAS");
	for (i = 0; i < OPS; i++)
		agent_time(ag, p, rep, ops[i], took[i]);
	return 0;
}

/* After the device's own HWPT all shapes in turn, and that as often as they are to be carried. */
static int build_carried(struct agent *ag)
{
	size_t nr = 0, at = 0, i;
	uint32_t ioas, c;
	int err;

	for (i = 0; i < ag->c.nr_points; i++)
		nr += possible(ag, &ag->c.points[i]);
	for (i = 0; i < ag->c.nr_points; i++) {
		const struct point *p = &ag->c.points[i];

		if (!possible(ag, p))
			continue;
		err = iommufd_ioas_alloc(ag->tab.iommufd, &ioas);
		for (c = 0; !err && c < ag->c.kexec_hwpts; c++)
			err = iommufd_hwpt_alloc(ag->tab.iommufd, ag->tab.device_id, ioas,
						 &ag->tab.hwpt[1 + c * nr + at]);
		if (!err)
			err = map_all(ag, p, ioas);
		if (err)
			return agent_fail(ag, "harness-error", err,
					  "making %u HWPTs of %llu bytes to be carried over",
					  ag->c.kexec_hwpts, (unsigned long long)p->ioas_bytes);
		at++;
	}
	ag->tab.nr = (uint32_t)(1 + nr * ag->c.kexec_hwpts);
	ag->carried.at.hwpts = ag->tab.nr;
	return 0;
}

static int measure(struct agent *ag)
{
	uint32_t rep;
	size_t i;
	int err;

	if (!ag->huge)
		return agent_fail(ag, "skip", 0,
				  "no 2 MiB pages for %zu bytes of shared memory; free some memory",
				  ag->mem.part[MEM_DATA].bytes);
	tell_other_format(ag);
	tell_impossible(ag);
	for (rep = 0; rep < ag->c.reps; rep++) {
		agent_phase(ag, "point");
		for (i = 0; i < ag->c.nr_points; i++) {
			if (!possible(ag, &ag->c.points[i]))
				continue;
			err = one_rep(ag, &ag->c.points[i], rep);
			if (err)
				return err;
		}
	}
	agent_phase(ag, "fill");
	return build_carried(ag);
}

static uint64_t marked(const struct agent *ag, unsigned int hwpt, const char *edge)
{
	char event[40];
	size_t i;

	snprintf(event, sizeof(event), "restore.hwpt.%u.%s", hwpt, edge);
	for (i = 0; i < ag->nr_marks; i++)
		if (!strcmp(ag->marks[i].event, event))
			return ag->marks[i].ticks;
	return 0;
}

static int receive(struct agent *ag)
{
	unsigned int hwpt = 1;
	uint64_t begin, end;
	uint32_t c;
	const char *other;
	size_t i;
	int err;

	ag->carried.at.layout = ag->c.points[0].layout;
	err = preserve_receive(ag);
	/* Their sum says nothing here, and the pauses of quiet_begin() are in the blackout. */
	agent_unkeep(ag, "restore.hwpt");
	agent_unkeep(ag, "blackout.service");
	if (err)
		return err;
	find_format(ag, &other);
	for (c = 0; c < ag->c.kexec_hwpts; c++) {
		for (i = 0; i < ag->c.nr_points; i++) {
			if (!possible(ag, &ag->c.points[i]))
				continue;
			begin = marked(ag, hwpt, "begin");
			end = marked(ag, hwpt++, "end");
			if (!begin || !end)
				return agent_fail(ag, "harness-error", 0,
						  "the restore of HWPT %u left no stamp", hwpt - 1);
			agent_time(ag, &ag->c.points[i], c, "restore.hwpt", end - begin);
		}
	}
	return 0;
}

const struct scenario_ops scenario_walk = {
	.name = "walk",
	.no_blackout = true,
	.check = check,
	.data_bytes = data_bytes,
	.measure = measure,
	.carry = preserve_carry,
	.receive = receive,
};

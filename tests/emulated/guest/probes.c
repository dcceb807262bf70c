// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the probes count, against what the kernel itself counts of the same work: hits of breakpoints
 * (kprobe_profile of tracefs) and IOMMU pages (vmstat). Once as the agent loads them, once as on a kernel
 * without fentry, and once with a ring that is too small.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "bench/agent/counters.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "bpf/loader.h"
#include "bpf/table.h"
#include "tests/emulated/guest/guest.h"

#define TRACEFS "/sys/kernel/tracing/"
#define HWPTS 4
#define MAPS 200
#define BYTES (32ull << 20)
#define STEP (1ull << 22) /* two tables apart */
#define NUMBERS 256

/* Functions that are counted by breakpoints, and the number of the probes that has a record a call. */
static const struct place {
	const char *function;
	const char *number;
} places[] = {
	{ "iommufd_ioas_map_file", "map" },
	{ "iopt_area_fill_domains", "fill" },
	{ "iommufd_hwpt_alloc", "alloc.hwpt" },
	{ "iommufd_destroy", "destroy" },
	{ "iommufd_lu_preserve", "preserve.iommufd" },
	{ "iommu_liveupdate_preserve_domain", "preserve.hwpt" },
	{ "vfio_pci_liveupdate_preserve", "preserve.vfio" },
	{ "iommufd_lu_unpreserve", "unpreserve.iommufd" },
	{ "iommufd_device_attach", "attach" },
	{ "iommufd_device_replace", "replace" },
#if defined(__x86_64__)
	{ "qi_submit_sync", "inv." },
#else
	{ "__arm_smmu_cmdq_issue_cmdlist", "inv." },
#endif
	{ "kho_unpreserve_folio", "kho.unpreserved" },
};

#define PLACES (sizeof(places) / sizeof(places[0]))
#define PHASES 10 /* the first of them are all that probe phases has in this work */

static struct {
	uint64_t records[NUMBERS], sum[NUMBERS];
} got;

static void on_record(void *arg, size_t number, uint64_t value)
{
	(void)arg;
	got.records[number]++;
	got.sum[number] += value;
}

static void set_breakpoints(void)
{
	char text[200];
	size_t i;

	sys_mount();
	if (mount("tracefs", TRACEFS, "tracefs", 0, NULL) && errno != EBUSY)
		need(-errno, "mounting tracefs");
	for (i = 0; i < PLACES; i++) {
		snprintf(text, sizeof(text), "p:lub/p%zu %s", i, places[i].function);
		need(sys_write(TRACEFS "kprobe_events", text), "breakpoint in %s",
		     places[i].function);
	}
	snprintf(text, sizeof(text), TRACEFS "events/lub/enable");
	need(sys_write(text, "1"), "%s", text);
}

static void read_hits(uint64_t hits[PLACES])
{
	char line[256];
	unsigned long long n;
	unsigned int place;
	FILE *in = fopen(TRACEFS "kprobe_profile", "r");

	need(in ? 0 : -errno, TRACEFS "kprobe_profile");
	while (fgets(line, sizeof(line), in))
		if (sscanf(line, " p%u %llu", &place, &n) == 2 && place < PLACES)
			hits[place] = n;
	fclose(in);
}

/* A session that holds everything, and is given up again. */
static void preserve(int fd, const struct device *dev, int memfd)
{
	int luo = need(luo_open(), "/dev/liveupdate"), session;

	session = need(luo_session_create(luo, SESSION), "session");
	need(luo_preserve(session, memfd, 1), "preserve of the memfd");
	need(luo_preserve(session, fd, 2), "preserve of the iommufd");
	need(luo_preserve(session, dev->fd, 3), "preserve of the device");
	close(session);
	close(luo);
}

/* Pages of the tables of the HWPTs that are preserved. */
static int64_t work(int fd, const struct device *dev, int memfd, uint64_t token)
{
	int64_t before = iommu_pages(), pages;
	uint32_t ioas, hwpt[HWPTS];
	int i;

	ioas = ioas_make(fd, memfd, BYTES, 0x1000);
	for (i = 0; i < HWPTS; i++)
		hwpt[i] = hwpt_make(fd, dev, ioas);
	for (i = 0; i < MAPS; i++)
		need(iommufd_map_file(fd, ioas, memfd, 0, 4096, (1ull << 32) + i * STEP), "map %d",
		     i);
	pages = iommu_pages() - before;
	need(vfio_attach(dev->fd, hwpt[0]), "attach");
	need(vfio_attach(dev->fd, hwpt[1]), "replace");
	for (i = 0; i < HWPTS; i++)
		need(iommufd_mark(fd, hwpt[i], token + (uint64_t)i), "mark");
	preserve(fd, dev, memfd);
	need(vfio_detach(dev->fd), "detach");
	for (i = 0; i < HWPTS; i++)
		need(iommufd_destroy(fd, hwpt[i]), "destroy");
	need(iommufd_destroy(fd, ioas), "destroy of the IOAS");
	return pages;
}

/* Records of all numbers whose name begins like this, or what one of them counts. */
static uint64_t records_of(const struct probes *p, const char *name, uint64_t *sum)
{
	const struct probe_number *n;
	uint64_t records = 0;
	size_t nr, i;

	*sum = 0;
	n = probes_numbers(p, &nr);
	for (i = 0; i < nr; i++) {
		const struct lub_metric *m = n[i].metric;

		if (name[strlen(name) - 1] == '.' ? strncmp(m->name, name, strlen(name))
						  : strcmp(m->name, name))
			continue;
		check(!n[i].why, "%s can be had: %s", m->name, n[i].why ? n[i].why : "yes");
		if (m->total) {
			*sum += probes_total(p, i);
			continue;
		}
		records += got.records[i];
		*sum += got.sum[i];
	}
	return records;
}

static void compare(const struct probes *p, const uint64_t hits[PLACES], int64_t pages,
		    int64_t kept)
{
	uint64_t sum, allocated, freed, is;
	size_t i;

	for (i = 0; i < PLACES; i++) {
		is = records_of(p, places[i].number, &sum);
		if (!strcmp(places[i].number, "kho.unpreserved"))
			is = sum;
		check(hits[i] && is == hits[i], "%s: %llu calls of %s, %llu hits", places[i].number,
		      (unsigned long long)is, places[i].function, (unsigned long long)hits[i]);
	}
	records_of(p, "tables.allocated", &allocated);
	records_of(p, "tables.freed", &freed);
	check((int64_t)(allocated - freed) == kept && allocated >= (uint64_t)pages,
	      "pages: %llu allocated, %llu freed; the kernel counts %lld more than before",
	      (unsigned long long)allocated, (unsigned long long)freed, (long long)kept);
	is = records_of(p, "tables.hwpt", &sum);
	/* A page of each describes the blocks in which its tables are */
	check(is == HWPTS && (int64_t)sum == pages - HWPTS,
	      "tables: %llu in %llu HWPTs; the kernel counted %lld pages", (unsigned long long)sum,
	      (unsigned long long)is, (long long)pages);
	is = records_of(p, "kho.hwpt", &sum);
	/* The top; the blocks were registered when the HWPT was marked */
	check(is == HWPTS && sum == HWPTS, "KHO: %llu calls for %llu HWPTs",
	      (unsigned long long)sum, (unsigned long long)is);
	check(records_of(p, "kho.file", &sum) == 3, "KHO: %llu calls for three files",
	      (unsigned long long)sum);
	check(records_of(p, "stalls.faults", &sum) == 1 && records_of(p, "stalls.waits", &sum) == 1,
	      "stalls: one preserve of an iommufd");
}

static uint64_t all_drops(const struct probes *p)
{
	uint64_t drops = 0;
	size_t i;

	for (i = 0; probe_rows[i].name; i++)
		drops += probes_drops(p, probe_rows[i].name);
	return drops;
}

static void ways(const struct probes *p, enum way never)
{
	size_t nr, i, n[4] = { 0 };
	const struct probe_point *pt = probes_points(p, &nr);

	for (i = 0; i < nr; i++) {
		/* Of two places that show the same, one is enough. */
		if (pt[i].way == WAY_ABSENT && !strncmp(pt[i].why, "not needed", 10))
			continue;
		n[pt[i].way]++;
		if (pt[i].way == WAY_ABSENT)
			printf("# absent: %s of probe %s: %s\n", pt[i].target, pt[i].probe,
			       pt[i].why);
	}
	printf("# %zu places: %zu tracepoint, %zu fentry, %zu kprobe, %zu absent\n", nr,
	       n[WAY_TRACEPOINT], n[WAY_FENTRY], n[WAY_KPROBE], n[WAY_ABSENT]);
	check(!n[never], "no place is watched by %s", way_names[never]);
}

static void one_round(int fd, const struct device *dev, int memfd, const char *what,
		      size_t ring_bytes, bool kprobes_only, uint64_t token)
{
	const struct probes_want want = { .ring_bytes = ring_bytes,
					  .tgid = (uint32_t)getpid(),
					  .kprobes_only = kprobes_only,
					  .set = (1u << PROBES_MAX) - 1 };
	uint64_t before[PLACES] = { 0 }, hits[PLACES] = { 0 }, records = 0, all = 0, sum, drops;
	int64_t kept = iommu_pages(), pages;
	struct probes *p = probes_load(&want);
	bool tiny = ring_bytes <= 4096;
	size_t i;

	need(p ? 0 : -ENOMEM, "loading the probes");
	printf("# %s\n", what);
	memset(&got, 0, sizeof(got));
	read_hits(before);
	pages = work(fd, dev, memfd, token);
	read_hits(hits);
	kept = iommu_pages() - kept;
	probes_detach(p);
	need(probes_consume(p, on_record, NULL), "reading the ring");
	for (i = 0; i < PLACES; i++)
		hits[i] -= before[i];
	drops = all_drops(p);
	if (!tiny) {
		check(!drops, "nothing is dropped");
		ways(p, kprobes_only ? WAY_FENTRY : WAY_ABSENT);
		compare(p, hits, pages, kept);
	} else {
		for (i = 0; i < PHASES; i++) {
			records += records_of(p, places[i].number, &sum);
			all += hits[i];
		}
		check(drops && records + probes_drops(p, "phases") == all,
		      "%llu calls, %llu records and %llu drops of probe phases; %llu drops in all",
		      (unsigned long long)all, (unsigned long long)records,
		      (unsigned long long)probes_drops(p, "phases"), (unsigned long long)drops);
	}
	probes_free(p);
}

int main(void)
{
	int fd = need(iommufd_open(), "/dev/iommu"), memfd = memfd_make(BYTES, SEALS);
	struct device dev;

	device_open(&dev, DEVICE_0, fd);
	set_breakpoints();
	one_round(fd, &dev, memfd, "as the agent loads them", 1 << 20, false, 100);
	one_round(fd, &dev, memfd, "without fentry", 1 << 20, true, 200);
	one_round(fd, &dev, memfd, "with a tiny ring", 4096, false, 300);
	return finish();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/leftover.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/counters.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/liveupdate.h"

/* A kernel's own domains come and go by a few pages; a forgotten HWPT is more than that. */
#define LEAK_SLACK 16

#define PAGE_BYTES 4096

/* Memory that waits for a grace period or a worker comes back within some ticks of this length. */
#define SETTLE_MS 100
#define SETTLE_TICKS 20

/*
 * What the page cache holds depends on which programs ran, not on the cycle, so it is dropped. What is
 * free is counted rather than estimated: MemAvailable adds what the kernel believes it could get back.
 */
static int64_t settled_free_pages(void)
{
	int64_t last = -1, pages = 0;
	int i;

	sync();
	for (i = 0; i < SETTLE_TICKS && pages >= 0 && pages > last; i++) {
		last = pages;
		msleep(SETTLE_MS);
		/* 3: page cache, dentries and inodes; 4: no line in the kernel log about it. */
		sys_write("/proc/sys/vm/drop_caches", "7\n");
		pages = free_pages();
	}
	return pages > last ? pages : last;
}

/* Sessions that some process holds open, which keeps them alive, whatever their name is. */
static int64_t open_sessions(void)
{
	static const char prefix[] = "anon_inode:[luo_session]";
	char path[600], target[sizeof(prefix)];
	struct dirent *pid, *fd;
	DIR *proc = opendir("/proc"), *fds;
	int64_t nr = 0;

	while (proc && (pid = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%.255s/fd", pid->d_name);
		fds = pid->d_name[0] >= '1' && pid->d_name[0] <= '9' ? opendir(path) : NULL;
		while (fds && (fd = readdir(fds))) {
			snprintf(path, sizeof(path), "/proc/%.255s/fd/%.255s", pid->d_name,
				 fd->d_name);
			nr += readlink(path, target, sizeof(target)) >= (ssize_t)strlen(prefix) &&
			      !strncmp(target, prefix, strlen(prefix));
		}
		if (fds)
			closedir(fds);
	}
	if (proc)
		closedir(proc);
	return nr;
}

/* Is the previous kernel's session still there for somebody to retrieve? Afterwards it is not. */
static bool session_waits(struct agent *ag)
{
	int fd = ag->luo < 0 ? -1 : luo_session_retrieve(ag->luo, AGENT_SESSION);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void put(struct agent *ag, const char *metric, const char *unit, int64_t value)
{
	if (value >= 0)
		agent_sample(ag, &ag->carried.at, 0, metric, unit, value, "after");
	else
		agent_missing(ag, &ag->carried.at, metric, unit, "after",
			      "this kernel does not tell (no debugfs?): not checked for leaks");
}

static int64_t bytes(int64_t pages)
{
	return pages < 0 ? pages : pages * PAGE_BYTES;
}

void leftover_report(struct agent *ag)
{
	int64_t free = settled_free_pages(), tables = iommu_pages();
	int64_t held = kho_preserved_pages(), unclaimed = kho_unclaimed_pages();
	int64_t sessions = open_sessions();
	bool waits = session_waits(ag);

	put(ag, "memory.free", "bytes", bytes(free));
	put(ag, "pagetable.pages", "pages", tables);
	put(ag, "kho.bytes", "bytes", bytes(held));
	put(ag, "kho.unclaimed", "bytes", bytes(unclaimed));
	put(ag, "luo.sessions", "count", sessions + waits);
	put(ag, "luo.number", "count", ag->liveupdate_number);

	if (tables >= 0 && ag->carried.iommu_pages >= 0 &&
	    tables > ag->carried.iommu_pages + LEAK_SLACK)
		agent_fail(ag, "preserve-error", 0,
			   "leak: %lld IOMMU pages after teardown, %lld before the chain",
			   (long long)tables, (long long)ag->carried.iommu_pages);
	if (unclaimed > KHO_KEEPS)
		agent_fail(ag, "preserve-error", 0, "leak: %lld preserved pages were never claimed",
			   (long long)unclaimed);
	if (waits)
		agent_fail(ag, "preserve-error", 0, "leak: session %s is still there after finish",
			   AGENT_SESSION);
}

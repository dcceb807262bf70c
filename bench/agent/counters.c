// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/counters.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/sysfile.h"

/*
 * Phases of the outgoing kernel are lengths. "jump" is what is left of it after the last stamp of
 * the shutdown. All boot.* start at the jump, so that they compare whatever order the incoming
 * kernel does things in.
 */
const struct span timeline_spans[] = {
	{ "freeze", false, "freeze.begin", false, "freeze.end" },
	{ "shutdown.devices", false, "devices.begin", false, "devices.end" },
	{ "shutdown.iommu", false, "iommu.begin", false, "iommu.end" },
	{ "jump", false, "iommu.end", false, "jump" },
	{ "boot.entry", false, "jump", true, "entry" },
	{ "boot.kho", false, "jump", true, "kho" },
	{ "boot.iommu", false, "jump", true, "iommu" },
	{ "boot.pci", false, "jump", true, "pci" },
	{ "boot.userspace", false, "jump", true, "init" },
	{ NULL, false, NULL, false, NULL },
};

int64_t iommu_pages(void)
{
	static const char key[] = "nr_iommu_pages ";
	char *text, *at;
	int64_t pages = -ENODATA;

	sys_write("/proc/sys/vm/stat_refresh", "1\n");
	text = sys_read_all("/proc/vmstat");
	if (!text)
		return -errno;
	at = strstr(text, key);
	if (at)
		pages = strtoll(at + sizeof(key) - 1, NULL, 10);
	free(text);
	return pages;
}

int64_t free_pages_parse(const char *text)
{
	int64_t pages = 0;
	bool zone = false;

	while (text) {
		long long n;

		text += strspn(text, " ");
		if (sscanf(text, "pages free %lld", &n) == 1) {
			zone = true;
			pages += n;
		} else if (sscanf(text, "count: %lld", &n) == 1) {
			pages += n;
		}
		text = strchr(text, '\n');
		text += !!text;
	}
	return zone ? pages : -ENODATA;
}

int64_t free_pages(void)
{
	char *text = sys_read_all("/proc/zoneinfo");
	int64_t pages;

	if (!text)
		return -errno;
	pages = free_pages_parse(text);
	free(text);
	return pages;
}

static int64_t debugfs_pages(const char *path)
{
	uint64_t pages;
	int err = sys_read_u64(path, &pages);

	return err ? err : (int64_t)pages;
}

int64_t kho_preserved_pages(void)
{
	return debugfs_pages(DEBUGFS "/kho/out/preserved_pages");
}

int64_t kho_unclaimed_pages(void)
{
	return debugfs_pages(DEBUGFS "/kho/in/unclaimed_pages");
}

void timeline_parse(const char *text, struct timeline *t)
{
	const char *line = text, *next;

	memset(t, 0, sizeof(*t));
	for (; *line; line = next) {
		const char *end = strchrnul(line, '\n');
		struct stamp *s = &t->at[t->nr];
		char kernel[16];

		next = *end ? end + 1 : end;
		if (*line == '#') {
			const char *hz = strstr(line, " hz ");

			if (hz && hz < end)
				t->hz = strtoull(hz + 4, NULL, 10);
			continue;
		}
		if (t->nr == sizeof(t->at) / sizeof(t->at[0]))
			return;
		if (sscanf(line, "%15s %46s %lu", kernel, s->event, &s->ticks) != 3)
			continue;
		s->incoming = !strcmp(kernel, "incoming");
		if (s->incoming || !strcmp(kernel, "outgoing"))
			t->nr++;
	}
}

int timeline_read(struct timeline *t)
{
	char *text = sys_read_all(DEBUGFS "/liveupdate/timeline");

	memset(t, 0, sizeof(*t));
	if (!text)
		return -errno;
	timeline_parse(text, t);
	free(text);
	return 0;
}

uint64_t timeline_find(const struct timeline *t, bool incoming, const char *event)
{
	size_t i;

	for (i = t->nr; i-- > 0;)
		if (t->at[i].incoming == incoming && !strcmp(t->at[i].event, event))
			return t->at[i].ticks;
	return 0;
}

int timeline_span(const struct timeline *t, const struct span *s, uint64_t *ticks)
{
	uint64_t from = timeline_find(t, s->from_incoming, s->from);
	uint64_t to = timeline_find(t, s->to_incoming, s->to);

	if (!from || !to || to < from)
		return -ENODATA;
	*ticks = to - from;
	return 0;
}

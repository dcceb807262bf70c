// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"

int64_t chain_pages(const struct agent *ag, int64_t now)
{
	char text[160], boot_id[64];
	int64_t pages;

	if (sys_read(agent_path(ag, "chain"), text, sizeof(text)) < 0 ||
	    sscanf(text, "%63s %" SCNd64, boot_id, &pages) != 2 ||
	    strcmp(boot_id, ag->carried.boot_id))
		return now;
	return pages;
}

void chain_go_on(struct agent *ag)
{
	char boot_id[64], text[160];
	int err;

	sys_read("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	snprintf(text, sizeof(text), "%s %" PRId64 "\n", boot_id, ag->carried.iommu_pages);
	err = sys_save(agent_path(ag, "chain"), text);
	if (err)
		kmsg("%s: %s; the next cycle is compared with itself", agent_path(ag, "chain"),
		     strerror(-err));
}

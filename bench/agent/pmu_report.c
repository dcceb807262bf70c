// SPDX-License-Identifier: GPL-2.0-or-later
/* The counters of the IOMMU as lines of the record. */
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/pmu.h"

/* One process is one half of one cycle. */
static struct pmu window;

void agent_pmu_begin(struct agent *ag)
{
	char link[128], to[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%.64s/iommu", ag->c.device);
	n = readlink(link, to, sizeof(to) - 1);
	to[n < 0 ? 0 : n] = '\0';
	pmu_find(&window, PMU_DEVICES, n < 0 ? NULL : basename(to), ag->c.device);
	pmu_start(&window);
}

void agent_pmu_end(struct agent *ag, const char *phase)
{
	bool none = !window.nr;
	int64_t value = 0;
	int i;

	pmu_stop(&window);
	if (none && ag->incoming)
		return;
	for (i = 0; i < PMU_METRICS; i++) {
		const char *why = pmu_value(&window, (enum pmu_metric)i, &value);

		agent_observed(ag, "pmu", pmu_metric_names[i], value, none ? NULL : phase, why);
	}
}

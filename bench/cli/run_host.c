// SPDX-License-Identifier: GPL-2.0-or-later
/* What of a run makes sense on a real host. */
#include <errno.h>

#include "bench/cli/campaign.h"
#include "bench/cli/run_options.h"
#include "bench/lubench.h"

void run_host_defaults(struct options *o, const struct campaign *c)
{
	/* The emulator's kernel has neither the host's drivers nor an initrd: only who asks for it gets it. */
	if (o->host && !o->kernel && !c->plan.nr_kernels && !c->target.row->simulated)
		o->kernel = "host";
}

int run_check_host(const struct options *o, const struct campaign *c)
{
	static const char *const emulated[] = { "lsi", "nvme" };
	size_t i;

	/* An emulated machine can be a host, too: who names the workload means it. */
	for (i = 0; o->host && !o->workload && !c->target.row->simulated && i < ARRAY_LEN(emulated);
	     i++) {
		if (strcmp(c->plan.workload, emulated[i]))
			continue;
		lub_err("the device of workload %s, which plan %s takes, exists in QEMU only: on a host give --workload (WORKLOAD=) igb, dsa or e1000e, as the device is; docs/real-hosts.md",
			emulated[i], c->plan.name);
		return -EINVAL;
	}
	return 0;
}

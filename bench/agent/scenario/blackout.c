// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario blackout: the kexec alone. The same state goes over it, on the same way, as in scenario
 * preserve, but nothing is repeated before; what counts are the stamps of both kernels and of both
 * agents, from reboot(2) to the first completion that user space is served again.
 */
#include "bench/agent/scenario/scenario.h"

void preserve_kept(struct agent *ag)
{
	static const char *const metrics[] = { "preserve.memfd", "preserve.iommufd",
					       "preserve.vfio" };
	int i;

	for (i = 0; ag->c.mode == MODE_PRESERVE && i < 3; i++)
		agent_keep(ag, metrics[i], ag->carried.preserve[i]);
}

static int receive(struct agent *ag)
{
	preserve_kept(ag);
	return preserve_receive(ag);
}

const struct scenario_ops scenario_blackout = {
	.name = "blackout",
	.check = preserve_check,
	.carry = preserve_carry,
	.receive = receive,
};

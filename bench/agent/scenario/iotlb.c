// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scenario iotlb: the kexec alone, as in scenario blackout, while the device goes over a working set.
 * What is counted is seen from outside (bench/target/trace.h); here its steps are told apart.
 */
#include "bench/agent/scenario/scenario.h"

#include "bench/agent/boundary.h"

static int carry(struct agent *ag)
{
	int err;

	boundary_mark(ag, LUB_STEP_PRESERVE);
	err = preserve_carry(ag);
	if (!err)
		boundary_mark(ag, LUB_STEP_JUMP);
	return err;
}

static int receive(struct agent *ag)
{
	int err;

	preserve_kept(ag);
	err = preserve_receive(ag);
	boundary_mark(ag, LUB_STEP_NONE);
	return err;
}

const struct scenario_ops scenario_iotlb = {
	.name = "iotlb",
	.boundaries = true,
	.check = preserve_check,
	.carry = carry,
	.receive = receive,
};

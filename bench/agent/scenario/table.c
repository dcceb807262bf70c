// SPDX-License-Identifier: GPL-2.0-or-later
#include <stddef.h>
#include <string.h>

#include "bench/agent/scenario/scenario.h"

static const struct scenario_ops *const scenarios[] = {
	&scenario_preserve,
	&scenario_blackout,
	&scenario_walk,
	&scenario_iotlb,
};

const struct scenario_ops *scenario_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		if (!strcmp(scenarios[i]->name, name))
			return scenarios[i];
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/dma.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "bench/agent/clock.h"

static const struct dma_ops *const drivers[] = {
	&dma_lsi_ops, &dma_nvme_ops, &dma_e1000e_ops, &dma_igb_ops, &dma_dsa_ops,
};

const struct dma_ops *dma_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++)
		if (!strcmp(drivers[i]->name, name))
			return drivers[i];
	return NULL;
}

int dma_wait_counter(struct dma_engine *e, uint32_t loops, unsigned int timeout_ms)
{
	volatile struct lub_witness *w = dma_witness(e);
	uint32_t from = w->counter;
	unsigned int ms;

	for (ms = 0; w->counter - from < loops; ms++) {
		if (ms >= timeout_ms)
			return -ETIMEDOUT;
		msleep(1);
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An Intel DSA by its registers: one dedicated work queue, one group, one engine. */
#ifndef WORKLOADS_DMA_DSA_CONFIG_H
#define WORKLOADS_DMA_DSA_CONFIG_H

#include <stdint.h>

#include "workloads/dma/dma.h"

/** DSA_COVER_LEAST_MS - what cannot go on for so long without any help is of no use for a kexec. */
#define DSA_COVER_LEAST_MS 2000u

/**
 * dsa_configure() - reset the device, and enable work queue 0 with all entries that there are
 * @e: open engine; its registers and config space are used, nothing else
 * @depth: set to the number of entries on 0
 *
 * The queue is dedicated, without PASID, block on fault and, where that can be chosen, ATS.
 *
 * Return: 0; -EROFS when it must not be configured; -EOPNOTSUPP when it lacks something; -ENOSPC when
 * dsa_cover_ms() is below DSA_COVER_LEAST_MS; -EIO when it refuses a command; -ETIMEDOUT or another -errno.
 */
int dsa_configure(struct dma_engine *e, uint32_t *depth);

/**
 * dsa_reset() - end all work at once
 * @e: open engine
 *
 * Return: 0 or -errno.
 */
int dsa_reset(struct dma_engine *e);

#endif

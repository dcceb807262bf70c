// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel 82574L, see workloads/dma/intel_rx.h: up to 32,763 frames without any help. Source: Intel 82574
 * datasheet (317694), chapter 10.
 */
#include "workloads/dma/intel_regs.h"
#include "workloads/dma/intel_rx.h"

#define REG_IMC 0x00d8
#define REG_RX 0x2800
#define REG_RDTR 0x2820
#define REG_TX 0x3800
#define TXDCTL_MUST 0x00400000	 /* "must be 1" */
#define DCTL_GRAN_ONE 0x01010000 /* count in descriptors, write each back at once */

static const struct intel_setting quiet[] = {
	{ REG_IMC, UINT32_MAX },
	{ REG_RCTL, 0 },
	{ REG_TCTL, 0 },
};

static const struct intel_setting setup[] = {
	{ REG_RXCSUM, 0 },
	{ REG_RFCTL, 0 },
	{ REG_MRQC, 0 },
	{ REG_RDTR, 0 },
};

static const struct intel_nic nic_82574 = {
	.slots = INTEL_RX_SLOTS,
	.rx = REG_RX,
	.tx = REG_TX,
	.rxdctl = DCTL_GRAN_ONE,
	.txdctl = DCTL_GRAN_ONE | TXDCTL_MUST,
	.quiet = quiet,
	.nr_quiet = sizeof(quiet) / sizeof(quiet[0]),
	.setup = setup,
	.nr_setup = sizeof(setup) / sizeof(setup[0]),
};

static bool e1000e_match(uint16_t vendor, uint16_t device)
{
	return vendor == 0x8086 && device == 0x10d3;
}

const struct dma_ops dma_e1000e_ops = {
	.name = "e1000e",
	.device = &nic_82574,
	.window_bytes = sizeof(struct intel_window),
	.match = e1000e_match,
	.open = intel_open,
	.start = intel_start,
	.counter = intel_counter,
	.serve = intel_serve,
	.stop = intel_stop,
	.verify = intel_verify,
};

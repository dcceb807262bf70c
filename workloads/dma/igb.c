// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel 82576, see workloads/dma/intel_rx.h: up to 16,383 frames without any help. NEVER RUN: no such
 * device, and no emulator of one, was within reach of the authors. docs/real-hosts.md says what to check first.
 *
 * Source: Intel 82576EB Gigabit Ethernet Controller datasheet (320961), revision 2.61; its sections are given
 * with each register. It was not at hand when this was written: offsets are those of the igb driver of
 * Linux, and the sections come from what others quote of it, so compare both.
 *
 * The general registers of intel_regs.h are: CTRL 8.2.1, STATUS 8.2.2, RCTL 8.10.1, TCTL 8.12.1, RXCSUM
 * 8.10.14, RFCTL 8.10.16, MTA 8.10.17, RAL 8.10.18, RAH 8.10.19, MRQC 8.10.21, GPRC and MPC 8.18. Of a queue:
 * RDBAL 8.10.5, RDBAH, RDLEN, RDH, RDT, RXDCTL 8.10.10; TDBAL 8.12.8, TDBAH, TDLEN, TDH, TDT, TXDCTL 8.12.13.
 *
 * Buffers of 256 bytes: SRRCTL counts them in units of 1 KiB, but while its BSIZEPACKET is zero, RCTL.BSIZE is
 * what holds (7.1.3.1), so that a frame takes two descriptors as it does on an 82574. RLPML (8.10.15) plays
 * no part, for RCTL.LPE is off.
 */
#include <errno.h>

#include "bench/agent/clock.h"
#include "workloads/dma/intel_regs.h"
#include "workloads/dma/intel_rx.h"

#define REG_EECD 0x0010 /* 8.4.1 */
#define EECD_AUTO_RD 0x00000200
#define REG_CTRL_EXT 0x0018 /* 8.2.3 */
#define CTRL_EXT_RO_DIS 0x00020000
#define REG_MDIC 0x0020	      /* 8.2.4 */
#define MDIC_READ 0x08200000  /* PHY 1, its control register: 8.25.1 */
#define MDIC_WRITE 0x04200000 /* the same */
#define MDIC_READY 0x10000000
#define MDIC_ERROR 0x40000000
#define PHY_POWER_DOWN 0x0800
#define PHY_AUTONEG 0x1200 /* enable and restart it */
#define REG_EIMC 0x1528	   /* 8.8.4 */
#define REG_IMC 0x150c	   /* 8.8.11 */
#define REG_RX 0xc000	   /* queue 0 */
#define REG_SRRCTL 0xc00c  /* 8.10.2; 0: DESCTYPE legacy, BSIZEPACKET from RCTL, no DROP_EN */
#define REG_TX 0xe000	   /* queue 0 */
#define DCTL_ENABLE 0x02000000
#define DCTL_THRESHOLDS 0x00010108 /* fetch ahead 8, when there is 1, write each back at once */

#define WAIT_MS 100

static const struct intel_setting quiet[] = {
	{ REG_EIMC, UINT32_MAX },
	{ REG_IMC, UINT32_MAX },
	{ REG_RCTL, 0 },
	{ REG_TCTL, 0 },
	/* Queue 0 is enabled by a reset, and may not be set up while it is. */
	{ REG_RX + QUEUE_DCTL, 0 },
	{ REG_TX + QUEUE_DCTL, 0 },
};

static const struct intel_setting setup[] = {
	{ REG_RXCSUM, 0 },
	{ REG_RFCTL, 0 },
	{ REG_MRQC, 0 },
	{ REG_SRRCTL, 0 },
};

/* Until a register has these bits set. */
static int wait_for(struct dma_engine *e, uint32_t reg, uint32_t bits)
{
	uint32_t val;
	int err, ms;

	for (ms = 0; ms < WAIT_MS; ms++) {
		err = intel_read(e, reg, &val);
		if (err || (val & bits) == bits)
			return err;
		msleep(1);
	}
	return -ETIMEDOUT;
}

static int phy_control(struct dma_engine *e, uint32_t access, uint32_t *val)
{
	int err = intel_write(e, REG_MDIC, access);

	if (!err)
		err = wait_for(e, REG_MDIC, MDIC_READY);
	if (!err)
		err = intel_read(e, REG_MDIC, val);
	return err ? err : *val & MDIC_ERROR ? -EIO : 0;
}

/* The driver that had the device may have switched its PHY off, and no reset of the MAC switches it on. */
static int wake_phy(struct dma_engine *e)
{
	uint32_t val;
	int err = phy_control(e, MDIC_READ, &val);

	if (err || !(val & PHY_POWER_DOWN))
		return err;
	return phy_control(e, MDIC_WRITE | PHY_AUTONEG, &val);
}

/*
 * 4.2.1.6.1: it is ready when it has read its NVM again. Relaxed ordering goes off: writes to one address, as
 * those of the counter are, must not overtake each other.
 */
static int igb_after_reset(struct dma_engine *e)
{
	uint32_t val;
	int err = wait_for(e, REG_EECD, EECD_AUTO_RD);

	if (!err)
		err = intel_read(e, REG_CTRL_EXT, &val);
	if (!err)
		err = intel_write(e, REG_CTRL_EXT, val | CTRL_EXT_RO_DIS);
	return err ? err : wake_phy(e);
}

/* 8.10.10, 8.12.13: a queue is enabled only while its direction is, and only then takes a tail. */
static int igb_after_enable(struct dma_engine *e)
{
	int err = intel_write(e, REG_TX + QUEUE_DCTL, DCTL_THRESHOLDS | DCTL_ENABLE);

	if (!err)
		err = wait_for(e, REG_TX + QUEUE_DCTL, DCTL_ENABLE);
	if (!err)
		err = intel_write(e, REG_RX + QUEUE_DCTL, DCTL_THRESHOLDS | DCTL_ENABLE);
	return err ? err : wait_for(e, REG_RX + QUEUE_DCTL, DCTL_ENABLE);
}

static const struct intel_nic nic_82576 = {
	.slots = 0x80000 / (2 * sizeof(struct intel_rx_desc)), /* the most that RDLEN may say */
	.rx = REG_RX,
	.tx = REG_TX,
	.rxdctl = DCTL_THRESHOLDS,
	.txdctl = DCTL_THRESHOLDS,
	.quiet = quiet,
	.nr_quiet = sizeof(quiet) / sizeof(quiet[0]),
	.setup = setup,
	.nr_setup = sizeof(setup) / sizeof(setup[0]),
	.after_reset = igb_after_reset,
	.after_enable = igb_after_enable,
};

static bool igb_match(uint16_t vendor, uint16_t device)
{
	return vendor == 0x8086 && device == 0x10c9;
}

const struct dma_ops dma_igb_ops = {
	.name = "igb",
	.device = &nic_82576,
	.window_bytes = sizeof(struct intel_window),
	.match = igb_match,
	.open = intel_open,
	.start = intel_start,
	.counter = intel_counter,
	.serve = intel_serve,
	.stop = intel_stop,
	.verify = intel_verify,
};

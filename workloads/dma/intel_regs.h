/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers that are at the same place, and mean the same, in all devices of workloads/dma/intel_rx.c.
 * Source: Intel 82574 datasheet (317694), chapter 10; for the 82576 see workloads/dma/igb.c.
 */
#ifndef WORKLOADS_DMA_INTEL_REGS_H
#define WORKLOADS_DMA_INTEL_REGS_H

#define BAR_REGS 0

#define REG_CTRL 0x0000
#define CTRL_SLU 0x00000040
#define CTRL_RST 0x04000000
#define REG_STATUS 0x0008
#define STATUS_LU 0x00000002
#define REG_RCTL 0x0100
#define RCTL_EN 0x00000002
#define RCTL_BSIZE_256 0x00030000
#define RCTL_SECRC 0x04000000
#define REG_TCTL 0x0400
#define TCTL_EN 0x00000002
#define TCTL_PSP 0x00000008
#define TCTL_CT_COLD 0x0003f0f0
#define REG_MPC 0x4010
#define REG_GPRC 0x4074
#define REG_RXCSUM 0x5000
#define REG_RFCTL 0x5008
#define REG_MTA 0x5200
#define MTA_WORDS 128
#define REG_RAL 0x5400
#define REG_RAH 0x5404
#define RAH_AV 0x80000000
#define REG_MRQC 0x5818

/* In the block of a queue, from its RDBAL or TDBAL on. */
#define QUEUE_BAL 0x00
#define QUEUE_BAH 0x04
#define QUEUE_LEN 0x08
#define QUEUE_HEAD 0x10
#define QUEUE_TAIL 0x18
#define QUEUE_DCTL 0x28

#endif

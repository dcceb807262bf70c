/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of an 82574L that workload e1000e uses. Source: Intel 82574 datasheet (317694), chapter 10. */
#ifndef WORKLOADS_DMA_E1000E_REGS_H
#define WORKLOADS_DMA_E1000E_REGS_H

#define BAR_REGS 0

#define REG_CTRL 0x0000
#define CTRL_SLU 0x00000040
#define CTRL_RST 0x04000000
#define REG_STATUS 0x0008
#define STATUS_LU 0x00000002
#define REG_IMC 0x00d8
#define REG_RCTL 0x0100
#define RCTL_EN 0x00000002
#define RCTL_BSIZE_256 0x00030000
#define RCTL_SECRC 0x04000000
#define REG_TCTL 0x0400
#define TCTL_EN 0x00000002
#define TCTL_PSP 0x00000008
#define TCTL_CT_COLD 0x0003f0f0
#define REG_RDBAL 0x2800
#define REG_RDBAH 0x2804
#define REG_RDLEN 0x2808
#define REG_RDH 0x2810
#define REG_RDT 0x2818
#define REG_RDTR 0x2820
#define REG_RXDCTL 0x2828
#define REG_TDBAL 0x3800
#define REG_TDBAH 0x3804
#define REG_TDLEN 0x3808
#define REG_TDH 0x3810
#define REG_TDT 0x3818
#define REG_TXDCTL 0x3828
#define TXDCTL_MUST 0x00400000	 /* "must be 1" */
#define DCTL_GRAN_ONE 0x01010000 /* count in descriptors, write each back at once */
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

#endif

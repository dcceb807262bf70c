/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers, descriptors and completion records of an Intel Data Streaming Accelerator, as far as workload
 * dsa uses them. Source: Intel Data Streaming Accelerator Architecture Specification (341204): registers
 * chapter 9.2, under the name given here (GRPCFG is 9.2.16 of revision 1.0; the numbers move from revision to
 * revision); descriptors and completion records chapter 8, with the tables "Operation Types", "Descriptor
 * Flags" and "Completion Status". Compared with drivers/dma/idxd/registers.h and uapi/linux/idxd.h of Linux.
 */
#ifndef WORKLOADS_DMA_DSA_HW_H
#define WORKLOADS_DMA_DSA_HW_H

#include <stdint.h>

#define DSA_BAR_REGS 0
#define DSA_BAR_PORTALS 2
#define DSA_PORTAL_BYTES 4096 /* the first page: unlimited portal of work queue 0 */

#define DSA_GENCAP 0x10
#define DSA_GENCAP_MAX_XFER(v) ((v) >> 16 & 0x1f) /* log2 of bytes */
#define DSA_GENCAP_MAX_BATCH(v) ((v) >> 21 & 0xf) /* log2 of descriptors */
#define DSA_GENCAP_CONFIG 0x80000000u		  /* configuration is allowed */
#define DSA_WQCAP 0x20
#define DSA_WQCAP_TOTAL(v) ((v)&0xffff)
#define DSA_WQCAP_WQS(v) ((v) >> 16 & 0xff)
#define DSA_WQCAP_HIGH 0x24
#define DSA_WQCAP_DEDICATED 0x00020000u /* of the upper half, as the next two */
#define DSA_WQCAP_ATS 0x00040000u	/* ATS may be switched off for a queue */
#define DSA_WQCAP_OPCONFIG 0x00400000u
#define DSA_GRPCAP 0x30
#define DSA_GRPCAP_GROUPS(v) ((v)&0xff)
#define DSA_ENGCAP 0x38
#define DSA_ENGCAP_ENGINES(v) ((v)&0xff)
#define DSA_OFFSETS 0x60
#define DSA_OFFSETS_GRPCFG(v) (((v)&0xffff) * 0x100u)
#define DSA_OFFSETS_WQCFG(v) (((v) >> 16) * 0x100u)
#define DSA_GENCTRL 0x88
#define DSA_CMD 0xa0
#define DSA_CMD_ENABLE (1u << 20)
#define DSA_CMD_RESET (5u << 20)
#define DSA_CMD_ENABLE_WQ (6u << 20)
#define DSA_CMDSTS 0xa8
#define DSA_CMDSTS_ACTIVE 0x80000000u
#define DSA_CMDSTS_ERR(v) ((v)&0xff)
#define DSA_SWERR 0xc0
#define DSA_SWERR_ACK 0x3

/* GRPCFG of group 0: 4 x 64 bits of work queues, 64 bits of engines, flags. */
#define DSA_GRPCFG_WQS 0x00
#define DSA_GRPCFG_ENGINES 0x20
#define DSA_GRPCFG_FLAGS 0x28

/* WQCFG of work queue 0, in words of 32 bits. */
#define DSA_WQCFG_SIZE 0
#define DSA_WQCFG_MODE 2
#define DSA_WQCFG_DEDICATED 0x1u /* block on fault (bit 1), PASID (bit 28) and privilege (29) off */
#define DSA_WQCFG_NO_ATS 0x4u
#define DSA_WQCFG_PRIORITY(n) ((n) << 4)
#define DSA_WQCFG_LIMITS 3
#define DSA_WQCFG_MAX(xfer, batch) ((xfer) | (batch) << 5)
#define DSA_WQCFG_OPS 8

#define DSA_OP_BATCH 0x01u
#define DSA_OP_MEMMOVE 0x03u

#define DSA_FLAG_FENCE 0x01u /* only in a batch: begin when all before it are done */
#define DSA_FLAG_CRAV 0x04u  /* address of a completion record is valid */
#define DSA_FLAG_RCR 0x08u   /* write it also when all went well */

#define DSA_STATUS(v) ((v)&0x7f)
#define DSA_STATUS_OK 0x01

/** struct dsa_desc - a descriptor; little-endian. @src and @size of a batch: its list, and how many. */
struct dsa_desc {
	uint32_t pasid;
	uint32_t op; /* flags, and the opcode in the upper 8 bits */
	uint64_t record;
	uint64_t src;
	uint64_t dst;
	uint32_t size;
	uint16_t int_handle;
	uint16_t reserved;
	uint8_t specific[24];
} __attribute__((aligned(64)));

/** struct dsa_record - a completion record; little-endian. @done of a batch: descriptors. */
struct dsa_record {
	uint8_t status;
	uint8_t result;
	uint16_t fault;
	uint32_t done;
	uint64_t fault_addr;
	uint8_t specific[16];
} __attribute__((aligned(32)));

_Static_assert(sizeof(struct dsa_desc) == 64 && sizeof(struct dsa_record) == 32, "hardware");

#endif

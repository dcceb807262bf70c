/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that the SCRIPTS processor of a 53C895A runs. Pure: no device, no I/O. */
#ifndef WORKLOADS_DMA_LSI_SCRIPT_H
#define WORKLOADS_DMA_LSI_SCRIPT_H

#include <stdint.h>

/** LSI_SCRIPT_WORDS - length of the program in 32-bit words, without a working set. */
#define LSI_SCRIPT_WORDS 17

/** LSI_SCRIPT_JUMP - word whose value makes the program go on or stop, without a working set. */
#define LSI_SCRIPT_JUMP 15

/** LSI_SCRIPT_PAGE_WORDS - what each page of a working set adds to both, in front of the jump. */
#define LSI_SCRIPT_PAGE_WORDS 3

/** LSI_SLOT - bytes that are copied from each page of the working set. */
#define LSI_SLOT 8

/** LSI_OP_JUMP - jump, always; the address follows. */
#define LSI_OP_JUMP 0x80080000u

/** LSI_OP_STOP - end with DSTAT.SIR, always; the next word is ignored. */
#define LSI_OP_STOP 0x98080000u

/**
 * struct lsi_layout - addresses as the device sees them, all below 4 GiB and 4-byte aligned
 * @script: the program itself
 * @counter: the counter is stored here before the copy
 * @echo: and here after the copy
 * @src: block to copy
 * @dst: where it goes
 * @bytes: length of the block, less than 16 MiB
 * @pages: of the working set, 0 for none
 * @area: first page of the working set
 * @stride: from one to the next
 * @slots: the first LSI_SLOT bytes of each page are copied here, one behind the other
 */
struct lsi_layout {
	uint32_t script;
	uint32_t counter;
	uint32_t echo;
	uint32_t src;
	uint32_t dst;
	uint32_t bytes;
	uint32_t pages;
	uint32_t area;
	uint32_t stride;
	uint32_t slots;
};

/**
 * lsi_script_build() - write the program
 * @words: room for LSI_SCRIPT_WORDS and LSI_SCRIPT_PAGE_WORDS a page, filled with little-endian words
 * @l: where everything is
 *
 * The loop: SCRATCHA += 1 as four byte additions with carry; store SCRATCHA to the counter; copy
 * the block; copy a slot from each page of the working set; store SCRATCHA to the echo; jump to the start.
 *
 * Writing LSI_OP_STOP over the operation of that jump (one aligned store) ends it after a whole loop. It is
 * word LSI_SCRIPT_JUMP, further back by LSI_SCRIPT_PAGE_WORDS for each page.
 *
 * Return: 0, or -EINVAL for an unaligned address, a bad length, or an area that does not end below 4 GiB.
 */
int lsi_script_build(uint32_t *words, const struct lsi_layout *l);

#endif

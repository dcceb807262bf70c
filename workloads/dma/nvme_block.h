/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is on the namespace of workload nvme: every block is told from every other. */
#ifndef WORKLOADS_DMA_NVME_BLOCK_H
#define WORKLOADS_DMA_NVME_BLOCK_H

#include <endian.h>
#include <stdint.h>

/** NVME_BLOCK - bytes of data in a block. */
#define NVME_BLOCK 512u

/** NVME_BLOCKS - of the namespace. */
#define NVME_BLOCKS 131072u

/**
 * nvme_block_word() - a 64-bit word of a block
 * @block: its number, less than 2^32
 * @i: index in the block
 *
 * The first four bytes of a block are its number, little-endian, for the witness page.
 *
 * Return: the word, in little-endian order.
 */
static inline uint64_t nvme_block_word(uint32_t block, unsigned int i)
{
	uint64_t v = ((uint64_t)block << 6 | i) * 0x9e3779b97f4a7c15ull;

	return htole64(i ? v ^ v >> 29 : (uint64_t)~block << 32 | block);
}

/**
 * nvme_block_fill() - write a block
 * @words: room for NVME_BLOCK bytes
 * @block: its number
 */
static inline void nvme_block_fill(uint64_t *words, uint32_t block)
{
	unsigned int i;

	for (i = 0; i < NVME_BLOCK / sizeof(*words); i++)
		words[i] = nvme_block_word(block, i);
}

/**
 * nvme_block_wrong() - compare memory with a block
 * @words: NVME_BLOCK bytes
 * @block: what they shall be
 *
 * Return: bytes of words that differ.
 */
static inline uint32_t nvme_block_wrong(const volatile uint64_t *words, uint32_t block)
{
	uint32_t wrong = 0;
	unsigned int i;

	for (i = 0; i < NVME_BLOCK / sizeof(*words); i++)
		wrong += words[i] != nvme_block_word(block, i) ? sizeof(*words) : 0;
	return wrong;
}

#endif

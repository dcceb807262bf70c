// SPDX-License-Identifier: GPL-2.0-or-later
/* The blocks of workload nvme: each begins with its number, and none can pass for another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "workloads/dma/nvme_block.h"

#define WORDS (NVME_BLOCK / sizeof(uint64_t))

static void begins_with_its_number(void **state)
{
	uint64_t words[WORDS];
	const uint8_t *bytes = (const uint8_t *)words;

	(void)state;
	nvme_block_fill(words, 0x01a2b3c4);
	assert_int_equal(bytes[0], 0xc4);
	assert_int_equal(bytes[1], 0xb3);
	assert_int_equal(bytes[2], 0xa2);
	assert_int_equal(bytes[3], 0x01);
	assert_int_equal(nvme_block_wrong(words, 0x01a2b3c4), 0);
}

/* Not in whole nor in part: a block that was moved or only half overwritten has to show. */
static void shares_no_word_with_another(void **state)
{
	uint64_t words[WORDS];
	uint32_t other;

	(void)state;
	nvme_block_fill(words, 4711);
	for (other = 0; other < NVME_BLOCKS; other++)
		assert_int_equal(nvme_block_wrong(words, other), other == 4711 ? 0 : NVME_BLOCK);
}

static void every_byte_counts(void **state)
{
	uint64_t words[WORDS];
	uint8_t *bytes = (uint8_t *)words;
	unsigned int i;

	(void)state;
	nvme_block_fill(words, 1);
	for (i = 0; i < NVME_BLOCK; i++) {
		bytes[i] ^= 1;
		assert_int_equal(nvme_block_wrong(words, 1), 8);
		bytes[i] ^= 1;
	}
	assert_int_equal(nvme_block_wrong(words, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_its_number),
		cmocka_unit_test(shares_no_word_with_another),
		cmocka_unit_test(every_byte_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

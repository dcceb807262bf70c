// SPDX-License-Identifier: GPL-2.0-or-later
/* The frames between observer and device under test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/dpdk/frame.h"

#define RUN 0x1122334455667788ull
#define SENT 0x0102030405060708ull

static void built_as_documented(void **state)
{
	static const uint8_t begin[] = {
		0x02, 'L',  'U', 'B', 0,   2,	0x02, 'L', 'U', 'B',  0,    1,	  0x88, 0xb5, 0,
		0,    'L',  'U', 'B', 'F', 'R', 'A',  'M', '1', 0x88, 0x77, 0x66, 0x55, 0x44, 0x33,
		0x22, 0x11, 8,	 7,   6,   5,	4,    3,   2,	1,    0xfe, 0xca, 0,	0,
	};
	static const uint8_t end[] = { 0xfe, 0xca, 0, 0, 0xfe, 0xca, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1 };
	struct lub_frame f;

	(void)state;
	lub_frame_build(&f, LUB_FRAME_TARGET, RUN, 0xcafe, SENT);
	assert_memory_equal(&f, begin, sizeof(begin));
	assert_memory_equal((uint8_t *)&f + LUB_FRAME_HEAD, end, sizeof(end));
	assert_int_equal(f.pattern[0], lub_frame_pattern(0xcafe, 0));
}

static void knows_its_own(void **state)
{
	struct lub_frame f, bad;

	(void)state;
	lub_frame_build(&f, LUB_FRAME_TARGET, RUN, 7, SENT);
	assert_true(lub_frame_ours(&f, LUB_FRAME_TARGET, RUN));
	assert_true(lub_frame_ours(&f, LUB_FRAME_TARGET, 0));
	assert_false(lub_frame_ours(&f, LUB_FRAME_OBSERVER, RUN));
	assert_false(lub_frame_ours(&f, LUB_FRAME_TARGET, RUN + 1));
	bad = f;
	bad.magic[7] ^= 1;
	assert_false(lub_frame_ours(&bad, LUB_FRAME_TARGET, RUN));
	bad = f;
	bad.type = 0;
	assert_false(lub_frame_ours(&bad, LUB_FRAME_TARGET, RUN));
}

static void finds_every_wrong_byte(void **state)
{
	struct lub_frame f, next;
	unsigned int i, same = 0;

	(void)state;
	lub_frame_build(&f, LUB_FRAME_TARGET, RUN, 7, SENT);
	assert_int_equal(lub_frame_corrupt(&f) + lub_frame_tail_corrupt(&f), 0);
	for (i = 0; i < sizeof(f.pattern); i++) {
		f.pattern[i] ^= 0x10;
		assert_int_equal(lub_frame_corrupt(&f), 1);
		f.pattern[i] ^= 0x10;
	}
	for (i = LUB_FRAME_HEAD; i < LUB_FRAME_BYTES; i++) {
		((uint8_t *)&f)[i] ^= 0x10;
		assert_true(lub_frame_tail_corrupt(&f));
		((uint8_t *)&f)[i] ^= 0x10;
	}
	/* A buffer that was not written still holds another frame: that must not pass for this one. */
	lub_frame_build(&next, LUB_FRAME_TARGET, RUN, 8, SENT);
	for (i = 0; i < sizeof(f.pattern); i++)
		same += f.pattern[i] == next.pattern[i];
	assert_int_equal(same, 0);
}

static void echo_needs_the_head_only(void **state)
{
	uint8_t head[LUB_FRAME_HEAD];
	struct lub_frame f, echo, want;

	(void)state;
	lub_frame_build(&f, LUB_FRAME_TARGET, RUN, 7, SENT);
	memcpy(head, &f, sizeof(head));
	lub_frame_echo(&echo, head);
	lub_frame_build(&want, LUB_FRAME_OBSERVER, RUN, 7, SENT);
	assert_memory_equal(&echo, &want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_as_documented),
		cmocka_unit_test(knows_its_own),
		cmocka_unit_test(finds_every_wrong_byte),
		cmocka_unit_test(echo_needs_the_head_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

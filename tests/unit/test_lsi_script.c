// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The SCRIPTS program, run by an interpreter that knows the few instructions it may use and
 * refuses everything else.
 */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/dma/lsi_script.h"

#define BASE 0x10000000u
#define SCRIPT 0x1000u
#define COUNTER 0x14u
#define ECHO 0x18u
#define SRC 0x2000u
#define DST 0x3000u
#define BLOCK 64u
#define AREA 0x4000u
#define STRIDE 0x1000u
#define PAGES 3u
#define SLOTS 0x3800u

struct chip {
	uint8_t mem[0x8000];
	uint8_t reg[0x60];
	uint32_t dsp;
	bool carry, stopped;
};

static const struct lsi_layout layout = {
	.script = BASE + SCRIPT,
	.counter = BASE + COUNTER,
	.echo = BASE + ECHO,
	.src = BASE + SRC,
	.dst = BASE + DST,
	.bytes = BLOCK,
};

static const struct lsi_layout with_area = {
	.script = BASE + SCRIPT,
	.counter = BASE + COUNTER,
	.echo = BASE + ECHO,
	.src = BASE + SRC,
	.dst = BASE + DST,
	.bytes = BLOCK,
	.pages = PAGES,
	.area = BASE + AREA,
	.stride = STRIDE,
	.slots = BASE + SLOTS,
};

static uint8_t *at(struct chip *c, uint32_t addr, uint32_t len)
{
	assert_in_range(addr, BASE, BASE + sizeof(c->mem) - len);
	return c->mem + (addr - BASE);
}

static uint32_t fetch(struct chip *c)
{
	uint32_t word;

	memcpy(&word, at(c, c->dsp, 4), 4);
	c->dsp += 4;
	return le32toh(word);
}

static void step(struct chip *c)
{
	uint32_t insn = fetch(c), arg = fetch(c), dst, reg, sum;

	switch (insn >> 27) {
	case 0x0f: /* register read-modify-write */
		reg = insn >> 16 & 0x7f;
		assert_in_range(insn >> 24 & 7, 6, 7); /* add, add with carry */
		sum = c->reg[reg] + (insn >> 8 & 0xff) + ((insn >> 24 & 7) == 7 && c->carry);
		c->reg[reg] = (uint8_t)sum;
		c->carry = sum > 0xff;
		break;
	case 0x1c: /* store registers */
		assert_int_equal(insn >> 24 & 1, 0);
		assert_int_equal(arg % 4, (insn >> 16 & 0xff) % 4);
		memcpy(at(c, arg, insn & 7), c->reg + (insn >> 16 & 0xff), insn & 7);
		break;
	case 0x18: /* memory move */
		dst = fetch(c);
		memcpy(at(c, dst, insn & 0xffffff), at(c, arg, insn & 0xffffff), insn & 0xffffff);
		break;
	case 0x10:
		assert_int_equal(insn, LSI_OP_JUMP);
		c->dsp = arg;
		break;
	case 0x13:
		assert_int_equal(insn, LSI_OP_STOP);
		c->stopped = true;
		break;
	default:
		fail_msg("instruction %08x", insn);
	}
}

static uint32_t word(struct chip *c, uint32_t off)
{
	uint32_t val;

	memcpy(&val, c->mem + off, 4);
	return le32toh(val);
}

static void load_layout(struct chip *c, const struct lsi_layout *l)
{
	uint32_t words[LSI_SCRIPT_WORDS + LSI_SCRIPT_PAGE_WORDS * PAGES], i;
	size_t len = LSI_SCRIPT_WORDS + LSI_SCRIPT_PAGE_WORDS * l->pages;

	memset(c, 0, sizeof(*c));
	assert_int_equal(lsi_script_build(words, l), 0);
	memcpy(c->mem + SCRIPT, words, len * sizeof(*words));
	for (i = 0; i < BLOCK; i++)
		c->mem[SRC + i] = (uint8_t)(i + 1);
	c->dsp = layout.script;
}

static void load(struct chip *c)
{
	load_layout(c, &layout);
}

static void loop(struct chip *c)
{
	do
		step(c);
	while (!c->stopped && c->dsp != layout.script);
}

static void counts_and_copies(void **state)
{
	struct chip c;
	uint32_t i;

	(void)state;
	load(&c);
	for (i = 1; i <= 1000; i++) {
		memset(c.mem + DST, 0, BLOCK);
		loop(&c);
		assert_int_equal(word(&c, COUNTER), i);
		assert_int_equal(word(&c, ECHO), i);
		assert_memory_equal(c.mem + DST, c.mem + SRC, BLOCK);
	}
}

static void carries(void **state)
{
	static const uint32_t from[] = { 0xff, 0xffff, 0xffffff, 0x12ffffff, 0xffffffff };
	struct chip c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		uint32_t start = htole32(from[i]);

		load(&c);
		memcpy(c.reg + 0x34, &start, 4);
		loop(&c);
		assert_int_equal(word(&c, COUNTER), from[i] + 1);
		loop(&c);
		assert_int_equal(word(&c, ECHO), from[i] + 2);
	}
}

static void counter_before_copy_before_echo(void **state)
{
	struct chip c;
	int i;

	(void)state;
	load(&c);
	for (i = 0; i < 5; i++)
		step(&c);
	assert_int_equal(word(&c, COUNTER), 1);
	assert_int_equal(word(&c, ECHO), 0);
	assert_int_equal(c.mem[DST], 0);
	step(&c);
	assert_memory_equal(c.mem + DST, c.mem + SRC, BLOCK);
	assert_int_equal(word(&c, ECHO), 0);
}

static void stops_after_a_whole_loop(void **state)
{
	uint32_t stop = htole32(LSI_OP_STOP);
	struct chip c;
	int i;

	(void)state;
	load(&c);
	loop(&c);
	for (i = 0; i < 3; i++)
		step(&c);
	memcpy(c.mem + SCRIPT + 4 * LSI_SCRIPT_JUMP, &stop, 4);
	loop(&c);
	assert_true(c.stopped);
	assert_int_equal(word(&c, COUNTER), 2);
	assert_int_equal(word(&c, ECHO), 2);
	assert_int_equal(c.reg[0x34], 2);
}

/* The program that all runs so far have used: without a working set it is to stay the same. */
static void same_program_as_ever(void **state)
{
	static const uint32_t ever[LSI_SCRIPT_WORDS] = {
		0x7e340100,    0,
		0x7f350000,    0,
		0x7f360000,    0,
		0x7f370000,    0,
		0xe0340004,    BASE + COUNTER,
		0xc0000040,    BASE + SRC,
		BASE + DST,    0xe0340004,
		BASE + ECHO,   0x80080000,
		BASE + SCRIPT,
	};
	uint32_t words[LSI_SCRIPT_WORDS];
	size_t i;

	(void)state;
	assert_int_equal(lsi_script_build(words, &layout), 0);
	for (i = 0; i < LSI_SCRIPT_WORDS; i++)
		assert_int_equal(le32toh(words[i]), ever[i]);
}

static void goes_over_the_area(void **state)
{
	uint32_t stop = htole32(LSI_OP_STOP), i, round;
	struct chip c;

	(void)state;
	load_layout(&c, &with_area);
	for (round = 1; round <= 3; round++) {
		memset(c.mem + SLOTS, 0, PAGES * LSI_SLOT);
		for (i = 0; i < PAGES; i++)
			memset(c.mem + AREA + i * STRIDE, (int)(16 * round + i), LSI_SLOT);
		memset(c.mem + DST, 0, BLOCK);
		loop(&c);
		assert_int_equal(word(&c, COUNTER), round);
		assert_int_equal(word(&c, ECHO), round);
		assert_memory_equal(c.mem + DST, c.mem + SRC, BLOCK);
		for (i = 0; i < PAGES; i++)
			assert_memory_equal(c.mem + SLOTS + i * LSI_SLOT, c.mem + AREA + i * STRIDE,
					    LSI_SLOT);
		/* Not a byte more than the slots. */
		assert_int_equal(c.mem[SLOTS + PAGES * LSI_SLOT], 0);
	}
	for (i = 0; i < 7; i++)
		step(&c);
	memcpy(c.mem + SCRIPT + 4 * (LSI_SCRIPT_JUMP + LSI_SCRIPT_PAGE_WORDS * PAGES), &stop, 4);
	loop(&c);
	assert_true(c.stopped);
	assert_int_equal(word(&c, ECHO), 4);
}

static void refuses_areas(void **state)
{
	uint32_t words[LSI_SCRIPT_WORDS + LSI_SCRIPT_PAGE_WORDS * PAGES];
	struct lsi_layout bad = with_area;

	(void)state;
	bad.stride = 0;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
	bad = with_area;
	bad.slots++;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
	bad = with_area;
	bad.area = 0xfffff000;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
}

static void refuses(void **state)
{
	uint32_t words[LSI_SCRIPT_WORDS];
	struct lsi_layout bad;

	(void)state;
	bad = layout;
	bad.counter += 2;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
	bad = layout;
	bad.bytes = 0;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
	bad.bytes = 1u << 24;
	assert_int_equal(lsi_script_build(words, &bad), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_and_copies),
		cmocka_unit_test(carries),
		cmocka_unit_test(counter_before_copy_before_echo),
		cmocka_unit_test(stops_after_a_whole_loop),
		cmocka_unit_test(refuses),
		cmocka_unit_test(same_program_as_ever),
		cmocka_unit_test(goes_over_the_area),
		cmocka_unit_test(refuses_areas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

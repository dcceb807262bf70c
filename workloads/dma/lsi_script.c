// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/lsi_script.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>

/* Read-modify-write of a register: op, register, immediate. */
#define RMW(oper, reg, imm) (0x78000000u | (uint32_t)(oper) << 24 | (reg) << 16 | (imm) << 8)
#define RMW_ADD 6
#define RMW_ADD_CARRY 7

#define MEMORY_MOVE(bytes) (0xc0000000u | (bytes))
#define STORE(reg, bytes) (0xe0000000u | (reg) << 16 | (bytes))

#define REG_SCRATCHA 0x34u

static bool fits(const struct lsi_layout *l)
{
	uint64_t end = l->area + (uint64_t)l->pages * l->stride;

	if ((l->script | l->counter | l->echo | l->src | l->dst) & 3 || !l->bytes ||
	    l->bytes >= 1u << 24)
		return false;
	return !l->pages ||
	       (!((l->area | l->stride | l->slots) & 3) && l->stride && end <= 1ull << 32);
}

static uint32_t *put_move(uint32_t *at, uint32_t bytes, uint32_t from, uint32_t to)
{
	*at++ = htole32(MEMORY_MOVE(bytes));
	*at++ = htole32(from);
	*at++ = htole32(to);
	return at;
}

static uint32_t *put(uint32_t *at, uint32_t op, uint32_t arg)
{
	*at++ = htole32(op);
	*at++ = htole32(arg);
	return at;
}

int lsi_script_build(uint32_t *words, const struct lsi_layout *l)
{
	uint32_t i;

	if (!fits(l))
		return -EINVAL;
	for (i = 0; i < 4; i++)
		words = put(words, RMW(i ? RMW_ADD_CARRY : RMW_ADD, REG_SCRATCHA + i, i ? 0u : 1u),
			    0);
	words = put(words, STORE(REG_SCRATCHA, 4), l->counter);
	words = put_move(words, l->bytes, l->src, l->dst);
	for (i = 0; i < l->pages; i++)
		words = put_move(words, LSI_SLOT, l->area + i * l->stride, l->slots + i * LSI_SLOT);
	words = put(words, STORE(REG_SCRATCHA, 4), l->echo);
	put(words, LSI_OP_JUMP, l->script);
	return 0;
}

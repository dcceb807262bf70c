// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/lsi_script.h"

#include <endian.h>
#include <errno.h>

/* Read-modify-write of a register: op, register, immediate. */
#define RMW(oper, reg, imm) (0x78000000u | (uint32_t)(oper) << 24 | (reg) << 16 | (imm) << 8)
#define RMW_ADD 6
#define RMW_ADD_CARRY 7

#define MEMORY_MOVE(bytes) (0xc0000000u | (bytes))
#define STORE(reg, bytes) (0xe0000000u | (reg) << 16 | (bytes))

#define REG_SCRATCHA 0x34u

int lsi_script_build(uint32_t *words, const struct lsi_layout *l)
{
	uint32_t prog[LSI_SCRIPT_WORDS];
	unsigned int n = 0, i;

	if ((l->script | l->counter | l->echo | l->src | l->dst) & 3 || !l->bytes ||
	    l->bytes >= 1u << 24)
		return -EINVAL;

	for (i = 0; i < 4; i++) {
		prog[n++] = RMW(i ? RMW_ADD_CARRY : RMW_ADD, REG_SCRATCHA + i, i ? 0u : 1u);
		prog[n++] = 0;
	}
	prog[n++] = STORE(REG_SCRATCHA, 4);
	prog[n++] = l->counter;
	prog[n++] = MEMORY_MOVE(l->bytes);
	prog[n++] = l->src;
	prog[n++] = l->dst;
	prog[n++] = STORE(REG_SCRATCHA, 4);
	prog[n++] = l->echo;
	prog[n++] = LSI_OP_JUMP;
	prog[n++] = l->script;

	for (i = 0; i < n; i++)
		words[i] = htole32(prog[i]);
	return 0;
}

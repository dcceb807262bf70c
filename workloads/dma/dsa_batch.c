// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/dsa_batch.h"

#include <endian.h>
#include <string.h>

#define AT(iova, member) ((iova) + offsetof(struct dsa_window, member))

static uint32_t op(uint32_t opcode, uint32_t flags)
{
	return htole32(opcode << 24 | flags);
}

static uint8_t status(const struct dsa_record *r)
{
	return DSA_STATUS(*(const volatile uint8_t *)&r->status);
}

uint64_t dsa_cover_ms(uint32_t depth)
{
	if (depth > DSA_BATCHES)
		depth = DSA_BATCHES;
	return (uint64_t)depth * DSA_STEPS * DSA_BLOCK / DSA_BYTES_PER_MS;
}

static void make_list(struct dsa_window *w, uint64_t iova, uint32_t slot)
{
	struct dsa_desc *d = w->list[slot];
	uint64_t value = AT(iova, value) + slot * sizeof(w->value[0]);
	uint32_t i;

	for (i = 0; i < DSA_STEPS; i++, d += 2) {
		d[0] = (struct dsa_desc){
			.op = op(DSA_OP_MEMMOVE, 0),
			.src = htole64(AT(iova, src)),
			.dst = htole64(AT(iova, dst)),
			.size = htole32(DSA_BLOCK),
		};
		d[1] = (struct dsa_desc){
			.op = op(DSA_OP_MEMMOVE, DSA_FLAG_FENCE),
			.src = htole64(value + i * sizeof(struct dsa_value)),
			.dst = htole64(AT(iova, witness.counter)),
			.size = htole32(sizeof(struct dsa_value)),
		};
	}
}

void dsa_window_init(struct dsa_window *w, uint64_t iova, uint32_t depth)
{
	uint32_t i;

	memset(w->page, 0, sizeof(w->page));
	memset(w->record, 0, sizeof(w->record));
	memset(w->dst, 0, sizeof(w->dst));
	for (i = 0; i < DSA_BATCHES; i++)
		make_list(w, iova, i);
	for (i = 0; i < DSA_BLOCK / 8; i++)
		w->src[i] = (i + 1) * 0x9e3779b97f4a7c15ull;
	w->witness.counter = 0;
	w->witness.echo = 0;
	w->state.depth = depth < DSA_BATCHES ? depth : DSA_BATCHES;
	w->state.ready = DSA_READY;
}

/* The number of a step is one more than of those before it: the counter begins with 1, and wraps. */
static void describe(struct dsa_window *w, uint64_t iova, uint32_t n, struct dsa_desc *batch)
{
	uint32_t slot = n % DSA_BATCHES, i, value;

	for (i = 0; i < DSA_STEPS; i++) {
		value = htole32(n * DSA_STEPS + i + 1);
		w->value[slot][i] = (struct dsa_value){ value, value };
	}
	memset(&w->record[slot], 0, sizeof(w->record[slot]));
	*batch = (struct dsa_desc){
		.op = op(DSA_OP_BATCH, DSA_FLAG_CRAV | DSA_FLAG_RCR),
		.record = htole64(AT(iova, record) + slot * sizeof(w->record[0])),
		.src = htole64(AT(iova, list) + slot * sizeof(w->list[0])),
		.size = htole32(2 * DSA_STEPS),
	};
}

bool dsa_prepare(struct dsa_window *w, uint64_t iova, struct dsa_desc *batch)
{
	volatile struct dsa_state *s = &w->state;

	if (dsa_outstanding(w) >= s->depth)
		return false;
	describe(w, iova, s->submitted, batch);
	__sync_synchronize();
	s->intent = s->submitted + 1;
	__sync_synchronize();
	return true;
}

void dsa_submitted(struct dsa_window *w)
{
	__sync_synchronize();
	*(volatile uint32_t *)&w->state.submitted = w->state.intent;
}

uint32_t dsa_retire(struct dsa_window *w)
{
	volatile struct dsa_state *s = &w->state;
	const struct dsa_record *r;
	uint32_t n = 0, done;

	for (; s->retired != s->submitted; n++) {
		r = &w->record[s->retired % DSA_BATCHES];
		if (!status(r))
			break;
		__sync_synchronize();
		done = status(r) == DSA_STATUS_OK ? DSA_STEPS : le32toh(r->done) / 2;
		s->failed += done < DSA_STEPS ? DSA_STEPS - done : 0;
		if (s->unsure == s->retired + 1)
			s->unsure = 0;
		s->retired++;
	}
	return n;
}

/* Are all done that were submitted from number N on? */
static bool all_done(const struct dsa_window *w, uint32_t n)
{
	for (; n != w->state.submitted; n++)
		if (!status(&w->record[n % DSA_BATCHES]))
			return false;
	return true;
}

bool dsa_resume(struct dsa_window *w)
{
	volatile struct dsa_state *s = &w->state;
	bool dry = all_done(w, s->retired);

	if (s->intent != s->submitted) {
		s->unsure = s->intent;
		__sync_synchronize();
		s->submitted = s->intent;
	}
	return !dry;
}

bool dsa_again(struct dsa_window *w, uint64_t iova, struct dsa_desc *batch)
{
	struct dsa_state *s = &w->state;
	uint32_t n = s->unsure - 1;

	if (!s->unsure || s->retired != n || s->submitted - n <= DSA_ALONGSIDE ||
	    !all_done(w, n + 1))
		return false;
	s->unsure = 0;
	describe(w, iova, n, batch);
	__sync_synchronize();
	return true;
}

uint32_t dsa_end_lost(struct dsa_window *w)
{
	uint32_t end = w->state.submitted * DSA_STEPS;
	uint32_t behind = end - le32toh(*(volatile uint32_t *)&w->witness.counter);

	return behind % DSA_STEPS || behind >= DSA_ALONGSIDE * DSA_STEPS ? behind : 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/intel_ring.h"

#include <string.h>

#define TAIL_BYTES (LUB_FRAME_BYTES - LUB_FRAME_HEAD)

void intel_ring_init(struct intel_window *w, uint64_t iova, uint32_t slots)
{
	uint64_t counter = iova + offsetof(struct lub_witness, counter), addr;
	uint32_t i;

	memset(w->page, 0, sizeof(w->page));
	memset(w->rx, 0, sizeof(w->rx));
	memset(w->tx, 0, sizeof(w->tx));
	for (i = 0; i < slots; i++) {
		addr = iova + offsetof(struct intel_window, head) + i * sizeof(w->head[0]);
		w->rx[2 * i].addr = htole64(addr);
		w->rx[2 * i + 1].addr = htole64(counter);
	}
	for (i = 0; i < INTEL_TX_DESCS; i++) {
		addr = iova + offsetof(struct intel_window, echo) + i * sizeof(w->echo[0]);
		w->tx[i] = (struct intel_tx_desc){
			.addr = htole64(addr),
			.length = htole16(LUB_FRAME_BYTES),
			.cmd = INTEL_TX_CMD,
			.status = INTEL_TX_DD,
		};
	}
	w->state[0].settling = INTEL_SETTLE;
}

static uint8_t status(const struct intel_rx_desc *d)
{
	return *(const volatile uint8_t *)&d->status;
}

/* Did the device write the two parts of a frame as it should? Returns wrong bytes. */
static uint32_t check_parts(const struct intel_rx_desc *d)
{
	uint32_t bad = 0;

	if (status(d) & INTEL_RX_EOP || d[0].errors || le16toh(d[0].length) != LUB_FRAME_HEAD)
		bad += LUB_FRAME_HEAD;
	if (!(status(d + 1) & INTEL_RX_EOP) || d[1].errors || le16toh(d[1].length) != TAIL_BYTES)
		bad += TAIL_BYTES;
	return bad;
}

static void check_number(struct intel_state *s, uint32_t seq)
{
	uint32_t left_out = seq - s->last - 1;

	if (!s->frames) {
		s->first = seq;
	} else if (left_out > INT32_MAX) {
		/* An old one again: the device did not write this buffer. */
		s->corrupt += LUB_FRAME_HEAD;
		return;
	} else if (left_out && s->settling) {
		s->skipped = left_out;
		s->settling = 0;
	} else {
		s->lost += left_out;
	}
	s->last = seq;
	if (s->settling)
		s->settling--;
}

static void take_one(struct intel_window *w, uint32_t slots, struct intel_state *s)
{
	const struct lub_frame *f = (const void *)w->head[s->next];
	uint32_t counter;

	s->corrupt += check_parts(&w->rx[2 * s->next]);
	if (!lub_frame_ours(f, LUB_FRAME_TARGET, s->run)) {
		s->corrupt += LUB_FRAME_HEAD;
	} else {
		s->run = le64toh(f->run);
		s->corrupt += lub_frame_corrupt(f);
		check_number(s, le32toh(f->seq));
		/* Its end was written before the descriptor said so, and newer ends may have followed. */
		counter = le32toh(*(volatile uint32_t *)&w->witness.counter);
		if (counter - s->last > INT32_MAX)
			s->corrupt += TAIL_BYTES;
	}
	lub_frame_echo(&w->echo[s->tx], f);
	s->frames++;
	s->next = (s->next + 1) % slots;
	s->tx = (s->tx + 1) % INTEL_TX_DESCS;
}

int intel_ring_take(struct intel_window *w, uint32_t slots)
{
	uint32_t old = w->valid & 1, n;
	struct intel_state s = w->state[old];

	for (n = 0; n < INTEL_BATCH; n++) {
		if (!(status(&w->rx[2 * s.next + 1]) & INTEL_RX_DD))
			break;
		/* Sent in order: when the one behind it is free, so is this one. */
		if (!(*(volatile uint8_t *)&w->tx[(s.tx + 1) % INTEL_TX_DESCS].status &
		      INTEL_TX_DD))
			break;
		__sync_synchronize();
		take_one(w, slots, &s);
	}
	if (!n)
		return 0;
	w->state[!old] = s;
	__sync_synchronize();
	*(volatile uint32_t *)&w->valid = !old;
	__sync_synchronize();
	return (int)n;
}

void intel_ring_give(struct intel_window *w, uint32_t slots, uint32_t rdt, uint32_t tdt)
{
	uint32_t rx = intel_ring_rdt(w, slots), tx = intel_ring_tdt(w);

	for (rdt %= 2 * slots; rdt != rx; rdt = (rdt + 1) % (2 * slots))
		w->rx[rdt].status = 0;
	for (tdt %= INTEL_TX_DESCS; tdt != tx; tdt = (tdt + 1) % INTEL_TX_DESCS)
		w->tx[tdt].status = 0;
	__sync_synchronize();
}

/* Head and tail may not meet when the device has all of them: one frame's worth stays away. */
uint32_t intel_ring_rdt(struct intel_window *w, uint32_t slots)
{
	uint32_t next = intel_ring_state(w)->next;

	return 2 * ((next + slots - 1) % slots);
}

uint32_t intel_ring_tdt(struct intel_window *w)
{
	return intel_ring_state(w)->tx;
}

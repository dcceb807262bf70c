// SPDX-License-Identifier: GPL-2.0-or-later
/* The rings of workloads e1000e and igb, against a device that does what the datasheet says and no more. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/dma/intel_rx.h"

#define IOVA 0x10000000ull
#define RUN 0x4c55ull

/**
 * struct chip - a device: heads and tails, and the window as it sees it
 * @slots: half of the descriptors of its receive ring
 * @back: what was sent, numbers only
 */
struct chip {
	struct intel_window *w;
	uint32_t slots, rdh, rdt, tdh, tdt, seq, sent;
	uint32_t back[4096];
};

static void *at(struct chip *c, uint64_t addr, size_t len)
{
	assert_in_range(addr, IOVA, IOVA + sizeof(*c->w) - len);
	return (uint8_t *)c->w + (addr - IOVA);
}

static bool put(struct chip *c, const void *data, uint16_t len, uint8_t status)
{
	struct intel_rx_desc *d = &c->w->rx[c->rdh];

	if (c->rdh == c->rdt)
		return false;
	assert_int_equal(d->status, 0);
	memcpy(at(c, le64toh(d->addr), len), data, len);
	d->length = htole16(len);
	d->status = status;
	c->rdh = (c->rdh + 1) % (2 * c->slots);
	return true;
}

static bool receive_frame(struct chip *c, const struct lub_frame *f)
{
	return put(c, f, LUB_FRAME_HEAD, INTEL_RX_DD) &&
	       put(c, &f->tail_seq, LUB_FRAME_BYTES - LUB_FRAME_HEAD, INTEL_RX_DD | INTEL_RX_EOP);
}

static bool receive(struct chip *c, unsigned int n)
{
	struct lub_frame f;

	while (n--) {
		c->seq++;
		lub_frame_build(&f, LUB_FRAME_TARGET, RUN, c->seq, c->seq * 1000);
		if (!receive_frame(c, &f))
			return false;
	}
	return true;
}

/* Sends what was handed over, and reports it. */
static void transmit(struct chip *c)
{
	struct lub_frame want;

	for (; c->tdh != c->tdt; c->tdh = (c->tdh + 1) % INTEL_TX_DESCS) {
		struct intel_tx_desc *d = &c->w->tx[c->tdh];
		struct lub_frame *f = at(c, le64toh(d->addr), LUB_FRAME_BYTES);

		assert_int_equal(d->status, 0);
		assert_int_equal(le16toh(d->length), LUB_FRAME_BYTES);
		lub_frame_build(&want, LUB_FRAME_OBSERVER, le64toh(f->run), le32toh(f->seq),
				le64toh(f->sent));
		assert_memory_equal(f, &want, sizeof(want));
		c->back[c->sent++ % 4096] = le32toh(f->seq);
		d->status = INTEL_TX_DD;
	}
}

static void hand_over(struct chip *c, uint32_t rdt, uint32_t tdt)
{
	intel_ring_give(c->w, c->slots, rdt, tdt);
	c->tdt = intel_ring_tdt(c->w);
	c->rdt = intel_ring_rdt(c->w, c->slots);
}

static int serve(struct chip *c)
{
	uint32_t rdt = intel_ring_rdt(c->w, c->slots), tdt = intel_ring_tdt(c->w);
	int n = intel_ring_take(c->w, c->slots);

	hand_over(c, rdt, tdt);
	return n;
}

static struct chip *begin(void **state)
{
	struct chip *c = *state;

	memset(c->w, 0, sizeof(*c->w));
	*c = (struct chip){ .w = c->w, .slots = c->slots };
	intel_ring_init(c->w, IOVA, c->slots);
	c->rdt = intel_ring_rdt(c->w, c->slots);
	return c;
}

static void assert_clean(struct chip *c, uint32_t frames)
{
	const struct intel_state *s = intel_ring_state(c->w);

	assert_int_equal(s->frames, frames);
	assert_int_equal(s->lost, 0);
	assert_int_equal(s->corrupt, 0);
}

static void counter_is_written_by_the_device(void **state)
{
	struct chip *c = begin(state);

	assert_true(receive(c, 3));
	assert_int_equal(le32toh(c->w->witness.counter), 3);
	assert_int_equal(le32toh(c->w->witness.echo), 3);
	assert_int_equal(serve(c), 3);
	assert_clean(c, 3);
	transmit(c);
	assert_int_equal(c->sent, 3);
	assert_int_equal(c->back[2], 3);
}

static void takes_all_that_is_promised(void **state)
{
	struct chip *c = begin(state);
	uint32_t frames = 0;
	int n;

	assert_true(receive(c, c->slots - 1));
	assert_false(receive(c, 1));
	c->seq--;
	while ((n = serve(c))) {
		assert_in_range(n, 1, INTEL_BATCH);
		frames += (uint32_t)n;
		transmit(c);
	}
	assert_int_equal(frames, c->slots - 1);
	assert_clean(c, frames);
	/* And once more around, over the end of the ring. */
	assert_true(receive(c, c->slots - 1));
	while (serve(c))
		transmit(c);
	assert_clean(c, 2 * frames);
	assert_int_equal(c->sent, 2 * frames);
}

static void no_echo_is_dropped(void **state)
{
	struct chip *c = begin(state);
	uint32_t i, frames = 0;
	int n;

	assert_true(receive(c, 1000));
	while ((n = serve(c)))
		frames += (uint32_t)n;
	assert_int_equal(frames, INTEL_TX_DESCS - 1);
	do
		transmit(c);
	while (serve(c));
	assert_clean(c, 1000);
	assert_int_equal(c->sent, 1000);
	for (i = 0; i < 1000; i++)
		assert_int_equal(c->back[i], i + 1);
}

/* The thread ends somewhere in a call; the next kernel finds window and device, and nothing else. */
static void goes_on_after_a_kexec(void **state)
{
	enum {
		IN_TAKE,
		AFTER_TAKE,
		IN_GIVE,
		AFTER_TDT,
		AFTER_RDT
	};
	uint32_t valid, rdt, tdt;
	struct chip *c;
	int cut, n;

	for (cut = IN_TAKE; cut <= AFTER_RDT; cut++) {
		c = begin(state);
		assert_true(receive(c, 200));
		rdt = c->rdt;
		tdt = c->tdt;
		valid = c->w->valid;
		assert_int_equal(intel_ring_take(c->w, c->slots), INTEL_BATCH);
		if (cut == IN_TAKE)
			c->w->valid = valid;
		if (cut >= IN_GIVE)
			intel_ring_give(c->w, c->slots, rdt, tdt);
		if (cut >= AFTER_TDT) {
			c->tdt = intel_ring_tdt(c->w);
			transmit(c);
		}
		if (cut >= AFTER_RDT)
			c->rdt = intel_ring_rdt(c->w, c->slots);

		assert_true(receive(c, 300));
		hand_over(c, c->rdt, c->tdt);
		transmit(c);
		while ((n = serve(c)))
			transmit(c);
		assert_clean(c, 500);
		assert_int_equal(c->sent, 500);
		assert_int_equal(c->back[499], 500);
		/* A full lap: no descriptor was forgotten. */
		assert_true(receive(c, c->slots - 1));
	}
}

static void one_gap_after_a_start_is_not_lost(void **state)
{
	struct chip *c = begin(state);

	c->seq = 500;
	assert_true(receive(c, 100));
	c->seq += 7000;
	assert_true(receive(c, 100));
	c->seq += 3;
	assert_true(receive(c, 20));
	while (serve(c))
		transmit(c);
	assert_int_equal(intel_ring_state(c->w)->first, 501);
	assert_int_equal(intel_ring_state(c->w)->skipped, 7000);
	assert_int_equal(intel_ring_state(c->w)->lost, 3);
	assert_int_equal(intel_ring_state(c->w)->corrupt, 0);
}

static void later_gaps_are_lost(void **state)
{
	struct chip *c = begin(state);

	assert_true(receive(c, INTEL_SETTLE));
	c->seq += 5;
	assert_true(receive(c, 10));
	while (serve(c))
		transmit(c);
	assert_int_equal(intel_ring_state(c->w)->lost, 5);
}

static void finds_wrong_bytes(void **state)
{
	struct chip *c = begin(state);
	struct lub_frame f;

	assert_true(receive(c, 10));
	c->w->head[3][100] ^= 1;
	c->w->head[4][200] ^= 1;
	assert_int_equal(serve(c), 10);
	assert_int_equal(intel_ring_state(c->w)->corrupt, 2);
	assert_int_equal(intel_ring_state(c->w)->lost, 0);

	/* Another run's frame. */
	c = begin(state);
	assert_true(receive(c, 1));
	lub_frame_build(&f, LUB_FRAME_TARGET, RUN + 1, 2, 0);
	assert_true(receive_frame(c, &f));
	serve(c);
	assert_int_equal(intel_ring_state(c->w)->corrupt, LUB_FRAME_HEAD);
}

/* Descriptors are written back, but the data went elsewhere: what page tables that are wrong do. */
static void finds_data_that_did_not_arrive(void **state)
{
	struct chip *c = begin(state);
	uint8_t old[LUB_FRAME_HEAD];
	uint32_t i;

	assert_true(receive(c, 4));
	memset(c->w->head[2], 0, sizeof(c->w->head[2]));
	serve(c);
	assert_int_equal(intel_ring_state(c->w)->corrupt, LUB_FRAME_HEAD);

	c = begin(state);
	for (i = 0; i < c->slots; i++) {
		assert_true(receive(c, 1));
		serve(c);
		transmit(c);
	}
	assert_clean(c, c->slots);
	memcpy(old, c->w->head[0], sizeof(old));
	assert_true(receive(c, 1));
	memcpy(c->w->head[0], old, sizeof(old));
	serve(c);
	assert_int_equal(intel_ring_state(c->w)->corrupt, LUB_FRAME_HEAD);

	c = begin(state);
	assert_true(receive(c, 4));
	c->w->witness.counter = htole32(2);
	serve(c);
	assert_int_equal(intel_ring_state(c->w)->corrupt, 2 * (LUB_FRAME_BYTES - LUB_FRAME_HEAD));
}

static void finds_a_frame_in_the_wrong_descriptors(void **state)
{
	struct chip *c = begin(state);
	struct lub_frame f;

	lub_frame_build(&f, LUB_FRAME_TARGET, RUN, 1, 0);
	assert_true(put(c, &f, 60, INTEL_RX_DD | INTEL_RX_EOP));
	assert_true(receive_frame(c, &f));
	assert_true(put(c, &f, 60, INTEL_RX_DD | INTEL_RX_EOP));
	assert_int_equal(serve(c), 2);
	assert_true(intel_ring_state(c->w)->corrupt >= 2 * LUB_FRAME_HEAD);
}

static int make(void **state, const struct dma_ops *ops)
{
	struct chip *c = calloc(1, sizeof(*c));

	c->w = aligned_alloc(4096, sizeof(*c->w));
	c->slots = ((const struct intel_nic *)ops->device)->slots;
	*state = c;
	return c->w ? 0 : -1;
}

static int make_e1000e(void **state)
{
	return make(state, &dma_e1000e_ops);
}

static int make_igb(void **state)
{
	return make(state, &dma_igb_ops);
}

static int unmake(void **state)
{
	struct chip *c = *state;

	free(c->w);
	free(c);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_is_written_by_the_device),
		cmocka_unit_test(takes_all_that_is_promised),
		cmocka_unit_test(no_echo_is_dropped),
		cmocka_unit_test(goes_on_after_a_kexec),
		cmocka_unit_test(one_gap_after_a_start_is_not_lost),
		cmocka_unit_test(later_gaps_are_lost),
		cmocka_unit_test(finds_wrong_bytes),
		cmocka_unit_test(finds_data_that_did_not_arrive),
		cmocka_unit_test(finds_a_frame_in_the_wrong_descriptors),
	};

	return cmocka_run_group_tests_name("e1000e", tests, make_e1000e, unmake) +
	       cmocka_run_group_tests_name("igb", tests, make_igb, unmake);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pure parts of workload dsa, against an engine that does what the specification says and no more. It
 * begins batches in order; each test says when it does them. Nobody has seen a real one do it.
 */
#include <endian.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "workloads/dma/dsa_batch.h"

#define IOVA 0x10000000ull

/**
 * struct chip - an engine: its queue, and the window as it sees it
 * @step: number that the next step of a batch must write; 0: any
 */
struct chip {
	struct dsa_window *w;
	uint32_t depth, head, tail, step;
	struct dsa_desc queue[DSA_BATCHES];
};

static void *at(struct chip *c, uint64_t addr, size_t len)
{
	assert_in_range(le64toh(addr), IOVA, IOVA + sizeof(*c->w) - len);
	return (uint8_t *)c->w + (le64toh(addr) - IOVA);
}

static void submit(struct chip *c, const struct dsa_desc *d)
{
	/* A dedicated queue drops what does not fit. */
	assert_true(c->tail - c->head < c->depth);
	c->queue[c->tail++ % DSA_BATCHES] = *d;
}

static uint32_t flags(const struct dsa_desc *d)
{
	return le32toh(d->op) & 0xffffff;
}

static uint32_t opcode(const struct dsa_desc *d)
{
	return le32toh(d->op) >> 24;
}

/* One descriptor of a list. The block is too long to be copied each time: its ends are. */
static void copy(struct chip *c, const struct dsa_desc *d, bool number)
{
	uint32_t size = le32toh(d->size);
	uint8_t *src = at(c, d->src, size), *dst = at(c, d->dst, size);
	struct dsa_value v;

	assert_int_equal(opcode(d), 0x03);
	assert_int_equal(flags(d), number ? 0x01 : 0x00);
	if (number) {
		assert_int_equal(size, 8);
		assert_ptr_equal(dst, &c->w->witness.counter);
		memcpy(&v, src, 8);
		assert_int_equal(v.counter, v.echo);
		if (c->step)
			assert_int_equal(le32toh(v.counter), c->step++);
		memcpy(dst, src, 8);
	} else {
		assert_int_equal(size, 4u << 20);
		assert_ptr_equal(dst, c->w->dst);
		memcpy(dst, src, 8);
		memcpy(dst + size - 8, src + size - 8, 8);
	}
}

/* Does the first @steps of a batch, and says so. */
static void run_one(struct chip *c, uint32_t index, uint32_t steps, uint8_t status)
{
	const struct dsa_desc *batch = &c->queue[index % DSA_BATCHES], *d;
	struct dsa_record *r = at(c, batch->record, sizeof(*r));
	uint32_t i, count = le32toh(batch->size);

	assert_int_equal(opcode(batch), 0x01);
	assert_int_equal(flags(batch), 0x0c);
	assert_int_equal(le64toh(batch->record) % 32, 0);
	assert_int_equal(le64toh(batch->src) % 64, 0);
	assert_int_equal(count, 1024);
	assert_int_equal(r->status, 0);
	d = at(c, batch->src, count * sizeof(*d));
	for (i = 0; i < 2 * steps; i++)
		copy(c, &d[i], i % 2);
	r->done = htole32(2 * steps);
	r->status = status;
}

static void run(struct chip *c, uint32_t batches)
{
	while (batches--) {
		assert_int_not_equal(c->head, c->tail);
		run_one(c, c->head++, DSA_STEPS, 0x01);
	}
}

static uint32_t refill(struct chip *c)
{
	struct dsa_desc d;
	uint32_t n = 0;

	if (dsa_again(c->w, IOVA, &d))
		submit(c, &d);
	for (; dsa_prepare(c->w, IOVA, &d); n++) {
		submit(c, &d);
		dsa_submitted(c->w);
	}
	return n;
}

static struct chip *begin(void **state, uint32_t depth)
{
	struct chip *c = *state;

	memset(&c->w->witness, 0xff, sizeof(c->w->witness));
	*c = (struct chip){ .w = c->w, .depth = depth, .step = 1 };
	dsa_window_init(c->w, IOVA, depth);
	return c;
}

static void descriptors_are_laid_out_as_specified(void **state)
{
	struct chip *c = begin(state, 1);
	uint8_t raw[64];
	struct dsa_desc d;

	assert_true(dsa_prepare(c->w, IOVA, &d));
	memcpy(raw, &d, sizeof(raw));
	assert_int_equal(raw[0] | raw[1] | raw[2] | raw[3], 0);
	assert_int_equal(raw[4], 0x0c);
	assert_int_equal(raw[5] | raw[6], 0);
	assert_int_equal(raw[7], 0x01);
	assert_memory_equal(raw + 8, &(uint64_t){ htole64(IOVA + 2 * 4096) }, 8);
	assert_memory_equal(raw + 16,
			    &(uint64_t){ htole64(IOVA + offsetof(struct dsa_window, list)) }, 8);
	assert_memory_equal(raw + 32, &(uint32_t){ htole32(1024) }, 4);

	memcpy(raw, &c->w->list[0][1], sizeof(raw));
	assert_int_equal(raw[4], 0x01);
	assert_int_equal(raw[7], 0x03);
	assert_memory_equal(raw + 16, &(uint64_t){ htole64(IOVA + 3 * 4096) }, 8);
	assert_memory_equal(raw + 24, &(uint64_t){ htole64(IOVA + 1024) }, 8);
	assert_memory_equal(raw + 32, &(uint32_t){ htole32(8) }, 4);
	assert_int_equal(offsetof(struct dsa_record, done), 4);
	assert_int_equal(offsetof(struct dsa_record, fault_addr), 8);
}

static void numbers_ascend_over_all_slots(void **state)
{
	struct chip *c = begin(state, 100);
	uint32_t i;

	assert_int_equal(c->w->witness.counter, 0);
	for (i = 0; i < DSA_BLOCK / 8; i++)
		assert_int_not_equal(c->w->src[i], c->w->dst[i]);
	for (i = 0; i < 3; i++) {
		refill(c);
		run(c, 100);
		assert_int_equal(dsa_retire(c->w), 100);
		assert_int_equal(dsa_end_lost(c->w), 0);
	}
	assert_int_equal(le32toh(c->w->witness.counter), 300 * 512);
	assert_int_equal(c->w->dst[0], c->w->src[0]);
	assert_int_equal(c->w->state.failed, 0);
}

/* The counter wraps after 2^23 batches, and the numbers of batches after 2^32. */
static void numbers_wrap(void **state)
{
	static const uint32_t last[] = { (1u << 23) - 1, UINT32_MAX };
	struct chip *c;
	size_t i;

	for (i = 0; i < 2; i++) {
		c = begin(state, 8);
		c->w->state.intent = c->w->state.submitted = c->w->state.retired = last[i];
		assert_int_equal(refill(c), 8);
		c->step = last[i] * 512 + 1;
		run_one(c, c->head++, DSA_STEPS, 0x01);
		assert_int_equal(c->w->witness.counter, 0);
		assert_int_equal(c->step, 0);
		c->step = 1;
		run(c, 7);
		assert_int_equal(dsa_retire(c->w), 8);
		assert_int_equal(dsa_outstanding(c->w), 0);
		assert_int_equal(le32toh(c->w->witness.counter), 7 * 512);
		assert_int_equal(dsa_end_lost(c->w), 0);
	}
}

static void the_queue_is_kept_full_and_never_more(void **state)
{
	struct chip *c = begin(state, 5);
	uint32_t i;

	assert_int_equal(refill(c), 5);
	assert_int_equal(refill(c), 0);
	assert_int_equal(dsa_retire(c->w), 0);
	for (i = 0; i < 200; i++) {
		run(c, 1 + i % 5);
		assert_int_equal(dsa_outstanding(c->w), 5);
		assert_int_equal(dsa_retire(c->w), 1 + i % 5);
		assert_int_equal(dsa_outstanding(c->w), 5 - 1 - i % 5);
		assert_int_equal(refill(c), 1 + i % 5);
	}
	c = begin(state, 1000);
	c->depth = DSA_BATCHES;
	assert_int_equal(refill(c), DSA_BATCHES);
}

/* Its slot is free only when all before it are done. */
static void retires_in_order(void **state)
{
	struct chip *c = begin(state, 4);

	refill(c);
	c->step = 0;
	run_one(c, 1, DSA_STEPS, 0x01);
	run_one(c, 2, DSA_STEPS, 0x01);
	assert_int_equal(dsa_retire(c->w), 0);
	assert_int_equal(refill(c), 0);
	run_one(c, 0, DSA_STEPS, 0x01);
	c->head = 3;
	assert_int_equal(dsa_retire(c->w), 3);
	assert_int_equal(refill(c), 3);
}

static void a_failed_batch_is_counted(void **state)
{
	struct chip *c = begin(state, 3);

	refill(c);
	run_one(c, c->head++, 200, 0x05);
	c->step = 513;
	/* The upper bit says whether the fault was a write. */
	run_one(c, c->head++, DSA_STEPS, 0x81);
	assert_int_equal(dsa_retire(c->w), 2);
	assert_int_equal(c->w->state.failed, 312);
}

/* The thread ends somewhere in a call; the next kernel finds window and device, and nothing else. */
static void goes_on_after_a_kexec(void **state)
{
	enum {
		IN_PREPARE,
		BEFORE_SUBMIT,
		AFTER_SUBMIT,
		AFTER_ALL
	};
	struct dsa_desc d;
	struct chip *c;
	int cut, i;

	for (cut = IN_PREPARE; cut <= AFTER_ALL; cut++) {
		c = begin(state, 8);
		refill(c);
		run(c, 1);
		assert_int_equal(dsa_retire(c->w), 1);
		assert_true(dsa_prepare(c->w, IOVA, &d));
		if (cut == IN_PREPARE)
			c->w->state.intent = c->w->state.submitted;
		if (cut >= AFTER_SUBMIT)
			submit(c, &d);
		if (cut >= AFTER_ALL)
			dsa_submitted(c->w);

		run(c, 3);
		assert_true(dsa_resume(c->w));
		/* The batch that was not submitted is left out at first, and made up for later. */
		for (i = 0; i < 40; i++) {
			dsa_retire(c->w);
			refill(c);
			if (cut == BEFORE_SUBMIT)
				c->step = 0;
			run(c, c->tail - c->head);
		}
		dsa_retire(c->w);
		assert_int_equal(refill(c), 8);
		assert_int_equal(c->w->state.unsure, 0);
		assert_int_equal(c->w->state.failed, 0);
		/* Each was submitted once: all but those that are in the queue now are done. */
		assert_int_equal(c->w->state.submitted, c->tail);
		assert_int_equal(dsa_outstanding(c->w), c->tail - c->head);
	}
}

/* Submitted, but nobody took it down: as long as it may be in progress it is left alone. */
static void does_not_submit_again_what_may_be_in_progress(void **state)
{
	struct chip *c = begin(state, 8);
	struct dsa_desc d;
	uint32_t i;

	assert_true(dsa_prepare(c->w, IOVA, &d));
	submit(c, &d);
	assert_false(dsa_resume(c->w));
	assert_int_equal(refill(c), 7);
	c->step = 0;
	for (i = 1; i < 8; i++) {
		assert_false(dsa_again(c->w, IOVA, &d));
		run_one(c, i, DSA_STEPS, 0x01);
		assert_int_equal(dsa_retire(c->w), 0);
	}
	/* Seven later ones are done, and this one is not. */
	assert_true(dsa_again(c->w, IOVA, &d));
	assert_false(dsa_again(c->w, IOVA, &d));

	c = begin(state, DSA_ALONGSIDE);
	assert_true(dsa_prepare(c->w, IOVA, &d));
	submit(c, &d);
	dsa_resume(c->w);
	refill(c);
	c->step = 0;
	for (i = 1; i < DSA_ALONGSIDE; i++)
		run_one(c, i, DSA_STEPS, 0x01);
	assert_false(dsa_again(c->w, IOVA, &d));
}

static void says_when_nothing_was_left_to_do(void **state)
{
	struct chip *c = begin(state, 8);

	refill(c);
	run(c, 7);
	assert_true(dsa_resume(c->w));
	run(c, 1);
	assert_false(dsa_resume(c->w));
	assert_int_equal(dsa_retire(c->w), 8);
	assert_false(dsa_resume(c->w));
}

static void knows_where_the_counter_must_end(void **state)
{
	struct chip *c = begin(state, 8);

	refill(c);
	run(c, 8);
	dsa_retire(c->w);
	c->w->witness.counter = htole32(5 * 512);
	assert_int_equal(dsa_end_lost(c->w), 0);
	c->w->witness.counter = htole32(4 * 512);
	assert_int_equal(dsa_end_lost(c->w), 4 * 512);
	c->w->witness.counter = htole32(8 * 512 - 1);
	assert_int_equal(dsa_end_lost(c->w), 1);
	c->w->witness.counter = htole32(8 * 512 + 1);
	assert_int_not_equal(dsa_end_lost(c->w), 0);
}

static void promises_no_more_than_the_rate_allows(void **state)
{
	(void)state;
	/* 128 batches x 512 steps x 4 MiB are 274,877,906,944 bytes: 9.16 s at 30 GB/s. */
	assert_int_equal(dsa_cover_ms(128), 9162);
	assert_int_equal(dsa_cover_ms(129), 9162);
	assert_int_equal(dsa_cover_ms(1), 71);
}

static int make(void **state)
{
	struct chip *c = calloc(1, sizeof(*c));

	c->w = aligned_alloc(4096, sizeof(*c->w));
	*state = c;
	return c->w ? 0 : -1;
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
		cmocka_unit_test(descriptors_are_laid_out_as_specified),
		cmocka_unit_test(numbers_ascend_over_all_slots),
		cmocka_unit_test(numbers_wrap),
		cmocka_unit_test(the_queue_is_kept_full_and_never_more),
		cmocka_unit_test(retires_in_order),
		cmocka_unit_test(a_failed_batch_is_counted),
		cmocka_unit_test(goes_on_after_a_kexec),
		cmocka_unit_test(does_not_submit_again_what_may_be_in_progress),
		cmocka_unit_test(says_when_nothing_was_left_to_do),
		cmocka_unit_test(knows_where_the_counter_must_end),
		cmocka_unit_test(promises_no_more_than_the_rate_allows),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The NVMe driver without a device: PRP entries and commands, and the queues against a file in place of
 * the registers and completions written by the test. A kexec is a handle made anew over the same region.
 */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/nvme/nvme.h"
#include "workloads/nvme/priv.h"

#define LIST_IOVA 0xabc000ull
#define ENTRIES 8u
#define MAX_BYTES (16u << 10)
#define REGION_IOVA 0x20000000ull
#define BUFFER 0x30000000ull

#define CAP_OF(mqes) ((uint64_t)(mqes) | 1ull << 37 | 1ull << 32) /* doorbells 8 bytes apart */

struct prps {
	uint64_t one, two, list[4];
	int64_t bytes;
};

static struct prps prps(unsigned int room, unsigned int nr, const struct nvme_seg *seg)
{
	struct prps p = { 0 };

	p.bytes = nvme_prps(seg, nr, &p.one, &p.two, p.list, room, LIST_IOVA);
	p.one = le64toh(p.one);
	p.two = le64toh(p.two);
	return p;
}

static void prp_of_few_pages(void **state)
{
	struct prps p;

	(void)state;
	p = prps(0, 1, &(struct nvme_seg){ 0x1000, 4096 });
	assert_true(p.bytes == 4096 && p.one == 0x1000 && p.two == 0);
	/* The end of one page and the begin of the next. */
	p = prps(0, 1, &(struct nvme_seg){ 0x1400, 4096 });
	assert_true(p.bytes == 4096 && p.one == 0x1400 && p.two == 0x2000);
	/* Two places: as the DMA workload has it. */
	p = prps(0, 2, (struct nvme_seg[]){ { 0x1400, 3072 }, { 0x9000, 1024 } });
	assert_true(p.bytes == 4096 && p.one == 0x1400 && p.two == 0x9000);
}

static void prp_list(void **state)
{
	struct prps p;

	(void)state;
	p = prps(4, 1, &(struct nvme_seg){ 0x1800, 16384 });
	assert_true(p.bytes == 16384 && p.one == 0x1800 && p.two == LIST_IOVA);
	assert_true(le64toh(p.list[0]) == 0x2000 && le64toh(p.list[3]) == 0x5000);
	p = prps(4, 3, (struct nvme_seg[]){ { 0x1ffc, 4 }, { 0x7000, 8192 }, { 0x4000, 512 } });
	assert_true(p.bytes == 4 + 8192 + 512 && p.one == 0x1ffc && p.two == LIST_IOVA);
	assert_true(le64toh(p.list[0]) == 0x7000 && le64toh(p.list[1]) == 0x8000 &&
		    le64toh(p.list[2]) == 0x4000);
}

static void prp_refuses(void **state)
{
	(void)state;
	/* One page more than there is room for. */
	assert_int_equal(prps(4, 1, &(struct nvme_seg){ 0x1004, 5 * 4096 }).bytes, -E2BIG);
	assert_int_equal(prps(0, 1, &(struct nvme_seg){ 0x1004, 8192 }).bytes, -E2BIG);
	/* A hole inside of a page, at the end of the first piece and at the begin of the second. */
	assert_int_equal(prps(4, 2, (struct nvme_seg[]){ { 0x1000, 512 }, { 0x3000, 512 } }).bytes,
			 -EINVAL);
	assert_int_equal(prps(4, 2, (struct nvme_seg[]){ { 0x1000, 4096 }, { 0x3200, 512 } }).bytes,
			 -EINVAL);
	assert_int_equal(prps(4, 1, &(struct nvme_seg){ 0x1002, 512 }).bytes, -EINVAL);
	assert_int_equal(prps(4, 1, &(struct nvme_seg){ 0x1000, 0 }).bytes, -EINVAL);
	assert_int_equal(prps(4, 0, NULL).bytes, -EINVAL);
}

static void command(void **state)
{
	const struct nvme_io io = { .op = NVME_WRITE, .slba = 0x123456789aull, .blocks = 8 };
	struct nvme_sqe sqe = { .prp1 = 1, .prp2 = 2, .cdw15 = 3 };

	(void)state;
	nvme_rw(&sqe, &io, 0x7ff, 1, true);
	assert_int_equal(sqe.opcode, 1);
	assert_int_equal(le16toh(sqe.cid), 0x7ff);
	assert_true(sqe.prp1 == 1 && sqe.prp2 == 2);
	assert_int_equal(le32toh(sqe.cdw10), 0x3456789a);
	assert_int_equal(le32toh(sqe.cdw11), 0x12);
	assert_int_equal(le32toh(sqe.cdw12), 7 | 1u << 29);
	assert_int_equal(le32toh(sqe.cdw14), 0x3456789a);
	assert_int_equal(sqe.cdw15, 0);
	nvme_rw(&sqe, &io, 1, 1, false);
	assert_int_equal(le32toh(sqe.cdw12), 7);
	assert_int_equal(sqe.cdw14, 0);
	nvme_rw(&sqe, &(struct nvme_io){ .op = NVME_FLUSH }, 1, 1, true);
	assert_true(!sqe.opcode && !sqe.prp1 && !sqe.cdw12 && le32toh(sqe.nsid) == 1);
}

/* The controller's side: registers in a file, its own view of the completion queue. */
struct bench {
	struct nvme_ctrl c;
	void *region;
	int fd;
	uint32_t posted;
};

static void reg(struct bench *b, uint32_t off, uint64_t val, size_t bytes)
{
	val = htole64(val);
	assert_int_equal(pwrite(b->fd, &val, bytes, off), bytes);
}

static uint32_t doorbell(struct bench *b, uint32_t nr)
{
	uint32_t val;

	assert_int_equal(pread(b->fd, &val, 4, 0x1000 + nr * 8), 4);
	return le32toh(val);
}

static void handle(struct bench *b)
{
	const struct nvme_setup set = {
		.fd = b->fd,
		.config = 0x3000,
		.region = b->region,
		.iova = REGION_IOVA,
		.entries = ENTRIES,
		.max_bytes = MAX_BYTES,
	};

	assert_int_equal(nvme_init(&b->c, &set), 0);
}

/* A controller with queues, without the admin commands that make them. */
static void begin(struct bench *b)
{
	size_t bytes = nvme_region_bytes(ENTRIES, MAX_BYTES);

	memset(b, 0, sizeof(*b));
	b->fd = memfd_create("regs", 0);
	assert_int_equal(ftruncate(b->fd, 0x4000), 0);
	b->region = aligned_alloc(NVME_PAGE, bytes);
	memset(b->region, 0, bytes);
	handle(b);
	*b->c.state = (struct nvme_state){ .magic = NVME_MAGIC,
					   .entries = ENTRIES,
					   .list_entries = 4,
					   .nsid = 1,
					   .block_bytes = 4096,
					   .blocks = 1000,
					   .max_bytes = MAX_BYTES };
	reg(b, 0x00, CAP_OF(ENTRIES - 1), 8);
	reg(b, 0x1c, 1, 4);
	reg(b, 0x28, nvme_iova(&b->c, nvme_layout(&b->c).admin_sq), 8);
	assert_int_equal(nvme_adopt(&b->c), 0);
	assert_int_equal(nvme_kick(&b->c), 0);
}

static void end(struct bench *b)
{
	free(b->region);
	close(b->fd);
}

static int give(struct bench *b, uint64_t slba)
{
	const struct nvme_seg seg = { BUFFER, 4096 };
	const struct nvme_io io = { NVME_READ, slba, 1, &seg, 1 };

	return nvme_submit(&b->c, &io);
}

static void complete(struct bench *b, int cid, uint16_t status)
{
	uint32_t i = b->posted % ENTRIES;

	b->c.cq[i].cid = htole16((uint16_t)cid);
	b->c.cq[i].status = htole16((uint16_t)(status << 1 | (b->posted++ / ENTRIES % 2 ? 0 : 1)));
}

static void goes_round(void **state)
{
	struct nvme_done d;
	struct bench b;
	uint32_t i;
	int cid;

	(void)state;
	begin(&b);
	for (i = 0; i < 5 * ENTRIES; i++) {
		cid = give(&b, i);
		assert_true(cid >= 0);
		assert_int_equal(le32toh(b.c.sq[i % ENTRIES].cdw10), i);
		assert_int_equal(nvme_kick(&b.c), 0);
		assert_int_equal(doorbell(&b, 2), (i + 1) % ENTRIES);
		assert_int_equal(nvme_poll(&b.c, &d), 0);
		complete(&b, cid, i == 3 ? 0x281 : 0);
		assert_int_equal(nvme_poll(&b.c, &d), 1);
		assert_true(d.cid == cid && d.seq == i && d.status == (i == 3 ? 0x281 : 0));
		nvme_release(&b.c, d.cid);
		assert_int_equal(nvme_kick(&b.c), 0);
		assert_int_equal(doorbell(&b, 3), (i + 1) % ENTRIES);
	}
	end(&b);
}

static void full(void **state)
{
	struct nvme_done d;
	struct bench b;
	uint32_t i;
	int cid[ENTRIES];

	(void)state;
	begin(&b);
	for (i = 0; i < ENTRIES - 1; i++)
		cid[i] = give(&b, i);
	assert_true(cid[ENTRIES - 2] >= 0);
	assert_int_equal(give(&b, i), -EAGAIN);
	assert_int_equal(nvme_outstanding(&b.c), ENTRIES - 1);
	complete(&b, cid[2], 0);
	assert_int_equal(nvme_poll(&b.c, &d), 1);
	/* Completed, but its buffer is still looked at. */
	assert_int_equal(give(&b, i), -EAGAIN);
	nvme_release(&b.c, d.cid);
	assert_int_equal(give(&b, i), cid[2]);
	end(&b);
}

static void refuses(void **state)
{
	const struct nvme_seg seg = { BUFFER, 4096 }, long_seg = { BUFFER, 5 * 4096 };
	struct nvme_done d;
	struct bench b;

	(void)state;
	begin(&b);
	assert_int_equal(give(&b, 1000), -EINVAL);
	assert_int_equal(nvme_submit(&b.c, &(struct nvme_io){ NVME_READ, 999, 2, &seg, 1 }),
			 -EINVAL);
	assert_int_equal(nvme_submit(&b.c, &(struct nvme_io){ NVME_READ, 1, 2, &seg, 1 }), -EINVAL);
	assert_int_equal(nvme_submit(&b.c, &(struct nvme_io){ NVME_READ, 1, 5, &long_seg, 1 }),
			 -E2BIG);
	assert_int_equal(nvme_outstanding(&b.c), 0);
	assert_int_equal(b.c.nr_free, ENTRIES - 1);
	/* A completion of a command that nobody gave. */
	complete(&b, 3, 0);
	assert_int_equal(nvme_poll(&b.c, &d), -EBADMSG);
	end(&b);
}

/* Stopped between the stores of nvme_submit(): the command was not given. */
static void adopts_half_a_submission(void **state)
{
	struct bench b;
	int cid;

	(void)state;
	begin(&b);
	assert_true(give(&b, 1) >= 0);
	cid = give(&b, 2);
	b.c.state->submitted--;
	handle(&b);
	assert_int_equal(nvme_adopt(&b.c), 0);
	assert_int_equal(nvme_outstanding(&b.c), 1);
	assert_int_equal(b.c.slot[cid].state, NVME_SLOT_FREE);
	assert_int_equal(b.c.nr_free, ENTRIES - 2);
	assert_int_equal(b.c.state->submitted, 1);
	end(&b);
}

/* Stopped after the submission, before the doorbell. */
static void adopts_an_unrung_doorbell(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	assert_true(give(&b, 1) >= 0);
	assert_int_equal(doorbell(&b, 2), 0);
	handle(&b);
	assert_int_equal(nvme_adopt(&b.c), 0);
	assert_int_equal(doorbell(&b, 2), 0);
	assert_int_equal(nvme_kick(&b.c), 0);
	assert_int_equal(doorbell(&b, 2), 1);
	/* Rung by this handle, but who knows by whom since. */
	reg(&b, 0x1010, 0, 4);
	reg(&b, 0x1018, 7, 4);
	assert_int_equal(nvme_adopt(&b.c), 0);
	assert_int_equal(nvme_kick(&b.c), 0);
	assert_int_equal(doorbell(&b, 2), 1);
	assert_int_equal(doorbell(&b, 3), 0);
	end(&b);
}

/* Stopped between the stores of reap(), and again before anybody was told. */
static void adopts_half_a_completion(void **state)
{
	struct nvme_done d;
	struct bench b;
	int cid, other;

	(void)state;
	begin(&b);
	cid = give(&b, 1);
	other = give(&b, 2);
	complete(&b, cid, 0);
	complete(&b, other, 5);
	assert_int_equal(nvme_poll(&b.c, &d), 1);
	b.c.state->completed--;
	handle(&b);
	assert_int_equal(nvme_adopt(&b.c), 0);
	assert_int_equal(b.c.state->completed, 1);
	handle(&b);
	assert_int_equal(nvme_adopt(&b.c), 0);
	assert_int_equal(b.c.state->completed, 1);
	assert_int_equal(nvme_poll(&b.c, &d), 1);
	assert_int_equal(d.cid, cid);
	assert_int_equal(nvme_poll(&b.c, &d), 1);
	assert_true(d.cid == other && d.seq == 1 && d.status == 5);
	assert_int_equal(nvme_poll(&b.c, &d), 0);
	end(&b);
}

/* What was completed while nobody looked, over the end of the ring. */
static void adopts_what_was_completed(void **state)
{
	struct nvme_done d;
	struct bench b;
	uint32_t i;
	int cid[ENTRIES - 1];

	(void)state;
	begin(&b);
	for (i = 0; i < 5; i++) {
		complete(&b, give(&b, i), 0);
		assert_int_equal(nvme_poll(&b.c, &d), 1);
		nvme_release(&b.c, d.cid);
	}
	for (i = 0; i < ENTRIES - 1; i++)
		cid[i] = give(&b, i);
	assert_int_equal(nvme_kick(&b.c), 0);
	for (i = 0; i < ENTRIES - 1; i++)
		complete(&b, cid[i], 0);
	handle(&b);
	assert_int_equal(nvme_adopt(&b.c), 0);
	for (i = 0; i < ENTRIES - 1; i++) {
		assert_int_equal(nvme_poll(&b.c, &d), 1);
		assert_true(d.cid == cid[i] && d.seq == 5 + i);
	}
	assert_int_equal(nvme_poll(&b.c, &d), 0);
	assert_int_equal(nvme_kick(&b.c), 0);
	assert_int_equal(doorbell(&b, 3), (5 + ENTRIES - 1) % ENTRIES);
	end(&b);
}

static void adopts_nothing_else(void **state)
{
	struct bench b;

	(void)state;
	begin(&b);
	reg(&b, 0x1c, 3, 4);
	assert_int_equal(nvme_adopt(&b.c), -EIO);
	reg(&b, 0x1c, 0, 4);
	assert_int_equal(nvme_adopt(&b.c), -ENOENT);
	reg(&b, 0x1c, 1, 4);
	reg(&b, 0x28, 0x1000, 8);
	assert_int_equal(nvme_adopt(&b.c), -EBADMSG);
	b.c.state->magic = 0;
	assert_int_equal(nvme_adopt(&b.c), -ENOENT);
	end(&b);
}

static void quiesces(void **state)
{
	struct nvme_done d;
	struct bench b;
	int cid;

	(void)state;
	begin(&b);
	cid = give(&b, 1);
	assert_int_equal(nvme_quiesce(&b.c, 3), -ETIMEDOUT);
	complete(&b, cid, 0);
	assert_int_equal(nvme_quiesce(&b.c, 3), 0);
	assert_int_equal(nvme_poll(&b.c, &d), 1);
	assert_int_equal(d.cid, cid);
	assert_int_equal(nvme_poll(&b.c, &d), 0);
	end(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prp_of_few_pages),
		cmocka_unit_test(prp_list),
		cmocka_unit_test(prp_refuses),
		cmocka_unit_test(command),
		cmocka_unit_test(goes_round),
		cmocka_unit_test(full),
		cmocka_unit_test(refuses),
		cmocka_unit_test(adopts_half_a_submission),
		cmocka_unit_test(adopts_an_unrung_doorbell),
		cmocka_unit_test(adopts_half_a_completion),
		cmocka_unit_test(adopts_what_was_completed),
		cmocka_unit_test(adopts_nothing_else),
		cmocka_unit_test(quiesces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

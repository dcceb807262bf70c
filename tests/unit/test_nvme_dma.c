// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Workload nvme against a controller made of a file of registers and the window. It does some work whenever
 * the driver sleeps, and can go wrong in the ways that the workload has to notice.
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
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/dma.h"
#include "workloads/dma/nvme_block.h"
#include "workloads/nvme/cmd.h"

#define IOVA 0x10000000ull
#define PAGE 4096u
#define CONFIG 0x2000u
#define NEVER (~0u)

struct queue {
	uint64_t sq, cq;
	uint32_t entries, head, completed;
};

/* @pace: commands a step. @fail, @spoil: number of the command that fails, or leaves a wrong byte. */
static struct {
	uint8_t *window;
	size_t bytes;
	int fd;
	bool enabled, last_first;
	struct queue q[2];
	uint32_t pace, fail, spoil;
} dev;

static uint32_t reg(uint32_t off)
{
	uint32_t val = 0;

	assert_int_equal(pread(dev.fd, &val, 4, off), 4);
	return le32toh(val);
}

static void set_reg(uint32_t off, uint32_t val)
{
	val = htole32(val);
	assert_int_equal(pwrite(dev.fd, &val, 4, off), 4);
}

static void *memory(uint64_t iova, size_t bytes)
{
	assert_in_range(iova, IOVA, IOVA + dev.bytes - bytes);
	return dev.window + (iova - IOVA);
}

static void identify(const struct nvme_sqe *sqe)
{
	uint8_t *data = memory(le64toh(sqe->prp1), PAGE);
	uint64_t blocks = htole64(NVME_BLOCKS);

	memset(data, 0, PAGE);
	if (le32toh(sqe->cdw10) == 1) {
		data[77] = 7;
		return;
	}
	memcpy(data, &blocks, 8);
	data[29] = 1;
	data[128] = 8;
	data[130] = 9;
}

static void admin(const struct nvme_sqe *sqe)
{
	uint32_t entries = (le32toh(sqe->cdw10) >> 16) + 1;

	if (sqe->opcode == NVME_ADMIN_IDENTIFY) {
		identify(sqe);
	} else if (sqe->opcode == NVME_ADMIN_CREATE_CQ) {
		dev.q[1] = (struct queue){ .cq = le64toh(sqe->prp1), .entries = entries };
	} else {
		assert_int_equal(sqe->opcode, NVME_ADMIN_CREATE_SQ);
		dev.q[1].sq = le64toh(sqe->prp1);
	}
}

static void read_blocks(const struct nvme_sqe *sqe)
{
	uint32_t block = le32toh(sqe->cdw10), n = (le32toh(sqe->cdw12) & 0xffff) + 1, i;
	uint64_t at = le64toh(sqe->prp1);

	assert_int_equal(sqe->opcode, NVME_READ);
	for (i = 0; i < n; i++, at += NVME_BLOCK) {
		if (i && !(at % PAGE))
			at = le64toh(sqe->prp2);
		nvme_block_fill(memory(at, NVME_BLOCK), block + i);
	}
	if (block == dev.spoil)
		*(uint8_t *)memory(at - 1, 1) ^= 1;
}

static void command(unsigned int nr, const struct nvme_sqe *sqe)
{
	struct queue *q = &dev.q[nr];
	struct nvme_cqe *cqe = memory(q->cq, q->entries * sizeof(*cqe));
	bool fails = nr && le32toh(sqe->cdw10) == dev.fail;

	if (!nr)
		admin(sqe);
	else if (!fails)
		read_blocks(sqe);
	cqe += q->completed % q->entries;
	cqe->cid = sqe->cid;
	cqe->status =
		htole16((uint16_t)(fails ? 0x281 << 1 : 0) | !(q->completed / q->entries % 2));
	q->completed++;
}

/* Never has more completions outside than the other side has room for. */
static void work_off(unsigned int nr, uint32_t most)
{
	struct queue *q = &dev.q[nr];
	uint32_t tail = reg(0x1000 + 8 * nr), n, i;
	struct nvme_sqe *sqe;

	if (!q->entries || !q->sq)
		return;
	n = (tail + q->entries - q->head) % q->entries;
	n = n < most ? n : most;
	assert_true(!nr || (q->completed + n - reg(0x100c)) % q->entries >= n % q->entries);
	sqe = memory(q->sq, q->entries * sizeof(*sqe));
	for (i = 0; i < n; i++)
		command(nr, sqe + (q->head + (dev.last_first ? n - 1 - i : i)) % q->entries);
	q->head = (q->head + n) % q->entries;
}

static void device_step(void)
{
	bool enable = reg(0x14) & 1;
	uint32_t bell;

	if (enable && !dev.enabled) {
		assert_true(reg(CONFIG + 4) & 4);
		assert_int_equal(reg(0x0c), NEVER);
		dev.q[0] = (struct queue){ .entries = (reg(0x24) & 0xfff) + 1 };
		dev.q[0].sq = reg(0x28) | (uint64_t)reg(0x2c) << 32;
		dev.q[0].cq = reg(0x30) | (uint64_t)reg(0x34) << 32;
	}
	for (bell = 0x1000; !enable && bell < 0x1010; bell += 4)
		set_reg(bell, 0);
	if (!enable)
		memset(dev.q, 0, sizeof(dev.q));
	dev.enabled = enable;
	set_reg(0x1c, enable);
	work_off(0, NEVER);
	work_off(1, dev.pace);
}

/* In place of the libc's: time passes in steps of the device. */
int nanosleep(const struct timespec *want, struct timespec *left)
{
	(void)want;
	(void)left;
	device_step();
	return 0;
}

int vfio_region(int device, uint32_t index, uint64_t *offset, uint64_t *size)
{
	assert_int_equal(device, dev.fd);
	*offset = index == VFIO_REGION_CONFIG ? CONFIG : 0;
	*size = 0x2000;
	return 0;
}

static struct dma_engine engine(void)
{
	return (struct dma_engine){
		.ops = dma_find("nvme"), .fd = dev.fd, .window = dev.window, .iova = IOVA
	};
}

static struct dma_engine begin(void)
{
	struct dma_engine e;

	memset(&dev, 0, sizeof(dev));
	dev.bytes = dma_find("nvme")->window_bytes;
	dev.window = aligned_alloc(PAGE, dev.bytes);
	memset(dev.window, 0, dev.bytes);
	dev.fd = memfd_create("regs", 0);
	assert_int_equal(ftruncate(dev.fd, 0x4000), 0);
	set_reg(0, 2047);
	set_reg(4, 1u << 5);
	dev.pace = 3;
	dev.fail = dev.spoil = NEVER;
	e = engine();
	assert_int_equal(e.ops->open(&e), 0);
	assert_int_equal(e.ops->start(&e), 0);
	return e;
}

static void end(void)
{
	free(dev.window);
	close(dev.fd);
}

static void steps(unsigned int n)
{
	while (n--)
		device_step();
}

static uint32_t counter(struct dma_engine *e)
{
	return le32toh(dma_witness(e)->counter);
}

/* What stop() and the verify() after it find. */
static void expect_end(struct dma_engine *e, int err, uint32_t corrupt, uint32_t lost)
{
	struct dma_verdict v;

	assert_int_equal(e->ops->stop(e), err);
	assert_int_equal(e->ops->verify(e, false, &v), 0);
	assert_int_equal(v.corrupt, corrupt);
	assert_int_equal(v.lost, lost);
	end();
}

static void counts(void **state)
{
	struct dma_engine e = begin();
	struct dma_verdict v;
	uint32_t count;

	(void)state;
	assert_int_equal(counter(&e), 0);
	steps(10);
	assert_int_equal(counter(&e), 30);
	assert_int_equal(e.ops->counter(&e, &count), 0);
	assert_int_equal(count, 30);
	assert_int_equal(e.ops->serve(&e), 30);
	assert_int_equal(e.ops->serve(&e), 0);
	assert_int_equal(e.ops->verify(&e, true, &v), 0);
	assert_true(!v.corrupt && !v.lost);
	expect_end(&e, 0, 0, 0);
}

/* The queue alone keeps it going, for as long as it lasts; then it goes on with another handle. */
static void outlasts_a_kexec(void **state)
{
	struct dma_engine e = begin(), next;

	(void)state;
	steps(5);
	assert_int_equal(e.ops->serve(&e), 15);
	steps(1000);
	assert_int_equal(counter(&e), 15 + 2047);
	next = engine();
	assert_int_equal(next.ops->open(&next), 0);
	assert_int_equal(next.ops->serve(&next), 2047);
	steps(1);
	assert_int_equal(counter(&next), 15 + 2047 + 3);
	expect_end(&next, 0, 0, 0);
}

static void starts_again_after_a_reset(void **state)
{
	struct dma_engine e = begin(), next;

	(void)state;
	steps(5);
	set_reg(0x14, 0);
	device_step();
	next = engine();
	assert_int_equal(next.ops->open(&next), 0);
	assert_int_equal(next.ops->serve(&next), -ENODEV);
	assert_int_equal(next.ops->start(&next), 0);
	assert_int_equal(counter(&e), 0);
	steps(2);
	assert_int_equal(next.ops->serve(&next), 6);
	expect_end(&next, 0, 0, 0);
}

static void any_order(void **state)
{
	struct dma_engine e = begin();

	(void)state;
	dev.last_first = true;
	/* 2047 are with it at the end, so that the last step has three of them. */
	dev.pace = 4;
	steps(7);
	assert_int_equal(counter(&e), 25);
	assert_int_equal(e.ops->serve(&e), 28);
	expect_end(&e, 0, 0, 0);
}

static void sees_a_wrong_byte(void **state)
{
	struct dma_engine e = begin();
	struct dma_verdict v;

	(void)state;
	dev.spoil = 10;
	assert_int_equal(e.ops->verify(&e, true, &v), 0);
	assert_int_equal(v.corrupt, 0);
	steps(10);
	assert_int_equal(e.ops->verify(&e, true, &v), 0);
	assert_int_equal(v.corrupt, 8);
	/* Told once. */
	expect_end(&e, 0, 0, 0);
}

static void sees_a_wrong_witness(void **state)
{
	struct dma_engine e = begin();
	struct dma_verdict v;

	(void)state;
	assert_int_equal(e.ops->stop(&e), 0);
	dev.window[PAGE - 1] ^= 1;
	assert_int_equal(e.ops->verify(&e, false, &v), 0);
	assert_int_equal(v.corrupt, 8);
	/* The whole page one command behind: the last one's data is not there. */
	dev.window[PAGE - 1] ^= 1;
	memmove(dev.window + LUB_WITNESS_DEVICE + NVME_BLOCK, dev.window + LUB_WITNESS_DEVICE,
		PAGE - LUB_WITNESS_DEVICE - NVME_BLOCK);
	assert_int_equal(e.ops->verify(&e, false, &v), 0);
	assert_int_equal(v.corrupt, PAGE - LUB_WITNESS_DEVICE - NVME_BLOCK);
	end();
}

static void sees_a_failed_command(void **state)
{
	struct dma_engine e = begin();

	(void)state;
	dev.fail = 7;
	steps(5);
	assert_int_equal(e.ops->serve(&e), 15);
	expect_end(&e, 0, 0, 1);
}

static void sees_a_standstill(void **state)
{
	struct dma_engine e = begin();
	struct dma_verdict v;

	(void)state;
	steps(1);
	dev.pace = 0;
	assert_int_equal(e.ops->verify(&e, true, &v), -ETIMEDOUT);
	expect_end(&e, -ETIMEDOUT, 0, 2047);
}

static void ends_with_the_namespace(void **state)
{
	struct dma_engine e = begin();
	uint64_t done = 0;
	int n;

	(void)state;
	dev.pace = 2047;
	do {
		device_step();
		n = e.ops->serve(&e);
		done += n > 0 ? (unsigned int)n : 0;
	} while (n >= 0);
	assert_int_equal(n, -ENOSPC);
	assert_in_range(done, NVME_BLOCKS - 3 * 2047, NVME_BLOCKS);
	expect_end(&e, 0, 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(outlasts_a_kexec),
		cmocka_unit_test(starts_again_after_a_reset),
		cmocka_unit_test(any_order),
		cmocka_unit_test(sees_a_wrong_byte),
		cmocka_unit_test(sees_a_wrong_witness),
		cmocka_unit_test(sees_a_failed_command),
		cmocka_unit_test(sees_a_standstill),
		cmocka_unit_test(ends_with_the_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

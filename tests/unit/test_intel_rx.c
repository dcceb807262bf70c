// SPDX-License-Identifier: GPL-2.0-or-later
/* What workloads e1000e and igb write to the registers of their devices, which are a file here. */
#include <endian.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/dma/intel_rx.h"

#define IOVA 0x40000000u
#define CONFIG 0x20000
#define BYTES (CONFIG + 0x1000)
#define UNTOUCHED 0x5a5a5a5au

#define CTRL 0x0000
#define CTRL_EXT 0x0018
#define STATUS 0x0008
#define EECD 0x0010
#define MDIC 0x0020
#define GPRC 0x4074
#define MPC 0x4010

/**
 * struct chip - a device
 * @reg: its registers
 * @phy: control register of its PHY
 * @phy_writes: how often that was written
 * @quit: its thread shall end
 */
struct chip {
	struct dma_engine e;
	_Atomic uint32_t *reg;
	uint32_t phy;
	atomic_uint phy_writes;
	atomic_bool quit;
	pthread_t thread;
};

static uint32_t reg(struct chip *c, uint32_t offset)
{
	return le32toh(c->reg[offset / 4]);
}

static void set(struct chip *c, uint32_t offset, uint32_t val)
{
	c->reg[offset / 4] = htole32(val);
}

/* The only part that answers: the management interface of the PHY. */
static void *answer(void *arg)
{
	struct chip *c = arg;
	uint32_t val;

	while (!c->quit) {
		val = reg(c, MDIC);
		if (val == 0x08200000) {
			set(c, MDIC, 0x18200000 | c->phy);
		} else if ((val & 0xffff0000) == 0x04200000) {
			c->phy = val & 0xffff;
			c->phy_writes++;
			set(c, MDIC, val | 0x10000000);
		}
		usleep(100);
	}
	return NULL;
}

static void begin(struct chip *c, const struct dma_ops *ops)
{
	int fd = memfd_create("registers", 0);
	uint32_t i;

	assert_int_equal(ftruncate(fd, BYTES), 0);
	c->reg = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(c->reg, MAP_FAILED);
	for (i = 0; i < CONFIG; i += 4)
		set(c, i, UNTOUCHED);
	set(c, CTRL, 0);
	set(c, CTRL_EXT, 0x00800000);
	set(c, STATUS, 0x2);
	set(c, EECD, 0x200);
	set(c, GPRC, 0);
	set(c, MPC, 0);
	c->e = (struct dma_engine){ .ops = ops, .fd = fd, .iova = IOVA, .config = CONFIG };
	c->e.window = aligned_alloc(4096, ops->window_bytes);
	memset(c->e.window, 0, ops->window_bytes);
	c->quit = false;
	pthread_create(&c->thread, NULL, answer, c);
}

static void end(struct chip *c)
{
	c->quit = true;
	pthread_join(c->thread, NULL);
	munmap((void *)c->reg, BYTES);
	close(c->e.fd);
	free(c->e.window);
}

static void assert_untouched(struct chip *c, uint32_t from, uint32_t to)
{
	for (; from < to; from += 4)
		assert_int_equal(reg(c, from), UNTOUCHED);
}

/* The same in both. */
static void assert_general(struct chip *c)
{
	assert_int_equal(reg(c, CONFIG + 4) & 0x6, 0x6);
	assert_int_equal(reg(c, 0x0100), 0x04030002); /* RCTL: 256 bytes, strip the FCS */
	assert_int_equal(reg(c, 0x0400), 0x0003f0fa); /* TCTL */
	assert_int_equal(reg(c, 0x5000), 0);	      /* RXCSUM */
	assert_int_equal(reg(c, 0x5008), 0);	      /* RFCTL */
	assert_int_equal(reg(c, 0x5818), 0);	      /* MRQC */
	assert_int_equal(reg(c, 0x5400), 0x42554c02); /* RAL: 02 'L' 'U' 'B' */
	assert_int_equal(reg(c, 0x5404), 0x80000200); /* RAH: 00 02, valid */
	assert_int_equal(reg(c, CTRL), 0x04000040);
	assert_int_equal(c->e.seen, 1);
}

static void assert_queue(struct chip *c, uint32_t at, size_t ring, uint32_t len, uint32_t ctl,
			 uint32_t tail)
{
	assert_int_equal(reg(c, at), IOVA + ring);
	assert_int_equal(reg(c, at + 0x04), 0);
	assert_int_equal(reg(c, at + 0x08), len);
	assert_int_equal(reg(c, at + 0x10), 0);
	assert_int_equal(reg(c, at + 0x18), tail);
	assert_int_equal(reg(c, at + 0x28), ctl);
}

static void e1000e_registers(void **state)
{
	struct chip c = { 0 };

	(void)state;
	begin(&c, &dma_e1000e_ops);
	assert_int_equal(c.e.ops->start(&c.e), 0);
	assert_general(&c);
	assert_int_equal(reg(&c, 0x00d8), UINT32_MAX);
	assert_queue(&c, 0x2800, offsetof(struct intel_window, rx), 0xfff80, 0x01010000, 65526);
	assert_queue(&c, 0x3800, offsetof(struct intel_window, tx), 0x1000, 0x01410000, 0);
	assert_int_equal(reg(&c, 0x2820), 0); /* RDTR */
	assert_untouched(&c, 0xc000, 0x10000);
	assert_int_equal(c.phy_writes, 0);
	end(&c);
}

static void igb_registers(void **state)
{
	struct chip c = { .phy = 0x1940 }; /* switched off */

	(void)state;
	begin(&c, &dma_igb_ops);
	assert_int_equal(c.e.ops->start(&c.e), 0);
	assert_general(&c);
	assert_int_equal(reg(&c, 0x1528), UINT32_MAX); /* EIMC */
	assert_int_equal(reg(&c, 0x150c), UINT32_MAX); /* IMC */
	assert_int_equal(reg(&c, CTRL_EXT), 0x00820000);
	assert_int_equal(reg(&c, 0xc00c), 0); /* SRRCTL: legacy, sizes of RCTL */
	assert_queue(&c, 0xc000, offsetof(struct intel_window, rx), 0x80000, 0x02010108, 32766);
	assert_queue(&c, 0xe000, offsetof(struct intel_window, tx), 0x1000, 0x02010108, 0);
	assert_untouched(&c, 0x2800, 0x3900);
	assert_untouched(&c, 0xc040, 0xe000);
	assert_int_equal(c.phy, 0x1200);
	assert_int_equal(c.phy_writes, 1);

	assert_int_equal(c.e.ops->stop(&c.e), 0);
	assert_int_equal(reg(&c, 0x0100), 0x04030000);
	end(&c);
}

/* A link that is up would be lost for seconds. */
static void igb_leaves_a_phy_alone_that_is_on(void **state)
{
	struct chip c = { .phy = 0x1140 };

	(void)state;
	begin(&c, &dma_igb_ops);
	assert_int_equal(c.e.ops->start(&c.e), 0);
	assert_int_equal(c.phy_writes, 0);
	end(&c);
}

static void igb_waits_for_its_nvm(void **state)
{
	struct chip c = { .phy = 0x1140 };

	(void)state;
	begin(&c, &dma_igb_ops);
	set(&c, EECD, 0);
	assert_int_equal(c.e.ops->start(&c.e), -ETIMEDOUT);
	assert_int_equal(reg(&c, 0x0100), 0);
	end(&c);
}

static void each_takes_its_own_device(void **state)
{
	(void)state;
	assert_true(dma_find("igb")->match(0x8086, 0x10c9));
	assert_false(dma_find("igb")->match(0x8086, 0x10d3));
	assert_true(dma_find("e1000e")->match(0x8086, 0x10d3));
	assert_false(dma_find("e1000e")->match(0x8086, 0x10c9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(e1000e_registers),
		cmocka_unit_test(igb_registers),
		cmocka_unit_test(igb_leaves_a_phy_alone_that_is_on),
		cmocka_unit_test(igb_waits_for_its_nvm),
		cmocka_unit_test(each_takes_its_own_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

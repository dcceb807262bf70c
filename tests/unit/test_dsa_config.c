// SPDX-License-Identifier: GPL-2.0-or-later
/* What workload dsa writes to the registers of its device, which are a file here: commands succeed at once. */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "workloads/dma/dsa_config.h"

/* The config space lies behind the registers. */
#define REGS 0x10000

static void put(int fd, uint32_t reg, uint32_t val)
{
	val = htole32(val);
	assert_int_equal(pwrite(fd, &val, 4, reg), 4);
}

static uint32_t get(int fd, uint32_t reg)
{
	uint32_t val;

	assert_int_equal(pread(fd, &val, 4, reg), 4);
	return le32toh(val);
}

static void configures_one_queue_and_one_engine(void **state)
{
	int fd = memfd_create("dsa", 0);
	struct dma_engine e = { .fd = fd, .config = REGS };
	uint32_t depth = 0;

	(void)state;
	assert_int_equal(ftruncate(fd, REGS + 4096), 0);
	put(fd, 0x10, 0x80000000u | 31 << 16 | 10 << 21); /* GENCAP */
	put(fd, 0x20, 8 << 16 | 128);			  /* WQCAP */
	put(fd, 0x24, 0x00020000 | 0x00040000);
	put(fd, 0x30, 4);	    /* GRPCAP */
	put(fd, 0x38, 4);	    /* ENGCAP */
	put(fd, 0x60, 5 << 16 | 4); /* OFFSETS */
	assert_int_equal(dsa_configure(&e, &depth), 0);
	assert_int_equal(depth, 128);
	assert_int_equal(get(fd, REGS + 4) & 0x6, 0x6);
	assert_int_equal(get(fd, 0x500), 128);
	assert_int_equal(get(fd, 0x508), 0x15); /* dedicated, no ATS, priority 1 */
	assert_int_equal(get(fd, 0x50c), 22 | 10 << 5);
	assert_int_equal(get(fd, 0x520), 0); /* not there without its capability */
	assert_int_equal(get(fd, 0x400), 1);
	assert_int_equal(get(fd, 0x420), 1);
	assert_int_equal(get(fd, 0xa0), 6 << 20);

	put(fd, 0x24, 0x00020000 | 0x00400000);
	assert_int_equal(dsa_configure(&e, &depth), 0);
	assert_int_equal(get(fd, 0x508), 0x11);
	assert_int_equal(get(fd, 0x520), 0x0a);

	put(fd, 0x20, 8 << 16 | 27); /* 1.93 s */
	assert_int_equal(dsa_configure(&e, &depth), -ENOSPC);
	put(fd, 0x20, 8 << 16 | 128);
	put(fd, 0x10, 0x80000000u | 21 << 16 | 10 << 21);
	assert_int_equal(dsa_configure(&e, &depth), -EOPNOTSUPP);
	put(fd, 0x10, 31 << 16 | 10 << 21);
	assert_int_equal(dsa_configure(&e, &depth), -EROFS);
	put(fd, 0xa8, 0x13);
	assert_int_equal(dsa_configure(&e, &depth), -EIO);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(configures_one_queue_and_one_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/emulated/guest/engines.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"

#define OFF_SCRIPT 4096 /* where lsi.c has it in the window */
#define REG_ISTAT0 0x14
#define ISTAT0_SRST 0x40
#define REG_DSP 0x2c
#define FORCE_MS 500 /* some 100 loops; on a busy machine the first one may take 20 */
#define COMMAND 4    /* in config space: memory 2, bus mastering 4 */

struct dma_engine engine[2];
struct memory mem[2];

static const char *bdf[2] = { DEVICE_0, DEVICE_1 };

void engine_place(int i, const char *where)
{
	bdf[i] = where;
}

void engine_window(int i, int memfd, uint64_t iova)
{
	memory_init(&mem[i]);
	need(memory_adopt(&mem[i], MEM_WINDOW, memfd), "window %d", i);
	engine[i] = (struct dma_engine){ .ops = dma_find("lsi"),
					 .window = mem[i].part[MEM_WINDOW].va,
					 .iova = iova };
}

static bool identity[2];

static void at_own_address(int i)
{
	uint64_t gpa = memory_gpa(&mem[i]);

	need(gpa && gpa % ENGINE_IDENTITY_BYTES == 0 ? 0 : -ENOTSUP,
	     "window %d in one page of 2 MiB", i);
	engine[i].iova = gpa;
}

/*
 * What is pinned for a page table is moved out of the memory that KHO sets aside for the next kernel, if it came
 * from there. Then it has another address, which it keeps.
 */
uint32_t engine_hwpt(int iommufd, int i, const struct device *d)
{
	const struct mapping *window = &mem[i].part[MEM_WINDOW];
	uint32_t ioas = ioas_make(iommufd, window->fd, window->bytes, engine[i].iova);
	uint32_t hwpt = hwpt_make(iommufd, d, ioas);

	if (!identity[i] || memory_gpa(&mem[i]) == engine[i].iova)
		return hwpt;
	need(iommufd_destroy(iommufd, hwpt), "destroy of the first HWPT");
	need(iommufd_destroy(iommufd, ioas), "destroy of its IOAS");
	at_own_address(i);
	ioas = ioas_make(iommufd, window->fd, window->bytes, engine[i].iova);
	hwpt = hwpt_make(iommufd, d, ioas);
	need(memory_gpa(&mem[i]) == engine[i].iova ? 0 : -EAGAIN, "window %d stays where it is", i);
	return hwpt;
}

void engine_start(int i, const struct device *d)
{
	engine[i].fd = d->fd;
	need(engine[i].ops->open(&engine[i]), "engine %d", i);
	need(engine[i].ops->start(&engine[i]), "engine %d", i);
	need(dma_wait_counter(&engine[i], 100, 2000), "DMA of device %d", i);
}

void engine_stop(int i, const struct device *d)
{
	engine[i].fd = d->fd;
	need(engine[i].ops->open(&engine[i]), "engine %d", i);
	need(engine[i].ops->stop(&engine[i]), "stopping device %d", i);
}

volatile struct lub_witness *engine_page(int i)
{
	return dma_witness(&engine[i]);
}

uint32_t engine_loops(int i, unsigned int ms)
{
	uint32_t before = engine_page(i)->counter;

	msleep(ms);
	return engine_page(i)->counter - before;
}

static int open_file(int i, const char *name, int flags)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", bdf[i], name);
	fd = open(path, flags | O_CLOEXEC);
	return need(fd < 0 ? -errno : fd, "%s", path);
}

uint16_t engine_command(int i)
{
	int fd = open_file(i, "config", O_RDONLY);
	uint16_t cmd = 0xffff;

	need(pread(fd, &cmd, 2, COMMAND) == 2 ? 0 : -EIO, "config space of device %d", i);
	close(fd);
	return cmd;
}

static void set_command(int i, uint16_t cmd)
{
	int fd = open_file(i, "config", O_WRONLY);

	need(pwrite(fd, &cmd, 2, COMMAND) == 2 ? 0 : -EIO, "config space of device %d", i);
	close(fd);
}

/* The second BAR: a line of `resource` each. */
static volatile uint8_t *map_registers(int i)
{
	FILE *in = fdopen(open_file(i, "resource", O_RDONLY), "r");
	int fd = open_file(i, "resource1", O_RDWR);
	unsigned long long start;
	uint8_t *map;

	need(in && fscanf(in, "%*x %*x %*x %llx", &start) == 1 ? 0 : -EIO, "BARs of device %d", i);
	fclose(in);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	need(map == MAP_FAILED ? -errno : 0, "mapping the BAR of device %d", i);
	close(fd);
	return map + (start & 4095);
}

static void reset(volatile uint8_t *regs)
{
	regs[REG_ISTAT0] = ISTAT0_SRST;
	regs[REG_ISTAT0] = 0;
}

uint32_t engine_force(int i)
{
	volatile uint8_t *regs = map_registers(i);
	uint32_t counter = engine_page(i)->counter;
	int ms;

	set_command(i, 2);
	reset(regs);
	msleep(2);
	reset(regs);
	set_command(i, 6);
	*(volatile uint32_t *)(volatile void *)(regs + REG_DSP) =
		(uint32_t)engine[i].iova + OFF_SCRIPT;
	for (ms = 0; engine_page(i)->counter == counter && ms < FORCE_MS; ms += 10)
		msleep(10);
	reset(regs);
	set_command(i, 0);
	msleep(20);
	return engine_page(i)->counter - counter;
}

int two_sides(int argc, char **argv, void (*outgoing)(void), void (*incoming)(void))
{
	setlinebuf(stdout);
	sys_mount();
	if (argc == 2 && !strcmp(argv[1], "outgoing"))
		outgoing();
	else if (argc == 2 && !strcmp(argv[1], "incoming"))
		incoming();
	else
		return 2;
	return finish();
}

void engine_identity_window(int i, int memfd)
{
	engine_window(i, memfd, 0);
	/* It has an address once somebody has looked at it. */
	(void)engine_page(i)->counter;
	identity[i] = true;
	at_own_address(i);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * LSI 53C895A: its SCRIPTS processor fetches and runs a program in memory by DMA. A program that
 * loops for ever is a DMA engine that needs no CPU, and one failed fetch stops it for good.
 */
#include "workloads/dma/dma.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/lsi_script.h"

#define PAGE 4096u

/* Offsets in the window; the witness page is the first page. */
#define OFF_SCRIPT (1 * PAGE)
#define OFF_SRC (2 * PAGE)
#define OFF_DST (3 * PAGE)
#define BLOCK 64u

/* With a working set its program and its slots follow, for as many pages as a plan can ask for. */
#define AREA_PAGES_MAX 4096u
#define OFF_AREA_SCRIPT (4 * PAGE)
#define AREA_SCRIPT_BYTES (13 * PAGE)
#define OFF_SLOTS (OFF_AREA_SCRIPT + AREA_SCRIPT_BYTES)
#define SLOTS_BYTES (AREA_PAGES_MAX * LSI_SLOT)

_Static_assert(4 * (LSI_SCRIPT_WORDS + LSI_SCRIPT_PAGE_WORDS * AREA_PAGES_MAX) <= AREA_SCRIPT_BYTES,
	       "the longest program fits");

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4

#define BAR_REGS 1

#define REG_DSTAT 0x0c
#define DSTAT_SIR 0x04
#define REG_ISTAT0 0x14
#define ISTAT0_SRST 0x40
#define ISTAT0_ABRT 0x80
#define REG_DSP 0x2c
#define REG_SCRATCHA 0x34
#define REG_DMODE 0x38
#define REG_DIEN 0x39
#define REG_DCNTL 0x3b
#define REG_SIEN0 0x40
#define REG_SIEN1 0x41

#define STOP_TIMEOUT_MS 200
#define RESET_SETTLE_MS 2

static int reg_read(struct dma_engine *e, uint32_t reg, void *val, size_t bytes)
{
	ssize_t n = pread(e->fd, val, bytes, (off_t)(e->regs + reg));

	return n == (ssize_t)bytes ? 0 : n < 0 ? -errno : -EIO;
}

static int reg_write(struct dma_engine *e, uint32_t reg, const void *val, size_t bytes)
{
	ssize_t n = pwrite(e->fd, val, bytes, (off_t)(e->regs + reg));

	return n == (ssize_t)bytes ? 0 : n < 0 ? -errno : -EIO;
}

static int reg_write8(struct dma_engine *e, uint32_t reg, uint8_t val)
{
	return reg_write(e, reg, &val, 1);
}

static int reg_write32(struct dma_engine *e, uint32_t reg, uint32_t val)
{
	val = htole32(val);
	return reg_write(e, reg, &val, 4);
}

static uint32_t script_offset(const struct dma_engine *e)
{
	return e->area.pages ? OFF_AREA_SCRIPT : OFF_SCRIPT;
}

static volatile uint32_t *jump_word(struct dma_engine *e)
{
	return (volatile uint32_t *)(e->window + script_offset(e)) + LSI_SCRIPT_JUMP +
	       (size_t)e->area.pages * LSI_SCRIPT_PAGE_WORDS;
}

static uint8_t pattern(unsigned int i)
{
	return (uint8_t)(i * 37u + 11u);
}

static bool lsi_match(uint16_t vendor, uint16_t device)
{
	return vendor == 0x1000 && device == 0x0012;
}

static int lsi_open(struct dma_engine *e)
{
	uint64_t size;
	int err;

	if (e->iova + e->ops->window_bytes + e->ops->area_bytes > 1ull << 32 ||
	    e->area.pages > AREA_PAGES_MAX)
		return -EINVAL;
	err = vfio_region(e->fd, VFIO_REGION_CONFIG, &e->config, &size);
	if (!err)
		err = vfio_region(e->fd, BAR_REGS, &e->regs, &size);
	if (!err && size < 0x100)
		err = -ENODEV;
	e->seen = le32toh(dma_witness(e)->counter);
	return err;
}

static int command_set(struct dma_engine *e, uint16_t bits)
{
	uint16_t cmd;

	if (pread(e->fd, &cmd, 2, (off_t)(e->config + PCI_COMMAND)) != 2)
		return -EIO;
	cmd = htole16(le16toh(cmd) | bits);
	return pwrite(e->fd, &cmd, 2, (off_t)(e->config + PCI_COMMAND)) == 2 ? 0 : -EIO;
}

static int soft_reset(struct dma_engine *e)
{
	int err = reg_write8(e, REG_ISTAT0, ISTAT0_SRST);

	return err ? err : reg_write8(e, REG_ISTAT0, 0);
}

/*
 * A kexec may have left it looping over whatever a refused fetch returns. QEMU's model then has a
 * timer running that a reset does not always catch: reset, let it fire, reset again. All of that
 * comes before bus mastering, so that nothing can reach memory.
 */
static int quiesce(struct dma_engine *e)
{
	int err = command_set(e, PCI_COMMAND_MEMORY);

	if (!err)
		err = soft_reset(e);
	if (err)
		return err;
	msleep(RESET_SETTLE_MS);
	return soft_reset(e);
}

static int lsi_start(struct dma_engine *e)
{
	const uint32_t base = (uint32_t)e->iova;
	const struct lsi_layout layout = {
		.script = base + script_offset(e),
		.counter = base + offsetof(struct lub_witness, counter),
		.echo = base + offsetof(struct lub_witness, echo),
		.src = base + OFF_SRC,
		.dst = base + OFF_DST,
		.bytes = BLOCK,
		.pages = e->area.pages,
		.area = (uint32_t)e->area.iova,
		.stride = (uint32_t)e->area.stride,
		.slots = base + OFF_SLOTS,
	};
	/* Nothing may raise an interrupt: vfio has none of them wired. */
	static const uint8_t quiet[] = { REG_DMODE, REG_DIEN, REG_DCNTL, REG_SIEN0, REG_SIEN1 };
	volatile struct lub_witness *w = dma_witness(e);
	unsigned int i;
	int err;

	err = quiesce(e);
	if (!err)
		err = command_set(e, PCI_COMMAND_MASTER);
	if (err)
		return err;

	w->counter = 0;
	w->echo = 0;
	for (i = 0; i < BLOCK; i++)
		e->window[OFF_SRC + i] = pattern(i);
	memset(e->window + OFF_DST, 0, BLOCK);
	if (e->area.pages)
		memset(e->window + OFF_SLOTS, 0, e->area.pages * LSI_SLOT);
	err = lsi_script_build((uint32_t *)(void *)(e->window + script_offset(e)), &layout);

	for (i = 0; !err && i < sizeof(quiet); i++)
		err = reg_write8(e, quiet[i], 0);
	if (!err)
		err = reg_write32(e, REG_SCRATCHA, 0);
	__sync_synchronize();
	return err ? err : reg_write32(e, REG_DSP, layout.script);
}

static int lsi_counter(struct dma_engine *e, uint32_t *count)
{
	uint32_t val;
	int err = reg_read(e, REG_SCRATCHA, &val, 4);

	if (!err)
		*count = le32toh(val);
	return err;
}

/* The loop needs nobody; that user space sees it go on is all the service there is. */
static int lsi_serve(struct dma_engine *e)
{
	uint32_t now = le32toh(dma_witness(e)->counter), n = now - e->seen;

	e->seen = now;
	return n > INT32_MAX ? INT32_MAX : (int)n;
}

static int lsi_stop(struct dma_engine *e)
{
	uint8_t dstat;
	int err = 0, ms;

	*jump_word(e) = htole32(LSI_OP_STOP);
	__sync_synchronize();
	for (ms = 0; ms < STOP_TIMEOUT_MS; ms++) {
		err = reg_read(e, REG_DSTAT, &dstat, 1);
		if (err || dstat & DSTAT_SIR)
			return err;
		msleep(1);
	}
	reg_write8(e, REG_ISTAT0, ISTAT0_ABRT);
	soft_reset(e);
	return -ETIMEDOUT;
}

/* Each slot must hold what its page begins with: a page that was translated wrongly shows. */
static uint32_t wrong_slots(const struct dma_engine *e)
{
	uint32_t i, wrong = 0;

	for (i = 0; i < e->area.pages; i++)
		if (memcmp(e->window + OFF_SLOTS + i * LSI_SLOT,
			   e->area.va + i * e->area.stride % e->area.bytes, LSI_SLOT))
			wrong += LSI_SLOT;
	return wrong;
}

static int lsi_verify(struct dma_engine *e, bool running, struct dma_verdict *v)
{
	volatile struct lub_witness *w = dma_witness(e);
	uint8_t *dst = e->window + OFF_DST;
	uint32_t count = 0;
	unsigned int i;
	int err;

	v->corrupt = 0;
	v->lost = 0;
	if (running) {
		/* A block that was right once proves nothing: wipe it and see it come back. */
		memset(dst, 0, BLOCK);
		if (e->area.pages)
			memset(e->window + OFF_SLOTS, 0, e->area.pages * LSI_SLOT);
		__sync_synchronize();
		err = dma_wait_counter(e, 2, 1000);
		if (err)
			return err;
	} else {
		err = lsi_counter(e, &count);
		if (err)
			return err;
		v->lost = count - w->echo;
		if (w->counter != w->echo)
			v->corrupt += 4;
	}
	__sync_synchronize();
	for (i = 0; i < BLOCK; i++) {
		v->corrupt += dst[i] != pattern(i);
		v->corrupt += e->window[OFF_SRC + i] != pattern(i);
	}
	v->corrupt += wrong_slots(e);
	return 0;
}

const struct dma_ops dma_lsi_ops = {
	.name = "lsi",
	.window_bytes = 4 * PAGE,
	.area_bytes = AREA_SCRIPT_BYTES + SLOTS_BYTES,
	.match = lsi_match,
	.open = lsi_open,
	.start = lsi_start,
	.counter = lsi_counter,
	.serve = lsi_serve,
	.stop = lsi_stop,
	.verify = lsi_verify,
};

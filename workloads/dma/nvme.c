// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * NVMe: a queue full of reads that a slow namespace needs seconds for. Nothing of user space is needed
 * until the last is done, so that the controller goes on through a kexec.
 *
 * Command N reads blocks N + 1 and the SPAN - 1 after it. All but the last fill the witness page from
 * its counter to its end, and each block begins with its number: so every command counts. The last
 * block goes to a page of the command's own, where serve() compares all of it: what a command has left
 * there cannot be from any other.
 *
 * What proves DMA in the window. An outside observer sees the counter change while no kernel runs. That
 * is only a proof of translated DMA when the controller translates addresses at the time it has the data.
 * QEMU's does not for a plain namespace: there dma_blk_read() maps the buffer when the command is fetched, and
 * data that lands in the blackout went through the IOMMU long before it; the completion entry alone is
 * translated late. A namespace with protection information is read into a buffer of QEMU's own first,
 * is checked there, and is written to memory by address then. The emulated target has
 * such a namespace, and start() refuses another on a controller of QEMU. With PRACT the controller strips
 * the protection information, so that the host's buffers look the same.
 *
 * Commands complete in order as long as the host is on time. After it was late the emulator does several at
 * once, the last first, so that the counter may step back by a few; it is right again with the
 * next command. What the order was is known from the completion queue, and stop() leads to one state only.
 */
#include "workloads/dma/dma.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#include "bench/agent/clock.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/nvme_block.h"
#include "workloads/nvme/nvme.h"

#define PAGE 4096u

/* The controller of QEMU holds 2047 commands a queue: 16 s at 125 a second. */
#define ENTRIES 2048u
/* Once the kexec is over there is no more need for that, and the end would have to wait for them. */
#define AFTER_KEXEC 64u
#define SPAN ((PAGE - LUB_WITNESS_DEVICE) / NVME_BLOCK + 1)

/* Offsets in the window; the witness page is the first page. */
#define OFF_WORK (1 * PAGE)
#define OFF_REGION (4 * PAGE)
#define REGION_PAGES 48u
#define OFF_SLOTS (OFF_REGION + REGION_PAGES * PAGE)
#define WINDOW_BYTES (OFF_SLOTS + ENTRIES * PAGE)

#define BAR_REGS 0
#define NSID 1

#define VERIFY_COMMANDS 4u
#define IDLE_MS 1000

/*
 * In the window. The handle is there for want of a better place; it is made anew after a kexec.
 * @last is the block that the counter must show: of the command that completed last.
 */
struct work {
	struct nvme_ctrl c;
	bool ready;
	uint32_t depth;
	uint32_t last;
	uint32_t failed;
	uint32_t corrupt;
};

_Static_assert(OFF_WORK + sizeof(struct work) <= OFF_REGION, "room for the handle");

static struct work *work(struct dma_engine *e)
{
	return (struct work *)(void *)(e->window + OFF_WORK);
}

static uint64_t *own_page(struct dma_engine *e, uint16_t cid)
{
	return (uint64_t *)(void *)(e->window + OFF_SLOTS + cid * PAGE);
}

static bool nvme_match(uint16_t vendor, uint16_t device)
{
	return vendor == 0x1b36 && device == 0x0010;
}

static int nvme_open(struct dma_engine *e)
{
	struct nvme_setup set = {
		.fd = e->fd,
		.region = e->window + OFF_REGION,
		.iova = e->iova + OFF_REGION,
		.entries = ENTRIES,
		.max_bytes = PAGE,
	};
	struct work *w = work(e);
	uint64_t size;
	int err;

	if (nvme_region_bytes(ENTRIES, PAGE) > REGION_PAGES * PAGE)
		return -EINVAL;
	err = vfio_region(e->fd, VFIO_REGION_CONFIG, &e->config, &size);
	if (!err)
		err = vfio_region(e->fd, BAR_REGS, &e->regs, &size);
	if (err)
		return err;
	set.regs = e->regs;
	set.config = e->config;
	err = nvme_init(&w->c, &set);
	if (err)
		return err;
	err = nvme_adopt(&w->c);
	w->ready = !err;
	w->depth = AFTER_KEXEC;
	/* New memory, or a controller that was reset: start() is next. */
	return err == -ENOENT ? 0 : err;
}

static int refill(struct dma_engine *e, struct work *w)
{
	struct nvme_seg seg[2] = {
		{ e->iova + LUB_WITNESS_DEVICE, PAGE - LUB_WITNESS_DEVICE },
		{ 0, NVME_BLOCK },
	};
	struct nvme_io io = { NVME_READ, 0, SPAN, seg, 2 };
	int cid;

	while (w->c.nr_free && nvme_outstanding(&w->c) < w->depth) {
		io.slba = w->c.state->submitted + 1;
		if (io.slba + SPAN > NVME_BLOCKS)
			return -ENOSPC;
		/* The next free id is known before; its page is where the last piece goes. */
		seg[1].iova = e->iova + OFF_SLOTS + nvme_next_id(&w->c) * PAGE;
		cid = nvme_submit(&w->c, &io);
		if (cid < 0)
			return cid;
	}
	return 0;
}

static int nvme_start(struct dma_engine *e)
{
	volatile struct lub_witness *page = dma_witness(e);
	struct work *w = work(e);
	int err = nvme_reset_enable(&w->c);

	if (!err)
		err = nvme_identify_ns(&w->c, NSID);
	if (!err && (!w->c.state->pi || w->c.state->block_bytes != NVME_BLOCK ||
		     w->c.state->blocks != NVME_BLOCKS))
		err = -EMEDIUMTYPE;
	if (!err)
		err = nvme_create_queues(&w->c);
	if (err)
		return err;
	page->counter = 0;
	w->last = w->failed = w->corrupt = 0;
	w->depth = ENTRIES - 1;
	w->ready = true;
	err = refill(e, w);
	return err ? err : nvme_kick(&w->c);
}

static int nvme_counter(struct dma_engine *e, uint32_t *count)
{
	if (!work(e)->ready)
		return -ENODEV;
	*count = nvme_completed(&work(e)->c);
	return 0;
}

static void look_at(struct dma_engine *e, struct work *w, const struct nvme_done *d)
{
	w->last = d->seq + 1;
	if (d->status)
		w->failed++;
	else
		w->corrupt += nvme_block_wrong(own_page(e, d->cid), d->seq + SPAN);
}

static int take(struct dma_engine *e, struct work *w)
{
	struct nvme_done d;
	int n = 0, err;

	while ((err = nvme_poll(&w->c, &d)) > 0) {
		look_at(e, w, &d);
		nvme_release(&w->c, d.cid);
		n++;
	}
	return err ? err : n;
}

static int nvme_serve(struct dma_engine *e)
{
	struct work *w = work(e);
	int n, err;

	if (!w->ready)
		return -ENODEV;
	n = take(e, w);
	err = n < 0 ? n : refill(e, w);
	if (!err)
		err = nvme_kick(&w->c);
	return err ? err : n;
}

static int nvme_stop(struct dma_engine *e)
{
	struct work *w = work(e);
	unsigned int idle = 0;
	int n = 0, err = 0;

	/* Not nvme_quiesce(): what was the last to complete is of interest. */
	while (w->ready && nvme_outstanding(&w->c) && !err && n >= 0 && idle++ < IDLE_MS) {
		msleep(1);
		n = take(e, w);
		err = nvme_kick(&w->c);
		if (n > 0)
			idle = 0;
	}
	if (n < 0 || err)
		return n < 0 ? n : err;
	if (!w->ready || !nvme_outstanding(&w->c))
		return 0;
	nvme_disable(&w->c);
	return -ETIMEDOUT;
}

static int see_it_go_on(struct dma_engine *e)
{
	unsigned int ms, seen = 0;
	int n = nvme_serve(e);

	for (ms = 0; n >= 0 && ms < IDLE_MS; ms++) {
		msleep(1);
		n = nvme_serve(e);
		seen += n > 0 ? (unsigned int)n : 0;
		if (seen >= VERIFY_COMMANDS)
			return 0;
	}
	return n < 0 ? n : -ETIMEDOUT;
}

static int nvme_verify(struct dma_engine *e, bool running, struct dma_verdict *v)
{
	const volatile uint64_t *blocks =
		(const volatile uint64_t *)(void *)&dma_witness(e)->counter;
	struct work *w = work(e);
	unsigned int i;
	int err = 0;

	v->lost = 0;
	if (running)
		err = see_it_go_on(e);
	if (err)
		return err;
	v->corrupt = w->corrupt;
	w->corrupt = 0;
	if (running)
		return 0;
	v->lost = w->failed + nvme_outstanding(&w->c);
	for (i = 0; i < SPAN - 1; i++)
		v->corrupt +=
			nvme_block_wrong(blocks + i * NVME_BLOCK / sizeof(*blocks), w->last + i);
	return 0;
}

const struct dma_ops dma_nvme_ops = {
	.name = "nvme",
	.window_bytes = WINDOW_BYTES,
	.match = nvme_match,
	.open = nvme_open,
	.start = nvme_start,
	.counter = nvme_counter,
	.serve = nvme_serve,
	.stop = nvme_stop,
	.verify = nvme_verify,
};

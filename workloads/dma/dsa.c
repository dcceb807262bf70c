// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel Data Streaming Accelerator: a queue full of batches of copies, see workloads/dma/dsa_batch.h. NEVER RUN:
 * no such device, and no model of one, was within reach of the authors. docs/real-hosts.md says what to check
 * first.
 *
 * What proves DMA in the window: the device reads lists, numbers and blocks, and writes block, counter and
 * completion record while it goes along, by addresses that are translated then: ATS is off for the queue, where
 * the device allows that. A queue of 128 batches lasts for 9.1 s at 30 GB/s. When all of it was done before
 * anybody looked again, how long the device could go on is not known: serve() says -ENODATA then.
 *
 * Addresses are IOVAs, without a PASID; block on fault is off: a fault fails its batch. Only x86 has the
 * instruction that submits 64 bytes at once.
 */
#include "workloads/dma/dma.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "bench/agent/clock.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/dsa_batch.h"
#include "workloads/dma/dsa_config.h"

/* Once the kexec is over there is no more need for a full queue, and the end would have to wait for it. */
#define AFTER_KEXEC 16u

#define IDLE_MS 1000
#define VERIFY_CHANGES 16u
#define POISON 0x21454c4154534221ull
#define POISON_STEP (65536u / 8)

#ifdef __x86_64__
#include <cpuid.h>

static bool can_submit(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & 1u << 28;
}

/* movdir64b (%rdx), %rax: as bytes, for assemblers that do not know it. The fence: it is weakly ordered. */
static void submit(void *portal, const struct dsa_desc *desc)
{
	__asm__ volatile("sfence\n\t.byte 0x66, 0x0f, 0x38, 0xf8, 0x02"
			 :
			 : "a"(portal), "d"(desc), "m"(*desc)
			 : "memory");
}
#else
static bool can_submit(void)
{
	return false;
}

static void submit(void *portal, const struct dsa_desc *desc)
{
	(void)portal;
	(void)desc;
}
#endif

static struct dsa_window *window(struct dma_engine *e)
{
	return (struct dsa_window *)(void *)e->window;
}

static bool dsa_match(uint16_t vendor, uint16_t device)
{
	return can_submit() && vendor == 0x8086 && device == 0x0b25;
}

static int dsa_open(struct dma_engine *e)
{
	uint64_t size, portals;
	int err;

	if (!can_submit())
		return -EOPNOTSUPP;
	err = vfio_region(e->fd, VFIO_REGION_CONFIG, &e->config, &size);
	if (!err)
		err = vfio_region(e->fd, DSA_BAR_REGS, &e->regs, &size);
	if (!err)
		err = vfio_region(e->fd, DSA_BAR_PORTALS, &portals, &size);
	if (!err && size < DSA_PORTAL_BYTES)
		err = -ENODEV;
	if (err)
		return err;
	if (!e->map) {
		e->map = mmap(NULL, DSA_PORTAL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, e->fd,
			      (off_t)portals);
		if (e->map == MAP_FAILED) {
			e->map = NULL;
			return -errno;
		}
	}
	/* What the device did since the window was used last is not known yet. */
	e->seen = 0;
	return 0;
}

static void refill(struct dma_engine *e)
{
	struct dsa_desc batch;

	if (dsa_again(window(e), e->iova, &batch))
		submit(e->map, &batch);
	while (dsa_prepare(window(e), e->iova, &batch)) {
		submit(e->map, &batch);
		dsa_submitted(window(e));
	}
}

static int dsa_start(struct dma_engine *e)
{
	uint32_t depth;
	int err = dsa_configure(e, &depth);

	if (err)
		return err;
	dsa_window_init(window(e), e->iova, depth);
	e->seen = 1;
	refill(e);
	return 0;
}

/* It has no register that counts: its completion records do. */
static int dsa_counter(struct dma_engine *e, uint32_t *count)
{
	const struct dsa_state *s = &window(e)->state;

	if (s->ready != DSA_READY)
		return -ENODEV;
	*count = s->retired * DSA_STEPS;
	return 0;
}

static int dsa_serve(struct dma_engine *e)
{
	struct dsa_window *w = window(e);
	bool dry = false;
	uint32_t n;

	if (w->state.ready != DSA_READY)
		return -ENODEV;
	if (!e->seen) {
		dry = !dsa_resume(w);
		w->state.depth = AFTER_KEXEC;
		e->seen = 1;
	}
	n = dsa_retire(w);
	refill(e);
	return dry ? -ENODATA : (int)n;
}

static int dsa_stop(struct dma_engine *e)
{
	volatile struct lub_witness *page = dma_witness(e);
	struct dsa_window *w = window(e);
	unsigned int idle = 0;
	uint32_t last = page->counter;

	while (dsa_outstanding(w) && idle++ < IDLE_MS) {
		msleep(1);
		if (dsa_retire(w) || page->counter != last)
			idle = 0;
		last = page->counter;
	}
	if (!dsa_outstanding(w))
		return 0;
	dsa_reset(e);
	return -ETIMEDOUT;
}

/* What is in the block may be old: only what is written anew shows that copies arrive now. */
static int see_it_go_on(struct dma_engine *e)
{
	volatile struct lub_witness *page = dma_witness(e);
	struct dsa_window *w = window(e);
	uint32_t last = page->counter, i, changes = 0;
	int ms, n;

	for (i = 0; i < DSA_BLOCK / 8; i += POISON_STEP)
		*(volatile uint64_t *)&w->dst[i] = POISON;
	for (ms = 0; ms < IDLE_MS && changes < VERIFY_CHANGES; ms++) {
		msleep(1);
		n = dsa_serve(e);
		if (n < 0)
			return n;
		changes += page->counter != last;
		last = page->counter;
	}
	return changes < VERIFY_CHANGES ? -ETIMEDOUT : 0;
}

static int dsa_verify(struct dma_engine *e, bool running, struct dma_verdict *v)
{
	struct dsa_window *w = window(e);
	uint32_t i, step = running ? POISON_STEP : 1;
	int err = running ? see_it_go_on(e) : 0;

	*v = (struct dma_verdict){ 0 };
	if (err)
		return err;
	for (i = 0; i < DSA_BLOCK / 8; i += step)
		v->corrupt += (*(volatile uint64_t *)&w->dst[i] != w->src[i]) * 8u;
	v->lost = w->state.failed - w->state.reported;
	w->state.reported = w->state.failed;
	if (running)
		return 0;
	v->lost += dsa_outstanding(w) * DSA_STEPS + dsa_end_lost(w);
	v->corrupt += (w->witness.echo != w->witness.counter) * 4u;
	return 0;
}

const struct dma_ops dma_dsa_ops = {
	.name = "dsa",
	.window_bytes = sizeof(struct dsa_window),
	.match = dsa_match,
	.open = dsa_open,
	.start = dsa_start,
	.counter = dsa_counter,
	.serve = dsa_serve,
	.stop = dsa_stop,
	.verify = dsa_verify,
};

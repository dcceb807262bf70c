// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/intel_rx.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/intel_regs.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4

#define SETTLE_MS 10
#define LINK_MS 5000
#define VERIFY_MS 1000
#define VERIFY_FRAMES 20

int intel_read(struct dma_engine *e, uint32_t reg, uint32_t *val)
{
	ssize_t n = pread(e->fd, val, 4, (off_t)(e->regs + reg));

	*val = le32toh(*val);
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

int intel_write(struct dma_engine *e, uint32_t reg, uint32_t val)
{
	ssize_t n;

	val = htole32(val);
	n = pwrite(e->fd, &val, 4, (off_t)(e->regs + reg));
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

static struct intel_window *window(struct dma_engine *e)
{
	return (struct intel_window *)(void *)e->window;
}

static const struct intel_nic *nic(const struct dma_engine *e)
{
	return e->ops->device;
}

int intel_open(struct dma_engine *e)
{
	uint64_t size;
	int err;

	err = vfio_region(e->fd, VFIO_REGION_CONFIG, &e->config, &size);
	if (!err)
		err = vfio_region(e->fd, BAR_REGS, &e->regs, &size);
	if (!err && size < 0x20000)
		err = -ENODEV;
	/* Where the tails are is not known yet. */
	e->seen = 0;
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

static int write_all(struct dma_engine *e, const struct intel_setting *s, size_t n)
{
	int err = 0;

	for (; !err && n; s++, n--)
		err = intel_write(e, s->reg, s->val);
	return err;
}

static int reset(struct dma_engine *e)
{
	const struct intel_nic *n = nic(e);
	uint32_t val;
	int err;

	err = command_set(e, PCI_COMMAND_MEMORY);
	if (!err)
		err = write_all(e, n->quiet, n->nr_quiet);
	if (err)
		return err;
	msleep(SETTLE_MS);
	err = intel_read(e, REG_CTRL, &val);
	if (!err)
		err = intel_write(e, REG_CTRL, val | CTRL_RST);
	if (err)
		return err;
	msleep(SETTLE_MS);
	if (n->after_reset)
		err = n->after_reset(e);
	if (!err)
		err = write_all(e, n->quiet, n->nr_quiet);
	if (!err)
		err = intel_read(e, REG_CTRL, &val);
	return err ? err : intel_write(e, REG_CTRL, val | CTRL_SLU);
}

static int wait_link(struct dma_engine *e)
{
	uint32_t val = 0;
	int err, ms;

	for (ms = 0; ms < LINK_MS; ms++) {
		err = intel_read(e, REG_STATUS, &val);
		if (err || val & STATUS_LU)
			return err;
		msleep(1);
	}
	return -ENETDOWN;
}

static int set_filter(struct dma_engine *e)
{
	uint8_t mac[6];
	uint32_t i;
	int err = 0;

	lub_frame_mac(mac, LUB_FRAME_TARGET);
	for (i = 0; !err && i < MTA_WORDS; i++)
		err = intel_write(e, REG_MTA + 4 * i, 0);
	if (!err)
		err = intel_write(e, REG_RAL,
				  mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24);
	return err ? err : intel_write(e, REG_RAH, mac[4] | mac[5] << 8 | RAH_AV);
}

static int set_rings(struct dma_engine *e)
{
	const struct intel_nic *n = nic(e);
	uint64_t rx = e->iova + offsetof(struct intel_window, rx);
	uint64_t tx = e->iova + offsetof(struct intel_window, tx);
	const struct intel_setting rings[] = {
		{ n->rx + QUEUE_DCTL, n->rxdctl },
		{ n->rx + QUEUE_BAL, (uint32_t)rx },
		{ n->rx + QUEUE_BAH, (uint32_t)(rx >> 32) },
		{ n->rx + QUEUE_LEN, 2 * n->slots * sizeof(struct intel_rx_desc) },
		{ n->rx + QUEUE_HEAD, 0 },
		{ n->rx + QUEUE_TAIL, 0 },
		{ n->tx + QUEUE_DCTL, n->txdctl },
		{ n->tx + QUEUE_BAL, (uint32_t)tx },
		{ n->tx + QUEUE_BAH, (uint32_t)(tx >> 32) },
		{ n->tx + QUEUE_LEN, INTEL_TX_DESCS * sizeof(struct intel_tx_desc) },
		{ n->tx + QUEUE_HEAD, 0 },
		{ n->tx + QUEUE_TAIL, 0 },
		{ REG_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT_COLD },
	};
	int err = write_all(e, n->setup, n->nr_setup);

	return err ? err : write_all(e, rings, sizeof(rings) / sizeof(rings[0]));
}

/* Both are zero after they were read: what was read is kept in the window. */
static int read_counts(struct dma_engine *e)
{
	uint32_t received, missed;
	int err;

	err = intel_read(e, REG_GPRC, &received);
	if (!err)
		err = intel_read(e, REG_MPC, &missed);
	if (err)
		return err;
	window(e)->received += received;
	window(e)->missed += missed;
	return 0;
}

int intel_start(struct dma_engine *e)
{
	struct intel_window *w = window(e);
	int err;

	err = reset(e);
	if (!err)
		err = set_filter(e);
	if (!err)
		err = set_rings(e);
	if (!err)
		err = wait_link(e);
	if (!err)
		err = read_counts(e);
	if (err)
		return err;
	w->witness.counter = 0;
	w->witness.echo = 0;
	intel_ring_init(w, e->iova, nic(e)->slots);
	__sync_synchronize();
	err = command_set(e, PCI_COMMAND_MASTER);
	if (!err)
		err = intel_write(e, REG_RCTL, RCTL_EN | RCTL_BSIZE_256 | RCTL_SECRC);
	if (!err && nic(e)->after_enable)
		err = nic(e)->after_enable(e);
	if (!err)
		err = intel_write(e, nic(e)->rx + QUEUE_TAIL, intel_ring_rdt(w, nic(e)->slots));
	e->seen = !err;
	return err;
}

int intel_counter(struct dma_engine *e, uint32_t *count)
{
	int err = read_counts(e);

	if (!err)
		*count = window(e)->received;
	return err;
}

/* What was taken is handed over: echoes first, somebody waits for them. */
static int hand_over(struct dma_engine *e, uint32_t rdt, uint32_t tdt)
{
	struct intel_window *w = window(e);
	int err;

	intel_ring_give(w, nic(e)->slots, rdt, tdt);
	err = intel_write(e, nic(e)->tx + QUEUE_TAIL, intel_ring_tdt(w));
	if (!err)
		err = intel_write(e, nic(e)->rx + QUEUE_TAIL, intel_ring_rdt(w, nic(e)->slots));
	e->seen = !err;
	return err;
}

int intel_serve(struct dma_engine *e)
{
	struct intel_window *w = window(e);
	uint32_t rdt, tdt;
	int err = 0, n;

	if (!e->seen) {
		/* A kexec, or an error, came between taking and handing over: the device knows. */
		err = intel_read(e, nic(e)->rx + QUEUE_TAIL, &rdt);
		if (!err)
			err = intel_read(e, nic(e)->tx + QUEUE_TAIL, &tdt);
		if (!err)
			err = hand_over(e, rdt, tdt);
		if (err)
			return err;
	}
	rdt = intel_ring_rdt(w, nic(e)->slots);
	tdt = intel_ring_tdt(w);
	n = intel_ring_take(w, nic(e)->slots);
	if (n)
		err = hand_over(e, rdt, tdt);
	return err ? err : n;
}

/* The device stays a bus master: a frame that it has begun with is finished. */
int intel_stop(struct dma_engine *e)
{
	int err = intel_write(e, REG_RCTL, RCTL_BSIZE_256 | RCTL_SECRC);

	msleep(SETTLE_MS);
	return err;
}

/* The end of the newest frame is still in place when nothing moves any more. */
static uint32_t check_end(struct intel_window *w)
{
	uint32_t last = intel_ring_state(w)->last;

	return (le32toh(w->witness.counter) != last) * 4u + (le32toh(w->witness.echo) != last) * 4u;
}

/* Serve until nothing is left. A sender faster than this would keep it here: hence the limit. */
static int drain(struct dma_engine *e)
{
	uint32_t taken = 0;
	int n;

	while ((n = intel_serve(e)) > 0 && taken < nic(e)->slots)
		taken += (uint32_t)n;
	return n < 0 ? n : 0;
}

/* Frames that are there already may be old: only some that come now show that it works now. */
static int wait_fresh(struct dma_engine *e)
{
	uint32_t fresh = 0;
	int ms, n;

	for (ms = 0; ms < VERIFY_MS && fresh < VERIFY_FRAMES; ms++) {
		msleep(1);
		n = intel_serve(e);
		if (n < 0)
			return n;
		fresh += (uint32_t)n;
	}
	return fresh ? 0 : -ETIMEDOUT;
}

int intel_verify(struct dma_engine *e, bool running, struct dma_verdict *v)
{
	struct intel_window *w = window(e);
	const struct intel_state *s;
	int err;

	*v = (struct dma_verdict){ 0 };
	err = drain(e);
	if (!err)
		err = running ? wait_fresh(e) : read_counts(e);
	if (err)
		return err;
	s = intel_ring_state(w);
	if (!running) {
		v->lost = s->lost + w->missed + (w->received - s->frames);
		v->corrupt = check_end(w);
	}
	v->corrupt += s->corrupt - w->reported;
	w->reported = s->corrupt;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intel 82574L: receives frames that somebody outside sends, up to 32,763 of them without any help,
 * and sends each one back when user space gets to see it.
 *
 * What proves that a DMA happened while no kernel ran? Not that a frame of that time is in memory:
 * as long as the device does not receive, the network in front of it (a tap, a socket) keeps frames, and
 * they arrive in one burst afterwards, with the times at which they were sent. What counts is when
 * they arrived:
 * - the observer in the controller sees the counter of the witness page change, which the device
 *   itself writes with the end of each frame, and takes its own time of it;
 * - the emulator dumps each frame when its device gets it (frames-N.pcap): those dumped in the blackout
 *   must be as many as the counter went on;
 * - verify() compares the device's count of good frames with those found in memory: one that was
 *   received and not written is lost.
 *
 * The frames are addressed to a MAC that only this program knows, and nothing else is let in, so that
 * each frame takes one pair of descriptors.
 */
#include "workloads/dma/dma.h"

#include <endian.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/dma/e1000e_regs.h"
#include "workloads/dma/e1000e_ring.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4

#define SETTLE_MS 10
#define LINK_MS 5000
#define VERIFY_MS 1000
#define VERIFY_FRAMES 20

static int reg_read(struct dma_engine *e, uint32_t reg, uint32_t *val)
{
	ssize_t n = pread(e->fd, val, 4, (off_t)(e->regs + reg));

	*val = le32toh(*val);
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

static int reg_write(struct dma_engine *e, uint32_t reg, uint32_t val)
{
	ssize_t n;

	val = htole32(val);
	n = pwrite(e->fd, &val, 4, (off_t)(e->regs + reg));
	return n == 4 ? 0 : n < 0 ? -errno : -EIO;
}

static struct e1000e_window *window(struct dma_engine *e)
{
	return (struct e1000e_window *)(void *)e->window;
}

static bool e1000e_match(uint16_t vendor, uint16_t device)
{
	return vendor == 0x8086 && device == 0x10d3;
}

static int e1000e_open(struct dma_engine *e)
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

struct setting {
	uint32_t reg;
	uint32_t val;
};

static int write_all(struct dma_engine *e, const struct setting *s, size_t n)
{
	int err = 0;

	for (; !err && n; s++, n--)
		err = reg_write(e, s->reg, s->val);
	return err;
}

static int reset(struct dma_engine *e)
{
	static const struct setting quiet[] = {
		{ REG_IMC, UINT32_MAX },
		{ REG_RCTL, 0 },
		{ REG_TCTL, 0 },
	};
	uint32_t val;
	int err;

	err = command_set(e, PCI_COMMAND_MEMORY);
	if (!err)
		err = write_all(e, quiet, 3);
	if (err)
		return err;
	msleep(SETTLE_MS);
	err = reg_read(e, REG_CTRL, &val);
	if (!err)
		err = reg_write(e, REG_CTRL, val | CTRL_RST);
	if (err)
		return err;
	msleep(SETTLE_MS);
	err = write_all(e, quiet, 3);
	if (!err)
		err = reg_read(e, REG_CTRL, &val);
	return err ? err : reg_write(e, REG_CTRL, val | CTRL_SLU);
}

static int wait_link(struct dma_engine *e)
{
	uint32_t val = 0;
	int err, ms;

	for (ms = 0; ms < LINK_MS; ms++) {
		err = reg_read(e, REG_STATUS, &val);
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
		err = reg_write(e, REG_MTA + 4 * i, 0);
	if (!err)
		err = reg_write(e, REG_RAL,
				mac[0] | mac[1] << 8 | mac[2] << 16 | (uint32_t)mac[3] << 24);
	return err ? err : reg_write(e, REG_RAH, mac[4] | mac[5] << 8 | RAH_AV);
}

static int set_rings(struct dma_engine *e)
{
	uint64_t rx = e->iova + offsetof(struct e1000e_window, rx);
	uint64_t tx = e->iova + offsetof(struct e1000e_window, tx);
	const struct setting rings[] = {
		{ REG_RXCSUM, 0 },
		{ REG_RFCTL, 0 },
		{ REG_MRQC, 0 },
		{ REG_RDTR, 0 },
		{ REG_RXDCTL, DCTL_GRAN_ONE },
		{ REG_RDBAL, (uint32_t)rx },
		{ REG_RDBAH, (uint32_t)(rx >> 32) },
		{ REG_RDLEN, E1000E_RX_DESCS * sizeof(struct e1000e_rx_desc) },
		{ REG_RDH, 0 },
		{ REG_RDT, 0 },
		{ REG_TXDCTL, DCTL_GRAN_ONE | TXDCTL_MUST },
		{ REG_TDBAL, (uint32_t)tx },
		{ REG_TDBAH, (uint32_t)(tx >> 32) },
		{ REG_TDLEN, E1000E_TX_DESCS * sizeof(struct e1000e_tx_desc) },
		{ REG_TDH, 0 },
		{ REG_TDT, 0 },
		{ REG_TCTL, TCTL_EN | TCTL_PSP | TCTL_CT_COLD },
	};

	return write_all(e, rings, sizeof(rings) / sizeof(rings[0]));
}

/* Both are zero after they were read: what was read is kept in the window. */
static int read_counts(struct dma_engine *e)
{
	uint32_t received, missed;
	int err;

	err = reg_read(e, REG_GPRC, &received);
	if (!err)
		err = reg_read(e, REG_MPC, &missed);
	if (err)
		return err;
	window(e)->received += received;
	window(e)->missed += missed;
	return 0;
}

static int e1000e_start(struct dma_engine *e)
{
	struct e1000e_window *w = window(e);
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
	e1000e_ring_init(w, e->iova);
	__sync_synchronize();
	err = command_set(e, PCI_COMMAND_MASTER);
	if (!err)
		err = reg_write(e, REG_RCTL, RCTL_EN | RCTL_BSIZE_256 | RCTL_SECRC);
	if (!err)
		err = reg_write(e, REG_RDT, e1000e_ring_rdt(w));
	e->seen = !err;
	return err;
}

static int e1000e_counter(struct dma_engine *e, uint32_t *count)
{
	int err = read_counts(e);

	if (!err)
		*count = window(e)->received;
	return err;
}

/* What was taken is handed over: echoes first, somebody waits for them. */
static int hand_over(struct dma_engine *e, uint32_t rdt, uint32_t tdt)
{
	struct e1000e_window *w = window(e);
	int err;

	e1000e_ring_give(w, rdt, tdt);
	err = reg_write(e, REG_TDT, e1000e_ring_tdt(w));
	if (!err)
		err = reg_write(e, REG_RDT, e1000e_ring_rdt(w));
	e->seen = !err;
	return err;
}

static int e1000e_serve(struct dma_engine *e)
{
	struct e1000e_window *w = window(e);
	uint32_t rdt, tdt;
	int err = 0, n;

	if (!e->seen) {
		/* A kexec, or an error, came between taking and handing over: the device knows. */
		err = reg_read(e, REG_RDT, &rdt);
		if (!err)
			err = reg_read(e, REG_TDT, &tdt);
		if (!err)
			err = hand_over(e, rdt, tdt);
		if (err)
			return err;
	}
	rdt = e1000e_ring_rdt(w);
	tdt = e1000e_ring_tdt(w);
	n = e1000e_ring_take(w);
	if (n)
		err = hand_over(e, rdt, tdt);
	return err ? err : n;
}

/* The device stays a bus master: a frame that it has begun with is finished. */
static int e1000e_stop(struct dma_engine *e)
{
	int err = reg_write(e, REG_RCTL, RCTL_BSIZE_256 | RCTL_SECRC);

	msleep(SETTLE_MS);
	return err;
}

/* The end of the newest frame is still in place when nothing moves any more. */
static uint32_t check_end(struct e1000e_window *w)
{
	uint32_t last = e1000e_ring_state(w)->last;

	return (le32toh(w->witness.counter) != last) * 4u + (le32toh(w->witness.echo) != last) * 4u;
}

/* Serve until nothing is left. A sender faster than this would keep it here: hence the limit. */
static int drain(struct dma_engine *e)
{
	uint32_t taken = 0;
	int n;

	while ((n = e1000e_serve(e)) > 0 && taken < E1000E_RX_FRAMES)
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
		n = e1000e_serve(e);
		if (n < 0)
			return n;
		fresh += (uint32_t)n;
	}
	return fresh ? 0 : -ETIMEDOUT;
}

static int e1000e_verify(struct dma_engine *e, bool running, struct dma_verdict *v)
{
	struct e1000e_window *w = window(e);
	const struct e1000e_state *s;
	int err;

	*v = (struct dma_verdict){ 0 };
	err = drain(e);
	if (!err)
		err = running ? wait_fresh(e) : read_counts(e);
	if (err)
		return err;
	s = e1000e_ring_state(w);
	if (!running) {
		v->lost = s->lost + w->missed + (w->received - s->frames);
		v->corrupt = check_end(w);
	}
	v->corrupt += s->corrupt - w->reported;
	w->reported = s->corrupt;
	return 0;
}

const struct dma_ops dma_e1000e_ops = {
	.name = "e1000e",
	.window_bytes = sizeof(struct e1000e_window),
	.match = e1000e_match,
	.open = e1000e_open,
	.start = e1000e_start,
	.counter = e1000e_counter,
	.serve = e1000e_serve,
	.stop = e1000e_stop,
	.verify = e1000e_verify,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dma/dsa_config.h"

#include <endian.h>
#include <errno.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "workloads/dma/dsa_batch.h"

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 0x2
#define PCI_COMMAND_MASTER 0x4

#define COMMAND_MS 5000

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

static int command(struct dma_engine *e, uint32_t cmd)
{
	uint32_t val;
	int err = reg_write(e, DSA_CMD, cmd), ms;

	for (ms = 0; !err && ms < COMMAND_MS; ms++) {
		err = reg_read(e, DSA_CMDSTS, &val);
		if (!err && !(val & DSA_CMDSTS_ACTIVE))
			return DSA_CMDSTS_ERR(val) ? -EIO : 0;
		msleep(1);
	}
	return err ? err : -ETIMEDOUT;
}

static int bus_master(struct dma_engine *e)
{
	uint16_t cmd;

	if (pread(e->fd, &cmd, 2, (off_t)(e->config + PCI_COMMAND)) != 2)
		return -EIO;
	cmd = htole16(le16toh(cmd) | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	return pwrite(e->fd, &cmd, 2, (off_t)(e->config + PCI_COMMAND)) == 2 ? 0 : -EIO;
}

/* What the device is able to do, and where its tables are. */
struct caps {
	uint32_t gen;
	uint32_t wq;
	uint32_t wq_high;
	uint32_t groups;
	uint32_t engines;
	uint32_t tables;
};

static int read_caps(struct dma_engine *e, struct caps *c)
{
	int err = reg_read(e, DSA_GENCAP, &c->gen);

	if (!err)
		err = reg_read(e, DSA_WQCAP, &c->wq);
	if (!err)
		err = reg_read(e, DSA_WQCAP_HIGH, &c->wq_high);
	if (!err)
		err = reg_read(e, DSA_GRPCAP, &c->groups);
	if (!err)
		err = reg_read(e, DSA_ENGCAP, &c->engines);
	if (!err)
		err = reg_read(e, DSA_OFFSETS, &c->tables);
	if (err)
		return err;
	if (!(c->gen & DSA_GENCAP_CONFIG))
		return -EROFS;
	if (DSA_GENCAP_MAX_XFER(c->gen) < DSA_BLOCK_SHIFT ||
	    DSA_GENCAP_MAX_BATCH(c->gen) < DSA_BATCH_SHIFT || !DSA_WQCAP_WQS(c->wq) ||
	    !(c->wq_high & DSA_WQCAP_DEDICATED) || !DSA_GRPCAP_GROUPS(c->groups) ||
	    !DSA_ENGCAP_ENGINES(c->engines))
		return -EOPNOTSUPP;
	return dsa_cover_ms(DSA_WQCAP_TOTAL(c->wq)) < DSA_COVER_LEAST_MS ? -ENOSPC : 0;
}

/* Work queue 0, alone, dedicated; group 0 has it and engine 0. */
static int configure(struct dma_engine *e, const struct caps *c)
{
	uint32_t wq = DSA_OFFSETS_WQCFG(c->tables), grp = DSA_OFFSETS_GRPCFG(c->tables);
	uint32_t mode = DSA_WQCFG_DEDICATED | DSA_WQCFG_PRIORITY(1);
	int err;

	if (c->wq_high & DSA_WQCAP_ATS)
		mode |= DSA_WQCFG_NO_ATS;
	err = reg_write(e, wq + 4 * DSA_WQCFG_SIZE, DSA_WQCAP_TOTAL(c->wq));
	if (!err)
		err = reg_write(e, wq + 4 * DSA_WQCFG_MODE, mode);
	if (!err)
		err = reg_write(e, wq + 4 * DSA_WQCFG_LIMITS,
				DSA_WQCFG_MAX(DSA_BLOCK_SHIFT, DSA_BATCH_SHIFT));
	if (!err && c->wq_high & DSA_WQCAP_OPCONFIG)
		err = reg_write(e, wq + 4 * DSA_WQCFG_OPS,
				1u << DSA_OP_BATCH | 1u << DSA_OP_MEMMOVE);
	if (!err)
		err = reg_write(e, grp + DSA_GRPCFG_WQS, 1);
	if (!err)
		err = reg_write(e, grp + DSA_GRPCFG_ENGINES, 1);
	return err ? err : reg_write(e, grp + DSA_GRPCFG_FLAGS, 0);
}

int dsa_reset(struct dma_engine *e)
{
	return command(e, DSA_CMD_RESET);
}

int dsa_configure(struct dma_engine *e, uint32_t *depth)
{
	struct caps c;
	int err = bus_master(e);

	if (!err)
		err = dsa_reset(e);
	if (!err)
		err = read_caps(e, &c);
	if (!err)
		err = reg_write(e, DSA_GENCTRL, 0);
	if (!err)
		err = reg_write(e, DSA_SWERR, DSA_SWERR_ACK);
	if (!err)
		err = configure(e, &c);
	if (!err)
		err = command(e, DSA_CMD_ENABLE);
	if (!err)
		err = command(e, DSA_CMD_ENABLE_WQ);
	if (!err)
		*depth = DSA_WQCAP_TOTAL(c.wq);
	return err;
}

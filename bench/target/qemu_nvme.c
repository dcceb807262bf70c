// SPDX-License-Identifier: GPL-2.0-or-later
/* What backs the NVMe controller of workload nvme: a slow namespace with known blocks. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu_priv.h"
#include "workloads/dma/nvme_block.h"

/* Reads a second: 2047 of them take 16 s. A kexec takes 3 s, on a busy host up to 13 s were seen. */
#define RATE 125

/* For each block: 8 bytes of protection information, which QEMU keeps behind all data. */
#define METADATA 8u

#define CHUNK_BLOCKS 2048u

struct backend {
	char *data;
	char *overlay;
};

static int write_blocks(const char *path)
{
	uint64_t *chunk = malloc(CHUNK_BLOCKS * NVME_BLOCK);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), err = 0;
	uint32_t block, i;

	if (fd < 0 || !chunk)
		err = fd < 0 ? -errno : -ENOMEM;
	for (block = 0; !err && block < NVME_BLOCKS; block += CHUNK_BLOCKS) {
		for (i = 0; i < CHUNK_BLOCKS; i++)
			nvme_block_fill(chunk + i * NVME_BLOCK / sizeof(*chunk), block + i);
		if (write(fd, chunk, CHUNK_BLOCKS * NVME_BLOCK) != CHUNK_BLOCKS * NVME_BLOCK)
			err = errno ? -errno : -EIO;
	}
	if (fd >= 0)
		close(fd);
	free(chunk);
	if (err)
		lub_err("cannot write %s: %s; is the disk full", path, strerror(-err));
	return err;
}

static int make_overlay(const char *path)
{
	char size[24],
		*argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", (char *)path, size, NULL };
	struct proc_io io = { .timeout_ms = 20000 };
	int err;

	snprintf(size, sizeof(size), "%u", NVME_BLOCKS * (NVME_BLOCK + METADATA));
	err = proc_run(argv, &io);
	free(io.out);
	if (err)
		lub_err("qemu-img cannot make %s: %s; is package qemu-utils installed (make deps)",
			path, io.err);
	return err > 0 ? -EIO : err;
}

void qemu_nvme_ended(struct target *t)
{
	struct backend *b = t->backend;

	if (!b)
		return;
	if (b->data)
		unlink(b->data);
	if (b->overlay)
		unlink(b->overlay);
	free(b->data);
	free(b->overlay);
	free(b);
	t->backend = NULL;
}

int qemu_nvme_prepare(struct target *t, unsigned int number)
{
	struct backend *b = calloc(1, sizeof(*b));
	int err;

	if (!b)
		return -ENOMEM;
	t->backend = b;
	if (asprintf(&b->data, "%s/nvme-%u.raw", t->dir, number) < 0)
		b->data = NULL;
	if (asprintf(&b->overlay, "%s/nvme-%u.qcow2", t->dir, number) < 0)
		b->overlay = NULL;
	if (!b->data || !b->overlay)
		return -ENOMEM;
	err = write_blocks(b->data);
	return err ? err : make_overlay(b->overlay);
}

/*
 * QEMU reads a block and its protection information one after the other, and a throttle serves
 * all that waits in order: had the second to wait, too, there would be seconds in which nothing
 * completes. So only the file of the blocks is throttled. What lies behind its end, the protection
 * information, is read from the overlay, as zeroes: nobody asks the controller to check it.
 */
void qemu_nvme_args(const struct target *t, struct qemu_args *a)
{
	const struct backend *b = t->backend;
	char data[4200], overlay[4200];

	qemu_arg(a, "-object");
	qemu_arg(a, "throttle-group,id=slow,x-iops-total=%d", RATE);
	qemu_arg(a, "-blockdev");
	qemu_arg(
		a,
		"driver=qcow2,node-name=ns,file.driver=file,file.filename=%s,backing.driver=throttle,backing.throttle-group=slow,backing.file.driver=file,backing.file.filename=%s",
		qemu_escape(b->overlay, overlay, sizeof(overlay)),
		qemu_escape(b->data, data, sizeof(data)));
	qemu_arg(a, "-device");
	qemu_arg(a, "nvme,id=nvme,serial=lubench,addr=04.0");
}

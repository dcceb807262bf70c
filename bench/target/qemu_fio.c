// SPDX-License-Identifier: GPL-2.0-or-later
/* What backs the NVMe controller of workload fio: a plain namespace, as fast as it goes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/qemu_priv.h"

#define FIO_BYTES (256ll << 20)

/* A sparse file next to the logs: fio's writes must still be there when the next kernel reads. */
int qemu_fio_prepare(struct target *t, unsigned int number)
{
	char *path;
	int fd, err = 0;

	if (asprintf(&path, "%s/fio-%u.img", t->dir, number) < 0)
		return -ENOMEM;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, FIO_BYTES)) {
		err = -errno;
		lub_err("%s: %s; the disk of workload fio cannot be made", path, strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	t->backend = path;
	return err;
}

void qemu_fio_args(const struct target *t, struct qemu_args *a)
{
	char buf[4200];

	qemu_arg(a, "-drive");
	qemu_arg(a, "if=none,id=fio,format=raw,cache=unsafe,file=%s",
		 qemu_escape(t->backend, buf, sizeof(buf)));
}

void qemu_fio_ended(struct target *t)
{
	if (t->backend)
		unlink(t->backend);
	free(t->backend);
	t->backend = NULL;
}

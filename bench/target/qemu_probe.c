// SPDX-License-Identifier: GPL-2.0-or-later
/* Is everything there that an emulated target needs? */
#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/arch.h"
#include "bench/target/proc.h"
#include "bench/target/qemu_priv.h"

/* Beside the guest's own memory: QEMU, TCG's translation buffers, the page cache of the image. */
#define SPARE_MEMORY (512ULL << 20)
#define SPARE_DISK (1024ULL << 20)

static uint64_t mem_available(void)
{
	unsigned long long kb = 0;
	char line[128];
	FILE *in = fopen("/proc/meminfo", "re");

	while (in && fgets(line, sizeof(line), in))
		if (sscanf(line, "MemAvailable: %llu kB", &kb) == 1)
			break;
	if (in)
		fclose(in);
	return kb << 10;
}

static int check_room(struct target *t)
{
	uint64_t memory = mem_available();
	struct statvfs fs;

	if (memory && memory < t->memory + SPARE_MEMORY) {
		lub_err("not enough free memory: %llu MiB, the target needs %llu MiB; lower memory in the plan",
			(unsigned long long)memory >> 20,
			(unsigned long long)(t->memory + SPARE_MEMORY) >> 20);
		return -ENOMEM;
	}
	if (statvfs(t->dir, &fs)) {
		lub_err("%s: %s", t->dir, strerror(errno));
		return -errno;
	}
	if ((uint64_t)fs.f_bavail * fs.f_frsize < SPARE_DISK) {
		lub_err("not enough free disk in %s: %llu MiB, a run needs %llu MiB; free some or use another --out",
			t->dir, (unsigned long long)fs.f_bavail * fs.f_frsize >> 20,
			SPARE_DISK >> 20);
		return -ENOSPC;
	}
	return 0;
}

static int check_file(const char *path, const char *what, const char *make)
{
	if (access(path, R_OK) == 0)
		return 0;
	lub_err("%s %s: %s; `%s` makes it", what, path, strerror(errno), make);
	return -errno;
}

int qemu_probe(struct target *t)
{
	const struct qemu_machine *m = t->row->machine;
	struct qemu *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return -ENOMEM;
	q->pid = -1;
	q->monitor = q->console_fd = -1;
	t->priv = q;
	q->device = qemu_device_find(t->workload);
	if (!q->device) {
		lub_err("workload %s: no emulated target has its device; use --host", t->workload);
		return -EOPNOTSUPP;
	}
	if (t->second && !q->device->second) {
		lub_err("workload %s: there is no second device of this kind", t->workload);
		return -EOPNOTSUPP;
	}
	err = qemu_check(m, q->iommu, sizeof(q->iommu), t->version, sizeof(t->version));
	if (err)
		return err;
	if (!proc_find("ssh")) {
		lub_err("no ssh client in PATH: install openssh-client (make deps)");
		return -ENOENT;
	}
	err = q->device->check ? q->device->check() : 0;
	if (!err)
		err = check_file(t->kernel, "kernel image", "make kernel");
	if (!err)
		err = target_arch_check_image(m->arch, t->kernel);
	if (!err)
		err = check_file(t->image, "root image", "make image");
	if (!err)
		err = check_file(t->key, "ssh key", "make image");
	if (!err && t->tools)
		err = check_file(t->tools, "disk with perf and bpftrace", "make tools");
	if (!err)
		err = check_room(t);
	t->accel = t->kvm && !t->icount && m->machine_kvm && access("/dev/kvm", R_OK | W_OK) == 0
			   ? "kvm"
			   : "tcg";
	if (!t->device)
		t->device = q->device->bdf;
	return err;
}

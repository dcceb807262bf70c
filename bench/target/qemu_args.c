// SPDX-License-Identifier: GPL-2.0-or-later
/* Command line of the emulator. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/agent/toolsdisk.h"
#include "bench/target/qemu_priv.h"

void qemu_arg(struct qemu_args *a, const char *fmt, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, fmt);
	if (a->n + 1 >= MAX_ARGS || vasprintf(&s, fmt, ap) < 0)
		a->failed = true;
	else
		a->v[a->n++] = s;
	va_end(ap);
}

const char *qemu_escape(const char *path, char *buf, size_t len)
{
	size_t i = 0;

	for (; *path && i + 3 < len; path++) {
		buf[i++] = *path;
		if (*path == ',')
			buf[i++] = ',';
	}
	buf[i] = '\0';
	return buf;
}

/*
 * Time is what the guest has executed, and idle time costs none of the host's. What a guest could get its
 * random numbers from is seeded, and its clock of the day starts at the same time.
 */
static void icount_args(struct qemu_args *a)
{
	qemu_arg(a, "-icount");
	qemu_arg(a, "shift=%d,sleep=off", TARGET_ICOUNT_SHIFT);
	qemu_arg(a, "-seed");
	qemu_arg(a, "1");
	qemu_arg(a, "-rtc");
	qemu_arg(a, "base=2026-01-01T00:00:00,clock=vm");
}

void qemu_build_args(const struct target *t, const struct qemu *q, struct qemu_args *a, int monitor)
{
	const struct qemu_machine *m = t->row->machine;
	bool kvm = !strcmp(t->accel, "kvm");
	char buf[4200];
	int i;

	qemu_arg(a, "%s", m->program);
	qemu_arg(a, "-nodefaults");
	qemu_arg(a, "-nographic");
	qemu_arg(a, "-no-reboot");
	qemu_arg(a, "-machine");
	qemu_arg(a, "%s,memory-backend=ram", kvm ? m->machine_kvm : m->machine);
	qemu_arg(a, "-accel");
	qemu_arg(a, "%s", t->accel);
	if (t->icount)
		icount_args(a);
	qemu_arg(a, "-cpu");
	qemu_arg(a, "%s", kvm ? "host" : m->cpu);
	qemu_arg(a, "-smp");
	/* Processors that wait for each other count what they wait for: a stop_machine() takes 100 ms */
	qemu_arg(a, "%s", t->icount ? "1" : m->smp);
	qemu_arg(a, "-m");
	qemu_arg(a, "%lluM", (unsigned long long)t->memory >> 20);
	qemu_arg(a, "-object");
	qemu_arg(a, "memory-backend-file,id=ram,size=%lluM,mem-path=/proc/self/fd/%d,share=on",
		 (unsigned long long)t->memory >> 20, t->ram_fd);
	if (q->iommu[0]) {
		qemu_arg(a, "-device");
		qemu_arg(a, "%s", q->iommu);
	}
	if (m->global) {
		qemu_arg(a, "-global");
		qemu_arg(a, "%s", m->global);
	}
	if (q->device->args)
		q->device->args(t, a);
	qemu_arg(a, "-device");
	qemu_arg(a, "%s", q->device->device);
	if (t->second) {
		qemu_arg(a, "-device");
		qemu_arg(a, "%s", q->device->second);
	}
	qemu_arg(a, "-netdev");
	qemu_arg(a, "user,id=n,hostfwd=tcp:127.0.0.1:%d-:22", q->ssh.port);
	qemu_arg(a, "-device");
	qemu_arg(a, "virtio-net-pci,netdev=n");
	/* snapshot=on is a qcow2 overlay that QEMU makes in TMPDIR and unlinks at once. */
	qemu_arg(a, "-drive");
	qemu_arg(a, "if=none,id=d,format=raw,snapshot=on,cache=unsafe,file=%s",
		 qemu_escape(t->image, buf, sizeof(buf)));
	/*
	 * In a thread of its own: in the main one a disk access holds up the devices that do DMA, and
	 * the start of user space, with its many reads, would look like a device that stopped for 40 ms.
	 */
	qemu_arg(a, "-object");
	qemu_arg(a, "iothread,id=io");
	qemu_arg(a, "-device");
	qemu_arg(a, "virtio-blk-pci,drive=d,iothread=io");
	/* Nobody drives it: bench/agent/busy.c does to it what the scan of a booting kernel does to all. */
	qemu_arg(a, "-device");
	qemu_arg(a, "pci-testdev,addr=1e");
	/* Behind all others, so that their addresses stay as they are without it. */
	if (t->tools) {
		qemu_arg(a, "-drive");
		qemu_arg(a, "if=none,id=tools,format=raw,readonly=on,file=%s",
			 qemu_escape(t->tools, buf, sizeof(buf)));
		qemu_arg(a, "-device");
		qemu_arg(a, "virtio-blk-pci,drive=tools,serial=" TOOLSDISK_SERIAL);
	}
	qemu_arg(a, "-chardev");
	qemu_arg(a, "file,id=con,path=%s", qemu_escape(q->console_path, buf, sizeof(buf)));
	qemu_arg(a, "-serial");
	qemu_arg(a, "chardev:con");
	qemu_arg(a, "-chardev");
	qemu_arg(a, "socket,id=mon,fd=%d", monitor);
	qemu_arg(a, "-mon");
	qemu_arg(a, "chardev=mon,mode=control");
	for (i = 0; m->trace[i]; i++) {
		qemu_arg(a, "-trace");
		qemu_arg(a, "%s", m->trace[i]);
	}
	for (i = 0; t->trace_iotlb && m->trace_iotlb[i]; i++) {
		qemu_arg(a, "-trace");
		qemu_arg(a, "%s", m->trace_iotlb[i]);
	}
	qemu_arg(a, "-D");
	qemu_arg(a, "%s", t->trace);
	qemu_arg(a, "-msg");
	qemu_arg(a, "timestamp=on");
	qemu_arg(a, "-kernel");
	qemu_arg(a, "%s", t->kernel);
	qemu_arg(a, "-append");
	qemu_arg(
		a,
		"console=%s root=/dev/vda rw ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off net.ifnames=0 %s %s kho=on liveupdate=on panic=-1%s%s%s",
		m->console, m->append, q->device->no_native ? q->device->no_native : "",
		t->icount ? QEMU_ICOUNT_WORDS : "", *t->append ? " " : "", t->append);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Command line of the emulator. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/target/qemu_priv.h"

static void add(struct qemu_args *a, const char *fmt, ...)
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

/* In QEMU's option syntax a comma inside a value is doubled. */
static const char *escape(const char *path, char *buf, size_t len)
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

void qemu_build_args(const struct target *t, const struct qemu *q, struct qemu_args *a, int monitor)
{
	const struct qemu_machine *m = t->row->machine;
	bool kvm = !strcmp(t->accel, "kvm");
	char buf[4200];
	int i;

	add(a, "%s", m->program);
	add(a, "-nodefaults");
	add(a, "-nographic");
	add(a, "-no-reboot");
	add(a, "-machine");
	add(a, "%s,memory-backend=ram", kvm ? m->machine_kvm : m->machine);
	add(a, "-accel");
	add(a, "%s", t->accel);
	add(a, "-cpu");
	add(a, "%s", kvm ? "host" : m->cpu);
	add(a, "-smp");
	add(a, "%s", m->smp);
	add(a, "-m");
	add(a, "%lluM", (unsigned long long)t->memory >> 20);
	add(a, "-object");
	add(a, "memory-backend-file,id=ram,size=%lluM,mem-path=/proc/self/fd/%d,share=on",
	    (unsigned long long)t->memory >> 20, t->ram_fd);
	if (q->iommu[0]) {
		add(a, "-device");
		add(a, "%s", q->iommu);
	}
	if (m->global) {
		add(a, "-global");
		add(a, "%s", m->global);
	}
	add(a, "-device");
	add(a, "%s", m->device);
	if (t->second) {
		add(a, "-device");
		add(a, "%s", m->second);
	}
	add(a, "-netdev");
	add(a, "user,id=n,hostfwd=tcp:127.0.0.1:%d-:22", q->ssh.port);
	add(a, "-device");
	add(a, "virtio-net-pci,netdev=n");
	/* snapshot=on is a qcow2 overlay that QEMU makes in TMPDIR and unlinks at once. */
	add(a, "-drive");
	add(a, "if=none,id=d,format=raw,snapshot=on,cache=unsafe,file=%s",
	    escape(t->image, buf, sizeof(buf)));
	/*
	 * In a thread of its own: in the main one a disk access holds up the devices that do DMA, and
	 * the start of user space, with its many reads, would look like a device that stopped for 40 ms.
	 */
	add(a, "-object");
	add(a, "iothread,id=io");
	add(a, "-device");
	add(a, "virtio-blk-pci,drive=d,iothread=io");
	add(a, "-chardev");
	add(a, "file,id=con,path=%s", escape(q->console_path, buf, sizeof(buf)));
	add(a, "-serial");
	add(a, "chardev:con");
	add(a, "-chardev");
	add(a, "socket,id=mon,fd=%d", monitor);
	add(a, "-mon");
	add(a, "chardev=mon,mode=control");
	for (i = 0; m->trace[i]; i++) {
		add(a, "-trace");
		add(a, "%s", m->trace[i]);
	}
	add(a, "-D");
	add(a, "%s", t->trace);
	add(a, "-msg");
	add(a, "timestamp=on");
	add(a, "-kernel");
	add(a, "%s", t->kernel);
	add(a, "-append");
	add(a,
	    "console=%s root=/dev/vda rw ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off net.ifnames=0 %s %s kho=on liveupdate=on panic=-1%s%s",
	    m->console, m->append, m->no_native ? m->no_native : "", *t->append ? " " : "",
	    t->append);
}

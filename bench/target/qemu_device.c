// SPDX-License-Identifier: GPL-2.0-or-later
/* The device under test of an emulated target: one row a workload. */
#include <string.h>

#include "bench/target/qemu_priv.h"

/*
 * The native driver of the lsi53c895a runs its scripts from the chip's own memory, by bus address.
 * Behind QEMU's VT-d that address is not mapped: a storm of faults, and no end of the boot. A kernel
 * that receives the preserved device gets no such help: there it must not bind, and does not.
 */
#define NO_LSI_DRIVER "initcall_blacklist=sym2_init"

/* Where it is found before the virtio device, the native driver's interface would be eth0 and get its address. */
#define NO_E1000E_DRIVER "initcall_blacklist=e1000_init_module"

static const struct qemu_device devices[] = {
	{
		.workload = "lsi",
		.device = "lsi53c895a,addr=04.0",
		.second = "lsi53c895a,addr=05.0",
		.bdf = "0000:00:04.0",
		.no_native = NO_LSI_DRIVER,
	},
	{
		/* Its controller comes with @args: a namespace of its own can have protection information. */
		.workload = "nvme",
		.device = "nvme-ns,bus=nvme,drive=ns,nsid=1,logical_block_size=512,ms=8,pi=1",
		.bdf = "0000:00:04.0",
		.host_paced = "the throttle of its namespace",
		.prepare = qemu_nvme_prepare,
		.args = qemu_nvme_args,
		.ended = qemu_nvme_ended,
	},
	{
		.workload = "e1000e",
		.device = "e1000e,addr=04.0,netdev=lab",
		.bdf = "0000:00:04.0",
		.no_native = NO_E1000E_DRIVER,
		.host_paced = "the sender of its frames",
		.check = qemu_frames_check,
		.prepare = qemu_frames_prepare,
		.args = qemu_frames_args,
		.fd = qemu_frames_fd,
		.results = qemu_frames_results,
		.ended = qemu_frames_ended,
	},
	{
		.workload = "fio",
		.device = "nvme,drive=fio,serial=lubench-fio,addr=04.0",
		.bdf = "0000:00:04.0",
		.host_paced = "the file of its namespace",
		.prepare = qemu_fio_prepare,
		.args = qemu_fio_args,
		.ended = qemu_fio_ended,
	},
};

const struct qemu_device *qemu_device_find(const char *workload)
{
	size_t i;

	for (i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (!strcmp(devices[i].workload, workload))
			return &devices[i];
	return NULL;
}

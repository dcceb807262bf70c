/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated targets. A new machine is one struct qemu_machine and one row of target_rows[]. */
#ifndef BENCH_TARGET_QEMU_H
#define BENCH_TARGET_QEMU_H

#include "bench/target/target.h"

struct qemu_args;

/** struct qemu_alias - a property that changed its name between QEMU versions. */
struct qemu_alias {
	const char *names[3];
};

/**
 * struct qemu_machine - machine arguments of one emulated target
 * @program: emulator
 * @package: Debian package that has it
 * @arch: of kernel, image and agent, as in the cache's directory names
 * @machine: -machine, without its memory backend
 * @machine_kvm: the same with KVM; NULL: its IOMMU needs TCG
 * @cpu: -cpu under TCG
 * @smp: -smp; with icount there is one processor
 * @iommu: -device text of the IOMMU, which must come first; NULL when the machine brings its own
 * @iommu_alias: property to add to @iommu as "NAME=on" under the name this QEMU knows, or NULLs
 * @global: -global text of an IOMMU that the machine brings, NULL for none
 * @off: what such a line holds when translation is switched off; from then on DMA is not translated
 *	but passed or aborted, by the machine
 * @no_crash: why mode crash, the control whose DMA goes on by itself, does not exist; NULL when it does
 * @console: console= argument
 * @append: words of the kernel command line for this machine
 * @trace: trace events to log
 * @trace_iotlb: more of them, for scenario iotlb only; see bench/target/trace.h
 * @aborts: what such a line holds when the kernel asks for DMA to be refused while translation is off;
 *	NULL where the IOMMU has no such thing
 * @trace_hits: event of each lookup that hits, which is turned on and off
 * @faults: those of them that say that an access was refused; names differ between QEMU versions
 * @ram_offset: place of a guest physical address in the memory file, -1 when it is no RAM
 */
struct qemu_machine {
	const char *program;
	const char *package;
	const char *arch;
	const char *machine;
	const char *machine_kvm;
	const char *cpu;
	const char *smp;
	const char *iommu;
	struct qemu_alias iommu_alias;
	const char *global;
	const char *no_crash;
	const char *console;
	const char *append;
	const char *trace[12];
	const char *trace_iotlb[12];
	const char *trace_hits;
	const char *faults[4];
	const char *off[2];
	const char *aborts[2];
	int64_t (*ram_offset)(uint64_t ram, uint64_t gpa);
};

/**
 * struct qemu_device - the device that a workload drives, the same on all machines
 * @workload: as in the plan
 * @device: -device text: driver, address, backend
 * @bdf: where that is
 * @second: another such device, for tests that need two; NULL: there is no such test
 * @no_native: words of the kernel command line that keep the native driver off the device, NULL for none
 * @host_paced: what makes the device go by the host's clock, so that icount cannot have it; NULL for nothing
 * @check: can this machine have what backs the device; says on stderr why not. NULL: always
 * @prepare: before each launch: make what backs the device; says on stderr what failed. NULL: nothing to do
 * @args: add the backend's arguments with qemu_arg(), before @device. NULL: none
 * @fd: descriptor that the emulator inherits, -1 for none. NULL: none
 * @results: target_ops.results. NULL: there are none
 * @ended: after the emulator has ended: take away what @prepare made. May be called twice. NULL: nothing to do
 *
 * What @prepare makes is kept in target.backend.
 */
struct qemu_device {
	const char *workload;
	const char *device;
	const char *bdf;
	const char *second;
	const char *no_native;
	const char *host_paced;
	int (*check)(void);
	int (*prepare)(struct target *t, unsigned int number);
	void (*args)(const struct target *t, struct qemu_args *a);
	int (*fd)(const struct target *t);
	void (*results)(struct target *t, const struct observer_result *seen,
			struct target_samples *out);
	void (*ended)(struct target *t);
};

/**
 * qemu_device_find() - the device of a workload
 * @workload: as in the plan
 *
 * Return: the row, NULL when no emulator has such a device.
 */
const struct qemu_device *qemu_device_find(const char *workload);

extern const struct qemu_machine qemu_vtd;
extern const struct qemu_machine qemu_vtd_sm;
extern const struct qemu_machine qemu_smmuv3;
extern const struct qemu_machine qemu_smmuv3_s2;
extern const struct target_ops qemu_target_ops;

/**
 * qemu_q35_offset() - ram_offset of q35
 * @ram: memory size
 * @gpa: address
 *
 * Return: offset or -1.
 */
int64_t qemu_q35_offset(uint64_t ram, uint64_t gpa);

/**
 * qemu_virt_offset() - ram_offset of virt
 * @ram: memory size
 * @gpa: address
 *
 * Return: offset or -1.
 */
int64_t qemu_virt_offset(uint64_t ram, uint64_t gpa);

/**
 * qemu_check() - can this machine be emulated here
 * @m: machine
 * @iommu: room for the -device text of its IOMMU
 * @len: its room
 * @version: first line of its version text
 * @vlen: its room
 *
 * Return: 0, -EOPNOTSUPP when this version of the emulator has no such IOMMU, or another -errno
 * (all said on stderr).
 */
int qemu_check(const struct qemu_machine *m, char *iommu, size_t len, char *version, size_t vlen);

#endif

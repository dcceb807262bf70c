/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of the emulated targets only. */
#ifndef BENCH_TARGET_QEMU_PRIV_H
#define BENCH_TARGET_QEMU_PRIV_H

#include <sys/types.h>

#include "bench/agent/pacer.h"
#include "bench/target/qemu.h"
#include "bench/target/ssh.h"

#define MAX_ARGS 120

/**
 * struct qemu - a target's emulator
 * @ssh: way to the guest's sshd
 * @iommu: -device text of the IOMMU
 * @device: the device under test
 * @pid: of the emulator, -1 when there is none
 * @monitor: our end of the QMP socket
 * @console_fd: console log, read from where we are
 * @console_path: its name
 * @log: what the emulator itself says
 */
struct qemu {
	struct ssh ssh;
	char iommu[256];
	const struct qemu_device *device;
	pid_t pid;
	int monitor;
	int console_fd;
	char *console_path;
	char *log;
};

/**
 * struct qemu_args - an argument vector in the making
 * @v: arguments, each allocated
 * @n: their number
 * @failed: out of memory or too many
 */
struct qemu_args {
	char *v[MAX_ARGS];
	int n;
	bool failed;
};

/**
 * qemu_arg() - add one argument
 * @a: arguments in the making
 * @fmt: its text
 */
void qemu_arg(struct qemu_args *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * qemu_escape() - a path as a value in QEMU's option syntax, where a comma is doubled
 * @path: the path
 * @buf: room for the result
 * @len: its size
 *
 * Return: @buf.
 */
const char *qemu_escape(const char *path, char *buf, size_t len);

/**
 * qemu_build_args() - command line of a launch
 * @t: target, probed; its memory and trace file are made
 * @q: its emulator
 * @a: filled in; the caller frees each argument
 * @monitor: descriptor that the emulator inherits for QMP
 */
void qemu_build_args(const struct target *t, const struct qemu *q, struct qemu_args *a,
		     int monitor);

/* More words for the kernel command line with icount: nothing in it may be left to chance. */
#define QEMU_ICOUNT_WORDS " norandmaps randomize_kstack_offset=off " PACER_WORD

/**
 * qemu_nvme_prepare() - qemu_device.prepare of workload nvme: the files of its namespace
 * @t: target
 * @number: of the launch
 *
 * Return: 0 or -errno (said on stderr).
 */
int qemu_nvme_prepare(struct target *t, unsigned int number);

/**
 * qemu_nvme_args() - qemu_device.args of workload nvme
 * @t: target, prepared
 * @a: arguments in the making
 */
void qemu_nvme_args(const struct target *t, struct qemu_args *a);

/**
 * qemu_nvme_ended() - qemu_device.ended of workload nvme
 * @t: target, prepared or not
 */
void qemu_nvme_ended(struct target *t);

/**
 * qemu_fio_prepare() - qemu_device.prepare of workload fio: the file of its namespace
 * @t: target
 * @number: of the launch
 *
 * Return: 0 or -errno (said on stderr).
 */
int qemu_fio_prepare(struct target *t, unsigned int number);

/**
 * qemu_fio_args() - qemu_device.args of workload fio
 * @t: target, prepared
 * @a: arguments in the making
 */
void qemu_fio_args(const struct target *t, struct qemu_args *a);

/**
 * qemu_fio_ended() - qemu_device.ended of workload fio
 * @t: target, prepared or not
 */
void qemu_fio_ended(struct target *t);

/**
 * qemu_probe() - target_ops.probe
 * @t: target
 *
 * Return: 0 or -errno (said on stderr).
 */
int qemu_probe(struct target *t);

/* Of workload e1000e, for its row of devices; see struct qemu_device. */
int qemu_frames_check(void);
int qemu_frames_prepare(struct target *t, unsigned int number);
void qemu_frames_args(const struct target *t, struct qemu_args *a);
int qemu_frames_fd(const struct target *t);
void qemu_frames_results(struct target *t, const struct observer_result *seen,
			 struct target_samples *out);
void qemu_frames_ended(struct target *t);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory of a crashed kernel, as its crash kernel shows it. */
#ifndef BENCH_AGENT_VMCORE_H
#define BENCH_AGENT_VMCORE_H

#include <stddef.h>
#include <stdint.h>

/**
 * vmcore_read() - read physical memory of the crashed kernel
 * @path: an ELF64 core file, /proc/vmcore
 * @gpa: physical address there
 * @buf: filled in
 * @len: bytes; all of them lie in one segment
 *
 * Source: Documentation/admin-guide/kdump/kdump.rst; segments carry physical addresses.
 *
 * Return: 0, -ENOENT when no segment has it, or another -errno.
 */
int vmcore_read(const char *path, uint64_t gpa, void *buf, size_t len);

#endif

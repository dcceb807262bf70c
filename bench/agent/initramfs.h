/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The initramfs of boot way "agent": a cpio archive with the agent and cycle.json, behind the host's own initrd,
 * whose files stay as they are. The kernel unpacks one archive after the other
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
#ifndef BENCH_AGENT_INITRAMFS_H
#define BENCH_AGENT_INITRAMFS_H

#include <stddef.h>

/** INITRAMFS_DIR - the agent's directory in it. */
#define INITRAMFS_DIR "/lubench"

/** INITRAMFS_INIT - the agent in it, which the kernel starts as its first process. */
#define INITRAMFS_INIT INITRAMFS_DIR "/init"

/**
 * initramfs_find() - the initrd that the host's own tools have made for a kernel
 * @boot: directory, "/boot"
 * @release: of the kernel
 * @path: set to its path
 * @len: room in @path
 *
 * Return: 0 or -ENOENT.
 */
int initramfs_find(const char *boot, const char *release, char *path, size_t len);

/**
 * initramfs_make() - write the archive
 * @path: the file, replaced; nobody but its owner may read it
 * @own: the host's initrd, NULL: it has none
 * @agent: program that becomes INITRAMFS_INIT
 * @cycle: cycle.json
 *
 * Return: 0 or -errno.
 */
int initramfs_make(const char *path, const char *own, const char *agent, const char *cycle);

#endif

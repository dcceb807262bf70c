/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Brings what an agent left in an initramfs to the host's disk, once the host's own system has mounted it. */
#ifndef BENCH_AGENT_COURIER_H
#define BENCH_AGENT_COURIER_H

#include <stdint.h>

/**
 * courier_start() - read everything into memory, and go to the background with it
 * @from: the agent's directory in the initramfs
 * @to: the one on the host's disk, without the slash in front
 * @argv0: name of this process; systemd leaves one alive that begins with '@'
 * @limit_ms: how long it waits for that
 *
 * It waits until the first process has changed to a root with @to and a cycle.json there, and the file system can
 * be written. The outcome comes last.
 *
 * Return: 0 or -errno.
 */
int courier_start(const char *from, const char *to, char *argv0, uint32_t limit_ms);

/**
 * courier_deliver() - one try; separate for tests
 * @root: open directory of the host's root
 * @to: as courier_start()
 *
 * Return: 0, -EAGAIN: not yet, or -errno.
 */
int courier_deliver(int root, const char *to);

/**
 * courier_load() - read the files; separate for tests
 * @from: as courier_start()
 *
 * Return: 0 or -errno.
 */
int courier_load(const char *from);

#endif

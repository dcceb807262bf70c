/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The agent as the first process of the incoming kernel, see boot.h. */
#ifndef BENCH_AGENT_HANDOVER_H
#define BENCH_AGENT_HANDOVER_H

#include <stdbool.h>

/** handover_is_init() - is this program the first process, started from the initramfs? @argv0: its name */
bool handover_is_init(const char *argv0);

/**
 * handover_main() - do the incoming half of the cycle, then start the host's own system
 * @argv0: name of this process, which can be changed
 *
 * Return: only when there is no system to start.
 */
int handover_main(char *argv0);

/**
 * handover_bare() - mount what root= says and start its init, where the host has no initrd of its own
 * @cmdline: of this kernel
 *
 * Return: only on failure: -errno.
 */
int handover_bare(const char *cmdline);

#endif

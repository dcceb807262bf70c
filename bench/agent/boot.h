/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the incoming kernel comes to the agent. The words of cycle.json, "boot":
 *   none    without an initrd; an init of ours starts the agent (emulated targets)
 *   system  with the host's own initrd; the host's own system boots and starts the agent
 *   agent   the agent is the first process, from an initramfs, and hands over to the host's own system
 *           when it is done. What it has to know of the outgoing kernel comes through a session of its own.
 */
#ifndef BENCH_AGENT_BOOT_H
#define BENCH_AGENT_BOOT_H

#include "bench/agent/agent.h"

/** BOOT_STATE_SESSION - the session in which state.json goes over the kexec. */
#define BOOT_STATE_SESSION "lubench-state"

/** BOOT_AGENT_WORD - on the command line of a kernel that starts the agent first. */
#define BOOT_AGENT_WORD "lubench.boot=agent"

/**
 * boot_load() - load the next kernel with the initrd that its boot way wants
 * @ag: outgoing agent
 *
 * Return: 0 or -errno (an outcome is set).
 */
int boot_load(struct agent *ag);

/**
 * boot_send_state() - with boot way "agent", preserve state.json
 * @ag: outgoing agent that has called carried_save()
 *
 * Return: 0 or -errno (an outcome is set).
 */
int boot_send_state(struct agent *ag);

/**
 * boot_receive_state() - write down the state.json that the previous kernel has preserved
 * @path: the file
 *
 * Return: 0 or -errno.
 */
int boot_receive_state(const char *path);

/** boot_drop() - the kexec does not come: let go of what boot_send_state() holds. */
void boot_drop(void);

#endif

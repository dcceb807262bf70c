/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disk with perf and bpftrace that an emulated target gets on demand; see bench/target/image/tools.sh. */
#ifndef BENCH_AGENT_TOOLSDISK_H
#define BENCH_AGENT_TOOLSDISK_H

/** TOOLSDISK_SERIAL - how the disk is told from others; bench/target/qemu_args.c sets it. */
#define TOOLSDISK_SERIAL "lubench-tools"

/** TOOLSDISK_DIR - where it is mounted. */
#define TOOLSDISK_DIR "/run/lubench-tools"

/**
 * toolsdisk_program() - a program of the disk, which is mounted when it is there
 * @name: for example "perf"
 *
 * Return: its path in a static buffer, or @name when there is no such disk: then it is looked for in PATH.
 */
const char *toolsdisk_program(const char *name);

#endif

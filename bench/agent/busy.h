/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_AGENT_BUSY_H
#define BENCH_AGENT_BUSY_H

/**
 * busy_window() - let time pass with a processor that is as busy as one that boots
 * @ms: how long, milliseconds
 *
 * A device of an emulated machine waits for the emulator, and the emulator for the processors it
 * runs: with an idle processor a window says little about one in which a kernel boots. So programs
 * are started, PCI headers read, sizes of windows asked for and lines printed until the time is over, at the pace of a
 * boot: a processor that never rests would make longer gaps than a boot does. No device but those that
 * the kernel prints to is written to, and QEMU's test device, which emulated targets have for that.
 */
void busy_window(unsigned int ms);

#endif

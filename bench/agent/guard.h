/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What brings a machine back when the controller can not: its hardware watchdog, and a reboot after a panic. The
 * innermost of three rings; the others are the controller's limits (bench/target/budgets.c) and the plan's budget_s.
 *
 * The watchdog's limit is the controller's for silence, and what feeds it is what the controller takes for news: a
 * line on the console. It is ended before the jump, unless the machine's owner has put watchdog.stop_on_reboot=0 on the
 * command line (drivers/watchdog/watchdog_core.c), the driver is built in and the hardware counts the whole time by itself.
 */
#ifndef BENCH_AGENT_GUARD_H
#define BENCH_AGENT_GUARD_H

#include "bench/agent/agent.h"

/**
 * guard_begin() - arm the watchdog, and see to it that a panic ends in a reboot
 * @ag: agent; nothing is done unless its cycle has watchdog_s
 *
 * What is changed is noted in DIR/guard first, in the outgoing kernel with the values that were there. A watchdog that is not there, that another
 * process has (systemd's RuntimeWatchdogSec=), that can not be stopped any more (nowayout) or whose limit
 * is too short is left alone, and the kernel log says so.
 */
void guard_begin(struct agent *ag);

/**
 * guard_jump() - to be called before the kexec: a watchdog that can not go on through it is disarmed
 */
void guard_jump(void);

/**
 * guard_end() - disarm it, and undo what guard_begin() changed
 * @ag: agent
 */
void guard_end(struct agent *ag);

/**
 * guard_undo() - the same for an agent that has died
 * @path: DIR/guard
 *
 * A note of another boot is dropped: a new kernel has its own values.
 *
 * Return: 0, also when there is no such file, or -errno.
 */
int guard_undo(const char *path);

/**
 * guard_limit() - seconds that a watchdog is set to
 * @want: what the controller asks for
 * @most: what the device can, 0: unknown
 *
 * Return: seconds; 0 when the device can do less than half of what is asked for: it would bite a machine that works.
 */
int guard_limit(int want, int most);

#endif

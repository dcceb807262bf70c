/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits on the target, for the controller: what asks over and over takes a login each time, and each login takes
 * processor time from what is measured. This one sleeps.
 */
#ifndef BENCH_AGENT_AWAIT_H
#define BENCH_AGENT_AWAIT_H

/**
 * agent_await() - sleep until there is something to tell of a cycle
 * @dir: the agent's directory, absolute
 * @cmdline: kernel command line
 * @limit_ms: most that is waited
 *
 * That is: DIR/out/outcome.json is in place; or the agent that was started in this kernel has ended, for which "gone" is
 * printed; or this is neither a kernel with such an agent nor the one that DIR/cycle.json says to go to. It also
 * ends at the limit, and when nobody reads stdout any more. Nothing wakes it in between.
 *
 * Return: 0 or -errno.
 */
int agent_await(const char *dir, const char *cmdline, int limit_ms);

#endif

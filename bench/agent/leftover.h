/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is left of a cycle when everything it opened is closed. */
#ifndef BENCH_AGENT_LEFTOVER_H
#define BENCH_AGENT_LEFTOVER_H

#include "bench/agent/agent.h"

/**
 * leftover_report() - count what is left in the incoming kernel, and report it with phase "after"
 * @ag: agent that has closed everything but /dev/liveupdate
 *
 * Takes the page cache away first, and waits up to 2 s for memory that is freed late. A number that
 * the kernel does not give is reported as missing.
 *
 * An outcome ("preserve-error") is set when so much is left that somebody has forgotten something.
 */
void leftover_report(struct agent *ag);

#endif

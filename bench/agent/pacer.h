/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pacer of a guest with icount, between its init and the agent. With -icount sleep=off the clock of an idle guest
 * jumps from timer to timer while the host has yet to answer, and within milliseconds of the host to the end of the
 * patience of the guest's ssh server. So a process that only spins keeps it from being idle, at the lowest
 * priority there is; the agent stops it where nobody outside is waited for.
 */
#ifndef BENCH_AGENT_PACER_H
#define BENCH_AGENT_PACER_H

/**
 * PACER_WORD - on the kernel's command line: init starts the pacer, when no agent is at work
 *
 * Not lubench.*: such words are of one cycle and not handed on (cmdline_strip()).
 */
#define PACER_WORD "lubench_pace"

/** PACER_PID - file with its process id */
#define PACER_PID "/run/lubench-pacer"

#endif

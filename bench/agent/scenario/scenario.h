/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a cycle measures. One file and one line in table.c each. */
#ifndef BENCH_AGENT_SCENARIO_SCENARIO_H
#define BENCH_AGENT_SCENARIO_SCENARIO_H

#include "bench/agent/agent.h"

/**
 * struct scenario_ops - a scenario
 * @name: as in the plan
 * @no_blackout: its kexec is only a way to get to the other side: pauses may be made in it
 * @boundaries: boundary_mark() marks its steps
 * @check: can this kernel do it; sets outcome "skip" and a reason when not. Changes nothing.
 * @data_bytes: length of the data memfd; NULL: what the first point needs
 * @measure: instead of filling ag->tab and calling @point: measure all points in the outgoing kernel, with
 *	     the device running on the only HWPT of ag->tab, and leave in there what is to be carried over,
 *	     its number in ag->carried.at. NULL: @point does it
 * @point: measure one point in the outgoing kernel, NULL when only the kexec counts: the device runs, ag->tab holds the HWPTs of
 *	   the point, or more. Leaves everything as it was, but for marks.
 * @carry: put what shall be carried over into ag->session, last thing before the jump
 * @receive: incoming kernel: take over what was carried, check it, and clean up
 *
 * All return 0, or -errno with an outcome set.
 */
struct scenario_ops {
	const char *name;
	bool no_blackout;
	bool boundaries;
	int (*check)(struct agent *ag);
	size_t (*data_bytes)(struct agent *ag);
	int (*measure)(struct agent *ag);
	int (*point)(struct agent *ag, const struct point *p);
	int (*carry)(struct agent *ag);
	int (*receive)(struct agent *ag);
};

/**
 * scenario_find() - scenario by name
 * @name: as in the plan
 *
 * Return: the scenario or NULL.
 */
const struct scenario_ops *scenario_find(const char *name);

extern const struct scenario_ops scenario_preserve;
extern const struct scenario_ops scenario_blackout;
extern const struct scenario_ops scenario_walk;
extern const struct scenario_ops scenario_iotlb;

/* Parts of scenario preserve that others share. */
int preserve_check(struct agent *ag);
int preserve_carry(struct agent *ag);
int preserve_receive(struct agent *ag);

/**
 * preserve_kept() - report what the preserve of the kexec itself took, which scenario preserve does not time
 * @ag: agent of the incoming kernel
 */
void preserve_kept(struct agent *ag);

/* The three incoming halves of scenario preserve, one a mode. */
int preserve_adopt(struct agent *ag);
int preserve_rebuild(struct agent *ag);
int preserve_crash(struct agent *ag);

/**
 * preserve_memory() - open the session and take over the memfds, the window first
 * @ag: agent of the incoming kernel
 *
 * Ends the blackout phase of the witness page and checks page and data.
 *
 * Return: 0, or -errno with an outcome set.
 */
int preserve_memory(struct agent *ag);

/**
 * preserve_serve() - wait for the first completion, end blackout.service with it, and go on serving
 * @ag: agent with a running engine
 * @outcome: when there is none
 * @verify: ticks of our own checks within, which are no part of the blackout
 *
 * Return: 0, or -errno with an outcome set.
 */
int preserve_serve(struct agent *ag, const char *outcome, uint64_t verify);

/**
 * preserve_stop() - let the device run on a little, then stop it, count and check
 * @ag: agent with a running engine
 *
 * Return: 0, or -errno with an outcome set.
 */
int preserve_stop(struct agent *ag);

/**
 * preserve_finish() - finish the session
 * @ag: agent with a retrieved session
 *
 * Return: 0, or -errno with an outcome set.
 */
int preserve_finish(struct agent *ag);

#endif

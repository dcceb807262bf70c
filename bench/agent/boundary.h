/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boundaries between the steps of a live update, for those who watch from outside. What an emulator
 * traces has no guest clock in it, so a boundary has to be in the trace itself: the agent writes to
 * the read-only first word of the device's configuration space, which changes nothing in any device
 * and which the emulator traces as any such write.
 */
#ifndef BENCH_AGENT_BOUNDARY_H
#define BENCH_AGENT_BOUNDARY_H

#include <stdint.h>

struct agent;

/** enum lub_step - what begins at a boundary. */
enum lub_step {
	LUB_STEP_NONE, /* nothing that is measured */
	LUB_STEP_SETUP, /* device taken, HWPTs made and filled: only its invalidations are looked at */
	LUB_STEP_CONTROL,  /* before: a window without any part of a live update */
	LUB_STEP_PRESERVE, /* before: everything is preserved, for the kexec itself */
	LUB_STEP_JUMP,	   /* before: state written down, up to reboot(2) */
	LUB_STEP_KEXEC,	   /* blackout: until the incoming agent has its memory back */
	LUB_STEP_ADOPT,	   /* after: retrieve, restore, bind, attach, first service */
	LUB_STEP_REPLACE, /* after: the restored HWPT is replaced, the old ones destroyed, finish */
	LUB_STEP_RUN,	  /* after: the device runs on, everything is done */
	LUB_STEPS,
};

/** LUB_BOUNDARY - the word that is written where @step of cycle @cycle begins. */
#define LUB_BOUNDARY(step, cycle) (0x4c420000u | ((cycle)&0xff) << 8 | (step))

/** LUB_BOUNDARY_OFFSET - where in the configuration space. */
#define LUB_BOUNDARY_OFFSET 0

/**
 * boundary_mark() - a step begins now
 * @ag: agent; does nothing unless its scenario has boundaries
 * @step: which
 *
 * At LUB_STEP_SETUP and LUB_STEP_JUMP of the outgoing kernel, and at LUB_STEP_ADOPT and LUB_STEP_RUN of the
 * incoming one, the kernel's own count of invalidation calls is read, too, such that no call comes
 * between boundary and reading; at the second of each the difference is reported as
 * invalidations.submits, that of the incoming kernel with phase after. A boundary that cannot be written is said in the kernel log,
 * and whoever looks for it will miss it.
 */
void boundary_mark(struct agent *ag, enum lub_step step);

#endif

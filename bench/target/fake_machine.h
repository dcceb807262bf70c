/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine that target `fake` pretends to be: its steps, its faults, its console. */
#ifndef BENCH_TARGET_FAKE_MACHINE_H
#define BENCH_TARGET_FAKE_MACHINE_H

#include <jansson.h>

#include "bench/target/target.h"

/** enum fake_step - where a fault can come, in the order of time. */
enum fake_step {
	FAKE_LAUNCH,
	FAKE_CLAIM,
	FAKE_PUSH,
	FAKE_PROBE,
	FAKE_START,
	FAKE_SETUP,
	FAKE_PRESERVE,
	FAKE_LOAD,
	FAKE_FREEZE,
	FAKE_BOOT,
	FAKE_RETRIEVE,
	FAKE_RESTORE,
	FAKE_FINISH,
	FAKE_FETCH,
	FAKE_STEPS
};

/** FAKE_JOB_MAX - room for one cycle.json. */
#define FAKE_JOB_MAX (256 << 10)

/**
 * struct fake - the machine; lies in a file, so that it outlives the controller as a real one does
 * @boot: kernels started so far
 * @number: live update number of the running one
 * @launch: number of the newest launch
 * @cycle: that the agent was told
 * @step: the agent is at
 * @agent: an agent is at work
 * @jumped: the running kernel was started by the kexec of this cycle
 * @outcome: outcome.json is in place
 * @stuck: the agent goes no further
 * @mute: nothing answers over ssh
 * @full: the disk is full
 * @dead: the emulator has ended
 * @taken: the device is away from its driver
 * @dropped: connections that were cut by fault drop
 * @locked: tries that fault locked has made fail
 * @planted: the claim of another run was put there by fault owned or owned-stale, or it was changed by stolen or unlocked
 * @end_boot: kernel that outcome.json was written in
 * @end_number: its live update number
 * @cmdline: of the running kernel
 * @killed: by step: the controller was killed there already
 * @job: cycle.json, NUL terminated
 */
struct fake {
	uint32_t boot;
	uint32_t number;
	uint32_t launch;
	uint32_t cycle;
	uint32_t step;
	uint32_t dropped;
	uint32_t locked;
	uint32_t end_boot;
	uint32_t end_number;
	bool agent;
	bool jumped;
	bool outcome;
	bool stuck;
	bool mute;
	bool full;
	bool dead;
	bool taken;
	bool planted;
	bool killed[FAKE_STEPS];
	char cmdline[4096];
	char job[FAKE_JOB_MAX];
};

/**
 * fake_fault() - is a word of the target's name there, and meant for now
 * @t: target
 * @name: the word
 *
 * Return: true if so.
 */
bool fake_fault(const struct target *t, const char *name);

/**
 * fake_fault_at() - the same for a fault that needs a step
 * @t: target
 * @name: the word
 * @step: where the machine is
 *
 * Return: true if so.
 */
bool fake_fault_at(const struct target *t, const char *name, enum fake_step step);

/**
 * fake_open() - find the machine in the run directory, or make one
 * @t: target; priv is set
 *
 * Return: 0 or -errno (said on stderr).
 */
int fake_open(struct target *t);

/**
 * fake_boot() - power on: the base system runs, no agent
 * @f: machine
 */
void fake_boot(struct fake *f);

/**
 * fake_job() - what the agent was told last
 * @f: machine
 *
 * Return: new reference, NULL when it was told nothing.
 */
json_t *fake_job(const struct fake *f);

/**
 * fake_error() - does the agent tell an error before the kexec
 * @t: target
 *
 * Return: the outcome, NULL: no.
 */
const char *fake_error(const struct target *t);

/**
 * fake_enter() - the faults of a step at which the controller waits for an answer
 * @t: target
 * @step: which
 *
 * Return: 0, 255 when the connection is lost, -ETIMEDOUT when no answer comes.
 */
int fake_enter(struct target *t, enum fake_step step);

/**
 * fake_advance() - the agent goes one step on
 * @t: target
 */
void fake_advance(struct target *t);

#endif

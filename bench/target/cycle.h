/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One cycle on a target: hand the work to the agent, watch from outside until it has left its
 * results, prove which kernel answers, and name the one outcome that the cycle had.
 */
#ifndef BENCH_TARGET_CYCLE_H
#define BENCH_TARGET_CYCLE_H

#include <jansson.h>

#include "bench/plan/plan.h"
#include "bench/target/observer.h"
#include "bench/target/owner.h"
#include "bench/target/target.h"

/**
 * struct cycle_budgets - every time limit, in milliseconds; the table is in budgets.c
 * @launch: bring the target up, or reach a real machine that should be there
 * @relaunch: reach a real machine that may be booting
 * @probe: one question to the agent
 * @settle: an agent that an earlier controller left at work comes to its end; 0: there is none
 * @start: hand cycle.json over and start the agent
 * @silence: between two news on the console, after which it is a hang
 * @total: from the start of the agent to its outcome
 * @quiet: silence on a console after which ssh is asked whether the work is done
 * @ask: between two connections that ask so
 * @grace: how long the console is read on after a panic
 * @rest: a real machine comes to rest before the agent begins; 0: that is not waited for
 * @incoming: the incoming agent, where it runs before the machine's own system; after that the system starts without it
 * @courier: that system has its disks, and takes the results
 * @again: before a cut connection is tried again
 * @tick: between two looks at the console
 */
struct cycle_budgets {
	int launch;
	int relaunch;
	int probe;
	int settle;
	int start;
	int silence;
	int total;
	int quiet;
	int ask;
	int grace;
	int rest;
	int incoming;
	int courier;
	int again;
	int tick;
};

/**
 * CYCLE_SLOWDOWN_MAX - largest factor
 *
 * Keeps all limits, with two hours of work, within an int.
 */
#define CYCLE_SLOWDOWN_MAX 100

/**
 * cycle_budgets_for() - the limits for one target
 * @t: target; its slowdown multiplies all but the pauses between two looks or tries
 * @point_ms: limit of one point
 * @attempt: number of the launch; tells a kexec that an earlier controller asked for from ours
 * @work_ms: limit of all that is done before the kexec
 *
 * Return: the limits.
 */
struct cycle_budgets cycle_budgets_for(const struct target *t, int point_ms, int work_ms);

/**
 * struct cycle_job - what one cycle is to do
 * @run: run id
 * @owner: the claim on the target, without which no cycle may begin; NULL: nobody else can have it
 * @plan: plan
 * @cycle: which of its cycles; its block may have fewer points than the plan's
 * @mode: preserve, rebuild or crash
 * @append: kernel command line without lubench.* words
 * @build_id: of the intended kernel, "" when unknown
 * @boot_id: of the kernel that runs now
 * @liveupdate_number: of the kernel that runs now, -1 when unknown
 * @work_ms: limit of all that is done before the kexec
 * @watchdog_s: what a real machine's watchdog is set to, 0: it is left alone
 * @rest_ms: see struct cycle_budgets
 * @awaited: a connection that waits comes up when the agent has begun
 * @incoming_ms: see struct cycle_budgets
 * @courier_ms: the same
 * @icount: the guest's time is a count of instructions
 * @perf: the agent runs perf beside the preserve call
 * @boot: how the incoming kernel comes to the agent, see bench/agent/boot.h; NULL: "none"
 * @release: of that kernel, NULL when it does not matter
 * @dir: where raw files of this cycle go; made when missing
 * @progress: called now and then with the phase; may be NULL
 * @arg: for @progress
 */
struct cycle_job {
	const char *run;
	const struct owner_claim *owner;
	const struct plan *plan;
	struct plan_cycle cycle;
	const char *mode;
	const char *append;
	const char *build_id;
	const char *boot_id;
	int64_t liveupdate_number;
	unsigned int attempt;
	int work_ms;
	int watchdog_s;
	int rest_ms;
	bool awaited;
	int incoming_ms;
	int courier_ms;
	bool icount;
	bool perf;
	const char *boot;
	const char *release;
	const char *dir;
	void (*progress)(void *arg, const char *phase);
	void *arg;
};

/**
 * struct cycle_result - how a cycle ended
 * @outcome: one of design.md section 5
 * @reason: "" for ok, else one sentence
 * @seen: the kernel that answered last
 * @chained: the next cycle may start from that kernel
 * @liveupdate_number: of it, -1 when unknown
 * @lines: sample, event and outcome lines of the agent (array); empty unless ok
 * @witness: what the observer saw
 * @observed: there was an observer
 * @faults: DMA faults that the emulator traced, -1 when unknown
 * @off: how often it traced that translation was switched off, -1 when unknown
 * @aborts: how often the kernel asked that DMA be refused then, -1 when unknown or not possible
 * @more: what the target's own instruments say
 * @warning: first kernel WARNING on the console, "" without one
 */
struct cycle_result {
	char outcome[24];
	char reason[400];
	struct target_seen seen;
	bool chained;
	int64_t liveupdate_number;
	json_t *lines;
	struct observer_result witness;
	bool observed;
	long long faults;
	long long off, aborts;
	struct target_samples more;
	char warning[CONSOLE_TEXT_MAX];
};

/**
 * cycle_json() - cycle.json for the agent
 * @job: the cycle
 * @device: BDF
 *
 * Return: new reference or NULL.
 */
json_t *cycle_json(const struct cycle_job *job, const char *device);

/**
 * cycle_run() - do one cycle
 * @t: launched target with the agent and the kernel image pushed
 * @job: what to do
 * @b: time limits
 * @res: filled in; free with cycle_result_free() whatever is returned
 *
 * Return: 0 with an outcome, whatever it is; -EPERM with one: the target does not have the claim of @job, so that
 * nothing was begun; -EINTR when a stop was requested; -ENOMEM.
 */
int cycle_run(struct target *t, const struct cycle_job *job, const struct cycle_budgets *b,
	      struct cycle_result *res);

/**
 * cycle_is_ours() - was a kernel started by the kexec of this cycle
 * @job: the cycle
 * @cmdline: of the kernel
 *
 * Return: true when its run id, cycle and attempt are there.
 */
bool cycle_is_ours(const struct cycle_job *job, const char *cmdline);

/**
 * cycle_collect() - read what was fetched and prove that it belongs to the cycle
 * @job: the cycle
 * @res: @seen is set; outcome, reason, lines are filled in
 *
 * Part of cycle_run(); separate for tests.
 */
void cycle_collect(const struct cycle_job *job, struct cycle_result *res);

/**
 * cycle_outcome() - set outcome and reason
 * @res: result
 * @outcome: word
 * @fmt: reason as printf()
 */
void cycle_outcome(struct cycle_result *res, const char *outcome, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * cycle_result_free() - free what a result holds
 * @res: may be all zero
 */
void cycle_result_free(struct cycle_result *res);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All cycles of one run: the loop around cycle_run(), with journal, records and progress. */
#ifndef BENCH_CLI_CAMPAIGN_H
#define BENCH_CLI_CAMPAIGN_H

#include "bench/cli/artifacts.h"
#include "bench/cli/budget.h"
#include "bench/cli/hostlock.h"
#include "bench/cli/progress.h"
#include "bench/record/journal.h"
#include "bench/record/record.h"
#include "bench/target/cycle.h"

/** CAMPAIGN_MAX_FAILURES - failed cycles in a row after which a run stops. */
#define CAMPAIGN_MAX_FAILURES 3

/**
 * CAMPAIGN_MAX_HOST_FAILURES - the same for a real machine, which is quarantined then
 *
 * An emulator is launched anew after a failure; a machine that hangs may need somebody to walk to it.
 */
#define CAMPAIGN_MAX_HOST_FAILURES 2

/** CAMPAIGN_CLAIM_TRIES - how often a claim is tried whose reply is lost. */
#define CAMPAIGN_CLAIM_TRIES 3

/** KERNELS_IDS - room for the build ids of all kernels of a run. */
#define KERNELS_IDS (PLAN_KERNELS_MAX * (sizeof(((struct artifacts *)0)->build_id) + 1))

/**
 * struct campaign - one run
 * @run: run id
 * @dir: run directory
 * @append: more words for the launched kernel's command line
 * @known_hosts: keys of the host, see artifacts_known_hosts()
 * @user_append: the part of it that the user gave, NULL without
 * @kernel: selection, as given; of several kernels the list
 * @kernel_list: room for such a list
 * @plan: plan
 * @target: where it runs; all that the user chose is set
 * @artifacts: what is pushed
 * @kernels: of each of the plan's kernels; only what is a kernel's is used
 * @perf: sample the preserve calls and make flame graphs
 * @boot: how the incoming kernel comes to the agent, NULL: as the target does it by itself
 * @release: of the kernel, "" when unknown
 * @resume: go on after what the journal says
 * @lock: of the host
 * @claim_ms: how long the claim on the host is good for
 * @claimed: the host itself says that it is this run's
 * @foreign: it says that it is another run's
 * @journal: open journal
 * @writer: open samples file
 * @state: the journal replayed
 * @probe: the agent's answer about the target
 * @cmdline: of the launched kernel, without the words of one boot
 * @boot_id: of the running kernel
 * @liveupdate_number: of the running kernel, -1 when unknown
 * @up: the target is launched and has all files
 * @settled: no agent of an earlier controller is at work
 * @chained: the running kernel was started by a live update
 * @told: it was said that the kernel cannot do it
 * @run_line: the run line is written
 * @launches: number of the newest console log
 * @failures: failed cycles in a row
 * @measured: cycles that gave numbers, of those that this controller has done
 * @why: why the target could not be made ready
 * @stopped: why no more cycles are run, "" while they are
 * @budget: what cycles cost
 * @progress: what is shown
 */
struct campaign {
	char run[64];
	char *dir;
	char *append;
	char *known_hosts;
	const char *user_append;
	const char *kernel;
	char kernel_list[PLAN_KERNELS_MAX * (PLAN_NAME_MAX + 1)];
	struct plan plan;
	struct target target;
	struct artifacts artifacts;
	struct artifacts kernels[PLAN_KERNELS_MAX];
	bool perf;
	const char *boot;
	char release[128];
	bool resume;
	struct host_lock lock;
	long long claim_ms;
	bool claimed;
	bool foreign;
	struct journal journal;
	struct record_writer writer;
	struct journal_state state;
	json_t *probe;
	char *cmdline;
	char boot_id[40];
	int64_t liveupdate_number;
	bool up;
	bool settled;
	bool chained;
	bool told;
	bool run_line;
	unsigned int launches;
	unsigned int failures;
	unsigned int measured;
	char why[400];
	char stopped[480];
	struct budget budget;
	struct progress progress;
};

/**
 * campaign_run() - do what is left of a run
 * @c: all that the user chose is set; target_ops.probe was called
 *
 * Return: an &enum lub_exit.
 */
int campaign_run(struct campaign *c);

/**
 * campaign_give_back() - give the device of a real host back to its driver
 * @c: campaign that is at its end
 * @patient: an agent that is still at work is about to end
 *
 * The claim on the host goes with it, unless an agent is at work, which has the device. A host that is another run's
 * is left alone. Says so, or how it can be done later; when it was done the journal has it. A stop that was requested is
 * forgotten; the next one ends this.
 *
 * Return: 0, also when nothing was taken, or -errno.
 */
int campaign_give_back(struct campaign *c, bool patient);

/**
 * campaign_reach_again() - reach a host that an earlier controller of the run did not live to give back
 * @c: campaign with nothing left to do
 *
 * For campaign_give_back(). Nothing is done when nothing is owed, as after a run that came to its end.
 *
 * Return: 0, -EINTR, -EPERM: it is another run's by now, or -errno (said on stderr).
 */
int campaign_reach_again(struct campaign *c);

/**
 * kernels_choose() - which kernel, or which ones, a run is of
 * @c: campaign with plan, target row and @perf; @kernel and the kernels of the plan are set
 * @option: as given with --kernel, which goes before the plan; NULL: not given
 *
 * A list of one is no comparison: that is the kernel of the run then.
 *
 * Return: 0 or -EINVAL (said on stderr).
 */
int kernels_choose(struct campaign *c, const char *option);

/**
 * kernels_find() - find all kernels of the plan, and take the first
 * @c: campaign with plan and target row
 * @arch: of the target
 *
 * Return: 0, -ENOENT when one is not built (said on stderr), -ENOMEM (the same).
 */
int kernels_find(struct campaign *c, const char *arch);

/**
 * kernels_use() - make the next launch one of this kernel
 * @c: campaign after kernels_find()
 * @name: one of the plan's kernels
 *
 * The target is ended: see bench/plan/plan.h for why.
 *
 * Return: 0 or -ENOMEM.
 */
int kernels_use(struct campaign *c, const char *name);

/**
 * kernels_json() - what the kernels of the plan are, for the run line
 * @c: campaign after kernels_find()
 *
 * Return: new reference, NULL when out of memory.
 */
json_t *kernels_json(const struct campaign *c);

/**
 * kernels_ids() - build ids, by which a resumed run knows its kernels
 * @c: campaign after kernels_find(), or with one kernel
 * @buf: set to them, with commas in between; "" when unknown
 *
 * Return: @buf.
 */
const char *kernels_ids(const struct campaign *c, char buf[KERNELS_IDS]);

/**
 * kernels_free() - free what kernels_find() made
 * @c: campaign
 */
void kernels_free(struct campaign *c);

/**
 * campaign_claim() - claim a real host on the host itself, or renew the claim
 * @c: campaign with a launched target, @lock and @claim_ms
 * @tries: how often
 *
 * A claim of a run that is known to be dead is taken over, which the journal notes. Nothing is done for a target
 * that nobody else can have.
 *
 * Return: 0; -EPERM: it is another run's (said on stderr), @foreign is set; -EINTR; -errno with the reason in @why.
 */
int campaign_claim(struct campaign *c, unsigned int tries);

/**
 * campaign_owner() - the claim that the host has to have when a cycle begins
 * @c: campaign
 * @me: filled in
 *
 * Return: @me, NULL for a target that nobody else can have.
 */
const struct owner_claim *campaign_owner(const struct campaign *c, struct owner_claim *me);

/**
 * campaign_claim_again() - claim a host anew on which a cycle did not begin as it was not ours any more
 * @c: campaign
 *
 * Return: 0: it is ours, or nobody could say; -EPERM: another run's (said on stderr); -EINTR.
 */
int campaign_claim_again(struct campaign *c);

/**
 * campaign_release() - take the claim away, when it is still ours
 * @c: campaign
 *
 * Return: 0 when there is none of ours any more; -errno (said on stderr).
 */
int campaign_release(struct campaign *c);

/**
 * rundir_began() - is there anything in a run directory that can be gone on with
 * @dir: directory
 *
 * Return: true when its journal has a whole line.
 */
bool rundir_began(const char *dir);

/**
 * make_dirs() - make a directory and those above it
 * @dir: path
 *
 * Return: 0, also when it is there, or -errno.
 */
int make_dirs(const char *dir);

/**
 * rundir_make() - give a run its directory, and its id when it is new
 * @c: campaign; @run is set unless it is resumed, and @dir
 * @out: directory for a new run, NULL for one of that name in results/runs
 * @resume: directory of the run that goes on
 *
 * Return: 0 or -errno (said on stderr, unless @resume is not there).
 */
int rundir_make(struct campaign *c, const char *out, const char *resume);

/**
 * rundir_copy_plan() - keep the plan beside what is measured by it
 * @c: campaign with a directory
 *
 * Return: 0 or -EIO (said on stderr).
 */
int rundir_copy_plan(const struct campaign *c);

/**
 * campaign_is_done() - need a cycle not be run any more
 * @c: campaign
 * @cycle: its number
 *
 * Return: true when it was ended before the run was resumed.
 */
bool campaign_is_done(const struct campaign *c, uint32_t cycle);

/**
 * campaign_mend() - find out what a resumed run has lost
 * @c: campaign with its journal replayed and its samples file open
 *
 * A cycle that has ended and lacks the outcome of any of its points is to be done again, all of them
 * when the run line is gone. What is left of such cycles is moved to samples.dropped.
 *
 * Return: 0 or -errno (said on stderr).
 */
int campaign_mend(struct campaign *c);

/**
 * campaign_launch() - bring the target up, or reach it, under a number of its own, which the journal gets first
 * @c: campaign
 *
 * Return: 0, -EINTR, or -errno with the reason in @why.
 */
int campaign_launch(struct campaign *c);

/**
 * campaign_ready() - launch the target, claim it, push the files, ask the agent
 * @c: campaign
 *
 * A target that is ready only has its claim renewed.
 *
 * Return: 0, -EINTR, or -errno: with @foreign that was said, else @why is filled in.
 */
int campaign_ready(struct campaign *c);

/**
 * campaign_append() - the command line of the kernel that a cycle goes to
 * @c: campaign that is ready
 * @mode: of the cycle
 *
 * Return: new string or NULL when out of memory.
 */
char *campaign_append(const struct campaign *c, const char *mode);

/**
 * rows_run_line() - write the run line
 * @c: campaign; @probe may be NULL
 *
 * Return: 0 or -errno.
 */
int rows_run_line(struct campaign *c);

/**
 * rows_write() - write all lines of one cycle: samples, observer's samples, outcomes; fsync
 * @c: campaign
 * @full: the cycle with all its planned points
 * @done: the same with the points that were tried; NULL when none was
 * @res: outcome; lines and observer only matter with @done
 *
 * Also prints the KTAP lines.
 *
 * Return: 0 or -errno.
 */
int rows_write(struct campaign *c, const struct plan_cycle *full, const struct plan_cycle *done,
	       const struct cycle_result *res);

/**
 * campaign_flame() - after a cycle with perf: its stacks as perf-N.folded, those of all cycles as perf.svg
 * @c: campaign
 * @cycle: the cycle, which ended ok
 *
 * Return: 0 or -errno (said on stderr).
 */
int campaign_flame(const struct campaign *c, const struct plan_cycle *cycle);

#endif

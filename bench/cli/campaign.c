// SPDX-License-Identifier: GPL-2.0-or-later
/* The loop over all cycles of a run. */
#include "bench/cli/campaign.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

/* What the end of a cycle needs beside the agent's own work, kept back from the run's budget. */
#define RESERVE_MS 15000

static long long left_ms(const struct campaign *c)
{
	if (!c->plan.budget_s)
		return INT32_MAX;
	return c->plan.budget_s * 1000LL - (proc_now_ms() - c->progress.start_ms);
}

/* Estimate for the progress line: the cycles that are left, at what cycles cost so far. */
static void estimate_left(struct campaign *c, uint32_t from)
{
	double ms = 0;
	uint32_t n;

	if (!c->budget.nr) {
		c->progress.left_ms = -1;
		return;
	}
	for (n = from; n <= plan_nr_cycles(&c->plan); n++) {
		struct plan_cycle cycle = plan_cycle_get(&c->plan, n);

		ms += budget_estimate(&c->budget,
				      budget_work(&c->plan, cycle.block, cycle.kexec_hwpts));
	}
	if (c->plan.budget_s && ms > (double)left_ms(c))
		ms = (double)left_ms(c);
	c->progress.left_ms = ms < 0 ? 0 : (long long)ms;
}

static int note_outcome(struct campaign *c, uint32_t cycle, const struct cycle_result *res,
			long long ms)
{
	return journal_write(&c->journal, "outcome",
			     json_pack("{s:I, s:s, s:s?, s:I, s:s?}", "cycle", (json_int_t)cycle,
				       "outcome", res->outcome, "reason",
				       *res->reason ? res->reason : NULL, "ms", (json_int_t)ms,
				       "warning", *res->warning ? res->warning : NULL));
}

/* Rows for a cycle that was not tried at all. */
static int give_up(struct campaign *c, const struct plan_cycle *cycle, const char *outcome,
		   const char *reason)
{
	struct cycle_result res = { .liveupdate_number = -1 };
	int err;

	cycle_outcome(&res, outcome, "%s", reason);
	err = rows_write(c, cycle, NULL, &res);
	return err ? err : note_outcome(c, cycle->number, &res, 0);
}

static bool unable(const struct campaign *c, const char *mode)
{
	return !strcmp(mode, "preserve") &&
	       !json_is_true(json_object_get(c->probe, "hwpt_liveupdate"));
}

/* A machine that only fails is left alone; what else was asked for goes on. */
static void count_failure(struct campaign *c, const char *outcome, const char *reason)
{
	const char *host = c->target.host;
	unsigned int most = host ? CAMPAIGN_MAX_HOST_FAILURES : CAMPAIGN_MAX_FAILURES;

	if (++c->failures < most || *c->stopped)
		return;
	snprintf(c->stopped, sizeof(c->stopped),
		 OUTCOME_NOT_RUN "%s%sstopped after %u failures in a row, the last: %s: %.300s",
		 host ? host : "", host ? " is quarantined: " : "", most, outcome, reason);
	if (host)
		journal_write(&c->journal, "quarantine",
			      json_pack("{s:s, s:s}", "host", host, "reason", c->stopped));
}

static void after_cycle(struct campaign *c, const struct cycle_result *res)
{
	if (*res->warning)
		progress_diag("console: %s", res->warning);
	c->measured += !strcmp(res->outcome, "ok");
	if (!strcmp(res->outcome, "ok") || !strcmp(res->outcome, "skip"))
		c->failures = 0;
	else
		count_failure(c, res->outcome, res->reason);
	if (!strcmp(res->outcome, "ok") && res->chained) {
		snprintf(c->boot_id, sizeof(c->boot_id), "%s", res->seen.boot_id);
		c->liveupdate_number = res->liveupdate_number;
		c->chained = true;
		return;
	}
	/* A real machine cannot be launched anew; campaign_ready() asks it again what runs now. */
	c->target.row->ops->stop(&c->target);
	c->up = false;
}

/* All that is done before the kexec, when the budget of the run does not end it. */
static int work_ms(const struct campaign *c, const struct plan_cycle *cycle)
{
	return (int)(c->plan.point_budget_s * 1000 * plan_cycle_points(cycle)) + 60000;
}

/* A claim is good for a cycle, and for a machine that has to come back after it. */
static long long claim_ms(const struct campaign *c, const struct plan_cycle *cycle)
{
	struct cycle_budgets b = cycle_budgets_for(&c->target, (int)c->plan.point_budget_s * 1000,
						   work_ms(c, cycle));

	return (long long)b.total + b.relaunch;
}

static int do_cycle(struct campaign *c, const struct plan_cycle *full)
{
	struct plan_block block;
	struct plan_cycle cycle = *full;
	struct cycle_result res;
	struct owner_claim me;
	struct cycle_job job;
	struct cycle_budgets limits;
	char *dir = NULL, *append;
	long long began, left = left_ms(c);
	int work, err;

	if (c->plan.budget_s && budget_fit(&c->budget, &c->plan, &cycle, &block, (double)left) ==
					plan_cycle_points(full))
		return give_up(c, full, "skip",
			       "budget: no time is left within the run's budget_s");
	work = work_ms(c, &cycle);
	if (c->plan.budget_s && work > left - RESERVE_MS)
		work = left - RESERVE_MS > RESERVE_MS ? (int)(left - RESERVE_MS) : RESERVE_MS;
	limits = cycle_budgets_for(&c->target, (int)c->plan.point_budget_s * 1000, work);
	append = campaign_append(c, cycle.mode);
	if (!append || asprintf(&dir, "%s/cycle-%u", c->dir, full->number) < 0) {
		free(append);
		return -ENOMEM;
	}
	job = (struct cycle_job){
		.run = c->run,
		.owner = campaign_owner(c, &me),
		.plan = &c->plan,
		.cycle = cycle,
		.mode = cycle.mode,
		.append = append,
		.build_id = c->artifacts.build_id,
		.boot_id = c->boot_id,
		.liveupdate_number = c->liveupdate_number,
		.attempt = c->launches,
		.work_ms = work,
		.watchdog_s = c->target.host ? limits.silence / 1000 : 0,
		.rest_ms = limits.rest,
		/* See cycle_watch(): a console tells as much. */
		.awaited = c->target.row->ops->wait_end && !c->target.console_command,
		.incoming_ms = limits.incoming,
		.courier_ms = limits.courier,
		.icount = c->target.icount,
		.perf = c->perf,
		.boot = c->boot,
		.release = c->boot ? c->release : NULL,
		.dir = dir,
		.progress = progress_phase,
		.arg = &c->progress,
	};
	err = journal_write(&c->journal, "intent",
			    json_pack("{s:I, s:I}", "cycle", (json_int_t)full->number, "launch",
				      (json_int_t)c->launches));
	began = proc_now_ms();
	if (!err) {
		err = cycle_run(&c->target, &job, &limits, &res);
		/* Another run's: this one ends here. Else the cycle has failed. */
		if (err == -EPERM)
			err = campaign_claim_again(c);
		if (!err)
			err = rows_write(c, full, &cycle, &res);
		if (!err)
			err = note_outcome(c, full->number, &res, proc_now_ms() - began);
		if (!err && !strcmp(res.outcome, "ok"))
			budget_learn(&c->budget,
				     budget_work(&c->plan, cycle.block, cycle.kexec_hwpts),
				     (double)(proc_now_ms() - began));
		if (!err)
			after_cycle(c, &res);
		if (!err && c->perf && !strcmp(res.outcome, "ok"))
			campaign_flame(c, &cycle);
		cycle_result_free(&res);
	}
	free(dir);
	free(append);
	return err;
}

/* One cycle with all that may stand before it. */
static int next_cycle(struct campaign *c, const struct plan_cycle *cycle)
{
	const struct qemu_machine *m = c->target.row->machine;
	const char *outcome;
	char why[480];
	int err;

	if (*c->stopped)
		return give_up(c, cycle, "skip", c->stopped);
	if (!strcmp(cycle->mode, "crash") && m && m->no_crash) {
		snprintf(why, sizeof(why), "mode crash: not on %s: %s", c->target.name,
			 m->no_crash);
		return give_up(c, cycle, "skip", why);
	}
	/* A kernel that KHO handed its memory to can not reserve what crashkernel= asks for. */
	if (!strcmp(cycle->mode, "crash") && c->chained && m) {
		c->target.row->ops->stop(&c->target);
		c->up = false;
	}
	if (cycle->kernel && kernels_use(c, cycle->kernel))
		return -ENOMEM;
	c->claim_ms = claim_ms(c, cycle);
	err = campaign_ready(c);
	if (err == -EINTR || c->foreign)
		return err;
	if (err) {
		lub_err("%s", c->why);
		c->target.row->ops->stop(&c->target);
		c->up = false;
		/* An emulator that never came up will not do so the second time. */
		if (!c->run_line && !c->target.host)
			snprintf(c->stopped, sizeof(c->stopped), OUTCOME_NOT_RUN "%s", c->why);
		outcome = err == -ENOEXEC && c->target.host ? "wrong-kernel" : "harness-error";
		err = give_up(c, cycle, outcome, c->why);
		count_failure(c, outcome, c->why);
		return err;
	}
	err = rows_run_line(c);
	if (err)
		return err;
	if (unable(c, cycle->mode)) {
		const char *release = json_string_value(json_object_get(c->probe, "kernel"));

		snprintf(why, sizeof(why),
			 "kernel %s has no IOMMU_HWPT_LIVEUPDATE ioctls (KERNEL=base?)",
			 release ? release : "of the target");
		if (!c->told)
			progress_note("all points are skipped: %s", why);
		c->told = true;
		return give_up(c, cycle, "skip", why);
	}
	if (!strcmp(cycle->mode, "crash") && !m && (c->launches > 1 || c->chained) &&
	    !c->target.row->simulated)
		return give_up(c, cycle, "skip",
			       "a real machine has to be rebooted after mode crash");
	return do_cycle(c, cycle);
}

static int open_files(struct campaign *c)
{
	int err = journal_open(&c->journal, c->dir);

	if (!err)
		err = record_open(&c->writer, c->dir);
	if (err || !c->resume)
		return err;
	err = journal_write(&c->journal, "resume", NULL);
	c->launches = c->state.launches;
	return err ? err : campaign_mend(c);
}

bool campaign_is_done(const struct campaign *c, uint32_t cycle)
{
	return cycle < c->state.nr_done && c->state.done[cycle];
}

static json_t *start_line(const struct campaign *c)
{
	const struct target *t = &c->target;
	char ids[KERNELS_IDS];
	json_t *line;

	kernels_ids(c, ids);
	line = json_pack(
		"{s:s, s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:s?, s:I, s:s?, s:s?, s:s?, s:s?, s:s?, s:b}",
		"run", c->run, "target", t->name, "host", t->host, "plan", c->plan.name, "kernel",
		c->kernel, "mode", c->plan.mode, "workload", c->plan.workload, "probes",
		plan_probes_text(&c->plan), "device", t->device, "cycles",
		(json_int_t)plan_nr_cycles(&c->plan), "append", c->user_append, "agent",
		c->artifacts.agent, "image", t->image, "key", t->key, "build_id", *ids ? ids : NULL,
		"icount", t->icount);
	if (line && c->perf)
		json_object_set_new(line, "perf", json_true());
	if (line && c->boot)
		json_object_set_new(line, "boot", json_string(c->boot));
	if (line && t->console_command)
		json_object_set_new(line, "console", json_string(t->console_command));
	if (line && t->slowdown)
		json_object_set_new(line, "slowdown", json_integer(t->slowdown));
	return line;
}

static int finish(struct campaign *c, int err)
{
	int kept;

	if (c->target.row->ops->stop)
		c->target.row->ops->stop(&c->target);
	progress_end();
	if (err == -EINTR)
		journal_write(&c->journal, "interrupted", NULL);
	kept = campaign_give_back(c, !err && !*c->stopped);
	if (err == -EINTR) {
		lub_err("interrupted; %s; go on with: build/lubench run --resume %s",
			c->target.row->machine
				? "the target is ended"
				: "the target is left as it is, its agent may go on to the end of the cycle",
			c->dir);
		return LUB_EXIT_INTERRUPTED;
	}
	if (err) {
		lub_err("the run stopped (%s); go on with: build/lubench run --resume %s",
			c->foreign ? "the host is another run's" : strerror(-err), c->dir);
		return LUB_EXIT_FAIL;
	}
	err = journal_write(&c->journal, "end", NULL);
	/* All is measured, and not all is well: what to do was said. */
	if (!err)
		err = kept;
	if (c->progress.failed)
		progress_diag("%u of %u points failed", c->progress.failed, c->progress.total);
	if (!err && c->target.host && c->progress.total && !c->measured) {
		lub_err("nothing was measured on %s; the reasons are in its outcomes: build/lubench report %s",
			c->target.host, c->dir);
		err = -ENODATA;
	}
	return err || c->progress.failed ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

int campaign_run(struct campaign *c)
{
	uint32_t n, nr = plan_nr_cycles(&c->plan);
	int err = open_files(c);

	if (!err && !c->resume)
		err = journal_write(&c->journal, "start", start_line(c));
	for (n = 1; n <= nr; n++) {
		struct plan_cycle cycle = plan_cycle_get(&c->plan, n);

		if (!campaign_is_done(c, n))
			c->progress.total += (uint32_t)plan_cycle_points(&cycle);
	}
	c->progress.cycles = nr;
	c->liveupdate_number = -1;
	progress_begin(&c->progress);
	for (n = 1; !err && n <= nr; n++) {
		struct plan_cycle cycle = plan_cycle_get(&c->plan, n);

		if (campaign_is_done(c, n))
			continue;
		if (proc_stopped()) {
			err = -EINTR;
			break;
		}
		estimate_left(c, n);
		progress_cycle(&c->progress, n, nr, &cycle);
		err = next_cycle(c, &cycle);
	}
	if (!err)
		err = campaign_reach_again(c);
	err = finish(c, err);
	journal_close(&c->journal);
	record_close(&c->writer);
	json_decref(c->probe);
	free(c->cmdline);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The device of a real host goes back to its driver, whichever way a run ends. */
#include <errno.h>
#include <stdlib.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/target/proc.h"

/* The user asked to stop: one more ^C ends this, too. */
static int ask(struct campaign *c, struct target_exec *x, bool patient)
{
	struct cycle_budgets b = cycle_budgets_for(&c->target, 0, 0);
	long long until = proc_now_ms() + b.probe;
	int err;

	for (;;) {
		free(x->out);
		x->out = NULL;
		err = c->target.row->ops->exec(&c->target, x);
		/* The agent of the last cycle has written its outcome, and is about to end. */
		if (err != TARGET_RESTORE_BUSY || !patient || proc_now_ms() > until ||
		    proc_sleep(b.again))
			return err;
	}
}

int campaign_reach_again(struct campaign *c)
{
	int err;

	if (!c->target.host || !c->resume || !c->state.owed || c->target.priv || c->foreign)
		return 0;
	progress_note("%s: all cycles are done, but it was not given back", c->target.host);
	/* As long as it can take, and an agent that is about to end. */
	c->claim_ms = TARGET_RESTORE_MS + cycle_budgets_for(&c->target, 0, 0).relaunch;
	err = campaign_launch(c);
	if (err && err != -EINTR)
		lub_err("%s", c->why);
	if (!err && campaign_claim(c, CAMPAIGN_CLAIM_TRIES) && c->foreign)
		err = -EPERM;
	return err;
}

int campaign_give_back(struct campaign *c, bool patient)
{
	struct target_exec x = { .command = TARGET_RESTORE_COMMAND,
				 .timeout_ms = TARGET_RESTORE_MS };
	const char *host = c->target.host;
	int err;

	/* Nothing was asked of it by this controller, or by one before; or it is not ours to touch. */
	if (!host || !c->launches || !c->target.priv || c->foreign)
		return 0;
	proc_go_on();
	if (c->target.slowdown)
		x.timeout_ms *= (int)c->target.slowdown;
	/* The claim may have lapsed in the meantime. */
	err = campaign_claim(c, 1);
	if (c->foreign)
		return -EPERM;
	/* A full disk is no reason to keep the device. */
	if (err != -EINTR)
		err = ask(c, &x, patient);
	if (!err)
		progress_note("%s: device given back: %s", host, x.out ? console_plain(x.out) : "");
	else if (err == TARGET_RESTORE_BUSY)
		lub_err("%s: an agent is at work and has the device; once it has ended: build/lubench doctor %s --restore",
			host, host);
	else if (err != TARGET_RESTORE_NONE)
		lub_err("%s: the device could not be given back: %s; run: build/lubench doctor %s --restore",
			host, target_why(err, &x), host);
	/* An agent at work is kept alone until it ends, and the claim lapses. */
	if (err != TARGET_RESTORE_BUSY && !campaign_release(c) &&
	    (!err || err == TARGET_RESTORE_NONE))
		journal_write(&c->journal, "given-back", NULL);
	free(x.out);
	return !err || err == TARGET_RESTORE_NONE ? 0 : -EBUSY;
}

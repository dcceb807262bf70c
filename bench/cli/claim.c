// SPDX-License-Identifier: GPL-2.0-or-later
/* The claim on a real machine itself: what the lock of this controller cannot know of. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/target/owner.h"
#include "bench/target/proc.h"

/* Somebody else is at the file: a claim waits for a disk, which can be busy for long. Each try waits for seconds itself. */
#define LOCKED_TRIES 12

static bool is_claimed(const struct campaign *c)
{
	const struct target_ops *ops = c->target.row->ops;

	return c->target.host && ops->shared && ops->shared(&c->target);
}

/* user@machine of this controller. */
static void who(char *buf, size_t len)
{
	const struct passwd *pw = getpwuid(geteuid());
	char text[OWNER_WORD];
	struct utsname uts;

	uname(&uts);
	snprintf(text, sizeof(text), "%.30s@%.40s", pw ? pw->pw_name : "uid", uts.nodename);
	owner_word(buf, len, text);
}

static void fill(const struct campaign *c, struct owner_claim *me)
{
	owner_word(me->run, sizeof(me->run), c->run);
	owner_word(me->controller, sizeof(me->controller), c->lock.id);
	who(me->who, sizeof(me->who));
	me->seconds = c->claim_ms / 1000 + 1;
}

static int ask(struct campaign *c, enum owner_verb verb, struct target_exec *x, struct owner *o)
{
	char command[OWNER_COMMAND_MAX];
	struct cycle_budgets b = cycle_budgets_for(&c->target, 0, 0);
	struct owner_claim me;
	unsigned int n;
	int err;

	fill(c, &me);
	owner_command(command, verb, &me);
	for (n = 1;; n++) {
		free(x->out);
		*x = (struct target_exec){ .command = command, .timeout_ms = b.probe };
		err = c->target.row->ops->exec(&c->target, x);
		if (err != TARGET_OWNER_LOCKED || n == LOCKED_TRIES)
			break;
		if (proc_sleep(b.again)) {
			err = -EINTR;
			break;
		}
	}
	if (!owner_parse(x->out, o) &&
	    (!err || err == TARGET_OWNER_HELD || err == TARGET_OWNER_BUSY))
		err = -EBADMSG;
	x->command = NULL;
	return err;
}

/* Of a run that is dead or has gone: who looks into the journal later has to know. */
static int note(struct campaign *c, const struct owner *o)
{
	char *text = NULL;
	int err;

	if (asprintf(&text,
		     "%s was claimed by run %s of %s, %lld s ago; %s: the claim is taken over",
		     c->target.host, o->run, o->who, o->age,
		     o->how == OWNER_DEAD ? "that run is dead, as its lock here is free"
					  : "it has lapsed and no agent is at work") < 0)
		return -ENOMEM;
	progress_note("%s", text);
	err = journal_write(&c->journal, "note", json_pack("{s:s}", "text", text));
	free(text);
	return err;
}

static int refuse(struct campaign *c, const struct owner *o)
{
	const char *host = c->target.host;
	char run[OWNER_WORD];

	c->claimed = false;
	c->foreign = true;
	owner_word(run, sizeof(run), c->run);
	if (o->how == OWNER_BUSY)
		lub_err("%s belongs to run %s of %s; its claim has lapsed, but an agent is at work there: wait until that has ended",
			host, o->run, o->who);
	else if (!strcmp(o->run, run))
		lub_err("%s is claimed for this very run by another controller, of %s, which said so %lld s ago and may be at work: wait until its claim lapses in %lld s; when it is dead: build/lubench doctor %s --unlock",
			host, o->who, o->age, owner_left(o), host);
	else
		lub_err("%s belongs to run %s of %s, which said so %lld s ago: wait until that run has ended, or its claim lapses in %lld s; when it is dead: build/lubench doctor %s --unlock",
			host, o->run, o->who, o->age, owner_left(o), host);
	return -EPERM;
}

int campaign_claim(struct campaign *c, unsigned int tries)
{
	struct target_exec x = { 0 };
	struct owner o;
	unsigned int n;
	int err = 0;

	if (!is_claimed(c))
		return 0;
	for (n = 0; n < tries; n++) {
		if (n && proc_sleep(cycle_budgets_for(&c->target, 0, 0).again)) {
			err = -EINTR;
			break;
		}
		err = ask(c, c->claimed ? OWNER_RENEW : OWNER_CLAIM, &x, &o);
		/* A reply that is lost says nothing about the claim; once more does not hurt. */
		if (err != 255 && err != -ETIMEDOUT && err != -EBADMSG)
			break;
	}
	if (err == TARGET_OWNER_HELD || err == TARGET_OWNER_BUSY) {
		err = refuse(c, &o);
	} else if (!err) {
		c->claimed = true;
		if (o.how == OWNER_DEAD || o.how == OWNER_LAPSED)
			err = note(c, &o);
	} else if (err != -EINTR) {
		snprintf(c->why, sizeof(c->why), "%s",
			 err == -EBADMSG ? "no usable answer" : target_why(err, &x));
		err = err < 0 ? err : -EIO;
	}
	free(x.out);
	return err;
}

const struct owner_claim *campaign_owner(const struct campaign *c, struct owner_claim *me)
{
	if (!is_claimed(c))
		return NULL;
	fill(c, me);
	return me;
}

int campaign_claim_again(struct campaign *c)
{
	int err;

	c->claimed = false;
	err = campaign_claim(c, CAMPAIGN_CLAIM_TRIES);
	return c->foreign || err == -EINTR ? err : 0;
}

int campaign_release(struct campaign *c)
{
	struct target_exec x = { 0 };
	struct owner o;
	int err;

	if (!c->claimed)
		return 0;
	err = ask(c, OWNER_RELEASE, &x, &o);
	if (err == TARGET_OWNER_NONE)
		err = 0;
	if (err)
		lub_err("%s: the claim of this run could not be taken away: %s; it lapses by itself in %lld s",
			c->target.host, target_why(err, &x), c->claim_ms / 1000 + 1);
	c->claimed = false;
	free(x.out);
	return err > 0 ? -EIO : err;
}

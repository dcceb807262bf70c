// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench doctor HOST --restore, --unlock: what runs have left there. */
#include <errno.h>
#include <stdlib.h>

#include "bench/cli/doctor.h"
#include "bench/cli/hostlock.h"
#include "bench/lubench.h"
#include "bench/target/owner.h"

#define ASK_MS 60000

/* Another run may be about to begin its next cycle, with that very device. */
static bool is_foreign(struct target *t, const struct host_lock *lock)
{
	struct owner_claim me = { "-", "-", "-", 1 };
	char command[OWNER_COMMAND_MAX];
	struct target_exec x = { .command = command, .timeout_ms = ASK_MS };
	bool foreign = true, read;
	struct owner o;
	int err;

	owner_word(me.controller, sizeof(me.controller), lock->id);
	owner_command(command, OWNER_LOOK, &me);
	err = t->row->ops->exec(t, &x);
	read = owner_parse(x.out, &o);
	if (err == TARGET_OWNER_HELD)
		lub_err("%s belongs to run %s of %s, which said so %lld s ago: its device is left alone; wait until that run has ended, or its claim lapses in %lld s; when it is dead: build/lubench doctor %s --unlock, then --restore",
			t->host, o.run, o.who, o.age, owner_left(&o), t->host);
	/* A disk that is full is no reason to keep the device; an agent at work is seen to later. */
	else if ((!err && read) || err == TARGET_OWNER_NONE || err == TARGET_OWNER_BUSY ||
		 err == TARGET_OWNER_BROKEN)
		foreign = false;
	else
		lub_err("%s: whose it is could not be seen: %s; try again", t->host,
			err < 0 ? "interrupted" : target_why(err, &x));
	free(x.out);
	return foreign;
}

static int restore(struct target *t)
{
	struct target_exec x = { .command = TARGET_RESTORE_COMMAND,
				 .timeout_ms = TARGET_RESTORE_MS };
	int err = t->row->ops->exec(t, &x), rc = LUB_EXIT_FAIL;

	if (!err || err == TARGET_RESTORE_NONE) {
		printf("%s: %s%s\n", t->host, err ? "nothing was taken" : "given back: ",
		       err || !x.out ? "" : console_plain(x.out));
		rc = LUB_EXIT_OK;
	} else if (err == TARGET_RESTORE_NOBODY) {
		lub_err("%s: a device was taken, but there is no " TARGET_AGENT
			" to give it back; copy build/agent/ARCH/lubench-agent there",
			t->host);
	} else if (err == TARGET_RESTORE_BUSY) {
		lub_err("%s: an agent is at work and has the device; wait until it has ended, or reboot the machine",
			t->host);
	} else {
		lub_err("%s: the device could not be given back: %s", t->host, target_why(err, &x));
	}
	free(x.out);
	return rc;
}

int doctor_restore(struct target *t)
{
	struct host_lock lock = { .fd = -1 };
	int rc = LUB_EXIT_FAIL;

	/* A claim of this controller's own is of a run that is dead, once its lock is ours. */
	if (!host_lock(&lock, t->host) && !is_foreign(t, &lock))
		rc = restore(t);
	host_unlock(&lock);
	return rc;
}

int doctor_unlock(struct target *t)
{
	const struct owner_claim nobody = { "-", "-", "-", 1 };
	char command[OWNER_COMMAND_MAX];
	struct target_exec x = { .command = command, .timeout_ms = ASK_MS };
	struct owner o;
	int err, rc = LUB_EXIT_FAIL;

	owner_command(command, OWNER_UNLOCK, &nobody);
	err = t->row->ops->exec(t, &x);
	owner_parse(x.out, &o);
	if (!err) {
		printf("%s: the claim of run %s of %s, %lld s old, is taken away\n", t->host, o.run,
		       o.who, o.age);
		rc = LUB_EXIT_OK;
	} else if (err == TARGET_OWNER_NONE) {
		printf("%s: no run has a claim on it\n", t->host);
		rc = LUB_EXIT_OK;
	} else if (err == TARGET_OWNER_BUSY) {
		lub_err("%s: run %s of %s has an agent at work there; wait until it has ended, or reboot the machine",
			t->host, o.run, o.who);
	} else {
		lub_err("%s: the claim could not be taken away: %s", t->host, target_why(err, &x));
	}
	free(x.out);
	return rc;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The target without a kernel: its machine (fake_machine.c) behind the operations of a target. */
#include "bench/target/fake.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bench/lubench.h"
#include "bench/target/fake_data.h"
#include "bench/target/fake_machine.h"
#include "bench/target/fake_owner.h"

static void boot_id(uint32_t boot, char *buf, size_t len)
{
	snprintf(buf, len, "00000000-0000-4000-8000-%012u", boot);
}

static int fake_probe(struct target *t)
{
	t->accel = "none";
	return 0;
}

static bool is_host(const struct target *t)
{
	return fake_fault(t, "noconsole");
}

static bool answers(const struct fake *f)
{
	return !f->dead && !f->mute && !(f->agent && f->step == FAKE_BOOT);
}

static int fake_launch(struct target *t, unsigned int number)
{
	struct fake *f = t->priv;
	int err = f ? 0 : fake_open(t);

	if (err)
		return err;
	f = t->priv;
	f->launch = number;
	/* A real machine is only looked for. One that hangs was reset by its watchdog in the meantime. */
	if (!is_host(t) || !f->boot || f->dead || f->mute || (f->stuck && f->step == FAKE_BOOT))
		fake_boot(f);
	if (!is_host(t))
		f->full = false;
	while (!answers(f))
		fake_advance(t);
	err = fake_fault(t, "nolaunch") ? 255 : fake_enter(t, FAKE_LAUNCH);
	if (!err)
		return 0;
	lub_err("fake target: told not to launch");
	return err < 0 ? err : -ENODEV;
}

static int reply(struct target_exec *x, const char *text)
{
	x->out = strdup(text);
	return x->out ? 0 : -ENOMEM;
}

static int tell_probe(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	char id[40];
	json_t *obj;

	boot_id(f->boot, id, sizeof(id));
	obj = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s, s:b, s:b, s:{s:s, s:I}}", "kernel",
			"7.3.4-fake", "build_id",
			fake_fault_at(t, "wrong-outgoing", FAKE_PROBE) ? "00fe" : FAKE_BUILD_ID,
			"boot_id", id, "cmdline", f->cmdline, "arch", "x86_64", "memory_bytes",
			(json_int_t)6442450944, "iommu", "intel-iommu", "liveupdate", true,
			"hwpt_liveupdate", !fake_fault(t, "nolu"), "clock", "name", "tsc", "hz",
			(json_int_t)1000000000);
	x->out = obj ? json_dumps(obj, 0) : NULL;
	json_decref(obj);
	return x->out ? 0 : -ENOMEM;
}

static int start(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	char id[40];
	int err = fake_owner_check(t, x);

	if (err)
		return err;
	boot_id(f->boot, id, sizeof(id));
	if (!strstr(x->command, id))
		return 90;
	if (f->full) {
		snprintf(x->why, sizeof(x->why), "cat: write error: No space left on device");
		return 1;
	}
	if (x->in_len >= sizeof(f->job))
		return 1;
	f->step = FAKE_START;
	f->jumped = f->outcome = f->stuck = false;
	f->agent = f->taken = true;
	return 0;
}

/* An agent that has jumped and told its outcome has ended. */
static int restore(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;

	if (!f->taken)
		return TARGET_RESTORE_NONE;
	if (f->agent)
		return TARGET_RESTORE_BUSY;
	f->taken = false;
	return reply(x, "0000:00:04.0 fake\n");
}

static int fake_exec(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	bool begins = strstr(x->command, "agent outgoing") != NULL;
	bool asks = strstr(x->command, "agent probe") != NULL;
	bool owner = fake_owner_is(x->command);
	int err = f->mute || f->dead ? 255 : 0;

	x->out = NULL;
	x->why[0] = '\0';
	if (begins) {
		/* What the machine is told lies where the faults look for the cycle. */
		json_t *job = json_loadb(x->in, x->in_len, 0, NULL);

		snprintf(f->job, sizeof(f->job), "%.*s", (int)x->in_len, x->in);
		f->cycle = (uint32_t)json_integer_value(json_object_get(job, "cycle"));
		json_decref(job);
	}
	if (!err && (begins || asks || owner))
		err = fake_enter(t, begins ? FAKE_START : asks ? FAKE_PROBE : FAKE_CLAIM);
	if (err == 255)
		snprintf(x->why, sizeof(x->why), "Connection closed by remote host");
	if (err)
		return err;
	if (begins)
		return start(t, x);
	if (owner)
		return fake_owner(t, x);
	if (asks)
		return tell_probe(t, x);
	if (!strcmp(x->command, TARGET_BUSY_COMMAND)) {
		fake_advance(t);
		return answers(f) ? reply(x, f->agent ? "1\n" : "0\n") : 255;
	}
	if (!strcmp(x->command, TARGET_RESTORE_COMMAND))
		return restore(t, x);
	if (!strcmp(x->command, TARGET_END_COMMAND))
		f->agent = f->stuck = false;
	return reply(x, "");
}

static int fake_push(struct target *t, const char *local, const char *name, unsigned int mode)
{
	struct fake *f = t->priv;
	int err = fake_enter(t, FAKE_PUSH);

	(void)local;
	(void)mode;
	if (!err && !f->full)
		return 0;
	lub_err("cannot copy %s to the fake target: %s", name,
		err ? "Connection closed by remote host" : "No space left on device");
	return err < 0 ? err : -EIO;
}

static int fake_console_tail(struct target *t)
{
	struct fake *f = t->priv;

	if (!f->dead)
		fake_advance(t);
	if (is_host(t))
		return -EOPNOTSUPP;
	return f->dead ? -ENODEV : 0;
}

static int fake_wait_incoming(struct target *t, struct target_seen *seen)
{
	struct fake *f = t->priv;

	if (!answers(f))
		return -EAGAIN;
	memset(seen, 0, sizeof(*seen));
	boot_id(f->boot, seen->boot_id, sizeof(seen->boot_id));
	memcpy(seen->cmdline, f->cmdline, sizeof(seen->cmdline));
	seen->outcome = f->outcome;
	seen->agent_gone = !f->agent || f->jumped;
	return 0;
}

static int fake_fetch(struct target *t, const char *local_dir)
{
	static const char *const words[] = {
		[FAKE_TORN] = "torn",
		[FAKE_SHORT] = "short",
		[FAKE_TWICE] = "twice",
		[FAKE_AGAIN] = "again",
		[FAKE_NOSAMPLES] = "nosamples",
		[FAKE_FOREIGN] = "foreign",
		[FAKE_BADOUTCOME] = "badoutcome",
		[FAKE_NOOUTCOME] = "nooutcome",
		[FAKE_STALE] = "stale",
		[FAKE_LEFTOUT] = "leftout",
	};
	struct fake *f = t->priv;
	struct fake_answer answer = {
		.job = fake_job(f),
		.error = fake_error(t),
		.build_id = fake_fault(t, "wrong") ? "00ff" : FAKE_BUILD_ID,
		.number = f->end_number + fake_fault(t, "recount"),
	};
	int err = fake_enter(t, FAKE_FETCH);
	size_t i;

	if (err || (fake_fault_at(t, "drop", FAKE_FETCH) && !f->dropped++)) {
		lub_err("cannot fetch results from the fake target: %s",
			err == -ETIMEDOUT ? "time limit reached"
					  : "Connection closed by remote host");
		err = err < 0 ? err : -EIO;
	} else {
		for (i = 0; i < ARRAY_LEN(words); i++)
			if (words[i] && fake_fault(t, words[i]))
				answer.how = (enum fake_files)i;
		answer.pstore = fake_fault(t, "pstore")		? FAKE_PSTORE
				: fake_fault(t, "pstore-other") ? FAKE_PSTORE_OTHER
								: FAKE_NO_PSTORE;
		boot_id(f->end_boot, answer.boot_id, sizeof(answer.boot_id));
		err = fake_write_answer(&answer, local_dir);
	}
	json_decref(answer.job);
	return err;
}

/* An emulated machine ends; a real one is let be, and its agent goes on. */
static void fake_stop(struct target *t)
{
	struct fake *f = t->priv;

	if (f && !is_host(t))
		f->agent = false;
}

static void fake_release(struct target *t)
{
	fake_stop(t);
	if (t->priv)
		munmap(t->priv, sizeof(struct fake));
	t->priv = NULL;
}

const struct target_ops fake_target_ops = {
	.probe = fake_probe,
	.launch = fake_launch,
	.exec = fake_exec,
	.push = fake_push,
	.fetch = fake_fetch,
	.wait_incoming = fake_wait_incoming,
	.console_tail = fake_console_tail,
	.shared = is_host,
	.stop = fake_stop,
	.release = fake_release,
};

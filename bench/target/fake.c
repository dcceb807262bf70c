// SPDX-License-Identifier: GPL-2.0-or-later
/* The target without a kernel. */
#include "bench/target/fake.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>


#include "bench/lubench.h"
#include "bench/record/emit.h"
#include "bench/target/fake_data.h"
#include "bench/target/proc.h"

struct fake {
	unsigned int boot;	/* kernels started so far */
	unsigned int step;	/* console_tail() calls in this cycle */
	uint32_t cycle;
	bool dead;
	json_t *job;
	char run[128];
};

/* Is FAULT listed for this cycle (0: for the target as a whole)? */
static bool fault(const struct target *t, const char *name)
{
	const struct fake *f = t->priv;
	const char *at = strchr(t->name, ':');
	size_t len = strlen(name), word;

	for (at = at ? at + 1 : ""; *at; at += word + (at[word] == ',')) {
		word = strcspn(at, ",");
		if (word < len || strncmp(at, name, len))
			continue;
		if (word == len)
			return true;
		if (at[len] == '@' && f && (uint32_t)atol(at + len + 1) == f->cycle)
			return true;
	}
	return false;
}

static void boot_id(const struct fake *f, char *buf, size_t len)
{
	snprintf(buf, len, "00000000-0000-4000-8000-%012u", f->boot);
}

static int fake_probe(struct target *t)
{
	if (!t->priv)
		t->priv = calloc(1, sizeof(struct fake));
	t->accel = "none";
	return t->priv ? 0 : -ENOMEM;
}

static int fake_launch(struct target *t, unsigned int number)
{
	struct fake *f = t->priv;

	(void)number;
	if (fault(t, "nolaunch")) {
		lub_err("fake target: told not to launch");
		return -ENODEV;
	}
	f->boot++;
	f->dead = false;
	return 0;
}

static void say(struct target *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct target *t, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	console_feed(&t->console, line, (size_t)n, proc_now_ms());
}

static int fake_exec(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	char id[40];

	x->out = NULL;
	if (f->dead)
		return 255;
	if (strstr(x->command, "agent probe")) {
		boot_id(f, id, sizeof(id));
		return asprintf(&x->out,
				"{\"kernel\":\"7.3.4-fake\",\"build_id\":\"%s\",\"boot_id\":\"%s\","
				"\"cmdline\":\"console=ttyS0 root=/dev/vda\",\"arch\":\"x86_64\","
				"\"memory_bytes\":6442450944,\"iommu\":\"intel-iommu\","
				"\"liveupdate\":true,\"hwpt_liveupdate\":%s,"
				"\"clock\":{\"name\":\"tsc\",\"hz\":1000000000}}\n",
				FAKE_BUILD_ID, id, fault(t, "nolu") ? "false" : "true") < 0 ?
		       -ENOMEM : 0;
	}
	if (!strstr(x->command, "agent outgoing"))
		return 0;
	json_decref(f->job);
	f->job = json_loadb(x->in, x->in_len, 0, NULL);
	f->cycle = (uint32_t)json_integer_value(json_object_get(f->job, "cycle"));
	snprintf(f->run, sizeof(f->run), "%s",
		 json_string_value(json_object_get(f->job, "run")) ?: "");
	f->step = 0;
	return f->job ? 0 : 1;
}

static int fake_push(struct target *t, const char *local, const char *name, unsigned int mode)
{
	(void)t;
	(void)local;
	(void)name;
	(void)mode;
	return 0;
}

/* True when the agent ends without a kexec; says how. */
static const char *agent_error(const struct target *t)
{
	static const char *const words[] = { "preserve-error", "freeze-error", "kexec-load-error" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (fault(t, words[i]))
			return words[i];
	return NULL;
}

static bool jumps(const struct target *t)
{
	return !fault(t, "hang") && !agent_error(t) && !fault(t, "slow");
}

static int die(struct target *t, int status)
{
	struct fake *f = t->priv;

	f->dead = true;
	t->exit_status = status;
	return -ENODEV;
}

/* The console of one cycle, a step a call. */
static int fake_console_tail(struct target *t)
{
	struct fake *f = t->priv;

	if (f->dead)
		return -ENODEV;
	if (!f->job)
		return fault(t, "noconsole") ? -EOPNOTSUPP : 0;
	if (f->step == 3 && jumps(t))
		f->boot++;
	if (fault(t, "noconsole"))
		return f->step++, -EOPNOTSUPP;
	switch (f->step++) {
	case 1:
		say(t, "[    9.1] lubench: cycle=%u phase=preserve\n", f->cycle);
		if (fault(t, "oops"))
			say(t, "BUG: kernel NULL pointer dereference, address: 0\n");
		if (agent_error(t))
			say(t, "lubench: cycle=%u outcome=%s\n", f->cycle, agent_error(t));
		break;
	case 2:
		if (agent_error(t))
			break;
		say(t, "lubench: cycle=%u phase=freeze\n", f->cycle);
		if (fault(t, "panic-outgoing"))
			say(t, "Kernel panic - not syncing: fake outgoing\n");
		if (fault(t, "cold"))
			say(t, "SeaBIOS (version 1.16)\n");
		if (fault(t, "gone"))
			return die(t, 139);
		if (fault(t, "reset"))
			return die(t, 0);
		break;
	case 3:
		if (!jumps(t))
			break;
		say(t, "[    0.0] Linux version 7.3.4-fake\n");
		if (fault(t, "panic-incoming"))
			say(t, "Kernel panic - not syncing: fake incoming\n");
		break;
	case 4:
		if (jumps(t))
			say(t, "lubench: cycle=%u %s\n", f->cycle,
			    fault(t, "lost-ssh") || fault(t, "reboot") ? "phase=retrieve" : "outcome=ok");
		break;
	default:
		if (fault(t, "slow"))
			say(t, "lubench: cycle=%u phase=preserve\n", f->cycle);
		break;
	}
	return 0;
}

static int fake_wait_incoming(struct target *t, struct target_seen *seen)
{
	struct fake *f = t->priv;
	bool jumped = f->step > 3 && jumps(t);

	if (f->dead || (fault(t, "lost-ssh") && f->step > 2))
		return -EAGAIN;
	memset(seen, 0, sizeof(*seen));
	boot_id(f, seen->boot_id, sizeof(seen->boot_id));
	if (jumped && !fault(t, "reboot"))
		snprintf(seen->cmdline, sizeof(seen->cmdline),
			 "console=ttyS0 root=/dev/vda lubench.run=%s lubench.cycle=%u", f->run,
			 f->cycle);
	seen->outcome = f->step > 4 && !fault(t, "reboot") && (jumped || agent_error(t));
	return 0;
}

static int fake_fetch(struct target *t, const char *local_dir)
{
	struct fake *f = t->priv;
	struct fake_answer answer = {
		.job = f->job,
		.error = agent_error(t),
		.build_id = fault(t, "wrong") ? "00ff" : FAKE_BUILD_ID,
		.number = f->boot,
		.torn = fault(t, "torn"),
		.bad_outcome = fault(t, "badoutcome"),
		.left_out = fault(t, "leftout"),
	};

	boot_id(f, answer.boot_id, sizeof(answer.boot_id));
	return fake_write_answer(&answer, local_dir);
}

static void fake_stop(struct target *t)
{
	struct fake *f = t->priv;

	if (!f)
		return;
	json_decref(f->job);
	f->job = NULL;
}

static void fake_release(struct target *t)
{
	fake_stop(t);
	free(t->priv);
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
	.stop = fake_stop,
	.release = fake_release,
};

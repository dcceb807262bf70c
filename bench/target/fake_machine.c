// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine of target `fake`. */
#include "bench/target/fake_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"

static const char *const step_names[FAKE_STEPS] = {
	[FAKE_LAUNCH] = "launch",     [FAKE_PUSH] = "push",	  [FAKE_PROBE] = "probe",
	[FAKE_START] = "start",	      [FAKE_SETUP] = "setup",	  [FAKE_PRESERVE] = "preserve",
	[FAKE_LOAD] = "load",	      [FAKE_FREEZE] = "freeze",	  [FAKE_BOOT] = "boot",
	[FAKE_RETRIEVE] = "retrieve", [FAKE_RESTORE] = "restore", [FAKE_FINISH] = "finish",
	[FAKE_FETCH] = "fetch",	      [FAKE_CLAIM] = "claim",
};

static bool same(const char *word, size_t len, const char *text)
{
	return len == strlen(text) && !strncmp(word, text, len);
}

/* Is one word HOST/FAULT.STEP@N meant? */
static bool meant(const struct target *t, const char *word, size_t len, const char *name,
		  const char *step, uint32_t n)
{
	const char *slash = memchr(word, '/', len), *user = t->host ? strrchr(t->host, '@') : NULL;
	const char *at, *dot;

	if (slash) {
		if (!t->host || !same(word, (size_t)(slash - word), user ? user + 1 : t->host))
			return false;
		len -= (size_t)(slash + 1 - word);
		word = slash + 1;
	}
	at = memchr(word, '@', len);
	if (at) {
		if ((uint32_t)strtoul(at + 1, NULL, 10) != n)
			return false;
		len = (size_t)(at - word);
	}
	dot = memchr(word, '.', len);
	if (!step || !dot)
		return !step && !dot && same(word, len, name);
	return same(word, (size_t)(dot - word), name) &&
	       same(dot + 1, len - (size_t)(dot + 1 - word), step);
}

static bool listed(const struct target *t, const char *name, const char *step, uint32_t n)
{
	const char *at = strchr(t->name, ':');
	size_t len;

	for (at = at ? at + 1 : ""; *at; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		if (meant(t, at, len, name, step, n))
			return true;
	}
	return false;
}

bool fake_fault(const struct target *t, const char *name)
{
	const struct fake *f = t->priv;

	return listed(t, name, NULL, f ? f->cycle : 0);
}

bool fake_fault_at(const struct target *t, const char *name, enum fake_step step)
{
	const struct fake *f = t->priv;

	return listed(t, name, step_names[step], step <= FAKE_PROBE ? f->launch : f->cycle);
}

int fake_open(struct target *t)
{
	void *at = MAP_FAILED;
	char *path = NULL;
	int fd, err = 0;

	if (asprintf(&path, "%s/fake.machine", t->dir) < 0)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(struct fake)) ||
	    (at = mmap(NULL, sizeof(struct fake), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)) ==
		    MAP_FAILED) {
		err = -errno;
		lub_err("cannot make %s: %s; free some space or use another --out", path,
			strerror(-err));
	}
	if (fd >= 0)
		close(fd);
	free(path);
	if (!err)
		t->priv = at;
	return err;
}

void fake_boot(struct fake *f)
{
	f->boot++;
	f->number = 0;
	f->agent = f->jumped = f->stuck = f->mute = f->dead = f->taken = false;
	snprintf(f->cmdline, sizeof(f->cmdline), "console=ttyS0 root=/dev/vda");
}

json_t *fake_job(const struct fake *f)
{
	return json_loads(f->job, 0, NULL);
}

/* The kexec. */
static void jump(struct fake *f)
{
	json_t *job = fake_job(f);
	const char *append =
		json_string_value(json_object_get(json_object_get(job, "kexec"), "append"));

	f->boot++;
	f->number++;
	f->jumped = true;
	snprintf(f->cmdline, sizeof(f->cmdline), "%s", append ? append : "");
	json_decref(job);
}

static void say(struct target *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void say(struct target *t, const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int n;

	if (fake_fault(t, "noconsole"))
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	console_feed(&t->console, line, (size_t)n, proc_now_ms());
}

const char *fake_error(const struct target *t)
{
	static const char *const words[] = { "preserve-error", "freeze-error", "kexec-load-error" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++)
		if (fake_fault(t, words[i]))
			return words[i];
	return NULL;
}

static void kill_controller(const struct target *t, enum fake_step step)
{
	struct fake *f = t->priv;

	if (f->killed[step] || !fake_fault_at(t, "kill", step))
		return;
	f->killed[step] = true;
	raise(SIGKILL);
}

/* True when the machine is not what it was before. */
static bool break_machine(struct target *t, enum fake_step step)
{
	struct fake *f = t->priv;

	if (fake_fault_at(t, "panic", step)) {
		say(t, "Kernel panic - not syncing: fake %s\n",
		    f->jumped ? "incoming" : "outgoing");
		f->mute = f->stuck = true;
	} else if (fake_fault_at(t, "cold", step)) {
		say(t, "SeaBIOS (version 1.16)\n");
		fake_boot(f);
	} else if (fake_fault_at(t, "reboot", step)) {
		fake_boot(f);
	} else if (fake_fault_at(t, "gone", step) || fake_fault_at(t, "reset", step)) {
		f->dead = true;
		t->exit_status = fake_fault_at(t, "gone", step) ? 139 : 0;
	} else {
		return false;
	}
	return true;
}

int fake_enter(struct target *t, enum fake_step step)
{
	struct fake *f = t->priv;

	kill_controller(t, step);
	if (break_machine(t, step))
		return step == FAKE_FETCH && !f->mute && !f->dead ? 0 : 255;
	if (fake_fault_at(t, "lost-ssh", step))
		f->mute = true;
	if (fake_fault_at(t, "full", step))
		f->full = true;
	if (f->dead || f->mute)
		return 255;
	return fake_fault_at(t, "stall", step) || fake_fault_at(t, "lockup", step) ? -ETIMEDOUT : 0;
}

/* The agent comes to its end, well or with an error that it tells. */
static void end(struct target *t, const char *outcome)
{
	struct fake *f = t->priv;

	f->agent = false;
	f->end_boot = f->boot;
	f->end_number = f->number;
	f->outcome = !f->full;
	if (f->outcome)
		say(t, "lubench: cycle=%u outcome=%s\n", f->cycle, outcome);
}

void fake_advance(struct target *t)
{
	static const enum fake_step tells[] = { FAKE_PRESERVE, FAKE_FREEZE, FAKE_LOAD };
	struct fake *f = t->priv;
	const char *error = fake_error(t);
	enum fake_step step;

	if (f->dead || f->stuck || !f->agent)
		return;
	if (f->step == FAKE_FINISH) {
		end(t, "ok");
		return;
	}
	if (f->step == FAKE_PRESERVE && fake_fault(t, "slow")) {
		say(t, "lubench: cycle=%u phase=preserve\n", f->cycle);
		return;
	}
	step = ++f->step;
	kill_controller(t, step);
	if (step == FAKE_BOOT) {
		jump(f);
		say(t, "[    0.0] Linux version 7.3.4-fake\n");
	} else {
		say(t, "[    9.1] lubench: cycle=%u phase=%s\n", f->cycle, step_names[step]);
	}
	if (break_machine(t, step))
		return;
	if (fake_fault_at(t, "oops", step))
		say(t, "BUG: kernel NULL pointer dereference, address: 0\n");
	f->stuck = fake_fault_at(t, "stall", step) || fake_fault_at(t, "lockup", step);
	f->mute |= fake_fault_at(t, "lockup", step) || fake_fault_at(t, "lost-ssh", step);
	/* An agent that cannot write has nothing to go on with. */
	f->full |= fake_fault_at(t, "full", step);
	if (f->full || fake_fault_at(t, "crash", step))
		f->agent = false;
	else if (error && !f->stuck && step == tells[error[0] == 'f' ? 1 : error[0] == 'k' ? 2 : 0])
		end(t, error);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes a target ready for cycles: launched, files in place, agent asked. */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

static int fail(struct campaign *c, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static int fail(struct campaign *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	console_plain(c->why);
	return err;
}

static const char *str(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text ? text : "";
}

/* The strings of an answer, which go to terminals and reports. */
static void clean_strings(json_t *obj)
{
	const char *key;
	json_t *value;
	char *text;

	json_object_foreach(obj, key, value) {
		text = json_is_string(value) ? strdup(json_string_value(value)) : NULL;
		if (text)
			json_string_set(value, console_plain(text));
		free(text);
		clean_strings(value);
	}
}

static int ask_agent(struct campaign *c)
{
	struct target_exec x = {
		.command = TARGET_AGENT " probe",
		.timeout_ms = cycle_budgets_for(&c->target, 0, 0).probe,
	};
	int err = c->target.row->ops->exec(&c->target, &x);
	json_error_t jerr = { .text = "no answer" };

	json_decref(c->probe);
	c->probe = x.out ? json_loads(x.out, 0, &jerr) : NULL;
	free(x.out);
	if (err == -EINTR)
		return err;
	if (err)
		return fail(c, -EIO, "`agent probe` failed on the target: %s", target_why(err, &x));
	if (!json_is_object(c->probe) || !*str(c->probe, "boot_id"))
		return fail(c, -EIO, "`agent probe` gave no usable answer: %s", jerr.text);
	clean_strings(c->probe);
	return 0;
}

/*
 * What is measured before the kexec is written down under the build id of the kernel that was pushed. An emulated
 * machine was started with this very image: another id means a stale or foreign file. On a real one that kernel
 * has to be booted by its user, before the first cycle and after a cold reboot.
 */
static int check_kernel(struct campaign *c)
{
	const char *id = str(c->probe, "build_id");

	if ((!c->target.row->machine && !c->target.host) || !*c->artifacts.build_id || !*id ||
	    !strcasecmp(id, c->artifacts.build_id))
		return 0;
	if (c->target.host)
		return fail(
			c, -ENOEXEC,
			"%.60s runs kernel %.60s, build id %.16s: boot %.80s first, build id %.16s; docs/real-hosts.md says how",
			c->target.host, str(c->probe, "kernel"), id,
			*c->release ? c->release : c->artifacts.kernel, c->artifacts.build_id);
	return fail(
		c, -ENOEXEC,
		"wrong kernel image: %s runs as build id %.16s, its build-id file says %.16s; `make kernel` builds it anew",
		c->artifacts.kernel, id, c->artifacts.build_id);
}

static int check_memory(struct campaign *c)
{
	json_int_t memory = json_integer_value(json_object_get(c->probe, "memory_bytes"));

	if (c->target.row->machine || memory <= 0)
		return 0;
	c->target.memory = (uint64_t)memory;
	return plan_check_memory(&c->plan, (uint64_t)memory, c->why, sizeof(c->why));
}

static int push_files(struct campaign *c)
{
	const struct target_ops *ops = c->target.row->ops;
	int err;

	err = ops->push(&c->target, c->artifacts.agent, "agent", 0700);
	if (!err && !c->target.row->simulated)
		err = ops->push(&c->target, c->artifacts.kernel, TARGET_KERNEL_NAME, 0600);
	return err && err != -EINTR ? fail(c, err, "the agent or the kernel could not be copied")
				    : err;
}

char *campaign_append(const struct campaign *c, const char *mode)
{
	const struct qemu_device *device =
		c->target.row->machine ? qemu_device_find(c->target.workload) : NULL;
	char *append = cmdline_strip(c->cmdline, !strcmp(mode, "crash"));

	/* The kernel that receives the device has to keep the native driver off by itself. */
	if (append && device && device->no_native && !strcmp(mode, "preserve"))
		cmdline_drop(append, device->no_native);
	return append;
}

/* Agents at work on the target; negative: no answer. */
static long count_agents(struct campaign *c, const char *command, int timeout_ms)
{
	struct target_exec x = { .command = command, .timeout_ms = timeout_ms };
	int err = c->target.row->ops->exec(&c->target, &x);
	long n = err || !x.out ? -1 : strtol(x.out, NULL, 10);

	free(x.out);
	return err == -EINTR ? err : n;
}

/*
 * A real machine outlives the controller: an agent that an interrupted run started may be at work, and
 * may be about to jump. It is left to end; one whose cycle has failed already is ended.
 */
static int settle(struct campaign *c)
{
	struct cycle_budgets b = cycle_budgets_for(&c->target, 0, 0);
	bool first = !c->settled, told = false, killed = !first;
	long long until = proc_now_ms() + (first ? b.settle : b.probe);
	long n = 0;

	c->settled = true;
	if (!b.settle)
		return 0;
	if (!first && count_agents(c, TARGET_END_COMMAND, b.probe) == -EINTR)
		return -EINTR;
	for (;;) {
		n = count_agents(c, TARGET_BUSY_COMMAND, b.probe);
		if (n == 0 || n == -EINTR)
			return (int)n;
		if (n > 0 && !told)
			progress_note("an agent of an earlier cycle is at work on %s: waiting",
				      c->target.name);
		told |= n > 0;
		if (proc_now_ms() > until) {
			if (killed)
				break;
			killed = true;
			until += b.probe;
			if (count_agents(c, TARGET_END_COMMAND, b.probe) == -EINTR)
				return -EINTR;
		}
		if (proc_sleep(b.again))
			return -EINTR;
	}
	return fail(c, -EBUSY,
		    n < 0 ? "the target does not answer any more"
			  : "an agent of an earlier cycle cannot be ended; reboot the machine");
}

/* Anything else than that it is another run's is as good as a host that does not answer. */
static int claim(struct campaign *c)
{
	int err = campaign_claim(c, CAMPAIGN_CLAIM_TRIES);
	char why[sizeof(c->why)];

	if (!err || err == -EINTR || c->foreign)
		return err;
	snprintf(why, sizeof(why), "%s", c->why);
	return fail(c, err, "%.80s could not be claimed: %.250s", c->target.host, why);
}

int campaign_launch(struct campaign *c)
{
	struct cycle_budgets b = cycle_budgets_for(&c->target, 0, 0);
	int err;

	c->launches++;
	err = journal_write(&c->journal, "launch",
			    json_pack("{s:I}", "number", (json_int_t)c->launches));
	if (err)
		return fail(c, err, "the journal cannot be written");
	progress_note("launching %s%s%s", c->target.name, c->target.host ? " " : "",
		      c->target.host ? c->target.host : "");
	/* After a failure, or after the controller has died, a real machine may be booting. */
	c->target.patient = c->resume || c->launches > 1;
	c->target.launch_ms = c->target.patient ? b.relaunch : b.launch;
	err = c->target.row->ops->launch(&c->target, c->launches);
	return err && err != -EINTR ? fail(c, err, "the target could not be launched") : err;
}

int campaign_ready(struct campaign *c)
{
	int err;

	if (c->up)
		return claim(c);
	err = campaign_launch(c);
	if (!err)
		err = claim(c);
	if (!err)
		err = settle(c);
	if (!err)
		err = push_files(c);
	if (!err)
		err = ask_agent(c);
	if (!err)
		err = check_kernel(c);
	if (!err)
		err = check_memory(c);
	if (err)
		return err;
	free(c->cmdline);
	c->cmdline = cmdline_strip(str(c->probe, "cmdline"), false);
	if (!c->cmdline)
		return fail(c, -ENOMEM, "out of memory");
	snprintf(c->boot_id, sizeof(c->boot_id), "%s", str(c->probe, "boot_id"));
	c->liveupdate_number = -1;
	c->chained = false;
	err = journal_write(&c->journal, "up",
			    json_pack("{s:I, s:s}", "number", (json_int_t)c->launches, "boot_id",
				      c->boot_id));
	if (err)
		return fail(c, err, "the journal cannot be written");
	c->up = true;
	/* That may have taken long. */
	return claim(c);
}

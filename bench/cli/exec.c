// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lubench exec: a command on a freshly launched emulated target, for tests of the kernel that are no
 * measurement. With --after the command is expected to end in a kexec, and a second one runs in
 * the kernel that comes up then. Witness pages that are announced meanwhile are observed.
 */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/lubench.h"
#include "bench/target/observer.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

#define MAX_PUSH 4
#define MAX_PAGES 4
#define TICK_MS 100
#define ASK_MS 2000

/**
 * struct exec - one use of the command
 * @push: files to copy to TARGET_DIR
 * @nr_push: their number
 * @after: command for the next kernel, NULL for no kexec
 * @timeout_ms: limit of each command, and of the kexec
 * @tools: attach the disk with perf and bpftrace
 * @out: directory for logs
 * @kernel: as for `lubench run`
 * @command: what to run
 * @t: target
 * @a: what is launched
 * @pages: observers of witness pages
 * @nr_pages: their number
 * @gpa: of the newest page
 * @boot_id: of the launched kernel
 */
struct exec {
	const char *push[MAX_PUSH];
	size_t nr_push;
	const char *after;
	int timeout_ms;
	bool tools;
	const char *out;
	const char *kernel;
	char *command;
	struct target t;
	struct artifacts a;
	struct observer *pages[MAX_PAGES];
	size_t nr_pages;
	uint64_t gpa;
	char boot_id[40];
};

enum {
	OPT_APPEND = 0x100,
	OPT_PUSH,
	OPT_SECOND,
	OPT_AFTER,
	OPT_TIMEOUT,
	OPT_WORKLOAD,
	OPT_TOOLS
};

static const struct argp_option options[] = {
	{ "target", 't', "T", 0, "Emulated target (default: of this architecture)", 0 },
	{ "kernel", 'k', "K", 0, "series (default), series:N, base, or an image", 0 },
	{ "out", 'o', "DIR", 0, "Directory for console and trace logs", 0 },
	{ "push", OPT_PUSH, "FILE", 0, "Copy FILE to " TARGET_DIR " first (several allowed)", 0 },
	{ "second", OPT_SECOND, NULL, 0, "Plug a second device of the kind under test", 0 },
	{ "after", OPT_AFTER, "CMD", 0, "COMMAND ends in a kexec; run CMD after it", 0 },
	{ "timeout", OPT_TIMEOUT, "S", 0, "Limit of each command and of the kexec (120)", 0 },
	{ "workload", OPT_WORKLOAD, "W", 0, "Plug the device of workload W (lsi)", 0 },
	{ "tools", OPT_TOOLS, NULL, 0, "Attach the disk with perf and bpftrace", 0 },
	{ "append", OPT_APPEND, "WORDS", 0, "More words for the kernel's command line", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct exec *x = state->input;

	switch (key) {
	case 't':
		x->t.name = arg;
		break;
	case 'k':
		x->kernel = arg;
		break;
	case 'o':
		x->out = arg;
		break;
	case OPT_PUSH:
		if (x->nr_push == MAX_PUSH)
			argp_error(state, "--push: no more than %d files", MAX_PUSH);
		x->push[x->nr_push++] = arg;
		break;
	case OPT_SECOND:
		x->t.second = true;
		break;
	case OPT_AFTER:
		x->after = arg;
		break;
	case OPT_TIMEOUT:
		x->timeout_ms = atoi(arg) * 1000;
		if (x->timeout_ms <= 0)
			argp_error(state, "--timeout %s: not a number of seconds", arg);
		break;
	case OPT_WORKLOAD:
		x->t.workload = arg;
		break;
	case OPT_TOOLS:
		x->tools = true;
		break;
	case OPT_APPEND:
		x->t.append = arg;
		break;
	case ARGP_KEY_ARG:
		if (x->command)
			argp_error(state, "unexpected argument '%s'; quote the command", arg);
		x->command = arg;
		break;
	case ARGP_KEY_END:
		if (!x->command || !x->out)
			argp_error(state, "COMMAND and --out DIR are needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "COMMAND",
	.doc = "Launch an emulated target, run COMMAND in its shell and end it. Exit status is that of "
	       "the (last) command, 255 when the target or the transport failed.",
};

static int ready(struct exec *x)
{
	struct target *t = &x->t;

	t->row = target_row_find(t->name);
	if (!t->row || !t->row->machine) {
		lub_err("--target %s: not an emulated one; `lubench list targets` shows them",
			t->name);
		return -EINVAL;
	}
	if (mkdir(x->out, 0755) && errno != EEXIST) {
		lub_err("cannot make %s: %s", x->out, strerror(errno));
		return -errno;
	}
	t->dir = realpath(x->out, NULL);
	if (!t->dir || artifacts_find(&x->a, t->row->machine->arch, x->kernel)) {
		lub_err("out of memory");
		return -ENOMEM;
	}
	t->kernel = x->a.kernel;
	t->image = x->a.image;
	t->tools = x->tools ? x->a.tools : NULL;
	t->key = x->a.key;
	return t->row->ops->probe(t);
}

static int push_all(struct exec *x)
{
	const struct target_ops *ops = x->t.row->ops;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < x->nr_push; i++)
		err = ops->push(&x->t, x->push[i], basename(x->push[i]), 0700);
	if (!err && x->after)
		err = ops->push(&x->t, x->t.kernel, TARGET_KERNEL_NAME, 0600);
	return err;
}

static int command(struct exec *x, const char *text)
{
	struct target_exec run = { .command = text,
				   .out_fd = STDOUT_FILENO,
				   .timeout_ms = x->timeout_ms };
	int err = x->t.row->ops->exec(&x->t, &run);

	if (err)
		lub_err("%s: %s", text,
			run.why[0] ? run.why
			: err < 0  ? strerror(-err)
				   : "it failed and said nothing on stderr");
	return err;
}

/* 0, or -ENODEV when the emulator has ended. */
static int look(struct exec *x)
{
	const struct console *c = &x->t.console;
	int err = x->t.row->ops->console_tail(&x->t) == -ENODEV ? -ENODEV : 0;

	if (!c->witness || c->gpa == x->gpa || x->nr_pages == MAX_PAGES)
		return err;
	x->gpa = c->gpa;
	x->pages[x->nr_pages++] = observer_start(
		x->t.ram_fd, target_ram_offset(x->t.row->machine, x->t.memory, c->gpa), c->cookie);
	return err;
}

/* Until another kernel answers. */
static int wait_kexec(struct exec *x)
{
	long long deadline = proc_now_ms() + x->timeout_ms, asked = 0;
	const struct console *c = &x->t.console;
	struct target_seen seen;
	int gone;

	while (proc_now_ms() < deadline) {
		if (proc_sleep(TICK_MS))
			return -EINTR;
		gone = look(x);
		if (*c->panic || c->resets || gone) {
			lub_err("the target went down: %s; see the console log in %s",
				*c->panic   ? c->panic
				: c->resets ? "firmware ran"
					    : "it was reset, or the emulator ended",
				x->out);
			return -EIO;
		}
		if (!c->boots || proc_now_ms() - asked < ASK_MS)
			continue;
		asked = proc_now_ms();
		if (!x->t.row->ops->wait_incoming(&x->t, &seen) && strcmp(seen.boot_id, x->boot_id))
			return 0;
	}
	lub_err("no kernel came up within %d s after the kexec; see the console log in %s",
		x->timeout_ms / 1000, x->out);
	return -ETIMEDOUT;
}

static int execute(struct exec *x)
{
	struct target_seen seen;
	int err = x->t.row->ops->launch(&x->t, 1);

	if (!err)
		err = push_all(x);
	if (!err && x->after)
		err = x->t.row->ops->wait_incoming(&x->t, &seen);
	if (err)
		return err;
	if (x->after)
		snprintf(x->boot_id, sizeof(x->boot_id), "%s", seen.boot_id);
	console_mark(&x->t.console, proc_now_ms());
	err = command(x, x->command);
	if (err || !x->after)
		return err;
	err = wait_kexec(x);
	return err ? err : command(x, x->after);
}

static void tell_page(size_t number, const struct observer_result *r)
{
	int i;

	if (r->why)
		printf("observer page=%zu why=\"%s\"\n", number, r->why);
	for (i = 0; i < OBSERVER_PHASES; i++) {
		const struct observer_phase *p = &r->phase[i];

		if (p->seen)
			printf("observer page=%zu phase=%d start=%lld end=%lld changes=%llu first=%u last=%u gap=%lld running=%lld\n",
			       number, i, (long long)p->start_ns, (long long)p->end_ns,
			       (unsigned long long)p->changes, p->first, p->last,
			       (long long)p->gap_ns, (long long)p->running_ns);
	}
}

int cmd_exec(int argc, char **argv)
{
	struct exec x = { .kernel = "series", .timeout_ms = 120000 };
	struct observer_result r;
	size_t i;
	int err;

	x.t = (struct target){ .name = target_default(),
			       .append = "",
			       .workload = "lsi",
			       .memory = 2ull << 30,
			       .ram_fd = -1,
			       .launch_ms = 180000 };
	umask(077); /* a run holds what a machine said on its console */
	if (argp_parse(&argp, argc, argv, 0, NULL, &x))
		return LUB_EXIT_USAGE;
	proc_catch_signals();
	err = ready(&x);
	if (!err)
		err = execute(&x);
	for (i = 0; i < x.nr_pages; i++) {
		observer_finish(x.pages[i], &r);
		tell_page(i, &r);
	}
	if (x.t.row && x.t.priv)
		x.t.row->ops->release(&x.t);
	artifacts_free(&x.a);
	free((char *)x.t.dir);
	return err == -EINTR ? LUB_EXIT_INTERRUPTED : err < 0 ? 255 : err;
}

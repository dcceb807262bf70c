// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench doctor */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"
#include "bench/target/ssh.h"

struct options {
	const char *host;
};

static const struct argp_option options[] = {
	{ "host", 'H', "USER@MACHINE", 0, "Look at a real machine, too", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	if (key != 'H' && key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (o->host)
		argp_error(state, "one host at a time");
	o->host = arg;
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[USER@MACHINE]",
	.doc = "Say what is there and what is missing, and which command brings it.",
};

static int say(bool good, const char *what, const char *detail, const char *remedy)
{
	printf("%-8s %-16s %s%s%s\n", good ? "ok" : "MISSING", what, detail, good ? "" : ": ",
	       good ? "" : remedy);
	return !good;
}

static int check_file(const char *what, const char *path, const char *remedy)
{
	return say(access(path, R_OK) == 0, what, path, remedy);
}

static int check_here(void)
{
	const struct qemu_machine *m = target_row_find(target_default())->machine;
	struct artifacts a = { 0 };
	char iommu[256], version[64] = "", remedy[64];
	struct statvfs fs;
	int missing = 0;

	missing += say(proc_find("ssh"), "ssh client", "ssh", "make deps (openssh-client)");
	snprintf(remedy, sizeof(remedy), "make deps (%s)", m->package);
	missing += say(!qemu_check(m, iommu, sizeof(iommu), version, sizeof(version)), "emulator",
		       *version ? version : m->program, remedy);
	printf("%-8s %-16s %s\n", "info", "kvm",
	       access("/dev/kvm", R_OK | W_OK) ? "no /dev/kvm: emulation by TCG" : "/dev/kvm");
	if (artifacts_find(&a, m->arch, "series"))
		return missing + 1;
	missing += check_file("kernel", a.kernel, "make kernel");
	missing += check_file("root image", a.image, "make image");
	missing += check_file("ssh key", a.key, "make image");
	missing += check_file("agent", a.agent, "make all");
	artifacts_free(&a);
	if (!statvfs(".", &fs)) {
		char room[32];
		unsigned long long mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;

		snprintf(room, sizeof(room), "%llu MiB free here", mib);
		missing += say(mib >= 1024, "disk", room, "free at least 1024 MiB");
	}
	return missing;
}

static int ask_host(struct target *t)
{
	struct target_exec x = { .timeout_ms = 30000 };
	char *text;
	int missing = 0;

	x.command = "cat /proc/sys/kernel/osrelease; for p in /dev/iommu /dev/liveupdate"
		    " /sys/class/iommu/dmar0 /sys/kernel/debug/kho; do"
		    " test -e $p && echo \"ok $p\" || echo \"no $p\"; done";
	if (t->row->ops->exec(t, &x)) {
		missing = say(false, "host shell", x.why, "a login shell is needed");
		free(x.out);
		return missing;
	}
	for (text = strtok(x.out, "\n"); text; text = strtok(NULL, "\n")) {
		if (!strncmp(text, "ok ", 3) || !strncmp(text, "no ", 3))
			missing += say(
				text[0] == 'o', "host file", text + 3,
				"boot the series kernel with kho=on liveupdate=on and the IOMMU on");
		else
			printf("%-8s %-16s %s\n", "info", "host kernel", text);
	}
	free(x.out);
	return missing;
}

static int check_host(const char *host)
{
	char dir[] = "/tmp/lubench-doctor-XXXXXX", known[64];
	struct target t = {
		.row = target_row_find("host"),
		.name = "host",
		.host = host,
		.launch_ms = 15000,
		.append = "",
		.ram_fd = -1,
	};
	int missing = 0;

	t.dir = mkdtemp(dir);
	if (!t.dir || t.row->ops->probe(&t) || t.row->ops->launch(&t, 1))
		missing = say(false, "host", host, "ssh must work without a password");
	else
		missing = say(true, "host", host, "") + ask_host(&t);
	t.row->ops->release(&t);
	snprintf(known, sizeof(known), "%s/known_hosts", dir);
	unlink(known);
	rmdir(dir);
	return missing;
}

int cmd_doctor(int argc, char **argv)
{
	struct options o = { 0 };
	int missing;

	argv[0] = (char *)"lubench doctor";
	argp_err_exit_status = LUB_EXIT_USAGE;
	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	proc_catch_signals();
	missing = check_here();
	if (o.host)
		missing += check_host(o.host);
	return missing ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

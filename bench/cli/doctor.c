// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench doctor */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/cli/doctor.h"
#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

struct options {
	struct doctor_host h;
	bool restore;
	bool unlock;
};

enum {
	OPT_RESTORE = 0x100,
	OPT_UNLOCK,
	OPT_RECORD,
	OPT_ANSWERS
};

static const struct argp_option options[] = {
	{ "host", 'H', "USER@MACHINE", 0, "Look at a real machine, too", 0 },
	{ "device", 'd', "BDF", 0, "Device of it that is to be taken", 0 },
	{ "restore", OPT_RESTORE, NULL, 0,
	  "Give the device back that an interrupted run has taken, and do nothing else", 0 },
	{ "unlock", OPT_UNLOCK, NULL, 0,
	  "Take the claim of a run that is dead off the machine, and do nothing else", 0 },
	{ "record", OPT_RECORD, "FILE", 0, "Keep what the machine says", 0 },
	{ "answers", OPT_ANSWERS, "FILE", 0, "Judge such a file instead of asking a machine", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'H':
	case ARGP_KEY_ARG:
		if (o->h.host)
			argp_error(state, "one host at a time");
		o->h.host = arg;
		break;
	case 'd':
		if (!facts_bdf_valid(arg))
			argp_error(state, "--device %s: write it like 0000:3a:01.0", arg);
		o->h.device = arg;
		break;
	case OPT_RESTORE:
		o->restore = true;
		break;
	case OPT_UNLOCK:
		o->unlock = true;
		break;
	case OPT_RECORD:
		o->h.record = arg;
		break;
	case OPT_ANSWERS:
		o->h.answers = arg;
		break;
	case ARGP_KEY_END:
		if ((o->restore || o->unlock || o->h.record) && !o->h.host)
			argp_error(state, "--restore, --unlock and --record need a host");
		if (o->restore && o->unlock)
			argp_error(state, "--restore first, then --unlock");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[USER@MACHINE]",
	.doc = "Say what is there and what is missing, and which command brings it. Exit status 0 when "
	       "nothing is missing, 1 when something is, 2 for bad input. What is only skipped in a run "
	       "is marked so.",
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

/* Emulator, image and the kernel for it are of no use to a host. */
static int check_here(bool host)
{
	const struct qemu_machine *m = target_row_find(target_default())->machine;
	struct artifacts a = { 0 };
	char iommu[256], version[64] = "", remedy[64];
	struct statvfs fs;
	int missing = 0;

	missing += say(proc_find("ssh"), "ssh client", "ssh", "make deps (openssh-client)");
	if (artifacts_find(&a, m->arch, "series"))
		return missing + 1;
	if (!host) {
		snprintf(remedy, sizeof(remedy), "make deps (%s)", m->package);
		missing += say(!qemu_check(m, iommu, sizeof(iommu), version, sizeof(version)),
			       "emulator", *version ? version : m->program, remedy);
		printf("%-8s %-16s %s\n", "info", "kvm",
		       access("/dev/kvm", R_OK | W_OK) ? "no /dev/kvm: emulation by TCG"
						       : "/dev/kvm");
		missing += check_file("kernel", a.kernel, "make kernel");
		missing += check_file("root image", a.image, "make image");
		missing += check_file("ssh key", a.key, "make image");
	}
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

int cmd_doctor(int argc, char **argv)
{
	struct options o = { 0 };
	int missing;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return LUB_EXIT_USAGE;
	proc_catch_signals();
	if (o.restore)
		return doctor_visit(o.h.host, doctor_restore);
	if (o.unlock)
		return doctor_visit(o.h.host, doctor_unlock);
	missing = o.h.answers ? 0 : check_here(o.h.host != NULL);
	if (o.h.host || o.h.answers)
		missing += doctor_host(&o.h);
	return missing ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

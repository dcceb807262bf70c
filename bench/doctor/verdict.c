// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernel, memory, clock, noise, watchdogs. */
#include "bench/doctor/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"

/* Agent, kernel image and results; the image is the largest. */
#define FREE_KIB (512 << 10)

/* 64 HWPTs of an IOAS of 16 GiB in pages of 4 KiB need 2 GiB of page tables beside what is mapped. */
#define MEMORY_KIB (4LL << 20)

/* A sleep of 50 ms that ends later than this by as much: something else has the processors. */
#define OVERSHOOT_US 5000

/* Load of one, beside the doctor itself. */
#define LOAD_MAX 1.0

/* The longest boot that anybody waits for. */
#define WATCHDOG_S 300

void verdict(struct verdicts *v, enum verdict_level level, const char *what, const char *remedy,
	     const char *fmt, ...)
{
	char detail[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	v->missing += level == VERDICT_MISSING;
	v->say(v->arg, level, what, detail, remedy);
}

static bool has(const struct verdicts *v, const char *key, const char *value)
{
	const char *at = NULL;

	while ((at = facts_next(v->f, key, at)))
		if (!strcmp(at, value))
			return true;
	return false;
}

/* CONFIG_NAME=y or =m. */
static bool option(const struct verdicts *v, const char *name)
{
	const char *at = NULL;
	size_t len = strlen(name);

	while ((at = facts_next(v->f, "config", at)))
		if (!strncmp(at, "CONFIG_", 7) && !strncmp(at + 7, name, len) &&
		    (!strcmp(at + 7 + len, "=y") || !strcmp(at + 7 + len, "=m")))
			return true;
	return false;
}

static bool is_arm(const struct verdicts *v)
{
	return !strcmp(facts_get(v->f, "arch"), "aarch64");
}

/* Of Fedora's kind: its tools have other names. */
static bool is_fedora(const struct verdicts *v)
{
	static const char *const names[] = { "Fedora", "Red Hat", "CentOS", "Rocky", "Alma" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(names); i++)
		if (strstr(facts_get(v->f, "os"), names[i]))
			return true;
	return false;
}

static const char *const options[] = {
	"KEXEC_FILE", "KEXEC_HANDOVER",	  "LIVEUPDATE", "LIVEUPDATE_MEMFD",
	"IOMMUFD",    "VFIO_DEVICE_CDEV", "VFIO_PCI",
};

static const char *const series_options[] = {
	"IOMMU_LIVEUPDATE",
	"PCI_LIVEUPDATE",
	"VFIO_PCI_LIVEUPDATE",
	"LIVEUPDATE_TIMELINE",
};

static void lacking(const struct verdicts *v, const char *const *names, size_t nr, char *out,
		    size_t len)
{
	size_t i;

	out[0] = '\0';
	for (i = 0; i < nr; i++)
		if (!option(v, names[i]))
			snprintf(out + strlen(out), len - strlen(out), "%sCONFIG_%s",
				 *out ? " " : "", names[i]);
}

static void kernel(struct verdicts *v)
{
	const char *from = facts_get(v->f, "config_from"), *release = facts_get(v->f, "release");
	const char *iommu = is_arm(v) ? "ARM_SMMU_V3" : "INTEL_IOMMU";
	char text[300], build[400];

	snprintf(build, sizeof(build),
		 "make kernel HOST=%.150s; make kernel-install HOST=%.150s; boot it", v->host,
		 v->host);
	verdict(v, VERDICT_INFO, "system", "", "%s, %s, init %s", facts_get(v->f, "os"),
		facts_get(v->f, "arch"), facts_get(v->f, "init"));
	if (!*from || !strcmp(from, "none")) {
		verdict(v, VERDICT_SKIP, "kernel options",
			"enable CONFIG_IKCONFIG_PROC, or put the configuration into /boot/config-$(uname -r)",
			"kernel %s does not tell its configuration: its options are not checked",
			release);
	} else {
		lacking(v, options, ARRAY_LEN(options), text, sizeof(text));
		if (!option(v, iommu))
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%sCONFIG_%s",
				 *text ? " " : "", iommu);
		verdict(v, *text ? VERDICT_MISSING : VERDICT_OK, "kernel options",
			*text ? build : "", "kernel %s%s%s", release, *text ? " lacks " : "", text);
		lacking(v, series_options, ARRAY_LEN(series_options), text, sizeof(text));
		verdict(v, *text ? VERDICT_SKIP : VERDICT_OK, "series", *text ? build : "",
			"%s%s%s",
			*text ? "mode preserve is skipped when this kernel is the one under test: no "
			      : "the kernel has the patch set",
			text, "");
	}
	if (!strcmp(facts_get(v->f, "kexec_disabled"), "1"))
		verdict(v, VERDICT_MISSING, "kexec",
			"reboot the machine: it cannot be turned on again",
			"kernel.kexec_load_disabled is 1");
	else if (strstr(facts_get(v->f, "lockdown"), "[integrity]") ||
		 strstr(facts_get(v->f, "lockdown"), "[confidentiality]"))
		verdict(v, VERDICT_MISSING, "kexec",
			"turn secure boot off (mokutil --disable-validation), or sign the kernel",
			"the kernel is locked down (%s): kexec takes signed images only",
			facts_get(v->f, "lockdown"));
	else
		verdict(v, VERDICT_OK, "kexec", "", "allowed");
}

/* The last WORD=... of the command line is one of the values that turn it on. */
static bool turned_on(const struct verdicts *v, const char *word)
{
	const char *at = facts_get(v->f, "cmdline"), *found = NULL;
	size_t len = strlen(word), n;
	bool on = false;

	for (; *at; at += n + (at[n] == ' ')) {
		n = strcspn(at, " ");
		if (n > len && !strncmp(at, word, len) && at[len] == '=') {
			found = at + len + 1;
			n -= len + 1;
			at = found;
			on = (n == 2 && !strncmp(found, "on", 2)) ||
			     (n == 1 && strchr("1yY", *found));
		}
	}
	return on;
}

static void arguments(struct verdicts *v)
{
	static const char *const words[] = { "kho", "liveupdate" };
	size_t i;

	for (i = 0; i < ARRAY_LEN(words); i++) {
		bool on = turned_on(v, words[i]);

		verdict(v, on ? VERDICT_OK : VERDICT_MISSING, words[i],
			on ? ""
			: is_fedora(v)
				? "grubby --update-kernel=ALL --args='kho=on liveupdate=on', reboot"
				: "add kho=on liveupdate=on to GRUB_CMDLINE_LINUX in /etc/default/grub, update-grub, reboot",
			"%s=on is %son the kernel's command line", words[i], on ? "" : "not ");
	}
	if (!has(v, "file", "/dev/liveupdate"))
		verdict(v, VERDICT_MISSING, "/dev/liveupdate",
			"boot a kernel with CONFIG_LIVEUPDATE and liveupdate=on", "not there");
	if (!has(v, "file", "/dev/iommu"))
		verdict(v, VERDICT_MISSING, "/dev/iommu", "modprobe iommufd", "not there");
	if (!has(v, "file", "/sys/bus/pci/drivers/vfio-pci"))
		verdict(v, VERDICT_MISSING, "vfio-pci", "modprobe vfio-pci",
			"the driver is not there");
	if (!has(v, "file", "/sys/kernel/debug/kho"))
		verdict(v, VERDICT_SKIP, "kho debugfs",
			"mount -t debugfs none /sys/kernel/debug; CONFIG_KEXEC_HANDOVER_DEBUGFS=y",
			"kho.bytes has no number");
}

static void tools(struct verdicts *v)
{
	const char *tool = NULL;
	char remedy[400];

	if (strcmp(facts_get(v->f, "uid"), "0"))
		verdict(v, VERDICT_MISSING, "root", "give root@machine as HOST",
			"the login is not root");
	while ((tool = facts_next(v->f, "no_tool", tool)))
		verdict(v, VERDICT_MISSING, "tools",
			is_fedora(v) ? "dnf install coreutils grep tar util-linux"
				     : "apt-get install coreutils grep tar util-linux",
			"no %s in PATH", tool);
	if (!has(v, "has", "perf"))
		verdict(v, VERDICT_SKIP, "perf",
			is_fedora(v) ? "dnf install perf" : "apt-get install linux-perf",
			"PERF=1 draws no flame graph");
	snprintf(remedy, sizeof(remedy),
		 "make kernel-install HOST=%.300s enables a unit for it; BOOT=agent needs none",
		 v->host);
	if (!*facts_get(v->f, "starter"))
		verdict(v, VERDICT_MISSING, "incoming agent", remedy,
			"nothing starts it after the kexec");
	else
		verdict(v, VERDICT_OK, "incoming agent", "", "started by %s",
			facts_get(v->f, "starter"));
}

static void memory(struct verdicts *v)
{
	long long all = 0, kib = 0, crash = 0;

	if (!facts_number(v->f, "memory_kib", &all) || !facts_number(v->f, "available_kib", &kib))
		verdict(v, VERDICT_SKIP, "memory", "", "the machine does not tell how much it has");
	else if (kib < MEMORY_KIB)
		verdict(v, VERDICT_SKIP, "memory",
			"free some, or choose a plan with smaller points",
			"%lld of %lld MiB free: points that need more are refused", kib >> 10,
			all >> 10);
	else
		verdict(v, VERDICT_OK, "memory", "", "%lld of %lld MiB free", kib >> 10, all >> 10);
	if (facts_number(v->f, "free_kib", &kib) && kib < FREE_KIB)
		verdict(v, VERDICT_MISSING, "disk", "free some space below /var/lib",
			"%lld MiB free for /var/lib/lubench, %d are needed", kib >> 10,
			FREE_KIB >> 10);
	if (!facts_number(v->f, "crash_bytes", &crash) || !crash)
		verdict(v, VERDICT_SKIP, "mode crash",
			"add crashkernel=256M kho_scratch=128M,128M,384M to the command line",
			"skipped: no memory is reserved for a crash kernel");
}

static void clocks(struct verdicts *v)
{
	const char *source = facts_get(v->f, "clocksource");
	const char *want = is_arm(v) ? "arch_sys_counter" : "tsc";
	bool steady = is_arm(v) ||
		      (has(v, "cpu_flag", "constant_tsc") && has(v, "cpu_flag", "nonstop_tsc"));

	if (!steady)
		verdict(v, VERDICT_MISSING, "clock", "use another machine",
			"the TSC is not invariant: no time across the kexec can be told");
	else if (strcmp(source, want))
		verdict(v, VERDICT_SKIP, "clock",
			"look into dmesg for why; clocksource=tsc on the command line",
			"the kernel uses %s and not %s: it may have found that one unstable",
			source, want);
	else
		verdict(v, VERDICT_OK, "clock", "", "%s", source);
	if (has(v, "cpu_flag", "hypervisor"))
		verdict(v, VERDICT_INFO, "hypervisor", "",
			"this is a virtual machine: its times are not those of hardware");
}

static void noise(struct verdicts *v)
{
	const char *governor = facts_get(v->f, "governor"), *load = facts_get(v->f, "load");
	long long us = 0, n = 0;

	if (*governor && strcmp(governor, "performance"))
		verdict(v, VERDICT_SKIP, "cpu frequency", "cpupower frequency-set -g performance",
			"governor %s: times vary with it", governor);
	if (has(v, "claimed", "1"))
		verdict(v, VERDICT_INFO, "noise", "", "not looked for, as a run has the machine");
	else if (!facts_number(v->f, "overshoot_us", &us))
		verdict(v, VERDICT_SKIP, "noise", "", "no fine clock in the machine's date(1)");
	else if (us > OVERSHOOT_US)
		verdict(v, VERDICT_SKIP, "noise",
			"find out what else runs: top, irqtop, BIOS settings",
			"a sleep of 50 ms ended %lld us late: gaps of that length are noise", us);
	else
		verdict(v, VERDICT_OK, "noise", "", "sleeps of 50 ms end within %lld us", us);
	if (strtod(load, NULL) > LOAD_MAX)
		verdict(v, VERDICT_SKIP, "load", "stop what runs there",
			"%.40s: cycles may be disturbed", load);
	if (facts_number(v->f, "logins", &n) && n)
		verdict(v, VERDICT_SKIP, "logins", "log out", "%lld users are logged in", n);
	if (facts_number(v->f, "agents", &n) && n)
		verdict(v, VERDICT_MISSING, "agent",
			"wait for it, or end the run that it belongs to",
			"an agent is at work there");
}

static void watchdogs(struct verdicts *v)
{
	const char *at = NULL, *timeout;
	bool armed = false, there = false;

	while ((at = facts_next(v->f, "watchdog", at))) {
		bool active = strstr(at, " state=active") != NULL;

		timeout = strstr(at, " timeout=");
		armed |= active;
		there |= !strstr(at, " nowayout=1");
		if (active && timeout && atoi(timeout + 9) < WATCHDOG_S)
			verdict(v, VERDICT_SKIP, "watchdog",
				"RuntimeWatchdogSec=10min in /etc/systemd/system.conf; systemctl daemon-reexec",
				"%.100s: it may bite while the incoming kernel boots", at);
		else
			verdict(v, VERDICT_OK, "watchdog", "", "%.100s", at);
	}
	if (!armed && !there)
		verdict(v, VERDICT_SKIP, "watchdog",
			"modprobe the driver of the machine's watchdog (iTCO_wdt, hpwdt, sbsa_gwdt)",
			"none that the agent could arm: a machine that hangs stays so until somebody resets it");
	if (!strcmp(facts_get(v->f, "panic"), "0"))
		verdict(v, VERDICT_SKIP, "panic",
			"sysctl kernel.panic=10; panic=10 on the command line",
			"a kernel that panics waits for somebody");
	if (!strcmp(facts_get(v->f, "softlockup_panic"), "0"))
		verdict(v, VERDICT_SKIP, "lockups", "sysctl kernel.softlockup_panic=1",
			"a kernel that is locked up stays so");
}

unsigned int verdict_all(const struct facts *f, const char *host, const char *bdf, verdict_say say,
			 void *arg)
{
	struct verdicts v = { .f = f, .host = host, .bdf = bdf, .say = say, .arg = arg };

	if (!f->whole)
		verdict(&v, VERDICT_MISSING, "answer", "try again; look at what the login prints",
			"the machine's answer has no end: what follows is not all");
	if (f->left_out)
		verdict(&v, VERDICT_INFO, "answer", "", "%zu lines of it make no sense",
			f->left_out);
	tools(&v);
	kernel(&v);
	arguments(&v);
	verdict_device(&v);
	memory(&v);
	clocks(&v);
	noise(&v);
	watchdogs(&v);
	verdict_left(&v);
	return v.missing;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Is the IOMMU there, and may the device be taken? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/doctor/verdict.h"
#include "bench/lubench.h"

/* VT-d capability registers: widths are those of second-stage tables (SAGAW), bits 8 to 12. */
#define CAP_SAGAW_39 (1ull << 9)
#define CAP_SAGAW_48 (1ull << 10)
#define CAP_SAGAW_57 (1ull << 11)
#define ECAP_COHERENT (1ull << 0)
#define ECAP_SMTS (1ull << 43)

/* What a workload can be run on; see docs/real-hosts.md. */
static const struct {
	const char *ids;
	const char *workload;
} known[] = {
	{ "0x8086 0x10c9 ", "igb" },
	{ "0x8086 0x0b25 ", "dsa" },
	{ "0x8086 0x10d3 ", "e1000e" },
	{ "0x1b36 0x0010 ", "nvme" }, /* QEMU's; no other was ever tried */
};

struct device {
	char bdf[24], vendor[12], id[12], class[12], driver[48], function[8], group[16];
	char members[1024];
};

static bool split(const char *text, struct device *d)
{
	int n;

	memset(d, 0, sizeof(*d));
	n = sscanf(text, "%23s %11s %11s %11s %47s %7s %15s %1023s", d->bdf, d->vendor, d->id,
		   d->class, d->driver, d->function, d->group, d->members);
	if (n < 7 || !facts_bdf_valid(d->bdf))
		return false;
	/* The script ends both with a '-', so that neither is empty. */
	d->driver[strlen(d->driver) - 1] = '\0';
	d->group[strlen(d->group) - 1] = '\0';
	return true;
}

static const char *workload_of(const struct device *d)
{
	char ids[32];
	size_t i;

	snprintf(ids, sizeof(ids), "%s %s ", d->vendor, d->id);
	for (i = 0; i < ARRAY_LEN(known); i++)
		if (!strcmp(known[i].ids, ids))
			return known[i].workload;
	return NULL;
}

static bool register_of(const char *iommu, const char *name, unsigned long long *value)
{
	const char *at = strstr(iommu, name);
	char *end;

	if (!at)
		return false;
	errno = 0;
	*value = strtoull(at + strlen(name), &end, 16);
	return end != at + strlen(name) && !errno && (*end == ' ' || !*end);
}

static void vtd(struct verdicts *v, const char *text, const char *cmdline)
{
	unsigned long long cap = 0, ecap = 0;
	const char *width;
	bool scalable;

	if (!register_of(text, " cap=", &cap) || !register_of(text, " ecap=", &ecap)) {
		verdict(v, VERDICT_SKIP, "iommu", "", "%.40s does not tell its registers", text);
		return;
	}
	width = cap & CAP_SAGAW_57   ? "57"
		: cap & CAP_SAGAW_48 ? "48"
		: cap & CAP_SAGAW_39 ? "39"
				     : "?";
	scalable = ecap & ECAP_SMTS && strstr(cmdline, "sm_on");
	verdict(v, *width == '?' ? VERDICT_MISSING : VERDICT_OK, "iommu",
		*width == '?' ? "use another machine" : "",
		"%.*s: VT-d, %s bits, %s mode%s, page walks %scoherent", (int)strcspn(text, " "),
		text, width, scalable ? "scalable" : "legacy",
		ecap & ECAP_SMTS && !scalable ? " (scalable with intel_iommu=on,sm_on)" : "",
		ecap & ECAP_COHERENT ? "" : "not ");
}

static void iommu(struct verdicts *v)
{
	const char *cmdline = facts_get(v->f, "cmdline"), *at = NULL;
	bool any = false;

	while ((at = facts_next(v->f, "iommu", at))) {
		any = true;
		if (!strncmp(at, "dmar", 4))
			vtd(v, at, cmdline);
		else
			verdict(v, VERDICT_OK, "iommu", "", "%.*s", (int)strcspn(at, " "), at);
	}
	if (!any)
		verdict(v, VERDICT_MISSING, "iommu",
			!strcmp(facts_get(v->f, "arch"), "aarch64")
				? "turn the SMMU on in the firmware"
				: "turn VT-d on in the firmware, and intel_iommu=on on the command line",
			"no IOMMU is in use");
	if (!*facts_get(v->f, "iommu_pmu"))
		verdict(v, VERDICT_SKIP, "iommu counters",
			"CONFIG_INTEL_IOMMU_PERF_EVENTS or CONFIG_ARM_SMMU_V3_PMU; not all machines have them",
			"iotlb.* and context.* have no number");
}

static void candidates(struct verdicts *v)
{
	const char *at = NULL;
	struct device d;
	unsigned int n = 0;

	while ((at = facts_next(v->f, "candidate", at))) {
		if (!split(at, &d) || !workload_of(&d))
			continue;
		n++;
		verdict(v, VERDICT_INFO, "device", "", "%s could be DEVICE: workload %s, driver %s",
			d.bdf, workload_of(&d), *d.driver ? d.driver : "none");
	}
	if (!n)
		verdict(v, VERDICT_SKIP, "device", "see docs/real-hosts.md for what fits",
			"no device that a workload knows");
}

/* What else lies in the group would have to be given away together with the device. */
static void group(struct verdicts *v, const struct device *d)
{
	const char *comma = strchr(d->members, ',');

	if (!*d->group)
		verdict(v, VERDICT_MISSING, "group", "turn the IOMMU on", "%s is in no IOMMU group",
			d->bdf);
	else if (!comma || comma[1])
		verdict(v, VERDICT_MISSING, "group",
			"use a slot whose ports have ACS, or another device",
			"group %s has more than %s in it: %.200s", d->group, d->bdf, d->members);
	else
		verdict(v, VERDICT_OK, "group", "", "%s is alone in group %s, type %s", d->bdf,
			d->group, facts_get(v->f, "group_type"));
}

static void in_use(struct verdicts *v, const struct device *d)
{
	const char *at = NULL;
	char name[64];
	int mounts, holders;

	at = facts_next(v->f, "device_route", NULL);
	if (at)
		verdict(v, VERDICT_MISSING, "device in use", "choose another one",
			"%s is %.40s, which has the default route: ssh would be lost", d->bdf, at);
	for (at = NULL; (at = facts_next(v->f, "device_block", at));)
		if (sscanf(at, "%63s %d %d", name, &mounts, &holders) == 3 && (mounts || holders))
			verdict(v, VERDICT_MISSING, "device in use",
				"umount it, or choose another one",
				"%s has /dev/%s, which is mounted or has something on it", d->bdf,
				name);
}

void verdict_device(struct verdicts *v)
{
	const char *text = facts_get(v->f, "device"), *bridge = facts_get(v->f, "bridge");
	struct device d;

	iommu(v);
	if (!v->bdf) {
		candidates(v);
		return;
	}
	if (!split(text, &d) || strcasecmp(d.bdf, v->bdf)) {
		verdict(v, VERDICT_MISSING, "device", "lspci -D shows what is there",
			"no device %s", v->bdf);
		return;
	}
	if (!strcmp(d.function, "vf"))
		verdict(v, VERDICT_MISSING, "device", "name its physical function",
			"%s is a virtual function, which cannot be preserved", d.bdf);
	else if (*bridge && strcmp(bridge, "0") && strcmp(bridge, "128"))
		verdict(v, VERDICT_MISSING, "device", "name what is behind it", "%s is a bridge",
			d.bdf);
	else if (!workload_of(&d))
		verdict(v, VERDICT_MISSING, "device", "see docs/real-hosts.md for what fits",
			"%s (%s:%s) is none that a workload knows", d.bdf, d.vendor, d.id);
	else
		verdict(v, VERDICT_OK, "device", "", "%s: workload %s, driver %s", d.bdf,
			workload_of(&d), *d.driver ? d.driver : "none");
	group(v, &d);
	in_use(v, &d);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"

/* The kernel names its IOMMUs dmar0, ... on VT-d and smmu3.0x... on SMMUv3. */
static const char *iommu_name(void)
{
	const char *found = NULL;
	struct dirent *ent;
	DIR *d = opendir("/sys/class/iommu");

	while (d && (ent = readdir(d))) {
		if (!strncmp(ent->d_name, "dmar", 4))
			found = "intel-iommu";
		else if (!strncmp(ent->d_name, "smmu3", 5))
			found = "arm-smmu-v3";
	}
	if (d)
		closedir(d);
	return found;
}

int agent_probe(void)
{
	char build_id[96], boot_id[64], cmdline[4096];
	struct utsname uts;
	struct sysinfo info;
	json_t *obj;
	int err;

	clock_start();
	sys_mount();
	if (uname(&uts) || sysinfo(&info))
		return EXIT_FAILURE;
	sys_build_id(build_id, sizeof(build_id));
	sys_read("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	sys_read("/proc/cmdline", cmdline, sizeof(cmdline));
	obj = json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:s?, s:b, s:b, s:{s:s, s:I}}", "kernel",
			uts.release, "build_id", build_id, "boot_id", boot_id, "cmdline", cmdline,
			"arch", uts.machine, "memory_bytes",
			(json_int_t)info.totalram * (json_int_t)info.mem_unit, "iommu",
			iommu_name(), "liveupdate", !access("/dev/liveupdate", F_OK),
			"hwpt_liveupdate", iommufd_can_preserve(), "clock", "name", CLOCK_NAME,
			"hz", (json_int_t)clock_hz());
	err = !obj || json_dumpf(obj, stdout, JSON_COMPACT) || putchar('\n') == EOF ||
	      fflush(stdout);
	json_decref(obj);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

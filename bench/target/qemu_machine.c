// SPDX-License-Identifier: GPL-2.0-or-later
/* Machine arguments of the emulated targets, and what the installed QEMU makes of them. */
#include <errno.h>
#include <stdlib.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

int64_t qemu_q35_offset(uint64_t ram, uint64_t gpa)
{
	uint64_t low = ram >= 0xb0000000 ? 0x80000000 : ram;

	if (gpa < low)
		return (int64_t)gpa;
	if (gpa >= 1ULL << 32 && gpa - (1ULL << 32) < ram - low)
		return (int64_t)(gpa - (1ULL << 32) + low);
	return -1;
}

int64_t qemu_virt_offset(uint64_t ram, uint64_t gpa)
{
	const uint64_t start = 1ULL << 30;

	return gpa >= start && gpa - start < ram ? (int64_t)(gpa - start) : -1;
}

#define VTD_TRACE                                                        \
	{                                                                \
		"vtd_dmar_fault", "vtd_dmar_enable", "vtd_reg_dmar_root" \
	}

/* Boundaries are writes to configuration space: pci_cfg_write. Turning hits on and off is a command. */
#define VTD_TRACE_IOTLB                                                                           \
	{                                                                                         \
		"vtd_iotlb_page_update", "vtd_iotlb_cc_update", "vtd_iotlb_reset",                \
			"vtd_inv_qi_head", "vtd_inv_desc*", "pci_cfg_write", "handle_qmp_command" \
	}

const struct qemu_machine qemu_vtd = {
	.program = "qemu-system-x86_64",
	.package = "qemu-system-x86",
	.arch = "x86_64",
	.machine = "q35",
	.machine_kvm = "q35,kernel-irqchip=split",
	.cpu = "max",
	.smp = "2",
	.iommu = "intel-iommu,intremap=on,aw-bits=48",
	.console = "ttyS0",
	.append = "no_timer_check intel_iommu=on",
	.trace = VTD_TRACE,
	.trace_iotlb = VTD_TRACE_IOTLB,
	.trace_hits = "vtd_iotlb_page_hit",
	.faults = { "vtd_dmar_fault" },
	.off = { "vtd_dmar_enable enable 0" },
	.ram_offset = qemu_q35_offset,
};

const struct qemu_machine qemu_vtd_sm = {
	.program = "qemu-system-x86_64",
	.package = "qemu-system-x86",
	.arch = "x86_64",
	.machine = "q35",
	.machine_kvm = "q35,kernel-irqchip=split",
	.cpu = "max",
	.smp = "2",
	.iommu = "intel-iommu,intremap=on,aw-bits=48",
	.iommu_alias = { { "x-scalable-mode", "scalable-mode" } },
	.console = "ttyS0",
	.append = "no_timer_check intel_iommu=on,sm_on",
	.trace = VTD_TRACE,
	.trace_iotlb = VTD_TRACE_IOTLB,
	.trace_hits = "vtd_iotlb_page_hit",
	.faults = { "vtd_dmar_fault" },
	.off = { "vtd_dmar_enable enable 0" },
	.ram_offset = qemu_q35_offset,
};

/*
 * Commands are traced for what they tell of the kexec; CR0, GBPA (UPDATE and ABORT) and STRTAB_BASE are
 * among the MMIO writes. A stream that is aborted leaves no event, so that its trace line counts as a fault, too.
 * Without pauth-impdef TCG spends most of its time on pointer signatures.
 */
#define SMMUV3_MACHINE                                                                              \
	.program = "qemu-system-aarch64", .package = "qemu-system-arm", .arch = "aarch64",          \
	.machine = "virt,gic-version=3,iommu=smmuv3", .cpu = "max,pauth-impdef=on,sve=off",         \
	.smp = "2",                                                                                 \
	.no_crash = "the driver of the SMMUv3 does not take over the tables of a crashed kernel",   \
	.console = "ttyAMA0", .append = "iommu.passthrough=0",                                      \
	.trace = { "smmuv3_record_event",      "smmuv3_propagate_event",  "smmuv3_translate_abort", \
		   "smmuv3_config_cache_miss", "smmu_iotlb_insert",	  "smmuv3_write_mmio",      \
		   "smmuv3_cmdq_opcode",       "smmuv3_cmdq_tlbi_nh_asid" },                        \
	.trace_iotlb = { "smmu_iotlb_lookup_miss",  "smmu_iotlb_inv_all", "smmuv3_cmdq_cfgi_*",     \
			 "smmuv3_translate_bypass", "pci_cfg_write",	  "handle_qmp_command" },   \
	.trace_hits = "smmu_iotlb_lookup_hit",                                                      \
	.faults = { "smmuv3_record_event", "smmuv3_propagate_event", "smmuv3_translate_abort" },    \
	.off = { "smmuv3_write_mmio addr: 0x20 val:0x0 " },                                         \
	.aborts = { "smmuv3_write_mmio addr: 0x44 val:0x801" }, .ram_offset = qemu_virt_offset

const struct qemu_machine qemu_smmuv3 = {
	SMMUV3_MACHINE,
};

/* An SMMUv3 without stage 1, so that the driver uses stage 2. QEMU has it from version 9 on. */
const struct qemu_machine qemu_smmuv3_s2 = {
	SMMUV3_MACHINE,
	.global = "arm-smmuv3.stage=2",
};

/* Is there a line "  NAME=..." in the help text? A plain strstr() would find NAME in x-NAME. */
static bool has_property(const char *help, const char *name)
{
	size_t len = strlen(name);
	const char *line;

	for (line = help; line; line = strchr(line, '\n')) {
		line += strspn(line, "\n ");
		if (!strncmp(line, name, len) && line[len] == '=')
			return true;
	}
	return false;
}

/* The first of @names that a device model knows, NULL-terminated. */
static int pick_property(const struct qemu_machine *m, const char *model, int len,
			 const char *const *names, const char **picked)
{
	char device[64], *argv[] = { (char *)m->program, "-device", device, NULL };
	struct proc_io io = { .timeout_ms = 20000 };
	const char *const *name = names;
	int err;

	snprintf(device, sizeof(device), "%.*s,help", len, model);
	err = proc_run(argv, &io);
	for (; !err && *name; name++)
		if (io.out && has_property(io.out, *name))
			break;
	if (err) {
		lub_err("%s -device %s failed: %s", m->program, device, io.err);
		err = err > 0 ? -EIO : err;
	} else if (!*name) {
		lub_err("%s: its %.*s has no property %s: too old or too new for this target",
			m->program, len, model, names[0]);
		err = -EOPNOTSUPP;
	}
	*picked = *name;
	free(io.out);
	return err;
}

static int add_alias(const struct qemu_machine *m, char *iommu, size_t len)
{
	const char *name;
	int err = pick_property(m, m->iommu, (int)strcspn(m->iommu, ","), m->iommu_alias.names,
				&name);

	if (!err)
		snprintf(iommu + strlen(iommu), len - strlen(iommu), ",%s=on", name);
	return err;
}

/* MODEL.PROPERTY=VALUE: QEMU would take a property that does not exist without a word. */
static int check_global(const struct qemu_machine *m)
{
	int model = (int)strcspn(m->global, ".");
	const char *names[2] = { NULL }, *picked;
	char property[32];

	snprintf(property, sizeof(property), "%.*s", (int)strcspn(m->global + model + 1, "="),
		 m->global + model + 1);
	names[0] = property;
	return pick_property(m, m->global, model, names, &picked);
}

int qemu_check(const struct qemu_machine *m, char *iommu, size_t len, char *version, size_t vlen)
{
	char *argv[] = { (char *)m->program, "--version", NULL };
	struct proc_io io = { .timeout_ms = 20000 };
	int err;

	if (!proc_find(m->program)) {
		lub_err("%s is not installed: install package %s (make deps)", m->program,
			m->package);
		return -ENOENT;
	}
	err = proc_run(argv, &io);
	if (err || !io.out) {
		lub_err("%s --version failed: %s", m->program, io.err);
		free(io.out);
		return err < 0 ? err : -EIO;
	}
	io.out[strcspn(io.out, "\n")] = '\0';
	snprintf(version, vlen, "%s", io.out);
	free(io.out);
	snprintf(iommu, len, "%s", m->iommu ? m->iommu : "");
	if (m->global)
		return check_global(m);
	return m->iommu_alias.names[0] ? add_alias(m, iommu, len) : 0;
}

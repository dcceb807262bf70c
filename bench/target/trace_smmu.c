// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of QEMU's SMMUv3. Its IOTLB is tagged by ASID (and VMID, from QEMU 10 on), not by device. Which
 * device an ASID belongs to shows where a thread loads a configuration: the lookup that follows is of that
 * device. Commands are told apart by the name that smmuv3_cmdq_opcode gives them.
 */
#include <string.h>

#include "bench/target/trace_priv.h"

static void clear_pending(struct trace *t, long tid)
{
	size_t i;

	for (i = 0; i < THREADS; i++)
		if (t->pending[i].tid == tid)
			t->pending[i].used = false;
}

static void config_miss(struct trace *t, const struct trace_line *l, int arg)
{
	uint64_t sid;

	(void)arg;
	if (!trace_key(l->args, "sid", &sid))
		return;
	trace_context_miss(t, (uint16_t)sid);
	clear_pending(t, l->tid);
	t->pending[t->next_pending].tid = l->tid;
	t->pending[t->next_pending].sid = (uint16_t)sid;
	t->pending[t->next_pending].used = true;
	t->next_pending = (t->next_pending + 1) % THREADS;
}

/* The access did not come to a lookup. */
static void no_lookup(struct trace *t, const struct trace_line *l, int arg)
{
	(void)arg;
	clear_pending(t, l->tid);
}

static void lookup(struct trace *t, const struct trace_line *l, int hit)
{
	uint64_t asid, vmid = 0;
	uint32_t tag;
	size_t i, slot;

	if (!trace_key(l->args, "asid", &asid))
		return;
	trace_key(l->args, "vmid", &vmid);
	tag = (uint32_t)(vmid << 16 | (asid & 0xffff));
	slot = (asid ^ vmid << 5) % ASIDS;
	for (i = 0; i < THREADS; i++) {
		if (t->pending[i].tid != l->tid || !t->pending[i].used)
			continue;
		t->pending[i].used = false;
		t->owner[slot].tag = tag;
		t->owner[slot].sid = t->pending[i].sid;
		t->owner[slot].used = true;
	}
	/* One that nobody has been seen to load is not that of the device under test. */
	trace_lookup(t, l,
		     t->owner[slot].used && t->owner[slot].tag == tag ? t->owner[slot].sid
								      : (uint16_t)~t->sid,
		     hit);
}

/* Those for configurations are counted where they say for which device they are, in an event of their own. */
static const struct {
	const char *name;
	enum trace_cache cache;
	enum trace_range range;
} commands[] = {
	{ "SMMU_CMD_TLBI_NSNH_ALL", TRACE_IOTLB, TRACE_GLOBAL },
	{ "SMMU_CMD_TLBI_NH_ALL", TRACE_IOTLB, TRACE_GLOBAL },
	{ "SMMU_CMD_TLBI_EL2_ALL", TRACE_IOTLB, TRACE_GLOBAL },
	{ "SMMU_CMD_TLBI_NH_ASID", TRACE_IOTLB, TRACE_DOMAIN },
	{ "SMMU_CMD_TLBI_EL2_ASID", TRACE_IOTLB, TRACE_DOMAIN },
	{ "SMMU_CMD_TLBI_S12_VMALL", TRACE_IOTLB, TRACE_DOMAIN },
	{ "SMMU_CMD_TLBI_NH_VA", TRACE_IOTLB, TRACE_PAGES },
	{ "SMMU_CMD_TLBI_NH_VAA", TRACE_IOTLB, TRACE_PAGES },
	{ "SMMU_CMD_TLBI_EL2_VA", TRACE_IOTLB, TRACE_PAGES },
	{ "SMMU_CMD_TLBI_EL2_VAA", TRACE_IOTLB, TRACE_PAGES },
	{ "SMMU_CMD_TLBI_S2_IPA", TRACE_IOTLB, TRACE_PAGES },
};

static void opcode(struct trace *t, const struct trace_line *l, int arg)
{
	const char *name = strstr(l->args, "SMMU_CMD_");
	size_t i;

	(void)arg;
	t->opcode_all = false;
	if (!name)
		return;
	if (!strcmp(name, "SMMU_CMD_SYNC"))
		trace_now(t)->submits++;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(name, commands[i].name))
			continue;
		t->opcode_all =
			commands[i].cache == TRACE_IOTLB && commands[i].range == TRACE_GLOBAL;
		trace_now(t)->inv[commands[i].cache][commands[i].range][TRACE_DUT]++;
		return;
	}
}

static void for_device(struct trace *t, const struct trace_line *l, int arg)
{
	uint64_t sid;

	(void)arg;
	if (trace_key(l->args, "streamid", &sid) || trace_key(l->args, "sid", &sid))
		trace_now(t)->inv[TRACE_CONTEXT][TRACE_DEVICE][trace_whose(t, (uint16_t)sid)]++;
}

/* CFGI_STE_RANGE: all streams, which is CFGI_ALL, or those of one second-level table. */
static void for_range(struct trace *t, const struct trace_line *l, int arg)
{
	uint64_t start, end;

	(void)arg;
	if (!trace_key(l->args, "start", &start) || !trace_key(l->args, "end", &end))
		return;
	if (!start && end >= UINT32_MAX)
		trace_now(t)->inv[TRACE_CONTEXT][TRACE_GLOBAL][TRACE_DUT]++;
	else
		trace_now(t)->inv[TRACE_CONTEXT][TRACE_DEVICE]
				 [start <= t->sid && t->sid <= end ? TRACE_DUT : TRACE_OTHER]++;
}

/* By command, or because it is full. */
static void emptied(struct trace *t, const struct trace_line *l, int arg)
{
	(void)l;
	(void)arg;
	if (!t->opcode_all)
		trace_now(t)->emptied++;
	t->opcode_all = false;
}

const struct trace_event trace_smmu_events[] = {
	{ "smmu_iotlb_lookup_hit", lookup, 1 },
	{ "smmu_iotlb_lookup_miss", lookup, 0 },
	{ "smmu_iotlb_insert", NULL, 0 },
	{ "smmu_iotlb_inv_all", emptied, 0 },
	{ "smmuv3_config_cache_miss", config_miss, 0 },
	{ "smmuv3_cmdq_opcode", opcode, 0 },
	{ "smmuv3_cmdq_cfgi_ste", for_device, 0 },
	{ "smmuv3_cmdq_cfgi_cd", for_device, 0 },
	{ "smmuv3_cmdq_cfgi_ste_range", for_range, 0 },
	{ "smmuv3_cmdq_tlbi_nh_asid", NULL, 0 },
	{ "smmuv3_translate_bypass", no_lookup, 0 },
	{ "smmuv3_translate_abort", no_lookup, 0 },
	{ "smmuv3_record_event", no_lookup, 0 },
	{ "smmuv3_propagate_event", no_lookup, 0 },
	{ "smmuv3_write_mmio", NULL, 0 },
	{ NULL, NULL, 0 },
};

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Counting from QEMU's trace: lines of several versions, steps, devices, and the way back to warm. Lines of QEMU 7.2
 * are recorded ones; those of later versions are made after what their names and formats are known to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/target/cycle.h"
#include "bench/target/target.h"
#include "bench/target/trace.h"

#define DUT 0x20
#define STAMP "4711@1700000000.%06u:"

static const char *no_first;

static struct trace *start(uint32_t cycle)
{
	struct trace *t = trace_new(DUT);

	assert_non_null(t);
	trace_cycle(t, cycle);
	return t;
}

static void feed(struct trace *t, const char *text)
{
	trace_feed(t, text, strlen(text));
}

static void hits_on(struct trace *t, bool on)
{
	feed(t,
	     on ? "1@1.000000:handle_qmp_command mon 0x55 req: {\"execute\": \"trace-event-set-state\", \"arguments\": {\"name\": \"vtd_iotlb_page_hit\", \"enable\": true}}\n"
		: "1@1.000000:handle_qmp_command mon 0x55 req: {\"execute\": \"trace-event-set-state\", \"arguments\": {\"name\": \"vtd_iotlb_page_hit\", \"enable\": false}}\n");
}

/* The agent's write as QEMU 7.2 traces it. */
static void boundary(struct trace *t, enum lub_step step, uint32_t cycle, unsigned int usec)
{
	char line[128];

	snprintf(line, sizeof(line), STAMP "pci_cfg_write lsi53c895a 00:04.0 @0x0 <- 0x%x\n", usec,
		 LUB_BOUNDARY(step, cycle));
	feed(t, line);
}

static void lines_of_all_versions(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
		long tid;
	} good[] = {
		{ "1234@1700000000.000123:vtd_iotlb_reset reason", 1700000000000123000, 1234 },
		{ "1234@1700000000.000123 vtd_iotlb_reset reason", 1700000000000123000, 1234 },
		{ "2023-11-14T22:13:20.000123Z vtd_iotlb_reset reason", 1700000000000123000, 0 },
		{ "vtd_iotlb_reset reason", -1, 0 },
		{ "vtd_iotlb_reset", -1, 0 },
	};
	static const char *const bad[] = {
		"",
		"qemu: something went wrong",
		"1234@1700000000:vtd_iotlb_reset",
		"Vtd_iotlb x",
		"4711@1700000000.000123:no event",
		"...",
	};
	struct trace_line l;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		strcpy(text, good[i].text);
		assert_int_equal(trace_line_parse(text, &l), 0);
		assert_string_equal(l.event, "vtd_iotlb_reset");
		assert_string_equal(l.args, strstr(good[i].text, " reason") ? "reason" : "");
		assert_true(l.ns == good[i].ns);
		assert_int_equal(l.tid, good[i].tid);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		strcpy(text, bad[i]);
		assert_int_not_equal(trace_line_parse(text, &l), 0);
	}
}

static void numbers_by_key(void **state)
{
	uint64_t v;

	(void)state;
	assert_true(trace_key("IOTLB page hit sid 0x20 iova 0x10001000 slpte 0x3 domain 0x2", "sid",
			      &v));
	assert_int_equal(v, 0x20);
	assert_true(trace_key("streamid= 0x28", "streamid", &v));
	assert_int_equal(v, 0x28);
	/* Not the end of a longer word. */
	assert_false(trace_key("streamid= 0x28", "id", &v));
	assert_false(trace_key("streamid= 0x28", "sid", &v));
	assert_true(trace_key("asid=3 vmid=7 addr=0x1000", "vmid", &v));
	assert_int_equal(v, 7);
	assert_true(trace_key("for sid=0x20 (hits=5, misses=1)", "misses", &v));
	assert_int_equal(v, 1);
	assert_false(trace_key("sid none", "sid", &v));
	assert_false(trace_key("", "sid", &v));
	/* Stage 2 has no ASID. */
	assert_true(trace_key("asid=-1 vmid=1", "asid", &v));
	assert_int_equal(v & 0xffff, 0xffff);
}

static void vtd_lookups(void **state)
{
	const struct trace_counts *c;
	struct trace *t = start(1);

	(void)state;
	/* Before any boundary: set up, of nobody's account. */
	feed(t,
	     "4711@1700000000.000001:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x1000419c slpte 0x2793003 domain 0x5\n");
	boundary(t, LUB_STEP_CONTROL, 1, 10);
	feed(t,
	     "4711@1700000000.000011:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x1000419c slpte 0x2793003 domain 0x5\n"
	     "4711@1700000000.000012:vtd_iotlb_page_update IOTLB page update sid 0x20 iova 0x10004000 slpte 0x2793003 domain 0x5\n"
	     /* As later versions name it. */
	     "4711@1700000000.000013:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x10001000 pte 0x105b84003 domain 0x2\n"
	     "4712@1700000000.000014:vtd_iotlb_page_update IOTLB page update sid 0xfa iova 0xfffff000 slpte 0x3 domain 0x4\n"
	     "4711@1700000000.000015:vtd_iotlb_cc_update IOTLB context update bus 0x0 devfn 0x20 high 0x502 low 0x4c35001 gen 0 -> gen 1\n"
	     "4711@1700000000.000016:vtd_iotlb_reset IOTLB reset (reason: iotlb exceeds size limit)\n"
	     "4711@1700000000.000017:vtd_iotlb_reset IOTLB reset (reason: something else)\n");
	boundary(t, LUB_STEP_KEXEC, 1, 20);
	feed(t,
	     "4711@1700000000.000021:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x1000419c slpte 0x2793003 domain 0x5\n");
	c = trace_step(t, LUB_STEP_CONTROL);
	assert_int_equal(c->hits[TRACE_DUT], 2);
	assert_int_equal(c->misses[TRACE_DUT], 1);
	assert_int_equal(c->misses[TRACE_OTHER], 1);
	assert_int_equal(c->context[TRACE_DUT], 1);
	assert_int_equal(c->emptied, 1);
	assert_int_equal(trace_step(t, LUB_STEP_KEXEC)->hits[TRACE_DUT], 1);
	assert_int_equal(trace_unknown(t, &no_first), 0);
	trace_free(t);
}

#define QI(usec) "4711@1700000000." usec ":vtd_inv_qi_head read head 3\n"

static void vtd_invalidations(void **state)
{
	const struct trace_counts *c;
	struct trace *t = start(1);

	(void)state;
	boundary(t, LUB_STEP_KEXEC, 1, 1);
	feed(t,
	     QI("000002") "4711@1700000000.000002:vtd_inv_desc invalidate desc type context-cache high 0x0 low 0x20000000201\n"
			  "4711@1700000000.000002:vtd_inv_desc_cc_devices context invalidate devices sid 0x20 fmask 0x0\n"
			  /* Which device that was, once for each: the same invalidation. */
			  "4711@1700000000.000002:vtd_inv_desc_cc_device context invalidate device 00:04.00\n" QI(
				  "000003") "4711@1700000000.000003:vtd_inv_desc invalidate desc type context-cache high 0x0 low 0x3\n"
					    "4711@1700000000.000003:vtd_inv_desc_cc_devices context invalidate devices sid 0xfa fmask 0x0\n" QI(
						    "000004")
	     /* For a domain the model empties all, and says that, too. */
	     "4711@1700000000.000004:vtd_inv_desc invalidate desc type context-cache high 0x0 low 0x21\n"
	     "4711@1700000000.000004:vtd_inv_desc_cc_domain context invalidate domain 0x2\n"
	     "4711@1700000000.000004:vtd_inv_desc_cc_global context invalidate globally\n" QI(
		     "000005") "4711@1700000000.000005:vtd_inv_desc invalidate desc type context-cache high 0x0 low 0x11\n"
			       "4711@1700000000.000005:vtd_inv_desc_cc_global context invalidate globally\n" QI(
				       "000006") "4711@1700000000.000006:vtd_inv_desc invalidate desc type iotlb high 0x0 low 0xd2\n"
						 "4711@1700000000.000006:vtd_inv_desc_iotlb_global iotlb invalidate global\n" QI("000007") "4711@1700000000.000007:vtd_inv_desc_iotlb_domain iotlb invalidate whole domain 0x2\n" QI(
							 "000008") "4711@1700000000.000008:vtd_inv_desc_iotlb_pages iotlb invalidate domain 0x2 addr 0x10000000 mask 0x3\n" QI("000009")
	     /* Scalable mode, as 7.2 traces it: not at all. */
	     QI("000010") "4711@1700000000.000010:vtd_inv_desc invalidate desc type wait high 0x28cd004 low 0x200000025\n"
			  "4711@1700000000.000010:vtd_inv_desc_wait_sw wait invalidate status write addr 0x28cd004 data 0x2\n" QI(
				  "000011") "4711@1700000000.000011:vtd_inv_desc invalidate desc type iec high 0x0 low 0x4\n"
					    "4711@1700000000.000011:vtd_inv_desc_iec granularity 0x0 index 0x0 mask 0x0\n" QI(
						    "000012")
	     /* And as 10.0 and 11.1 do. */
	     "4711@1700000000.000012:vtd_inv_desc_iotlb_pasid_pages iotlb invalidate domain 0x2 addr 0x1000 mask 0x0 pasid 0x0\n" QI(
		     "000013") "4711@1700000000.000013:vtd_inv_desc_iotlb_pasid iotlb invalidate domain 0x2 pasid 0x0\n" QI("000014") "4711@1700000000.000014:vtd_inv_desc_pasid_cache_dsi Domain selective PC invalidation domain 0x2\n");
	c = trace_step(t, LUB_STEP_KEXEC);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_DEVICE][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_DEVICE][TRACE_OTHER], 1);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_DOMAIN][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_GLOBAL][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_GLOBAL][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_DOMAIN][TRACE_DUT], 2);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_PAGES][TRACE_DUT], 2);
	assert_int_equal(c->inv[TRACE_PASID][TRACE_DOMAIN][TRACE_DUT], 1);
	assert_int_equal(c->untyped, 1);
	assert_int_equal(c->submits, 1);
	assert_int_equal(trace_unknown(t, &no_first), 0);
	trace_free(t);
}

static void smmu_tells_devices_by_asid(void **state)
{
	const struct trace_counts *c;
	struct trace *t = start(1);

	(void)state;
	/* Learnt before the boundary, in one thread each. */
	feed(t,
	     "10@1700000000.000001:smmuv3_config_cache_miss Config cache MISS for sid=0x20 (hits=0, misses=1, hit rate=0)\n"
	     "11@1700000000.000001:smmuv3_config_cache_miss Config cache MISS for sid=0x10 (hits=0, misses=1, hit rate=0)\n"
	     "10@1700000000.000002:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10001000 hit=0 miss=1 hit rate=0\n"
	     "11@1700000000.000002:smmu_iotlb_lookup_miss IOTLB cache MISS asid=1 addr=0xfffff000 hit=0 miss=1 hit rate=0\n");
	boundary(t, LUB_STEP_CONTROL, 1, 10);
	feed(t,
	     "10@1700000000.000011:smmu_iotlb_lookup_hit IOTLB cache HIT asid=2 addr=0x10001000 hit=1 miss=1 hit rate=50\n"
	     "11@1700000000.000012:smmu_iotlb_lookup_hit IOTLB cache HIT asid=1 addr=0xfffff000 hit=1 miss=1 hit rate=50\n"
	     "10@1700000000.000013:smmu_iotlb_lookup_miss IOTLB cache MISS asid=2 addr=0x10002000 hit=1 miss=2 hit rate=33\n"
	     "10@1700000000.000013:smmu_iotlb_insert IOTLB ++ asid=2 addr=0x10002000 tg=1 level=3\n"
	     /* As 10.0 has it, in stage 2 and with another VMID. */
	     "10@1700000000.000014:smmu_iotlb_lookup_hit IOTLB cache HIT asid=2 vmid=3 addr=0x10001000 hit=1 miss=1 hit rate=50\n"
	     /* An access that is refused must not give its device the next one's ASID. */
	     "10@1700000000.000015:smmuv3_config_cache_miss Config cache MISS for sid=0x20 (hits=0, misses=1, hit rate=0)\n"
	     "10@1700000000.000015:smmuv3_record_event F_TRANSLATION sid=0x20\n"
	     "10@1700000000.000016:smmu_iotlb_lookup_hit IOTLB cache HIT asid=1 addr=0xfffff000 hit=1 miss=1 hit rate=50\n");
	c = trace_step(t, LUB_STEP_CONTROL);
	assert_int_equal(c->hits[TRACE_DUT], 1);
	assert_int_equal(c->misses[TRACE_DUT], 1);
	assert_int_equal(c->hits[TRACE_OTHER], 3);
	assert_int_equal(c->context[TRACE_DUT], 1);
	assert_int_equal(trace_unknown(t, &no_first), 0);
	trace_free(t);
}

#define OP(name) "10@1700000000.000002:smmuv3_cmdq_opcode <--- SMMU_CMD_" name "\n"

static void smmu_commands(void **state)
{
	const struct trace_counts *c;
	struct trace *t = start(7);

	(void)state;
	boundary(t, LUB_STEP_ADOPT, 7, 1);
	feed(t,
	     OP("CFGI_STE") "10@1700000000.000002:smmuv3_cmdq_cfgi_ste streamid= 0x20\n" OP("SYNC") OP(
		     "CFGI_CD") "10@1700000000.000002:smmuv3_cmdq_cfgi_cd sid=0x10\n" OP("SYNC")
		     OP("CFGI_STE_RANGE") "10@1700000000.000002:smmuv3_cmdq_cfgi_ste_range start=0x0 - end=0xffffffff\n" OP("CFGI_STE_RANGE") "10@1700000000.000002:smmuv3_cmdq_cfgi_ste_range start=0x100 - end=0x1ff\n" OP(
			     "TLBI_NH_ASID") "10@1700000000.000002:smmuv3_cmdq_tlbi_nh_asid asid=3\n" OP("TLBI_NH_VA")
			     OP("TLBI_NH_VAA") OP("TLBI_S2_IPA") OP("TLBI_S12_VMALL")
				     OP("TLBI_NSNH_ALL") "10@1700000000.000002:smmu_iotlb_inv_all IOTLB invalidate all\n" OP(
					     "SYNC") OP("PREFETCH_CONFIG")
	     /* Nobody asked for this one: it was full. */
	     "10@1700000000.000002:smmu_iotlb_inv_all IOTLB invalidate all\n");
	c = trace_step(t, LUB_STEP_ADOPT);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_DEVICE][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_DEVICE][TRACE_OTHER], 2);
	assert_int_equal(c->inv[TRACE_CONTEXT][TRACE_GLOBAL][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_GLOBAL][TRACE_DUT], 1);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_DOMAIN][TRACE_DUT], 2);
	assert_int_equal(c->inv[TRACE_IOTLB][TRACE_PAGES][TRACE_DUT], 3);
	assert_int_equal(c->emptied, 1);
	assert_int_equal(c->submits, 3);
	trace_free(t);
}

static void wait_line(struct trace *t)
{
	feed(t,
	     "4711@1700000000.000002:vtd_inv_qi_head read head 3\n"
	     "4711@1700000000.000002:vtd_inv_desc_wait_sw wait invalidate status write addr 0x1 data 0x2\n");
}

/* The last of several is the boundary: what lies between them belongs to the step before. */
static void boundaries(void **state)
{
	struct trace *t = start(0x102);

	(void)state;
	boundary(t, LUB_STEP_CONTROL, 0x102, 1);
	wait_line(t);
	boundary(t, LUB_STEP_CONTROL, 0x102, 2);
	wait_line(t);
	/* Of another cycle, at another place, and what a driver writes: no boundaries. */
	boundary(t, LUB_STEP_JUMP, 0x103, 3);
	feed(t, "1@1700000000.000003:pci_cfg_write lsi53c895a 00:04.0 @0x4 <- 0x4c420203\n"
		"1@1700000000.000003:pci_cfg_write lsi53c895a 00:04.0 @0x0 <- 0x117\n"
		"1@1700000000.000003:pci_cfg_write lsi53c895a 00:04.0 @0x0 <- 0x4c4202ff\n"
		"1@1700000000.000003:pci_cfg_write\n");
	wait_line(t);
	boundary(t, LUB_STEP_PRESERVE, 0x102, 4);
	wait_line(t);
	boundary(t, LUB_STEP_JUMP, 0x102, 5);
	wait_line(t);
	boundary(t, LUB_STEP_JUMP, 0x102, 6);
	boundary(t, LUB_STEP_NONE, 0x102, 7);
	wait_line(t);
	assert_int_equal(trace_step(t, LUB_STEP_CONTROL)->submits, 2);
	assert_int_equal(trace_step(t, LUB_STEP_PRESERVE)->submits, 2);
	assert_int_equal(trace_step(t, LUB_STEP_JUMP)->submits, 0);
	assert_true(trace_step(t, LUB_STEP_JUMP)->seen);
	assert_false(trace_step(t, LUB_STEP_KEXEC)->seen);
	trace_free(t);
}

/* @n lookups, the first @misses of them miss; one a microsecond. */
static void lookups(struct trace *t, unsigned int n, unsigned int misses, unsigned int *usec)
{
	char line[160];
	unsigned int i;

	for (i = 0; i < n; i++) {
		snprintf(line, sizeof(line),
			 STAMP
			 "vtd_iotlb_page_%s IOTLB sid 0x20 iova 0x10001000 slpte 0x3 domain 0x2\n",
			 (*usec)++, i < misses ? "update" : "hit");
		feed(t, line);
	}
}

static void cold_until_warm(void **state)
{
	const unsigned int w = TRACE_WINDOW;
	const struct trace_counts *c;
	unsigned int usec = 1;
	struct trace *t = start(1);

	(void)state;
	hits_on(t, true);
	boundary(t, LUB_STEP_CONTROL, 1, usec);
	lookups(t, 10 * w, 0, &usec);
	boundary(t, LUB_STEP_KEXEC, 1, usec);
	lookups(t, 4 * w, 0, &usec);
	boundary(t, LUB_STEP_REPLACE, 1, usec);
	/* Two windows below the level, one after the other, and later one more. */
	lookups(t, w, 0, &usec);
	lookups(t, w, 5, &usec);
	lookups(t, w, 3, &usec);
	lookups(t, w, 0, &usec);
	lookups(t, w, 1, &usec);
	lookups(t, w, 0, &usec);
	boundary(t, LUB_STEP_RUN, 1, usec);
	lookups(t, w, 2, &usec);
	boundary(t, LUB_STEP_NONE, 1, usec);
	assert_true(trace_has_level(t));
	assert_int_equal(trace_step(t, LUB_STEP_KEXEC)->cold_misses, 0);
	assert_int_equal(trace_step(t, LUB_STEP_KEXEC)->cold_ns, 0);
	c = trace_step(t, LUB_STEP_REPLACE);
	assert_int_equal(c->cold_misses, 9);
	assert_int_equal(c->cold_ns, 3 * w * 1000);
	assert_false(c->cold_open);
	/* The end came before it was warm. */
	assert_true(trace_step(t, LUB_STEP_RUN)->cold_open);
	trace_free(t);
}

/* Where there are misses all the time, as many again are nothing new. */
static void cold_where_it_thrashes(void **state)
{
	const unsigned int w = TRACE_WINDOW;
	unsigned int usec = 1, i;
	struct trace *t = start(1);

	(void)state;
	hits_on(t, true);
	boundary(t, LUB_STEP_CONTROL, 1, usec);
	for (i = 0; i < 8; i++)
		lookups(t, w, 90 + i, &usec);
	boundary(t, LUB_STEP_KEXEC, 1, usec);
	lookups(t, w, 100, &usec);
	lookups(t, w, 126, &usec);
	assert_int_equal(trace_step(t, LUB_STEP_KEXEC)->cold_misses, 0);
	lookups(t, w, 130, &usec);
	assert_int_equal(trace_step(t, LUB_STEP_KEXEC)->cold_misses, 130);
	trace_free(t);
}

/* While hits are not traced, misses count but say nothing of the rate. */
static void misses_without_hits(void **state)
{
	const unsigned int w = TRACE_WINDOW;
	const struct trace_counts *c;
	unsigned int usec = 1;
	struct trace *t = start(1);

	(void)state;
	hits_on(t, true);
	boundary(t, LUB_STEP_CONTROL, 1, usec);
	lookups(t, w, 0, &usec);
	boundary(t, LUB_STEP_KEXEC, 1, usec);
	lookups(t, w, 1, &usec);
	feed(t,
	     "1@1.000000:handle_qmp_command mon 0x55 req: {\"execute\": \"qmp_capabilities\"}\n");
	lookups(t, w / 2, 1, &usec);
	hits_on(t, false);
	lookups(t, w, w, &usec);
	hits_on(t, true);
	lookups(t, w, 0, &usec);
	c = trace_step(t, LUB_STEP_KEXEC);
	assert_int_equal(c->misses[TRACE_DUT], 1 + 1 + w);
	assert_int_equal(c->traced[TRACE_DUT], 2);
	assert_int_equal(c->cold_misses, 1);
	/* It was cold when the hits were turned off. */
	assert_true(c->cold_open);
	trace_free(t);
}

static void odd_lines_are_counted(void **state)
{
	char longer[2 * TRACE_LINE_MAX];
	const char *first;
	struct trace *t = start(1);
	size_t i;

	(void)state;
	boundary(t, LUB_STEP_CONTROL, 1, 1);
	feed(t, "4711@1700000000.000002:vtd_of_another_version x\nqemu: oops\n");
	memset(longer, 'x', sizeof(longer));
	memcpy(longer, "vtd_iotlb_page_hit sid 0x20 ", 28);
	longer[sizeof(longer) - 1] = '\n';
	trace_feed(t, longer, sizeof(longer));
	assert_int_equal(trace_unknown(t, &first), 3);
	assert_string_equal(first, "4711@1700000000.000002:vtd_of_another_version x");
	assert_int_equal(trace_step(t, LUB_STEP_CONTROL)->hits[TRACE_DUT], 0);
	/* Torn anywhere: the same as in one piece. What has no end yet is not counted. */
	static const char line[] =
		"4711@1700000000.000003:vtd_iotlb_page_hit IOTLB page hit sid 0x20 iova 0x1\n";
	for (i = 0; i + 1 < sizeof(line); i++) {
		assert_int_equal(trace_step(t, LUB_STEP_CONTROL)->hits[TRACE_DUT], 0);
		trace_feed(t, line + i, 1);
	}
	assert_int_equal(trace_step(t, LUB_STEP_CONTROL)->hits[TRACE_DUT], 1);
	assert_int_equal(trace_unknown(t, &first), 3);
	trace_free(t);
}

static const struct target_sample *sample(const struct target_samples *s, const char *metric,
					  const char *phase, const char *device)
{
	size_t i;

	for (i = 0; i < s->nr; i++)
		if (!strcmp(s->s[i].metric, metric) && s->s[i].phase &&
		    !strcmp(s->s[i].phase, phase) &&
		    (!device || (s->s[i].device && !strcmp(s->s[i].device, device))))
			return &s->s[i];
	fail_msg("no sample %s %s", metric, phase);
	return NULL;
}

/* What nobody has traced is null with a reason, never a zero. */
static void nothing_traced(void **state)
{
	static struct target_samples out;
	struct target t = { .device = "0000:00:04.0" };
	struct cycle_job job = { .mode = "preserve", .cycle = { .number = 1 } };
	size_t i;

	(void)state;
	trace_results(&t, &job, &out);
	sample(&out, "iotlb.hits", "before", "dut");
	sample(&out, "context.misses", "blackout", "other");
	sample(&out, "invalidations.global", "after", NULL);
	for (i = 0; i < out.nr; i++)
		assert_non_null(out.s[i].reason);
}

/* Samples of a cycle that hits and misses so often, per 256 lookups, in the control window and in the kexec. */
static const char *why_no_cold(unsigned int misses)
{
	static struct target_samples out;
	char path[] = "/tmp/test-trace-XXXXXX";
	struct target t = { .device = "0000:00:04.0", .trace = path };
	struct cycle_job job = { .mode = "preserve", .cycle = { .number = 1 } };
	const char *reason;
	unsigned int step, i;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	out.nr = 0;
	dprintf(fd,
		"1@1.000000:handle_qmp_command mon 0x55 req: {\"execute\": \"trace-event-set-state\", \"arguments\": {\"name\": \"vtd_iotlb_page_hit\", \"enable\": true}}\n");
	for (step = LUB_STEP_CONTROL; step < LUB_STEPS; step++) {
		dprintf(fd, "1@1.000001:pci_cfg_write lsi 00:04.0 @0x0 <- 0x%x\n",
			LUB_BOUNDARY(step, 1));
		for (i = 0; i < TRACE_WINDOW; i++)
			dprintf(fd, "1@1.000002:vtd_iotlb_page_%s sid 0x20\n",
				i < misses ? "update" : "hit");
	}
	trace_results(&t, &job, &out);
	reason = sample(&out, "iotlb.cold.misses", "after", "dut")->reason;
	trace_forget(&t);
	close(fd);
	unlink(path);
	return reason;
}

/* Where most accesses miss all the time, none is not "warm at once". */
static void no_cold_start_where_nothing_fits(void **state)
{
	(void)state;
	assert_null(why_no_cold(0));
	assert_null(why_no_cold(TRACE_WINDOW / 16));
	assert_non_null(strstr(why_no_cold(TRACE_WINDOW / 16 + 1), "does not fit"));
}

static void file_over_two_cycles(void **state)
{
	static struct target_samples out;
	char path[] = "/tmp/test-trace-XXXXXX";
	struct target t = { .device = "0000:00:04.0", .trace = path };
	struct cycle_job job = { .mode = "preserve", .cycle = { .number = 1 } };
	const struct target_sample *s;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	dprintf(fd,
		"1@1.000000:pci_cfg_write lsi 00:04.0 @0x0 <- 0x%x\n"
		"1@1.000001:vtd_iotlb_page_hit sid 0x20\n1@1.000002:vtd_iotlb_pa",
		LUB_BOUNDARY(LUB_STEP_CONTROL, 1));
	trace_results(&t, &job, &out);
	s = sample(&out, "iotlb.hits", "before", "dut");
	assert_null(s->reason);
	assert_string_equal(s->step, "control");
	assert_int_equal(s->value, 1);
	/* Its boundary is not there: no number. */
	assert_non_null(sample(&out, "iotlb.hits", "blackout", "dut")->reason);
	out.nr = 0;
	job.cycle.number = 2;
	dprintf(fd,
		"ge_hit sid 0x20\n1@1.000003:pci_cfg_write lsi 00:04.0 @0x0 <- 0x%x\n"
		"1@1.000001:vtd_iotlb_page_hit sid 0x20\n1@1.000001:vtd_iotlb_page_hit sid 0x20\n",
		LUB_BOUNDARY(LUB_STEP_KEXEC, 2));
	trace_results(&t, &job, &out);
	assert_int_equal(sample(&out, "iotlb.hits", "blackout", "dut")->value, 2);
	assert_true(out.nr < TARGET_SAMPLES);
	trace_forget(&t);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_all_versions),
		cmocka_unit_test(numbers_by_key),
		cmocka_unit_test(vtd_lookups),
		cmocka_unit_test(vtd_invalidations),
		cmocka_unit_test(smmu_tells_devices_by_asid),
		cmocka_unit_test(smmu_commands),
		cmocka_unit_test(boundaries),
		cmocka_unit_test(cold_until_warm),
		cmocka_unit_test(cold_where_it_thrashes),
		cmocka_unit_test(misses_without_hits),
		cmocka_unit_test(odd_lines_are_counted),
		cmocka_unit_test(nothing_traced),
		cmocka_unit_test(no_cold_start_where_nothing_fits),
		cmocka_unit_test(file_over_two_cycles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

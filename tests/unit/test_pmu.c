// SPDX-License-Identifier: GPL-2.0-or-later
/* PMUs of IOMMUs, as made-up files: which events are counted, with which bits, and what becomes of the counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/agent/pmu.h"

static char root[64];

static void put(const char *pmu, const char *file, const char *text)
{
	char path[256];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root, pmu);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/events", root, pmu);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/format", root, pmu);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/%s", root, pmu, file);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out, "%s\n", text);
	fclose(out);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root, "/tmp/lubench-pmu-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int end(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* As drivers/iommu/intel/perfmon.c of Linux 7.3 shows a PMU that can filter by requester. */
static void vtd(const char *name, const char *type)
{
	put(name, "type", type);
	put(name, "cpumask", "2");
	put(name, "format/event", "config:0-27");
	put(name, "format/event_group", "config:28-31");
	put(name, "format/filter_requester_id_en", "config1:0");
	put(name, "format/filter_requester_id", "config1:16-31");
	put(name, "events/iotlb_lookup", "event_group=0x3,event=0x001");
	put(name, "events/iotlb_hit", "event_group=0x3,event=0x002");
	put(name, "events/ctxt_cache_lookup", "event_group=0x2,event=0x001");
	put(name, "events/ctxt_cache_hit", "event_group=0x2,event=0x002");
}

/* As drivers/perf/arm_smmuv3_pmu.c does. */
static void smmuv3(const char *name, const char *type)
{
	put(name, "type", type);
	put(name, "cpumask", "0");
	put(name, "format/event", "config:0-15");
	put(name, "format/filter_stream_id", "config1:0-31");
	put(name, "format/filter_span", "config1:32");
	put(name, "format/filter_enable", "config1:33");
	put(name, "events/transaction", "event=0x01");
	put(name, "events/tlb_miss", "event=0x02");
	put(name, "events/config_cache_miss", "event=0x03");
}

static const struct pmu_counter *counter(const struct pmu *p, uint32_t type, uint64_t config)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (p->at[i].type == type && p->at[i].config == config)
			return &p->at[i];
	fail_msg("no counter of type %u, config 0x%llx", type, (unsigned long long)config);
	return NULL;
}

static void set_value(struct pmu *p, uint32_t type, uint64_t config, uint64_t value)
{
	((struct pmu_counter *)counter(p, type, config))->value = value;
}

static int64_t value_of(const struct pmu *p, enum pmu_metric metric)
{
	int64_t value = -1;

	assert_null(pmu_value(p, metric, &value));
	return value;
}

/* The device's own IOMMU only, and of that only what the device does. */
static void vtd_events(void **state)
{
	const struct pmu_counter *c;
	struct pmu p;

	(void)state;
	vtd("dmar0", "30");
	vtd("dmar1", "31");
	put("cpu", "type", "4");
	pmu_find(&p, root, "dmar1", "0000:3a:01.2");
	assert_int_equal(p.nr, 4);
	assert_true(p.filtered);
	c = counter(&p, 31, 0x30000001);
	assert_int_equal(c->config1, 0x3a0a0001);
	assert_int_equal(c->config2, 0);
	assert_int_equal(c->cpu, 2);
	counter(&p, 31, 0x30000002);
	counter(&p, 31, 0x20000001);
	counter(&p, 31, 0x20000002);

	set_value(&p, 31, 0x30000001, 1000);
	set_value(&p, 31, 0x30000002, 970);
	set_value(&p, 31, 0x20000001, 50);
	set_value(&p, 31, 0x20000002, 45);
	assert_int_equal(value_of(&p, PMU_HITS), 970);
	assert_int_equal(value_of(&p, PMU_MISSES), 30);
	assert_int_equal(value_of(&p, PMU_CONTEXT), 5);
	/* The events do not begin in the same instant: a hit more than lookups is no negative count of misses. */
	set_value(&p, 31, 0x20000002, 51);
	assert_int_equal(value_of(&p, PMU_CONTEXT), 0);
}

/* A name like that of a PMU, which has none: another IOMMU's counts would be of other devices. */
static void vtd_other_iommu(void **state)
{
	struct pmu p;
	int64_t value;

	(void)state;
	vtd("dmar0", "30");
	pmu_find(&p, root, "dmar4", "0000:3a:01.2");
	assert_int_equal(p.nr, 0);
	assert_string_equal(pmu_value(&p, PMU_HITS, &value), PMU_NONE);
}

/* Hardware without the filter has no files for it. */
static void vtd_no_filter(void **state)
{
	char path[160];
	struct pmu p;

	(void)state;
	vtd("dmar0", "30");
	snprintf(path, sizeof(path), "%s/dmar0/format/filter_requester_id_en", root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/dmar0/events/ctxt_cache_hit", root);
	unlink(path);
	pmu_find(&p, root, NULL, "0000:3a:01.2");
	assert_false(p.filtered);
	assert_int_equal(counter(&p, 30, 0x30000001)->config1, 0);
	/* What the hardware does not count has a reason, the rest goes on. */
	assert_string_equal(p.why[PMU_HITS], "");
	assert_string_equal(p.why[PMU_MISSES], "");
	assert_non_null(strstr(p.why[PMU_CONTEXT], "dmar0 has no usable event ctxt_cache_hit"));
}

static void smmuv3_events(void **state)
{
	struct pmu p;

	(void)state;
	smmuv3("smmuv3_pmcg_2b420", "40");
	smmuv3("smmuv3_pmcg_2b440", "41");
	pmu_find(&p, root, "smmu3.0x0000000009050000", "0000:00:04.0");
	assert_int_equal(p.nr, 6);
	assert_false(p.filtered);
	set_value(&p, 40, 1, 500);
	set_value(&p, 40, 2, 20);
	set_value(&p, 40, 3, 1);
	set_value(&p, 41, 1, 300);
	set_value(&p, 41, 2, 7);
	set_value(&p, 41, 3, 2);
	assert_int_equal(value_of(&p, PMU_HITS), 773);
	assert_int_equal(value_of(&p, PMU_MISSES), 27);
	assert_int_equal(value_of(&p, PMU_CONTEXT), 3);
}

/* Formats of more than one piece, and files with nonsense in them. */
static void formats(void **state)
{
	struct pmu p;

	(void)state;
	smmuv3("smmuv3_pmcg_1", "40");
	put("smmuv3_pmcg_1", "format/event", "config2:0-3,60-63");
	put("smmuv3_pmcg_1", "events/transaction", "event=0xa5");
	pmu_find(&p, root, NULL, NULL);
	assert_int_equal(p.at[0].config2, 0xa000000000000005);
	/* One bit more than there is room for. */
	put("smmuv3_pmcg_1", "events/transaction", "event=0x1a5");
	put("smmuv3_pmcg_1", "events/tlb_miss", "colour=3");
	pmu_find(&p, root, NULL, NULL);
	assert_non_null(strstr(p.why[PMU_HITS], "transaction"));
	assert_non_null(strstr(p.why[PMU_MISSES], "tlb_miss"));
	assert_string_equal(p.why[PMU_CONTEXT], "");
	put("smmuv3_pmcg_1", "format/event", "config9:0-15");
	pmu_find(&p, root, NULL, NULL);
	assert_int_equal(p.nr, 0);
	assert_non_null(strstr(p.why[PMU_CONTEXT], "config_cache_miss"));
}

/* The way through perf_event_open(2), with a PMU that no kernel has, and one that every kernel has. */
static void counting(void **state)
{
	int64_t value = -1;
	struct pmu p;

	(void)state;
	vtd("dmar0", "4000000");
	pmu_find(&p, root, "dmar0", NULL);
	pmu_start(&p);
	pmu_stop(&p);
	assert_non_null(strstr(pmu_value(&p, PMU_MISSES, &value), "perf_event_open: "));

	/* Type 1 is software, its event 2 page faults: 100 lookups that nobody hits, on one processor. */
	put("dmar0", "type", "1");
	put("dmar0", "cpumask", "0");
	put("dmar0", "format/event_group", "config1:8-15");
	put("dmar0", "events/iotlb_lookup", "event=0x2");
	put("dmar0", "events/iotlb_hit", "event=0x8");
	put("dmar0", "events/ctxt_cache_lookup", "event=0x2");
	put("dmar0", "events/ctxt_cache_hit", "event=0x8");
	pmu_find(&p, root, "dmar0", NULL);
	assert_int_equal(p.nr, 2);
	pmu_start(&p);
	if (p.at[0].fd < 0) {
		print_message("no perf events here: %s\n", p.why[PMU_MISSES]);
		skip();
	}
	pmu_stop(&p);
	assert_int_equal(p.at[0].fd, -1);
	assert_null(pmu_value(&p, PMU_MISSES, &value));
	assert_true(value >= 0);
}

static void nothing(void **state)
{
	int64_t value;
	struct pmu p;
	int i;

	(void)state;
	put("cpu", "type", "4");
	put("dmar", "type", "5");
	pmu_find(&p, root, "dmar0", "0000:00:04.0");
	assert_int_equal(p.nr, 0);
	pmu_start(&p);
	pmu_stop(&p);
	for (i = 0; i < PMU_METRICS; i++)
		assert_string_equal(pmu_value(&p, (enum pmu_metric)i, &value), PMU_NONE);
	pmu_find(&p, "/nonexistent", NULL, NULL);
	assert_string_equal(pmu_value(&p, PMU_HITS, &value), PMU_NONE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(vtd_events), TEST(vtd_other_iommu), TEST(vtd_no_filter), TEST(smmuv3_events),
		TEST(formats),	  TEST(counting),	 TEST(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

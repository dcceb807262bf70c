// SPDX-License-Identifier: GPL-2.0-or-later
/* The pure parts of the agent: cycle.json, timeline, log lines, table arithmetic, witness page. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmpx.h>

#include <cmocka.h>

#include "bench/agent/chain.h"
#include "bench/agent/clock.h"
#include "bench/agent/company.h"
#include "bench/agent/counters.h"
#include "bench/agent/cycle.h"
#include "bench/agent/invcalls.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/memory.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/tables.h"
#include "bench/agent/witness.h"
#include "bench/record/emit.h"

#define GOOD                                                                                       \
	"{'schema':1,'run':'R','cycle':3,'scenario':'preserve','mode':'rebuild','workload':'lsi'," \
	"'device':'0000:00:04.0','kexec':{'image':'/b','append':'a b'},'reps':5,'kexec_hwpts':16," \
	"'point_budget_ms':60000,'budget_ms':120000,'control_ms':3000,'points':["                  \
	"{'hwpts':1,'ioas_bytes':67108864,'page_bytes':4096},"                                     \
	"{'hwpts':4,'ioas_bytes':67108864,'page_bytes':4096}]}"

/* Parse GOOD with one piece of it replaced. */
static int parse(struct cycle *c, const char *from, const char *to, char *why)
{
	char text[1024] = "";
	char *hit;

	strcpy(text, GOOD);
	if (from) {
		char tail[1024];

		hit = strstr(text, from);
		assert_non_null(hit);
		strcpy(tail, hit + strlen(from));
		strcpy(hit, to);
		strcat(text, tail);
	}
	for (hit = text; (hit = strchr(hit, '\'')); hit++)
		*hit = '"';
	return cycle_parse(json_loads(text, 0, NULL), c, why, 200);
}

static void cycle_good(void **state)
{
	char why[200] = "";
	struct cycle c;

	(void)state;
	assert_int_equal(parse(&c, NULL, NULL, why), 0);
	assert_string_equal(c.run, "R");
	assert_int_equal(c.cycle, 3);
	assert_int_equal(c.mode, MODE_REBUILD);
	assert_string_equal(c.append, "a b");
	assert_int_equal(c.nr_points, 2);
	assert_int_equal(c.points[1].hwpts, 4);
	assert_false(c.perf);
	cycle_free(&c);
	assert_int_equal(parse(&c, "'reps':5", "'perf':true,'reps':5", why), 0);
	assert_true(c.perf);
	cycle_free(&c);
	assert_int_equal(parse(&c, NULL, NULL, why), 0);
	assert_int_equal(c.boot, BOOT_NONE);
	cycle_free(&c);
	assert_int_equal(parse(&c, "'reps':5", "'boot':'agent','release':'7','reps':5", why), 0);
	assert_int_equal(c.boot, BOOT_AGENT);
	assert_string_equal(c.release, "7");
	cycle_free(&c);
	assert_int_equal(parse(&c, "'reps':5", "'boot':'no','reps':5", why), -EINVAL);
	cycle_free(&c);
	assert_int_equal(parse(&c, "'reps':5", "'release':'../x','reps':5", why), -EINVAL);
	cycle_free(&c);
	assert_int_equal(parse(&c, NULL, NULL, why), 0);
	assert_string_equal(c.probes, "off");
	assert_int_equal(c.probe_set, 0);
	cycle_free(&c);
	assert_int_equal(parse(&c, "'reps':5", "'reps':5,'probes':'kho','probes_ring':8192", why),
			 0);
	assert_string_equal(c.probes, "kho");
	assert_true(c.probe_set && !(c.probe_set & (c.probe_set - 1)));
	assert_int_equal(c.probes_ring, 8192);
	cycle_free(&c);
}

static void cycle_mixed(void **state)
{
	char why[200] = "";
	struct cycle c;

	(void)state;
	assert_int_equal(
		parse(&c, "'points':[",
		      "'mixed':true,'icount':true,'points':["
		      "{'hwpts':1,'ioas_bytes':4096,'page_bytes':4096,'layout':'sparse2'},",
		      why),
		0);
	assert_true(c.icount);
	assert_int_equal(c.nr_points, 3);
	assert_string_equal(c.points[0].layout, "sparse2");
	assert_null(c.points[1].layout);
	cycle_free(&c);
	assert_int_equal(parse(&c, NULL, NULL, why), 0);
	assert_false(c.mixed);
	assert_false(c.icount);
	cycle_free(&c);
}

static void cycle_bad(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} cases[] = {
		{ "'rebuild'", "'rebuilt'", "mode" },
		{ "'reps':5", "'reps':0", "out of range" },
		{ "'reps':5", "'reps':5,'probes':'all'", "probes" },
		{ "'reps':5", "'reps':5,'probes_ring':5000", "out of range" },
		{ "'reps':5", "'reps':5,'watchdog_s':-1", "out of range" },
		{ "'reps':5", "'reps':'5'", "integer" },
		{ "'kexec_hwpts':16", "'kexec_hwpts':-1", "out of range" },
		{ "'kexec_hwpts':16,", "", "kexec_hwpts" },
		{ "'hwpts':4", "'hwpts':1", "points[1]" },
		{ "'hwpts':4,'ioas_bytes':67108864", "'hwpts':4,'ioas_bytes':1048576",
		  "points[1]" },
		{ "'page_bytes':4096", "'page_bytes':5000", "points[0]" },
		{ "'ioas_bytes':67108864", "'ioas_bytes':67108865", "points[0]" },
		{ "'page_bytes':4096", "'page_bytes':4096,'layout':'thin'", "points[0]" },
		{ "'page_bytes':4096", "'page_bytes':4096,'layout':1", "points[0]" },
		{ "'points':[", "'points':[{'hwpts':1,'ioas_bytes':4096,'page_bytes':4096},",
		  "points[1]" },
		{ "'page_bytes':4096", "'page_bytes':4096,'working_set':4097", "points[0]" },
		{ "'page_bytes':4096", "'page_bytes':4096,'working_set':8", "points[1]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char why[200] = "";
		struct cycle c;

		assert_int_equal(parse(&c, cases[i].from, cases[i].to, why), -EINVAL);
		if (!strstr(why, cases[i].says))
			fail_msg("case %zu says: %s", i, why);
		cycle_free(&c);
	}
}

static void timeline(void **state)
{
	static const char text[] = "# clock tsc hz 2000000000\n"
				   "outgoing freeze.begin 100\n"
				   "outgoing freeze.end 350\n"
				   "outgoing jump 1000\n"
				   "nonsense\n"
				   "sideways entry 5\n"
				   "incoming entry 5000\n"
				   "incoming kho 4\n"
				   "incoming init 9000";
	const struct span *s;
	struct timeline t;
	uint64_t ticks;
	int found = 0;

	(void)state;
	timeline_parse(text, &t);
	assert_int_equal(t.hz, 2000000000);
	assert_int_equal(t.nr, 6);
	assert_int_equal(timeline_find(&t, true, "entry"), 5000);
	assert_int_equal(timeline_find(&t, false, "entry"), 0);
	for (s = timeline_spans; s->metric; s++) {
		if (timeline_span(&t, s, &ticks))
			continue;
		found++;
		if (!strcmp(s->metric, "freeze"))
			assert_int_equal(ticks, 250);
		else if (!strcmp(s->metric, "boot.entry"))
			assert_int_equal(ticks, 4000);
		else if (!strcmp(s->metric, "boot.userspace"))
			assert_int_equal(ticks, 8000);
		else /* missing stamps, and one that ran backwards */
			fail_msg("%s", s->metric);
	}
	assert_int_equal(found, 3);
}

/* As a kernel prints it, but for most lines of a zone; one zone has no processor's list. */
static void zoneinfo(void **state)
{
	static const char text[] = "Node 0, zone      DMA\n"
				   "  per-node stats\n"
				   "      nr_inactive_anon 12\n"
				   "  pages free     2813\n"
				   "        boost    0\n"
				   "        spanned  4095\n"
				   "      nr_free_pages 2813\n"
				   "  pagesets\n"
				   "  start_pfn:           1\n"
				   "Node 0, zone    DMA32\n"
				   "  pages free     400000\n"
				   "      nr_free_pages 400000\n"
				   "  pagesets\n"
				   "    cpu: 0\n"
				   "              count:    170\n"
				   "              high:     378\n"
				   "              batch:    63\n"
				   "    cpu: 1\n"
				   "              count:    17\n"
				   "  node_unreclaimable:  0";

	(void)state;
	assert_int_equal(free_pages_parse(text), 2813 + 400000 + 170 + 17);
	assert_int_equal(free_pages_parse(""), -ENODATA);
	assert_int_equal(free_pages_parse("    cpu: 0\n              count:    170\n"), -ENODATA);
}

static void log_lines(void **state)
{
	struct kmsg_facts f = { .liveupdate_number = -1 };

	(void)state;
	kmsg_line("DMAR: Host address width 39", &f);
	kmsg_line("DMAR: DRHD: handling fault status reg 2", &f);
	assert_int_equal(f.faults, 0);
	kmsg_line("DMAR: [DMA Read NO_PASID] Request device [0000:00:02.0] fault addr 0x1000 x",
		  &f);
	kmsg_line("arm-smmu-v3 arm-smmu-v3.0.auto: event 0x10 received:", &f);
	assert_int_equal(f.faults, 2);
	assert_true(!strncmp(f.first_fault, "DMAR: [DMA Read", 15));
	assert_int_equal(f.liveupdate_number, -1);
	kmsg_line("luo: Retrieved live update data, liveupdate number: 12", &f);
	assert_int_equal(f.liveupdate_number, 12);
}

static void table_pages(void **state)
{
	const struct point small = { 1, 64ull << 20, 4096, NULL, 0 },
			   big = { 1, 16ull << 30, 4096, NULL, 0 };
	const struct point huge = { 1, 16ull << 30, 2 << 20, NULL, 0 };

	(void)state;
	assert_int_equal(tables_expected_pages(&small), 32 + 1);
	assert_int_equal(tables_expected_pages(&big), 8192 + 16 + 1);
	assert_int_equal(tables_expected_pages(&huge), 16 + 1);
	/* as seen on VT-d */
	assert_int_equal(tables_wrong_size(&small, 38), 0);
	assert_int_equal(tables_wrong_size(&big, 8214), 0);
	assert_int_equal(tables_wrong_size(&huge, 20), 0);
	assert_int_equal(tables_wrong_size(&big, 20), 1);
	assert_int_equal(tables_wrong_size(&small, 4), 1);
	assert_int_equal(tables_wrong_size(&huge, 8214), -1);
}

static void witness(void **state)
{
	(void)state;
	/* FNV-1a of "a/1" */
	assert_int_equal(lub_witness_cookie("a", 1), 0xe620f01904691bd8ull);
	assert_true(lub_witness_cookie("a", 1) != lub_witness_cookie("a", 11));
	assert_true(lub_witness_cookie("a", 1) != lub_witness_cookie("b", 1));
}

/* As many of the longest lines as a cycle may write fit into the log; one byte too many is refused. */
static void log_room(void **state)
{
	struct lub_sample s = {
		.run = "20260101-000000-smmuv3-s2-0001",
		.cycle = UINT32_MAX,
		.rep = 10000,
		.scenario = "blackout",
		.metric = "unpreserve.total",
		.unit = "ns",
		.clock = "cntvct",
		.value = INT64_MAX,
		.params = { .hwpts = 65536,
			    .ioas_bytes = 1ull << 46,
			    .page_bytes = 1 << 30,
			    .devices = 1,
			    .mode = "preserve",
			    .workload = "e1000e",
			    .probes = "off",
			    .phase = "control" },
	};
	const uint32_t reps = 1000, points = 7;
	struct memory m;
	char *text;
	json_t *line = emit_sample(&s);
	size_t i, len, bytes = memory_log_bytes(reps, points);
	const char *log;

	(void)state;
	text = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	memory_init(&m);
	m.part[MEM_LOG].va = calloc(1, bytes);
	m.part[MEM_LOG].bytes = bytes;
	for (i = 0; i < 20 + points * (3 + reps * 5); i++) {
		assert_int_equal(memory_log_append(&m, text, strlen(text)), 0);
		assert_int_equal(memory_log_append(&m, "\n", 1), 0);
	}
	while (!memory_log_append(&m, text, strlen(text)))
		;
	while (!memory_log_append(&m, "x", 1))
		;
	assert_int_equal(memory_log_append(&m, "x", 1), -ENOSPC);
	memcpy(m.part[MEM_LOG].va, "LUBLOG01", 8);
	log = memory_log(&m, &len);
	assert_ptr_equal(log, m.part[MEM_LOG].va + 64);
	assert_int_equal(len, bytes - 64);
	free(m.part[MEM_LOG].va);
	free(text);

	assert_int_equal(memory_log_bytes(5, 4), 1 << 20);
	assert_true(memory_log_bytes(10000, 2) <= MEM_LOG_MAX);
	assert_true(memory_log_bytes(10000, 3) > MEM_LOG_MAX);
}

/* An undo file of another device, which is gone, must not stand for the one that is taken now. */
static void undo_of_another_device(void **state)
{
	char undo[] = "/tmp/lubench-undo-XXXXXX", text[160] = "";
	FILE *f;
	int fd = mkstemp(undo);

	(void)state;
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	fputs("ffff:ff:1f.7 nodriver\n", f);
	fclose(f);
	assert_int_equal(pcidev_take("ffff:ff:1f.6", undo), -ENOENT);
	f = fopen(undo, "r");
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "ffff:ff:1f.6 \n");
	/* Its own is kept as it is: the driver in it is the one from before the first try. */
	f = fopen(undo, "w");
	fputs("ffff:ff:1f.6 igb\n", f);
	fclose(f);
	assert_int_equal(pcidev_take("ffff:ff:1f.6", undo), -ENOENT);
	f = fopen(undo, "r");
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	assert_string_equal(text, "ffff:ff:1f.6 igb\n");
	unlink(undo);
}

/* The page count of a chain's beginning counts for the kernel that it was written for, and no other. */
static void chain_of_updates(void **state)
{
	char dir[] = "/tmp/lubench-chain-XXXXXX", path[64], boot_id[64];
	struct agent ag = {
		.dir = dir,
		.incoming = true,
		.lines = open("/dev/null", O_WRONLY),
		.c = { .run = "r",
		       .scenario = "preserve",
		       .mode_name = "preserve",
		       .workload = "lsi" },
		.carried = { .iommu_pages = 250 },
	};

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/chain", dir);
	sys_read("/proc/sys/kernel/random/boot_id", boot_id, sizeof(boot_id));
	memcpy(ag.carried.boot_id, boot_id, 36);
	assert_int_equal(chain_pages(&ag, 264), 264);
	chain_go_on(&ag);
	assert_int_equal(chain_pages(&ag, 264), 250);
	ag.carried.boot_id[0] ^= 1;
	assert_int_equal(chain_pages(&ag, 264), 264);
	assert_null(ag.outcome);
	close(ag.lines);
	unlink(path);
	rmdir(dir);
}

static void conversion(void **state)
{
	(void)state;
	assert_int_equal(ticks_to_ns(2096000000, 2096000000), 1000000000);
	assert_int_equal(ticks_to_ns(1, 62500000), 16);
	/* a day of a fast counter does not overflow on the way */
	assert_int_equal(ticks_to_ns(86400ull * 5000000000, 5000000000), 86400ull * 1000000000);
	assert_true(clock_hz() > 1000000);
}

static void kernel_count_of_invalidations(void **state)
{
	(void)state;
	assert_int_equal(invcalls_missed("  other          7          0\n"
					 "  lubench_submit             1234               0\n"),
			 0);
	assert_int_equal(invcalls_missed("  lubench_submit_too             1234               0\n"),
			 -ENODATA);
	/* A count that lacks some is none. */
	assert_int_equal(invcalls_missed("  lubench_submit             1234               1\n"),
			 -EOVERFLOW);
	assert_int_equal(invcalls_missed(""), -ENODATA);
	/* Those that the buffer had no more room for were counted; those it never took were not. */
	assert_int_equal(invcalls_parse("entries: 40\noverrun: 2\ncommit overrun: 0\nbytes: 1888\n"
					"oldest event ts:     3.141592\nnow ts:     2.718281\n"
					"dropped events: 0\nread events: 7\n"),
			 42);
	assert_int_equal(invcalls_parse("entries: 40\noverrun: 2\ncommit overrun: 1\n"),
			 -EOVERFLOW);
	assert_int_equal(invcalls_parse("entries: 40\noverrun: 0\ndropped events: 1\n"),
			 -EOVERFLOW);
	assert_int_equal(invcalls_parse("entries: 40\n"), -ENODATA);
	assert_int_equal(invcalls_parse(""), -ENODATA);
}

static void working_set_of_a_cycle(void **state)
{
	struct tables t = { .area_pages = 3, .area_page = 4096 };
	struct memory m;
	struct dma_area a;

	(void)state;
	memory_init(&m);
	m.part[MEM_DATA].bytes = 8192;
	a = tables_area(&t, &m);
	assert_int_equal(a.pages, 3);
	assert_int_equal(a.stride, 4096);
	/* One base page further, so that no larger entry fits; a large page as it is. */
	assert_int_equal(a.iova, TABLES_AREA_IOVA + 4096);
	t.area_page = 2 << 20;
	assert_int_equal(tables_area(&t, &m).iova, TABLES_AREA_IOVA);
	assert_true(TABLES_AREA_IOVA + TABLES_AREA_MAX <= 1ull << 32);
}

/* A processor and a half, of which half a one was ours; and what is too short to be counted in ticks. */
/* Who waits on the machine is known by the file that it runs, and not by a name. */
static void company_is_awaited(void **state)
{
	char dir[] = "/tmp/lubench-company-XXXXXX", command[200], path[100];
	struct agent ag = { .dir = dir, .c = { .rest_ms = 1, .awaited = true } };
	char *argv[] = { path, (char *)"30", NULL };
	int tries;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_false(company_awaited(dir));
	snprintf(command, sizeof(command), "cp \"$(command -v sleep)\" %s/await", dir);
	assert_int_equal(system(command), 0);
	assert_false(company_awaited(dir));
	snprintf(path, sizeof(path), "%s/await", dir);
	pid = fork();
	if (!pid) {
		execv(path, argv);
		_exit(1);
	}
	for (tries = 0; !company_awaited(dir) && tries < 500; tries++)
		usleep(10000);
	assert_true(company_awaited(dir));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_false(company_awaited(dir));
	/* Nobody comes: the cycle begins all the same. */
	company_rest(&ag);
	snprintf(command, sizeof(command), "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void company_is_measured(void **state)
{
	struct company from = { 5000, 1000, 400 }, to = { 7000, 4000, 1400 };

	(void)state;
	assert_int_equal(company_busy_parse("cpu  100 20 30 4000 5 6 7 8 0 0\ncpu0 1 2 3 4\n", 100),
			 1500);
	assert_int_equal(company_busy_parse("cpu0 100 20 30 4000\n", 100), -EINVAL);
	assert_int_equal(company_busy_parse("", 100), -EINVAL);
	assert_int_equal(company_busy_parse("cpu  1 2 3 4", 0), -EINVAL);
	assert_int_equal(company_percent(&from, &to), 100);
	to.own_ms = 3400;
	assert_int_equal(company_percent(&from, &to), 0);
	to.own_ms = 3900;
	assert_int_equal(company_percent(&from, &to), 0);
	to.own_ms = 400;
	to.now_ms = 5999;
	assert_int_equal(company_percent(&from, &to), 0);
	assert_int_equal(company_look(&from), 0);
	assert_in_range(from.own_ms, 0, from.busy_ms);
}

/* A login is what a living process holds, one that was started late enough. */
static void company_logs_in(void **state)
{
	char path[] = "/tmp/test-utmp-XXXXXX", who[80] = "";
	struct utmpx u[3] = {
		{ .ut_type = DEAD_PROCESS,
		  .ut_pid = getpid(),
		  .ut_user = "gone",
		  .ut_line = "pts/0" },
		{ .ut_type = USER_PROCESS,
		  .ut_pid = 0x3fffffff,
		  .ut_user = "stale",
		  .ut_line = "pts/1" },
		{ .ut_type = USER_PROCESS,
		  .ut_pid = getpid(),
		  .ut_user = "eve",
		  .ut_line = "pts/2" },
	};
	int fd = mkstemp(path);
	struct company now;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, u, 2 * sizeof(u[0])), 2 * sizeof(u[0]));
	assert_false(company_login(path, 0, who, sizeof(who)));
	assert_int_equal(write(fd, &u[2], sizeof(u[0])), sizeof(u[0]));
	assert_true(company_login(path, 0, who, sizeof(who)));
	assert_string_equal(who, "eve on pts/2");
	assert_int_equal(company_look(&now), 0);
	assert_false(company_login(path, now.now_ms + 1000, who, sizeof(who)));
	close(fd);
	unlink(path);
	assert_false(company_login(path, 0, who, sizeof(who)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(company_is_awaited),
		cmocka_unit_test(company_is_measured),
		cmocka_unit_test(company_logs_in),
		cmocka_unit_test(kernel_count_of_invalidations),
		cmocka_unit_test(working_set_of_a_cycle),
		cmocka_unit_test(cycle_good),
		cmocka_unit_test(cycle_mixed),
		cmocka_unit_test(cycle_bad),
		cmocka_unit_test(timeline),
		cmocka_unit_test(zoneinfo),
		cmocka_unit_test(log_lines),
		cmocka_unit_test(table_pages),
		cmocka_unit_test(witness),
		cmocka_unit_test(conversion),
		cmocka_unit_test(log_room),
		cmocka_unit_test(undo_of_another_device),
		cmocka_unit_test(chain_of_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

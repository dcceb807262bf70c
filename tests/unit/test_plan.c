// SPDX-License-Identifier: GPL-2.0-or-later
/* Plan files: what is accepted, what is refused and in which words, how points are laid out. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bench/agent/layout.h"
#include "bench/plan/plan.h"
#include "bench/plan/value.h"

#define RUN "[run]\nscenario=preserve\n"
#define WALK "[run]\nscenario=walk\n"
#define MATRIX "[matrix.1]\nhwpts=1,4\nioas=64M\npage=4K\n"

static int load(const char *text, struct plan *plan, char *msg, size_t len)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(in);
	err = plan_parse(in, "p.ini", plan, msg, len);
	fclose(in);
	return err ? err : plan_expand(plan, msg, len);
}

static void refused(const char *text, const char *start, const char *part)
{
	struct plan plan;
	char msg[512] = "";
	int err = load(text, &plan, msg, sizeof(msg));

	if (!err)
		err = plan_check_memory(&plan, plan.memory, msg, sizeof(msg));
	if (!err)
		fail_msg("accepted: %s", text);
	if (strncmp(msg, start, strlen(start)) || !strstr(msg, part) || strchr(msg, '\n'))
		fail_msg("message '%s', wanted '%s ... %s'", msg, start, part);
	/* Every message says what to do. */
	assert_non_null(strstr(msg, "; "));
	plan_free(&plan);
}

static void test_full(void **state)
{
	struct plan plan;
	char msg[512];

	(void)state;
	assert_int_equal(
		load("[run]\nscenario = preserve\nworkload = lsi\nmode = rebuild\nreps = 7\n"
		     "cycles = 3\nkexec_hwpts = 1,4\nmemory = 8G\nbudget_s = 330\n"
		     "point_budget_s = 9\nkvm = yes\n; comment\n"
		     "[matrix.1]\nhwpts = 4, 1\nioas = 64M,1G\npage = 4K\n"
		     "[matrix.2]\nhwpts = 2,4\nioas = 1G\npage = 4096,2M\n",
		     &plan, msg, sizeof(msg)),
		0);
	assert_string_equal(plan.name, "p");
	assert_string_equal(plan.mode, "rebuild");
	assert_int_equal(plan.reps, 7);
	assert_int_equal(plan.memory, 8ULL << 30);
	assert_int_equal(plan.budget_s, 330);
	assert_true(plan.kvm);
	/* 64M/4K, 1G/4K from both matrices, 1G/2M. */
	assert_int_equal(plan.nr_blocks, 3);
	assert_int_equal(plan.blocks[1].nr_hwpts, 3);
	assert_int_equal(plan.blocks[1].hwpts[0], 1);
	assert_int_equal(plan.blocks[1].hwpts[1], 2);
	assert_int_equal(plan.blocks[1].hwpts[2], 4);
	assert_int_equal(plan_nr_cycles(&plan), 9);
	assert_int_equal(plan_nr_points(&plan), (2 + 3 + 2) * 3);
	plan_free(&plan);
}

/* With a working set every point is a block, and is carried over as it is. */
static void test_working_set(void **state)
{
	struct plan plan;
	struct plan_cycle cycle;
	char msg[512];
	uint32_t n;

	(void)state;
	assert_int_equal(load("[run]\nscenario = iotlb\nworking_set = 8, 64,512\ncycles = 2\n"
			      "[matrix.1]\nhwpts = 1,16\nioas = 64M\npage = 4K,2M\n",
			      &plan, msg, sizeof(msg)),
			 0);
	assert_int_equal(plan.nr_blocks, 12);
	assert_int_equal(plan_nr_cycles(&plan), 24);
	assert_int_equal(plan_nr_points(&plan), 24);
	for (n = 1; n <= 24; n++) {
		cycle = plan_cycle_get(&plan, n);
		assert_int_equal(cycle.block->nr_hwpts, 1);
		assert_int_equal(cycle.kexec_hwpts, cycle.block->hwpts[0]);
	}
	assert_int_equal(plan.blocks[0].working_set, 8);
	assert_int_equal(plan.blocks[1].working_set, 64);
	assert_int_equal(plan.blocks[3].hwpts[0], 16);
	assert_true(plan_check_memory(&plan, plan.memory, msg, sizeof(msg)) == 0);
	plan_free(&plan);
	refused(RUN "working_set=8\nkexec_hwpts=4\n" MATRIX,
		"p.ini: kexec_hwpts: ", "leave one out");
	refused(RUN "working_set=0\n" MATRIX, "p.ini:3: working_set: ", "at least 1");
	refused(RUN "working_set=4097\n" MATRIX, "p.ini:3: working_set: ", "limit is 4096");
}

static void test_cycles(void **state)
{
	uint32_t seen[3][5] = { { 0 } };
	struct plan plan;
	char msg[512];
	uint32_t n;

	(void)state;
	assert_int_equal(load("[run]\nscenario=preserve\ncycles=4\nkexec_hwpts=1,2,3,4\n"
			      "[matrix.1]\nhwpts=1\nioas=1M,2M,4M\npage=4K\n",
			      &plan, msg, sizeof(msg)),
			 0);
	for (n = 1; n <= plan_nr_cycles(&plan); n++) {
		struct plan_cycle c = plan_cycle_get(&plan, n);

		assert_int_equal(c.number, n);
		assert_int_equal(c.block - plan.blocks, (n - 1) % 3);
		assert_int_equal(c.round, (n - 1) / 3 + 1);
		seen[c.block - plan.blocks][c.kexec_hwpts]++;
	}
	/* Every block meets every count once. */
	for (n = 0; n < 12; n++)
		assert_int_equal(seen[n / 4][n % 4 + 1], 1);
	plan_free(&plan);
}

/* One letter a cycle: the mode; that block and round go on underneath is checked beside it. */
static void order(const char *modes, const char *want)
{
	char text[256], msg[512], is[64] = "";
	uint32_t met[3][2][2] = { { { 0 } } };
	struct plan plan;
	uint32_t n, m;

	snprintf(text, sizeof(text),
		 "[run]\nscenario=preserve\nmode=%s\ncycles=2\n"
		 "[matrix.1]\nhwpts=1\nioas=1M,2M\npage=4K\n",
		 modes);
	assert_int_equal(load(text, &plan, msg, sizeof(msg)), 0);
	for (n = 1; n <= plan_nr_cycles(&plan); n++) {
		struct plan_cycle c = plan_cycle_get(&plan, n);

		is[n - 1] = c.mode[0];
		m = (uint32_t)(strchr("prc", c.mode[0]) - "prc");
		met[m][c.block - plan.blocks][c.round - 1]++;
	}
	assert_string_equal(is, want);
	for (m = 0; m < 3; m++)
		for (n = 0; n < 4; n++)
			assert_int_equal(met[m][n / 2][n % 2], !!strchr(want, "prc"[m]));
	plan_free(&plan);
}

static void test_modes(void **state)
{
	(void)state;
	order("preserve", "pppp");
	order("preserve,rebuild", "prrpprrp");
	order("rebuild,preserve", "rpprrppr");
	/* A crash ends the machine: the others are one chain before it, wherever it is named. */
	order("preserve,rebuild,crash", "prrpprrpcccc");
	order("crash,preserve,rebuild", "prrpprrpcccc");
	order("crash,rebuild", "rrrrcccc");
	order("crash", "cccc");
}

/* Each (block, round) once with every set of probes, in each mode. */
static void test_probes(void **state)
{
	static const char *const want[] = { "off", "on", "phases+kho" };
	struct plan plan;
	char msg[512];
	uint32_t n;

	(void)state;
	assert_int_equal(load(RUN MATRIX, &plan, msg, sizeof(msg)), 0);
	assert_string_equal(plan_probes_text(&plan), "off");
	assert_int_equal(plan.probes_ring, 1 << 20);
	plan_free(&plan);
	assert_int_equal(load(RUN "cycles=2\nmode=preserve,rebuild\nprobes=off, on ,phases+kho\n"
				  "probes_ring=64K\n" MATRIX,
			      &plan, msg, sizeof(msg)),
			 0);
	assert_string_equal(plan_probes_text(&plan), "off,on,phases+kho");
	assert_int_equal(plan.probes_ring, 64 << 10);
	assert_int_equal(plan_nr_cycles(&plan), 12);
	assert_int_equal(plan_nr_points(&plan), 24);
	for (n = 1; n <= 12; n++) {
		struct plan_cycle c = plan_cycle_get(&plan, n);

		/* The second round backwards: A B, B A. */
		size_t way = n <= 6 ? n - 1 : 12 - n;

		assert_string_equal(c.probes, want[way % 3]);
		assert_string_equal(c.mode, way / 3 ? "rebuild" : "preserve");
		assert_int_equal(c.round, (n - 1) / 6 + 1);
	}
	assert_int_equal(plan_set_probes(&plan, "on,phases+tables+phases"), -EINVAL);
	assert_string_equal(plan_probes_text(&plan), "off,on,phases+kho");
	plan_free(&plan);
	refused(RUN "probes=of\n" MATRIX, "p.ini:3: probes: ", "list probes");
	refused(RUN "probes=on,\n" MATRIX, "p.ini:3: probes: ", "list probes");
	refused(RUN "probes=on,off,on\n" MATRIX, "p.ini:3: probes: ", "list probes");
	refused(RUN "probes=kho+phases,phases+kho\n" MATRIX, "p.ini:3: probes: ", "list probes");
	refused(RUN "probes_ring=100K\n" MATRIX, "p.ini:3: probes_ring: ", "power of two");
	refused(RUN "probes_ring=2K\n" MATRIX, "p.ini:3: probes_ring: ", "too small");
}

/* Each (block, round) with each kernel, A B, B A, ..., inside of each set of probes and each mode. */
static void test_kernels(void **state)
{
	/* block, and what is run with it: mode, probes, kernel */
	static const char *const want[] = {
		"0 preserve off base",	   "0 preserve off series:36", "0 preserve on base",
		"0 preserve on series:36", "0 rebuild off base",       "0 rebuild off series:36",
		"0 rebuild on base",	   "0 rebuild on series:36",   "1 rebuild on series:36",
		"1 rebuild on base",	   "1 rebuild off series:36",  "1 rebuild off base",
		"1 preserve on series:36", "1 preserve on base",       "1 preserve off series:36",
		"1 preserve off base",	   "0 crash off base",	       "0 crash off series:36",
		"0 crash on base",	   "0 crash on series:36",     "1 crash off base",
		"1 crash off series:36",   "1 crash on base",	       "1 crash on series:36",
	};
	struct plan plan;
	char msg[512], is[64];
	uint32_t n;

	(void)state;
	assert_int_equal(load(RUN "mode=preserve,rebuild,crash\nprobes=off,on\n"
				  "kernel = base , series:36\n"
				  "[matrix.1]\nhwpts=1,2\nioas=1M,2M\npage=4K\n",
			      &plan, msg, sizeof(msg)),
			 0);
	assert_int_equal(plan.nr_kernels, 2);
	assert_string_equal(plan_kernels_text(&plan), "base,series:36");
	assert_int_equal(plan_ways(&plan), 12);
	assert_int_equal(plan_nr_cycles(&plan), 24);
	assert_int_equal(plan_nr_points(&plan), 48);
	for (n = 1; n <= 24; n++) {
		struct plan_cycle c = plan_cycle_get(&plan, n);

		snprintf(is, sizeof(is), "%d %s %s %s", (int)(c.block - plan.blocks), c.mode,
			 c.probes, c.kernel);
		assert_string_equal(is, want[n - 1]);
		assert_int_equal(c.round, 1);
	}
	/* a bad list changes nothing */
	assert_int_equal(plan_set_kernels(&plan, "series,serious"), -EINVAL);
	assert_string_equal(plan_kernels_text(&plan), "base,series:36");
	assert_int_equal(plan_set_kernels(&plan, "series-debug,series:4-debug-mock"), 0);
	plan_free(&plan);

	assert_int_equal(load(RUN MATRIX, &plan, msg, sizeof(msg)), 0);
	assert_int_equal(plan.nr_kernels, 0);
	assert_null(plan_cycle_get(&plan, 1).kernel);
	assert_string_equal(plan_kernels_text(&plan), "");
	plan_free(&plan);
	refused(RUN "kernel=serious\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series:\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series:0\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series:3x\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series-\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=base:3\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=/boot/x,series\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series,\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series,base,series\n" MATRIX, "p.ini:3: kernel: ", "series:N");
	refused(RUN "kernel=series:1,series:2,series:3,series:4,base\n" MATRIX,
		"p.ini:3: kernel: ", "four at most");
}

/* Without the key a block carries its own largest point, not that of another block. */
static void test_default_kexec(void **state)
{
	struct plan plan;
	char msg[512];

	(void)state;
	assert_int_equal(load(RUN MATRIX, &plan, msg, sizeof(msg)), 0);
	assert_int_equal(plan_cycle_get(&plan, 1).kexec_hwpts, 4);
	plan_free(&plan);
	assert_int_equal(load(RUN "memory=1G\n"
				  "[matrix.1]\nhwpts=1,256\nioas=64M\npage=4K\n"
				  "[matrix.2]\nhwpts=1,2\nioas=64G\npage=4K\n",
			      &plan, msg, sizeof(msg)),
			 0);
	assert_int_equal(plan_cycle_get(&plan, 1).kexec_hwpts, 256);
	assert_int_equal(plan_cycle_get(&plan, 2).kexec_hwpts, 2);
	assert_int_equal(plan_check_memory(&plan, plan.memory, msg, sizeof(msg)), 0);
	plan_free(&plan);
}

/* A matrix that says what is carried over has blocks of its own. */
static void test_matrix_kexec(void **state)
{
	struct plan plan;
	char msg[512];

	(void)state;
	assert_int_equal(load(RUN "kexec_hwpts=2\nmemory=1G\n"
				  "[matrix.1]\nhwpts=1,4\nioas=64M\npage=4K\nkexec_hwpts=1\n"
				  "[matrix.2]\nhwpts=4,16\nioas=64M\npage=4K\nkexec_hwpts=16\n"
				  "[matrix.3]\nhwpts=8\nioas=64M\npage=4K\nkexec_hwpts=1\n"
				  "[matrix.4]\nhwpts=8\nioas=64M\npage=4K\n",
			      &plan, msg, sizeof(msg)),
			 0);
	assert_int_equal(plan.nr_blocks, 3);
	assert_int_equal(plan.blocks[0].nr_hwpts, 3);
	assert_int_equal(plan_cycle_get(&plan, 1).kexec_hwpts, 1);
	assert_int_equal(plan_cycle_get(&plan, 2).kexec_hwpts, 16);
	assert_int_equal(plan_cycle_get(&plan, 3).kexec_hwpts, 2);
	plan_free(&plan);
	refused(RUN MATRIX "kexec_hwpts=1,2\n", "p.ini:", "not a number");
	refused(RUN "memory=1G\n[matrix.1]\nhwpts=1\nioas=16G\npage=4K\nkexec_hwpts=64\n",
		"p.ini:5: hwpts: 64 HWPTs of 16G", "raise memory");
	refused(RUN "working_set=8\n" MATRIX "kexec_hwpts=1\n",
		"p.ini: kexec_hwpts: ", "leave one out");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=64M\npage=4K\nkexec_hwpts=1\n",
		"p.ini:7: kexec_hwpts: ", "put it into [run]");
}

static void test_keys(void **state)
{
	(void)state;
	refused(RUN "hwtps=1\n" MATRIX, "p.ini:3: hwtps: ", "unknown key");
	refused(RUN MATRIX "pages=1\n", "p.ini:7: pages: ", "unknown key");
	refused(RUN "[matrx.1]\nhwpts=1\n", "p.ini:4: matrx.1: ", "unknown section");
	refused("reps=5\n" RUN, "p.ini:1: reps: ", "unknown section");
	refused(RUN "reps=5\nreps=6\n" MATRIX, "p.ini:4: reps: ", "twice");
	refused("[run] scenario=preserve\n" MATRIX, "p.ini:1: section: ", "line of its own");
	refused(RUN "nonsense\n" MATRIX, "p.ini:3: line: ", "key = value");
	refused(RUN "[matrix.1]\nhwpts=1\npage=4K\n", "p.ini:5: matrix.1: ", "needs all of");
	refused("[run]\nreps=1\n" MATRIX, "p.ini:6: scenario: ", "missing");
	refused(RUN, "p.ini:2: matrix.1: ", "no points");
	refused(RUN "mode=keep\n" MATRIX, "p.ini:3: mode: ", "preserve, rebuild, crash");
	refused(RUN "kvm=maybe\n" MATRIX, "p.ini:3: kvm: ", "yes or no");
}

static void test_numbers(void **state)
{
	(void)state;
	refused(RUN "reps=-1\n" MATRIX, "p.ini:3: reps: ", "negative");
	refused(RUN "reps=0\n" MATRIX, "p.ini:3: reps: ", "too small");
	refused(RUN "reps=99999999999999999999\n" MATRIX, "p.ini:3: reps: ", "too large");
	refused(RUN "reps=5x\n" MATRIX, "p.ini:3: reps: ", "not a number");
	refused(RUN "reps=\n" MATRIX, "p.ini:3: reps: ", "not a number");
	refused(RUN "reps=+5\n" MATRIX, "p.ini:3: reps: ", "not a number");
	refused(RUN "memory=17592186044416G\n" MATRIX, "p.ini:3: memory: ", "too large");
	refused(RUN "memory=20000000000000000000\n" MATRIX, "p.ini:3: memory: ", "too large");
	refused(RUN "memory=6GB\n" MATRIX, "p.ini:3: memory: ", "not a size");
	refused(RUN "memory=-6G\n" MATRIX, "p.ini:3: memory: ", "negative");
	refused(RUN "[matrix.1]\nhwpts=0\nioas=1M\npage=4K\n", "p.ini:4: hwpts: ", "too small");
	refused(RUN "[matrix.1]\nhwpts=1,,2\nioas=1M\npage=4K\n", "p.ini:4: hwpts: ", "empty");
	refused(RUN "[matrix.1]\nhwpts=1\nioas=0\npage=4K\n", "p.ini:5: ioas: ", "too small");
	refused(RUN "[matrix.1]\nhwpts=1\nioas=1M\npage=12K\n", "p.ini:6: page: ", "4K or 2M");
	/* A power of two, and none that the agent could map. */
	refused(RUN "[matrix.1]\nhwpts=1\nioas=1G\npage=1G\n", "p.ini:6: page: ", "4K or 2M");
	refused(RUN "[matrix.1]\nhwpts=1\nioas=3M\npage=2M\n", "p.ini:4: ioas: ", "not a multiple");
}

static void test_memory(void **state)
{
	(void)state;
	refused(RUN "memory=1G\n[matrix.1]\nhwpts=64\nioas=16G\npage=4K\n",
		"p.ini:5: hwpts: ", "more than 60 % of memory 1G");
	refused(RUN "[matrix.1]\nhwpts=4096\nioas=64T\npage=4K\n",
		"p.ini:4: hwpts: ", "page tables");
	/* What is carried over counts, too. */
	refused(RUN "memory=1G\nkexec_hwpts=4096\n[matrix.1]\nhwpts=1\nioas=16G\npage=4K\n",
		"p.ini:6: hwpts: ", "4096 HWPTs");
}

static void test_tables(void **state)
{
	(void)state;
	assert_int_equal(plan_tables(4096, 4096), 4);
	assert_int_equal(plan_tables(64 << 20, 4096), 32 + 1 + 1 + 1);
	assert_int_equal(plan_tables(16ULL << 30, 4096), 8192 + 16 + 1 + 1);
	assert_int_equal(plan_tables(16ULL << 30, 2 << 20), 16 + 1 + 1);
	assert_int_equal(plan_tables(16ULL << 30, 1 << 30), 1 + 1);
	assert_int_equal(plan_tables(1ULL << 40, 1 << 30), 2 + 1);
}

/* All blocks in one cycle, point by point, layout by layout. */
static void test_walk(void **state)
{
	struct plan_cycle cycle;
	struct plan_point p;
	struct plan plan;
	char msg[512];

	(void)state;
	assert_int_equal(load(WALK "cycles=2\nkexec_hwpts=3\n"
				   "[matrix.1]\nhwpts=1\nioas=1G,2G\npage=4K\n"
				   "[matrix.2]\nhwpts=1\nioas=1G\npage=1G\n"
				   "[matrix.3]\nhwpts=1\nioas=1M\npage=4K\nlayout=dense, sparse3\n",
			      &plan, msg, sizeof(msg)),
			 0);
	assert_int_equal(plan_nr_cycles(&plan), 2);
	assert_int_equal(plan_nr_points(&plan), 10);
	cycle = plan_cycle_get(&plan, 2);
	assert_int_equal(cycle.number, 2);
	assert_int_equal(cycle.round, 2);
	assert_int_equal(cycle.kexec_hwpts, 3);
	assert_int_equal(plan_cycle_points(&cycle), 5);
	p = plan_cycle_point(&cycle, 1);
	assert_int_equal(p.ioas_bytes, 2ULL << 30);
	assert_null(p.layout);
	p = plan_cycle_point(&cycle, 2);
	assert_int_equal(p.page_bytes, 1 << 30);
	p = plan_cycle_point(&cycle, 4);
	assert_int_equal(p.hwpts, 1);
	assert_int_equal(p.page_bytes, 4096);
	assert_string_equal(p.layout, "sparse3");
	plan_free(&plan);

	/* Another scenario's cycle has the points of its block. */
	assert_int_equal(load(RUN MATRIX, &plan, msg, sizeof(msg)), 0);
	cycle = plan_cycle_get(&plan, 1);
	assert_int_equal(plan_cycle_points(&cycle), 2);
	assert_int_equal(plan_cycle_point(&cycle, 1).hwpts, 4);
	plan_free(&plan);
}

static void test_walk_refused(void **state)
{
	(void)state;
	refused(RUN MATRIX "layout=sparse\n", "p.ini:7: layout: ", "only scenario walk");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=1M\npage=4K\nlayout=thin\n",
		"p.ini:7: layout: ", "sparse2");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=1M\npage=4K\nlayout=dense,dense\n",
		"p.ini:7: layout: ", "not a list");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=1M\npage=4K\nlayout=dense sparse\n",
		"p.ini:7: layout: ", "not a list");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=1G\npage=512M\n", "p.ini:6: page: ", "1G");
	refused(WALK "[matrix.1]\nhwpts=1,2\nioas=1M\npage=4K\n", "p.ini:4: hwpts: ", "use 1");
	/* 257 pages of 4K, one every 512G; 2M every 256T. */
	refused(WALK "[matrix.1]\nhwpts=1\nioas=1028K\npage=4K\nlayout=sparse3\n",
		"p.ini:4: layout: ", "47 bits");
	refused(WALK "[matrix.1]\nhwpts=1\nioas=2M\npage=2M\nlayout=sparse3\n",
		"p.ini:4: layout: ", "47 bits");
	/* What is sparse needs as many tables as pages, and all shapes are carried at once. */
	refused(WALK
		"memory=1G\nkexec_hwpts=4\n[matrix.1]\nhwpts=1\nioas=256M\npage=4K\nlayout=sparse\n",
		"p.ini:6: hwpts: ", "more than 60 %");
	refused(WALK "memory=1G\nkexec_hwpts=2\n[matrix.1]\nhwpts=1\nioas=128M,64M\npage=4K\n"
		     "layout=sparse,sparse2\n",
		"p.ini:6: hwpts: ", "more than 60 %");
}

static void test_layouts(void **state)
{
	(void)state;
	assert_int_equal(layout_depth(NULL), 0);
	assert_int_equal(layout_depth("split"), 0);
	assert_int_equal(layout_depth("sparse"), 1);
	assert_int_equal(layout_depth("sparse3"), 3);
	assert_int_equal(layout_depth("sparse4"), -1);
	assert_false(layout_single("dense"));
	assert_true(layout_single("split"));
	assert_int_equal(layout_stride("split", 4096), 4096);
	assert_int_equal(layout_stride("sparse", 4096), 2 << 20);
	assert_int_equal(layout_stride("sparse", 2 << 20), 1 << 30);
	assert_int_equal(layout_stride("sparse3", 4096), 1ULL << 39);
	assert_int_equal(layout_stride("sparse3", 1ULL << 50), 0);
	/* 1024 pages: levels 1 to 4. */
	assert_int_equal(layout_tables("split", 4 << 20, 4096), 2 + 1 + 1 + 1);
	assert_int_equal(layout_tables("sparse", 4 << 20, 4096), 1024 + 2 + 1 + 1);
	assert_int_equal(layout_tables("sparse2", 4 << 20, 4096), 1024 + 1024 + 2 + 1);
	assert_int_equal(layout_tables("sparse3", 1 << 20, 4096), 256 + 256 + 256 + 1);
	assert_int_equal(layout_tables("sparse", 2ULL << 30, 2 << 20), 1024 + 2 + 1);
}

static void test_shipped(void **state)
{
	static const char *const names[] = { "quick", "smoke", "walk" };
	char path[128], msg[512];
	struct plan plan;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "bench/plan/plans/%s.ini", names[i]);
		if (plan_load(path, &plan, msg, sizeof(msg)) ||
		    plan_check_memory(&plan, plan.memory, msg, sizeof(msg)))
			fail_msg("%s", msg);
		assert_string_equal(plan.name, names[i]);
		plan_free(&plan);
	}
}

static void test_size_text(void **state)
{
	char buf[24];

	(void)state;
	assert_string_equal(plan_size(4096, buf), "4K");
	assert_string_equal(plan_size(1536 << 20, buf), "1536M");
	assert_string_equal(plan_size(4097, buf), "4097");
	assert_string_equal(plan_size(0, buf), "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),	      cmocka_unit_test(test_cycles),
		cmocka_unit_test(test_modes),	      cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_default_kexec), cmocka_unit_test(test_matrix_kexec),
		cmocka_unit_test(test_keys),	      cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_memory),	      cmocka_unit_test(test_tables),
		cmocka_unit_test(test_shipped),	      cmocka_unit_test(test_size_text),
		cmocka_unit_test(test_walk),	      cmocka_unit_test(test_walk_refused),
		cmocka_unit_test(test_layouts),	      cmocka_unit_test(test_working_set),
		cmocka_unit_test(test_probes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

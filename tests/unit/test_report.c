// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report's judgements, on records made in memory. tests/golden has a whole one.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/model.h"
#include "bench/report/report.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

#define MIB (1024ull * 1024)

struct fixture {
	const char *mode; /* of the next cycle; NULL: the run's */
	struct record_set set;
	struct lub_sample samples[400];
	struct lub_outcome outcomes[40];
	char *text;
	size_t len;
	bool failed;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->set.run_id = "r1";
	f->set.target = "vtd";
	f->set.mode = "preserve";
	f->set.emulated = true;
	f->set.reps = 2;
	f->set.samples = f->samples;
	f->set.outcomes = f->outcomes;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	json_decref(f->set.run);
	free(f->text);
	free(f);
	return 0;
}

static struct lub_params at(uint32_t hwpts, uint64_t ioas)
{
	return (struct lub_params){ .hwpts = hwpts,
				    .ioas_bytes = ioas,
				    .page_bytes = 4096,
				    .devices = 1,
				    .mode = "preserve",
				    .workload = "lsi",
				    .probes = "off" };
}

static struct lub_sample *sample(struct fixture *f, uint32_t cycle, uint32_t rep,
				 const char *metric, const char *unit, int64_t value,
				 struct lub_params p)
{
	struct lub_sample *s = &f->samples[f->set.nr_samples++];

	assert_true(f->set.nr_samples <= 400);
	*s = (struct lub_sample){ .run = "r1",
				  .cycle = cycle,
				  .rep = rep,
				  .scenario = "preserve",
				  .metric = metric,
				  .unit = unit,
				  .value = value,
				  .params = p };
	if (!strcmp(unit, "ns"))
		s->clock = "tsc";
	return s;
}

static void outcome(struct fixture *f, uint32_t cycle, const char *what, const char *why,
		    struct lub_params p)
{
	f->outcomes[f->set.nr_outcomes++] = (struct lub_outcome){ .run = "r1",
								  .cycle = cycle,
								  .scenario = "preserve",
								  .outcome = what,
								  .reason = why,
								  .params = p };
	f->set.planned++;
}

/* A cycle in which DMA went on, its longest gap in the blackout being @gap ns. */
static void witness(struct fixture *f, uint32_t cycle, int64_t gap, int64_t count)
{
	struct lub_params p = at(4, 64 * MIB);

	p.mode = f->mode ? f->mode : f->set.mode;
	outcome(f, cycle, "ok", NULL, p);
	sample(f, cycle, 0, "dma.corrupt", "count", 0, p);
	sample(f, cycle, 0, "dma.faults", "count", 0, p);
	sample(f, cycle, 0, "dma.lost", "count", 0, p);
	p.phase = "control";
	sample(f, cycle, 0, "dma.gap", "ns", 5000000, p)->clock = "host";
	p.phase = "blackout";
	sample(f, cycle, 0, "dma.gap", "ns", gap, p)->clock = "host";
	sample(f, cycle, 0, "dma.count", "count", count, p);
	p.phase = "after";
	sample(f, cycle, 0, "dma.gap", "ns", 5000000, p)->clock = "host";
	sample(f, cycle, 0, "dma.count", "count", 9, p);
}

static const char *report(struct fixture *f)
{
	FILE *out;
	char *at;

	free(f->text);
	f->text = NULL;
	out = open_memstream(&f->text, &f->len);
	assert_int_equal(report_text(out, &f->set, &f->failed, NULL), 0);
	fclose(out);
	for (at = f->text; *at; at += strcspn(at, "\n") + 1)
		assert_true(strcspn(at, "\n") <= COLUMNS);
	return f->text;
}

#define HAS(f, s) assert_non_null(strstr(report(f), s))
#define HAS_NOT(f, s) assert_null(strstr(report(f), s))

static void all_skipped(void **state)
{
	struct fixture *f = *state;

	outcome(f, 1, "skip", "kernel has no IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE", at(1, MIB));
	outcome(f, 1, "skip", "kernel has no IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE", at(4, MIB));
	HAS(f, "No cycle of this run is ok, so it has no numbers.");
	HAS(f,
	    "skip                  2  cycle 1: kernel has no IOMMU_HWPT_LIVEUPDATE_MARK_PRESERVE");
	HAS_NOT(f, "Cost model");
	HAS_NOT(f, "DMA witness");
	HAS_NOT(f, "median");
}

static void gap_at_the_limit(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 15000000, 10);
	HAS(f, "verdict: PASS: 1 of 1 cycles pass\n");
	HAS(f, "4 x 64 MiB, 4 KiB");
	/* one nanosecond more, in one cycle of two */
	witness(f, 2, 15000001, 10);
	HAS(f, "verdict: FAIL: 1 of 2 cycles pass (first that does not: the longest gap");
}

/* What the host did in the control window of one cycle it may have done in the blackout of another. */
static void gap_of_another_control_window(void **state)
{
	struct fixture *f = *state;
	size_t i, control = 0;

	witness(f, 1, 15000001, 10);
	witness(f, 2, 1000, 10);
	HAS(f, "verdict: FAIL: 1 of 2 cycles pass (first that does not: the longest gap");
	HAS(f, "control gap of the run + 10 ms, here 15.0 ms");
	for (i = 0; i < f->set.nr_samples; i++)
		if (model_same(f->samples[i].params.phase, "control"))
			control = i;
	f->samples[control].value = 5000001;
	HAS(f, "verdict: PASS: 2 of 2 cycles pass\n");
	f->samples[control].value = 40000000;
	HAS(f, "here 50.0 ms");
}

/* One good cycle and seven bad ones are no success, nor are eight bad ones. */
static void bad_cycles_fail(void **state)
{
	static const char *const bad[] = { "preserve-error", "freeze-error", "panic-outgoing",
					   "panic-incoming" };
	struct fixture *f = *state;
	uint32_t i;

	witness(f, 1, 1000, 9);
	for (i = 0; i < 4; i++)
		outcome(f, 2 + i, bad[i], "8 bytes are corrupt", at(4, 64 * MIB));
	HAS(f, "    2  FAIL: preserve-error: 8 bytes are corrupt\n");
	HAS(f, "    5  FAIL: panic-incoming: 8 bytes are corrupt\n");
	HAS(f, "verdict: FAIL: 1 of 5 cycles pass (first that does not: 8 bytes are corrupt)\n");
	assert_true(f->failed);
	f->failed = false;
	f->set.nr_samples = 0;
	f->outcomes[0].outcome = "preserve-error";
	f->outcomes[0].reason = "2 loops of the device were lost";
	HAS(f, "No cycle of this run is ok");
	assert_true(f->failed);
	HAS(f,
	    "verdict: FAIL: 0 of 5 cycles pass (first that does not: 2 loops of the device were");
}

/* What nobody saw is no success; what was left out by a stated reason is not judged. */
static void lost_cycles_are_undecided(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	outcome(f, 2, "skip", "budget", at(4, 64 * MIB));
	HAS(f, "verdict: PASS: 1 of 1 cycles pass, 1 skipped\n");
	outcome(f, 3, "hang", "no progress for 70 s", at(4, 64 * MIB));
	HAS(f, "    3  undecided: hang: no progress for 70 s\n");
	HAS(f,
	    "verdict: UNDECIDED: 1 of 2 cycles pass, 1 skipped (first that does not: no progress");
	outcome(f, 4, "preserve-error", "8 bytes are corrupt", at(4, 64 * MIB));
	HAS(f, "verdict: FAIL: 1 of 3 cycles pass, 1 skipped (first that does not: 8 bytes are");
}

static void missing_cycles_are_undecided(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	f->set.planned = 3;
	HAS(f, "verdict: UNDECIDED: 1 of 1 cycles pass\n"
	       "         2 planned points have no outcome");
}

static void no_lost_is_undecided(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	f->samples[2].metric = "dma.rate";
	HAS(f, "verdict: UNDECIDED: 0 of 1 cycles pass (first that does not: no dma.lost,");
}

/* Attach and replace of the restored HWPT come after the blackout, and must not stop the device. */
static void gap_after_the_blackout(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	f->samples[f->set.nr_samples - 2].value = 15000000;
	HAS(f, "verdict: PASS: 1 of 1 cycles pass\n");
	f->samples[f->set.nr_samples - 2].value++;
	HAS(f, "verdict: FAIL: 0 of 1 cycles pass (first that does not: the longest gap after the");
	f->samples[f->set.nr_samples - 2].value--;
	f->samples[f->set.nr_samples - 1].value = 0;
	HAS(f, "FAIL: 0 of 1 cycles pass (first that does not: the counter did not advance after");
}

static void counter_stood_still(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 0);
	HAS(f, "verdict: FAIL: 0 of 1 cycles pass (first that does not: the counter did not");
}

static void faults_add_up(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(4, 64 * MIB);

	witness(f, 1, 1000, 9);
	p.phase = "after";
	sample(f, 1, 0, "dma.faults", "count", 3, p);
	HAS(f, "(first that does not: the IOMMU reported faults)");
}

static void watchers_do_not_add_up(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(4, 64 * MIB);

	witness(f, 1, 1000, 9);
	/* the same three faults, seen by the guest in two phases and by the emulator */
	p.phase = "before";
	sample(f, 1, 0, "dma.faults", "count", 1, p);
	p.phase = "after";
	sample(f, 1, 0, "dma.faults", "count", 2, p);
	p.phase = NULL;
	p.observer = "qemu";
	sample(f, 1, 0, "dma.faults", "count", 3, p);
	HAS(f, "          9     0       0      3  5.00 ms");
}

/* With icount nobody can tell gaps: what is left is judged, and every title says what the times are. */
static void icount_has_no_gaps(void **state)
{
	struct fixture *f = *state;
	size_t i;

	witness(f, 1, 0, 9);
	for (i = 0; i < f->set.nr_samples; i++)
		if (!strcmp(f->samples[i].metric, "dma.gap"))
			f->samples[i].reason = "icount";
	HAS(f, "verdict: UNDECIDED: 0 of 1 cycles pass");
	f->set.run = json_pack("{s:{s:i}}", "machine", "icount", 1);
	HAS(f, "watched over the whole kexec [EMULATED, icount]\n");
	HAS(f, "EMULATED, icount: times are counts of instructions at 2 ns each");
	HAS(f, "verdict: PASS: 1 of 1 cycles pass\n");
	f->samples[f->set.nr_samples - 1].value = 0;
	HAS(f, "FAIL: 0 of 1 cycles pass (first that does not: the counter did not advance after");
}

static void missing_gap_says_why(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	f->samples[f->set.nr_samples - 2].reason = "no DMA was seen after the blackout";
	HAS(f, "     -(a)  undecided\n  (a) no DMA was seen after the blackout\n");
}

static void per_hwpt(void **state)
{
	struct fixture *f = *state;

	witness(f, 1, 1000, 9);
	witness(f, 2, 1000, 9);
	sample(f, 1, 0, "restore.hwpt", "ns", 1000, at(1, MIB));
	sample(f, 2, 0, "restore.hwpt", "ns", 64000, at(64, MIB));
	sample(f, 2, 0, "bind", "ns", 5000, at(64, MIB));
	f->set.run = json_pack("{s:i}", "cycles", 9);
	HAS(f,
	    "  the same, per HWPT carried      tsc         1.00 us  1.00 us  1.00 us     2     2/9\n");
	HAS(f,
	    "bind                              tsc         5.00 us  5.00 us  5.00 us     1     1/9\n");
	HAS(f,
	    "freeze                                           -(a)     -(a)     -(a)     0     0/9\n");
}

static void missing_is_undecided(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(4, 64 * MIB);

	witness(f, 1, 1000, 9);
	outcome(f, 2, "ok", NULL, p);
	sample(f, 2, 0, "dma.corrupt", "count", 0, p);
	HAS(f,
	    "verdict: UNDECIDED: 1 of 2 cycles pass (first that does not: no dma.gap of control");
	HAS(f, "(a) not measured in this cycle");
}

static void other_modes_have_no_verdict(void **state)
{
	struct fixture *f = *state;

	f->set.mode = "rebuild";
	witness(f, 1, 900000000, 0);
	HAS(f, "none: this run, mode rebuild, has no preserve.iommufd sample");
	HAS_NOT(f, "Cost model");
	HAS(f, "verdict: none in mode rebuild, a control: 0 cycles keep to the rule");
	HAS_NOT(f, "verdict: FAIL");
}

/* In a run of several modes only the cycles of mode preserve are judged, and counted. */
static void controls_are_not_judged(void **state)
{
	struct fixture *f = *state;

	f->set.mode = "preserve,rebuild";
	f->mode = "preserve";
	witness(f, 1, 1000, 9);
	f->mode = "rebuild";
	witness(f, 2, 900000000, 0);
	HAS(f, "verdict: PASS: 1 of 1 cycles pass");
	HAS(f, "  rebuild\n");
}

/* Repetitions at one point: 1 ms x hwpts for the iommufd, 2 us each for memfd and vfio. */
static void preserve(struct fixture *f, uint32_t cycle, uint32_t hwpts, uint64_t ioas,
		     int64_t pages)
{
	struct lub_params p = at(hwpts, ioas);
	uint32_t rep;

	outcome(f, cycle, "ok", NULL, p);
	for (rep = 0; rep < 2; rep++) {
		sample(f, cycle, rep, "preserve.memfd", "ns", 2000, p);
		sample(f, cycle, rep, "preserve.iommufd", "ns",
		       50000 + 1000000 * (int64_t)hwpts + 100 * pages + rep, p);
		sample(f, cycle, rep, "preserve.vfio", "ns", 2000, p);
		sample(f, cycle, rep, "pagetable.pages", "pages", pages, p);
		sample(f, cycle, rep, "kho.bytes", "bytes", pages * 4096, p);
	}
}

static void preserve_table(void **state)
{
	struct fixture *f = *state;

	preserve(f, 1, 1, 64 * MIB, 35);
	HAS(f, "[EMULATED]\n");
	/* 50000 + 1000000 + 3500 ns; the total has 4000 ns more */
	HAS(f,
	    "4 KiB  64 MiB     1 1.05 ms 1.05 ms 1.05 ms 1.05 ms 1.06 ms 1.06 ms      35  140 KiB"
	    "     2/2\n");
	/* the same repetition twice is said, not averaged in */
	sample(f, 1, 1, "preserve.iommufd", "ns", 99, at(1, 64 * MIB));
	HAS(f, "1 samples repeat a repetition");
	/* a second cycle that crashed lowers n and brings its reason */
	outcome(f, 2, "panic-incoming", "BUG", at(1, 64 * MIB));
	HAS(f, "     2/4 (a)\n  (a) panic-incoming: BUG\n");
	HAS(f, "cycles: 1 ok, 1 panic-incoming\n");
}

/* The first repetition of a cycle has a column of its own: a median hides that it is the dear one. */
static void first_repetition(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(1, 64 * MIB);
	uint32_t cycle, rep;

	f->set.reps = 3;
	for (cycle = 1; cycle <= 2; cycle++) {
		outcome(f, cycle, "ok", NULL, p);
		for (rep = 0; rep < 3; rep++)
			sample(f, cycle, rep, "preserve.iommufd", "ns",
			       rep ? 100000 : 1000000 * (int64_t)cycle, p);
	}
	HAS(f, "4 KiB  64 MiB     1 1.50 ms  100 us 1.75 ms 2.00 ms    -(a)");
}

static void no_vfio_no_total(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(1, MIB);

	outcome(f, 1, "ok", NULL, p);
	sample(f, 1, 0, "preserve.iommufd", "ns", 1000, p);
	HAS(f, "1.00 us 1.00 us 1.00 us 1.00 us    -(a)    -(a)    -(b)     -(c)     1/2 (d)\n");
	HAS(f, "(a) no repetition has memfd, iommufd and vfio");
	HAS(f, "(d) no reason was recorded");
}

static void cost_model(void **state)
{
	struct fixture *f = *state;
	uint32_t h;

	/* one IOAS size only: pages go with HWPTs */
	for (h = 1; h <= 64; h *= 2)
		preserve(f, 1, h, 64 * MIB, 35 * h);
	HAS(f, "not identified: two terms move in proportion");
	for (h = 1; h <= 64; h *= 2)
		preserve(f, 2, h, 1024 * MIB, 515 * h);
	HAS(f, "  fixed   50.0 us +-");
	HAS(f, "  a       1.00 ms +-");
	HAS(f, "  b        100 ns +-");
	HAS(f, "  n 14, R2 1.0000");
}

static void too_few(void **state)
{
	struct fixture *f = *state;

	preserve(f, 1, 1, 64 * MIB, 35);
	HAS(f, "not identified: too few observations\n  (1 observations)");
}

static void interrupted_and_torn(void **state)
{
	struct fixture *f = *state;

	preserve(f, 1, 1, 64 * MIB, 35);
	f->set.planned = 5;
	f->set.torn = true;
	f->set.bad_lines = 2;
	f->set.lines = 20;
	HAS(f, "TORN ");
	HAS(f, "BAD LINES 2 of 20 lines");
	HAS(f, "MISSING   4 planned points have no outcome");
	HAS(f, "(missing)             4  no outcome was recorded");
}

static void nothing_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct lub_params p = at(1, 64 * MIB);

	preserve(f, 1, 1, 64 * MIB, 35);
	p.phase = "after";
	sample(f, 1, 0, "iotlb.misses", "count", 4711, p);
	sample(f, 1, 0, "pagetable.pages", "pages", 17, p);
	p.kernel = "incoming";
	sample(f, 1, 0, "pagetable.pages", "pages", 18, p);
	p.phase = NULL;
	sample(f, 1, 0, "pagetable.pages", "pages", 19, p);
	HAS(f, "iotlb.misses after ");
	HAS(f, "pagetable.pages after ");
	HAS(f, "pagetable.pages after,incoming ");
	HAS(f, "pagetable.pages incoming ");
	/* and what comes after does not leak into the cost of preserving */
	HAS(f, "      35  140 KiB     2/2\n");
}

static void picture(void **state)
{
	struct fixture *f = *state;
	FILE *out = open_memstream(&f->text, &f->len);

	f->set.target = "a<b>&\"c\"";
	preserve(f, 1, 1, 64 * MIB, 35);
	preserve(f, 1, 16, 64 * MIB, 560);
	assert_int_equal(report_svg(out, &f->set), 0);
	fclose(out);
	assert_memory_equal(f->text, "<svg ", 5);
	assert_non_null(strstr(f->text, "EMULATED"));
	assert_non_null(strstr(f->text, "a&lt;b&gt;&amp;&quot;c&quot;"));
	assert_non_null(strstr(f->text, "64 MiB, 4 KiB pages"));
	assert_string_equal(f->text + f->len - 7, "</svg>\n");
	assert_null(strstr(f->text, "nan"));
	assert_null(strstr(f->text, "inf"));
}

static void no_picture(void **state)
{
	struct fixture *f = *state;
	FILE *out = open_memstream(&f->text, &f->len);

	outcome(f, 1, "skip", "why", at(1, MIB));
	assert_int_equal(report_svg(out, &f->set), -ENODATA);
	fclose(out);
	assert_int_equal(f->len, 0);
}

static void full_disk(void **state)
{
	struct fixture *f = *state;
	FILE *out = fopen("/dev/full", "w");

	assert_non_null(out);
	preserve(f, 1, 1, 64 * MIB, 35);
	assert_int_equal(report_text(out, &f->set, NULL, NULL), -EIO);
	fclose(out);
}

static void empty(void **state)
{
	struct fixture *f = *state;

	f->set.run_id = f->set.target = f->set.mode = "";
	HAS(f, "run unknown");
	HAS(f, "none was recorded");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_skipped),
		T(gap_at_the_limit),
		T(gap_of_another_control_window),
		T(bad_cycles_fail),
		T(lost_cycles_are_undecided),
		T(missing_cycles_are_undecided),
		T(no_lost_is_undecided),
		T(gap_after_the_blackout),
		T(counter_stood_still),
		T(faults_add_up),
		T(watchers_do_not_add_up),
		T(icount_has_no_gaps),
		T(missing_gap_says_why),
		T(per_hwpt),
		T(missing_is_undecided),
		T(other_modes_have_no_verdict),
		T(controls_are_not_judged),
		T(preserve_table),
		T(first_repetition),
		T(no_vfio_no_total),
		T(cost_model),
		T(too_few),
		T(interrupted_and_torn),
		T(nothing_is_dropped),
		T(picture),
		T(no_picture),
		T(full_disk),
		T(empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The runner against a target that fails in every way: one outcome a cycle, one row a point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/lubench.h"
#include "bench/record/journal.h"
#include "bench/record/record.h"
#include "bench/record/schema.h"

static char top[] = "/tmp/lubench-test-XXXXXX";
static char dir[64], plan[64];
static json_t *schema;

static void remove_run(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	assert_int_equal(system(command), 0);
}

static int run(const char *target)
{
	char *argv[] = { (char *)"run", (char *)"-t", (char *)target,
			 (char *)"-p",	plan,	      (char *)"-o",
			 dir,		NULL };

	remove_run();
	return cmd_run(7, argv);
}

static int resume(void)
{
	char *argv[] = { (char *)"run", (char *)"-r", dir, NULL };

	return cmd_run(3, argv);
}

static void write_plan(const char *run_keys)
{
	FILE *out = fopen(plan, "w");

	fprintf(out,
		"[run]\nscenario=preserve\nreps=2\n%s\n[matrix.1]\nhwpts=1,2\nioas=64M\npage=4K\n",
		run_keys);
	fclose(out);
}

/* Every line of the run matches the schema. */
static void check_schema(const struct record_set *set)
{
	const json_t *line;
	char why[400];
	size_t i;

	json_array_foreach(set->root, i, line)
		if (schema_check(schema, line, why, sizeof(why)))
			fail_msg("line %zu: %s", i + 1, why);
}

static void read_run(struct record_set *set)
{
	assert_int_equal(record_read(dir, set), 0);
	assert_int_equal(set->bad_lines, 0);
	assert_false(set->torn);
	assert_non_null(set->run);
	check_schema(set);
}

static size_t samples_of(const struct record_set *set, uint32_t cycle)
{
	size_t i, n = 0;

	for (i = 0; i < set->nr_samples; i++)
		n += set->samples[i].cycle == cycle;
	return n;
}

static const struct fault {
	const char *target;
	const char *outcome; /* of cycle 2; cycles 1 and 3 are ok */
	const char *reason;
} faults[] = {
	{ "fake:stall.freeze@2", "hang", "phase freeze of the outgoing" },
	{ "fake:lost-ssh.retrieve@2", "lost", "no answer over ssh since" },
	{ "fake:panic.freeze@2", "panic-outgoing", "fake outgoing" },
	{ "fake:panic.boot@2", "panic-incoming", "fake incoming" },
	{ "fake:cold.freeze@2", "cold-reboot", "firmware" },
	{ "fake:reboot.freeze@2", "cold-reboot", "another kernel" },
	{ "fake:reset.freeze@2", "cold-reboot", "reset" },
	{ "fake:gone.freeze@2", "lost", "status 139" },
	{ "fake:torn@2", "harness-error", "torn" },
	{ "fake:badoutcome@2", "harness-error", "outcome.json" },
	{ "fake:wrong@2", "wrong-kernel", "build id 00ff" },
	{ "fake:oops.preserve@2", "disturbed", "BUG: " },
	{ "fake:preserve-error@2", "preserve-error", "told to" },
	{ "fake:freeze-error@2", "freeze-error", "told to" },
	{ "fake:kexec-load-error@2", "kexec-load-error", "told to" },
	{ "fake:noconsole,lost-ssh.boot@2", "lost", "no console" },
	{ "fake:noconsole,reboot.boot@2,pstore@2", "panic-incoming",
	  "kept by firmware (from pstore)" },
	{ "fake:noconsole,reboot.boot@2,pstore-other@2", "cold-reboot", "; pstore: " },
};

static void test_faults(void **state)
{
	struct record_set set;
	size_t i, k;

	(void)state;
	write_plan("cycles=3");
	for (i = 0; i < ARRAY_LEN(faults); i++) {
		if (run(faults[i].target) != LUB_EXIT_FAIL)
			fail_msg("%s: exit status", faults[i].target);
		read_run(&set);
		assert_int_equal(set.planned, 6);
		assert_int_equal(set.nr_outcomes, 6);
		for (k = 0; k < 6; k++) {
			const struct lub_outcome *o = &set.outcomes[k];

			assert_int_equal(o->cycle, k / 2 + 1);
			assert_int_equal(o->params.hwpts, k % 2 + 1);
			if (strcmp(o->outcome, o->cycle == 2 ? faults[i].outcome : "ok"))
				fail_msg("%s: cycle %u: %s (%s)", faults[i].target, o->cycle,
					 o->outcome, o->reason ? o->reason : "");
			if (o->cycle == 2 && !strstr(o->reason, faults[i].reason))
				fail_msg("%s: reason '%s'", faults[i].target, o->reason);
		}
		/* Only ok yields numbers. */
		assert_int_equal(samples_of(&set, 2), 0);
		assert_int_equal(samples_of(&set, 1), samples_of(&set, 3));
		assert_true(samples_of(&set, 1) > 0);
		record_set_free(&set);
	}
}

static void test_all_ok(void **state)
{
	struct record_set set;

	(void)state;
	write_plan("cycles=2");
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	read_run(&set);
	assert_true(set.simulated);
	assert_int_equal(set.nr_outcomes, 4);
	record_set_free(&set);
	assert_int_equal(run("fake:noconsole"), LUB_EXIT_OK);
}

static void test_base_kernel(void **state)
{
	struct record_set set;
	size_t i;

	(void)state;
	write_plan("cycles=2");
	assert_int_equal(run("fake:nolu"), LUB_EXIT_OK);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 4);
	assert_int_equal(set.nr_samples, 0);
	for (i = 0; i < 4; i++) {
		assert_string_equal(set.outcomes[i].outcome, "skip");
		assert_non_null(strstr(set.outcomes[i].reason, "IOMMU_HWPT_LIVEUPDATE"));
	}
	record_set_free(&set);
	/* The other modes need nothing of the series. */
	write_plan("cycles=2\nmode=rebuild");
	assert_int_equal(run("fake:nolu"), LUB_EXIT_OK);
	read_run(&set);
	assert_true(set.nr_samples > 0);
	record_set_free(&set);
}

static void test_three_failures(void **state)
{
	struct record_set set;
	size_t i;

	(void)state;
	write_plan("cycles=5");
	assert_int_equal(run("fake:stall.freeze"), LUB_EXIT_FAIL);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 10);
	for (i = 0; i < 10; i++)
		assert_string_equal(set.outcomes[i].outcome, i < 6 ? "hang" : "skip");
	assert_non_null(strstr(set.outcomes[9].reason, "3 failures in a row"));
	record_set_free(&set);
}

static void test_no_launch(void **state)
{
	struct record_set set;

	(void)state;
	write_plan("cycles=2");
	assert_int_equal(run("fake:nolaunch"), LUB_EXIT_FAIL);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 4);
	assert_string_equal(set.outcomes[0].outcome, "harness-error");
	assert_string_equal(set.outcomes[3].outcome, "skip");
	record_set_free(&set);
}

static void test_left_out(void **state)
{
	struct record_set set;

	(void)state;
	write_plan("cycles=1");
	assert_int_equal(run("fake:leftout"), LUB_EXIT_OK);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 2);
	assert_string_equal(set.outcomes[0].outcome, "ok");
	assert_string_equal(set.outcomes[1].outcome, "skip");
	assert_non_null(strstr(set.outcomes[1].reason, "budget"));
	record_set_free(&set);
}

/* Cuts the journal behind its n-th "outcome" and resumes: the result is a whole run. */
static void test_resume(void **state)
{
	struct journal_state js;
	struct record_set set;
	char path[96], *text;
	size_t len, cut;
	FILE *f;

	(void)state;
	write_plan("cycles=3");
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	snprintf(path, sizeof(path), "%s/journal.jsonl", dir);
	text = calloc(1, 20000);
	f = fopen(path, "r");
	len = fread(text, 1, 19999, f);
	fclose(f);
	/* In the middle of the outcome line of cycle 2: its samples are there, its outcome is not. */
	cut = (size_t)(strstr(strstr(text, "\"cycle\":2,\"outcome\""), "outcome") - text) + 12;
	assert_true(cut < len);
	assert_int_equal(truncate(path, (off_t)cut), 0);
	assert_int_equal(journal_replay(dir, &js), 0);
	assert_int_equal(js.count, 1);
	assert_int_equal(js.open_cycle, 2);
	journal_state_free(&js);
	free(text);
	/* The controller also died in the middle of a line. */
	snprintf(path, sizeof(path), "%s/samples.jsonl", dir);
	f = fopen(path, "a");
	fputs("{\"schema\":1,", f);
	fclose(f);
	assert_int_equal(resume(), LUB_EXIT_OK);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 6);
	assert_int_equal(samples_of(&set, 1), samples_of(&set, 2));
	assert_int_equal(samples_of(&set, 1), samples_of(&set, 3));
	record_set_free(&set);
	snprintf(path, sizeof(path), "%s/samples.dropped", dir);
	assert_int_equal(access(path, F_OK), 0);
	/* And once more: nothing is left to do, nothing changes. */
	assert_int_equal(resume(), LUB_EXIT_OK);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 6);
	record_set_free(&set);
}

static void samples_path(char path[96], const char *name)
{
	snprintf(path, 96, "%s/%s", dir, name);
}

static char *read_samples(size_t *len)
{
	char path[96], *text = calloc(1, 200000);
	FILE *f;

	samples_path(path, "samples.jsonl");
	f = fopen(path, "r");
	*len = fread(text, 1, 199999, f);
	fclose(f);
	return text;
}

static void write_samples(const char *text, size_t len)
{
	char path[96];
	FILE *f;

	samples_path(path, "samples.jsonl");
	f = fopen(path, "w");
	assert_int_equal(fwrite(text, 1, len, f), len);
	fclose(f);
}

/* The run is what an undisturbed one is: each point of each cycle once, with all its numbers. */
static void expect_whole(void)
{
	struct record_set set;
	size_t i;

	read_run(&set);
	assert_int_equal(set.nr_outcomes, 8);
	for (i = 1; i <= 4; i++)
		assert_int_equal(samples_of(&set, (uint32_t)i), set.nr_samples / 4);
	assert_int_equal(set.nr_samples, 4 * (2 * 2 * 5 + 10));
	assert_int_equal(set.nr_events, 4 * 4);
	record_set_free(&set);
}

/* samples.jsonl loses what the journal says is done: torn anywhere, a bad line anywhere. */
static void test_resume_torn(void **state)
{
	static const double parts[] = { 0.001, 0.1, 0.3, 0.5, 0.77, 0.99 };
	char path[96], *text, *hit;
	size_t len, i;

	(void)state;
	write_plan("cycles=4");
	for (i = 0; i < ARRAY_LEN(parts); i++) {
		assert_int_equal(run("fake"), LUB_EXIT_OK);
		expect_whole();
		samples_path(path, "samples.jsonl");
		text = read_samples(&len);
		assert_int_equal(truncate(path, (off_t)((double)len * parts[i])), 0);
		free(text);
		assert_int_equal(resume(), LUB_EXIT_OK);
		expect_whole();
	}
	/* An outcome in the middle is spoilt: its cycle is done again, the ones behind it stay. */
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	text = read_samples(&len);
	hit = strstr(text, "\"kind\":\"outcome\"");
	*hit = '#';
	write_samples(text, len);
	free(text);
	assert_int_equal(resume(), LUB_EXIT_OK);
	expect_whole();
	text = read_samples(&len);
	assert_true(strstr(text, "\"cycle\":2") < strstr(text, "\"cycle\":1"));
	free(text);
	samples_path(path, "samples.dropped");
	assert_int_equal(access(path, F_OK), 0);
	samples_path(path, "samples.jsonl.new");
	assert_int_not_equal(access(path, F_OK), 0);
}

/* A spoilt sample of a cycle that has all its outcomes: nothing can be done, and it stays to be seen. */
static void test_resume_spoilt(void **state)
{
	struct record_set set;
	char *text;
	size_t len;

	(void)state;
	write_plan("cycles=4");
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	text = read_samples(&len);
	*strstr(strstr(text, "preserve.memfd"), "unit") = '"';
	write_samples(text, len);
	free(text);
	assert_int_equal(resume(), LUB_EXIT_OK);
	assert_int_equal(record_read(dir, &set), 0);
	assert_int_equal(set.bad_lines, 1);
	assert_int_equal(set.nr_outcomes, 8);
	record_set_free(&set);
}

static void test_budget(void **state)
{
	struct record_set set;

	(void)state;
	/* A second is less than any cycle is expected to take before one was seen. */
	write_plan("cycles=2\nbudget_s=1");
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 4);
	assert_string_equal(set.outcomes[0].outcome, "skip");
	assert_non_null(strstr(set.outcomes[0].reason, "budget: "));
	record_set_free(&set);
}

static void test_bad_input(void **state)
{
	struct record_set set;

	(void)state;
	write_plan("cycles=-2");
	assert_int_equal(run("fake"), LUB_EXIT_USAGE);
	assert_int_not_equal(access(dir, F_OK), 0);
	write_plan("cycles=1");
	assert_int_equal(run("fakir"), LUB_EXIT_USAGE);
	assert_int_equal(run("host"), LUB_EXIT_USAGE);
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	/* A second run in the same directory is refused and leaves the first one alone. */
	{
		char *argv[] = { (char *)"run", (char *)"-t", (char *)"fake",
				 (char *)"-p",	plan,	      (char *)"-o",
				 dir,		NULL };
		assert_int_equal(cmd_run(7, argv), LUB_EXIT_USAGE);
	}
	read_run(&set);
	assert_int_equal(set.nr_outcomes, 2);
	record_set_free(&set);
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof(dir), "%s/run", top);
	snprintf(plan, sizeof(plan), "%s/plan.ini", top);
	schema = json_load_file("results/schema.json", 0, NULL);
	return schema ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	remove_run();
	unlink(plan);
	json_decref(schema);
	return rmdir(top);
}

/* A target that nobody traces: what only a trace could tell is there, without a value and with a reason. */
static void test_iotlb_untraced(void **state)
{
	struct record_set set;
	size_t i, missing = 0;
	FILE *out;

	(void)state;
	out = fopen(plan, "w");
	fprintf(out, "[run]\nscenario=iotlb\nreps=1\nworking_set=8\n[matrix.1]\nhwpts=1\nioas=64M\n"
		     "page=4K\n");
	fclose(out);
	assert_int_equal(run("fake"), LUB_EXIT_OK);
	read_run(&set);
	for (i = 0; i < set.nr_samples; i++) {
		const struct lub_sample *s = &set.samples[i];

		if (strncmp(s->metric, "iotlb.", 6) && strncmp(s->metric, "context.", 8) &&
		    strncmp(s->metric, "invalidations.", 14))
			continue;
		assert_non_null(s->reason);
		assert_non_null(strstr(s->reason, "PMU"));
		assert_int_equal(s->params.working_set, 8);
		missing++;
	}
	assert_true(missing > 30);
	record_set_free(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_iotlb_untraced), cmocka_unit_test(test_all_ok),
		cmocka_unit_test(test_faults),	       cmocka_unit_test(test_base_kernel),
		cmocka_unit_test(test_three_failures), cmocka_unit_test(test_no_launch),
		cmocka_unit_test(test_left_out),       cmocka_unit_test(test_resume),
		cmocka_unit_test(test_resume_torn),    cmocka_unit_test(test_resume_spoilt),
		cmocka_unit_test(test_budget),	       cmocka_unit_test(test_bad_input),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

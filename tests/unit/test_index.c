// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The index: what it says of runs, that it follows the records, and what becomes of broken ones.
 */
#include <errno.h>
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
#include <sqlite3.h>

#include "bench/record/below.h"
#include "bench/record/index.h"

/* Linked without the controller's main part, this stands in for it. */
__attribute__((weak)) const char *lub_wipe(void)
{
	return "";
}

#define PARAMS                                                                         \
	"{\"hwpts\":1,\"ioas_bytes\":4096,\"page_bytes\":4096,\"devices\":1,\"mode\":" \
	"\"preserve\",\"workload\":\"lsi\",\"probes\":\"off\"}"

static char dir[] = "/tmp/lubench-index-XXXXXX";

static void write_run(const char *name, const char *target, const char *kernel, const char *series,
		      const char *more)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s/samples.jsonl", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f,
		"{\"schema\":1,\"kind\":\"run\",\"run\":\"%s\",\"target\":\"%s\",\"mode\":\"preserve\",\"plan\":"
		"\"quick\",\"reps\":3,\"planned\":2,\"started\":\"2026-%s\",\"series\":\"%s\",\"kernel\":"
		"{\"selection\":\"%s\"}}\n%s",
		name, target, name, series, kernel, more);
	fclose(f);
}

static void sample(char *buf, size_t len, int cycle, int rep, int value)
{
	snprintf(
		buf + strlen(buf), len - strlen(buf),
		"{\"schema\":1,\"kind\":\"sample\",\"run\":\"r\",\"cycle\":%d,\"rep\":%d,\"scenario\":"
		"\"preserve\",\"metric\":\"mark\",\"unit\":\"ns\",\"clock\":\"tsc\",\"value\":%d,\"params\":" PARAMS
		"}\n",
		cycle, rep, value);
}

static char seen[400];

static void note(const struct index_run *run, void *arg)
{
	(void)arg;
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s:%lld/%lld/%lld:%lld:%lld ",
		 run->dir, (long long)run->ok, (long long)run->skipped, (long long)run->failed,
		 (long long)run->samples, (long long)run->bad);
}

static const char *list(const struct index_filter *f)
{
	seen[0] = '\0';
	assert_int_equal(index_runs(dir, f, note, NULL), 0);
	return seen;
}

static double query(const char *sql)
{
	char path[200];
	sqlite3_stmt *st;
	sqlite3 *db;
	double v;

	snprintf(path, sizeof(path), "%s/" INDEX_FILE, dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	v = sqlite3_column_double(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return v;
}

static int setup(void **state)
{
	char more[4000] =
		"{\"schema\":1,\"kind\":\"outcome\",\"run\":\"r\",\"cycle\":1,\"scenario\":\"preserve\","
		"\"params\":" PARAMS ",\"outcome\":\"ok\",\"reason\":null}\n"
		"{\"schema\":1,\"kind\":\"outcome\",\"run\":\"r\",\"cycle\":2,\"scenario\":\"preserve\","
		"\"params\":" PARAMS ",\"outcome\":\"hang\",\"reason\":\"x\"}\n";

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	sample(more, sizeof(more), 1, 0, 30);
	sample(more, sizeof(more), 1, 1, 10);
	sample(more, sizeof(more), 1, 2, 20);
	sample(more, sizeof(more), 2, 0, 7);
	write_run("01", "vtd", "series", "abc123", more);
	write_run("02", "smmuv3", "series-10", "abd456", "");
	write_run("03", "vtd", "base", "", "no record\n{\"torn\":");
	return 0;
}

static int teardown(void **state)
{
	char cmd[100];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static void counts(void **state)
{
	(void)state;
	assert_string_equal(list(NULL), "01:1/0/1:4:0 02:0/0/0:0:0 03:0/0/0:0:2 ");
}

static void filters(void **state)
{
	const struct index_filter target = { .target = "vtd" }, kernel = { .kernel = "base" };
	const struct index_filter series = { .series = "ab" },
				  both = { .target = "vtd", .series = "ab" };
	const struct index_filter none = { .plan = "soak" }, colon = { .kernel = "series:10" };

	(void)state;
	assert_string_equal(list(&target), "01:1/0/1:4:0 03:0/0/0:0:2 ");
	assert_string_equal(list(&kernel), "03:0/0/0:0:2 ");
	/* as it is typed for a run, and as it is recorded */
	assert_string_equal(list(&colon), "02:0/0/0:0:0 ");
	assert_string_equal(list(&series), "01:1/0/1:4:0 02:0/0/0:0:0 ");
	assert_string_equal(list(&both), "01:1/0/1:4:0 ");
	assert_string_equal(list(&none), "");
}

static void medians(void **state)
{
	(void)state;
	list(NULL);
	assert_true(query("SELECT value FROM value WHERE cycle = 1") == 20);
	assert_true(query("SELECT n FROM value WHERE cycle = 1") == 3);
	assert_true(query("SELECT count(*) FROM value") == 2);
	assert_true(
		query("SELECT count(*) FROM series WHERE json_extract(key, '$.metric') = 'mark'") ==
		1);
}

static void follows(void **state)
{
	char more[1000] = "", path[200];

	(void)state;
	list(NULL);
	sample(more, sizeof(more), 1, 0, 50);
	write_run("01", "vtd", "series", "abc123", more);
	assert_string_equal(list(NULL), "01:0/0/0:1:0 02:0/0/0:0:0 03:0/0/0:0:2 ");
	assert_true(query("SELECT max(value) FROM value") == 50);
	assert_true(query("SELECT count(*) FROM value") == 1);
	snprintf(path, sizeof(path), "rm -rf %s/01", dir);
	assert_int_equal(system(path), 0);
	assert_string_equal(list(NULL), "02:0/0/0:0:0 03:0/0/0:0:2 ");
	assert_true(query("SELECT count(*) FROM value") == 0);
	/* what is lost comes back from the records */
	snprintf(path, sizeof(path), "%s/" INDEX_FILE, dir);
	assert_int_equal(unlink(path), 0);
	assert_string_equal(list(NULL), "02:0/0/0:0:0 03:0/0/0:0:2 ");
}

/* A sample with these words instead of the numbers, and more parameters than usual. */
static void odd(FILE *f, const char *cycle, const char *rep, const char *value, const char *params)
{
	fprintf(f,
		"{\"schema\":1,\"kind\":\"sample\",\"run\":\"r\",\"cycle\":%s,\"rep\":%s,\"scenario\":\"preserve\","
		"\"metric\":\"mark\",\"unit\":\"ns\",\"value\":%s,\"clock\":\"tsc\",\"params\":{%s\"hwpts\":1,"
		"\"ioas_bytes\":4096,\"page_bytes\":4096,\"devices\":1,\"mode\":\"preserve\",\"workload\":\"lsi\","
		"\"probes\":\"off\"}}\n",
		cycle, rep, value, params);
}

/*
 * A line that is like one before it is not parsed again: what only looks like it must be, and so must what looks
 * like it with numbers of which one is none.
 */
static void alike(void **state)
{
	char path[200];
	FILE *f;

	(void)state;
	write_run("04", "vtd", "series", "", "");
	snprintf(path, sizeof(path), "%s/04/samples.jsonl", dir);
	f = fopen(path, "a");
	assert_non_null(f);
	odd(f, "1", "0", "10", "");
	odd(f, "1", "1", "12", "");
	odd(f, "1", "2", "9000000000000000000", "");
	odd(f, "2", "0", "-5", "");
	/* no numbers of JSON, too large, of a kind that a sample has not */
	odd(f, "03", "0", "1", "");
	odd(f, "3", "0", "1.5", "");
	odd(f, "3", "0", "1e2", "");
	odd(f, "4294967296", "0", "1", "");
	odd(f, "3", "0", "9999999999999999999", "");
	odd(f, "3", "0", "", "");
	odd(f, "3", "0", "1 2", "");
	/* the first of these is a line of its own kind, the second has the key twice */
	odd(f, "4", "0", "7", "\"step\":\"x\",");
	odd(f, "4,\"cycle\":4", "0", "8", "");
	odd(f, "4,\"cycle\":5", "0", "8", "");
	/* the key of the record is spelled in another way, so that the number is in the parameters */
	fputs("{\"schema\":1,\"kind\":\"sample\",\"run\":\"r\",\"params\":{\"cycle\":5,\"hwpts\":1,\"ioas_bytes\":4096,"
	      "\"page_bytes\":4096,\"devices\":1,\"mode\":\"preserve\",\"workload\":\"lsi\",\"probes\":\"off\"},"
	      "\"cycle\" :6,\"rep\":0,\"scenario\":\"preserve\",\"metric\":\"mark\",\"unit\":\"ns\",\"value\":8}\n",
	      f);
	fputs("{\"schema\":1,\"kind\":\"sample\",\"run\":\"r\",\"params\":{\"cycle\":7,\"hwpts\":1,\"ioas_bytes\":4096,"
	      "\"page_bytes\":4096,\"devices\":1,\"mode\":\"preserve\",\"workload\":\"lsi\",\"probes\":\"off\"},"
	      "\"cycle\" :6,\"rep\":1,\"scenario\":\"preserve\",\"metric\":\"mark\",\"unit\":\"ns\",\"value\":8}\n",
	      f);
	fclose(f);
	assert_string_equal(list(NULL), "02:0/0/0:0:0 03:0/0/0:0:2 04:0/0/0:7:9 ");
	assert_true(query("SELECT n FROM value WHERE cycle = 1") == 3);
	assert_true(query("SELECT value FROM value WHERE cycle = 1") == 12);
	assert_true(query("SELECT value FROM value WHERE cycle = 2") == -5);
	assert_true(query("SELECT value FROM value WHERE cycle = 4") == 7);
	assert_true(query("SELECT count(*) FROM value WHERE cycle = 6 AND n = 2") == 1);
	assert_true(query("SELECT count(*) FROM value WHERE cycle IN (3, 5, 7)") == 0);
	assert_true(query("SELECT count(DISTINCT series) FROM value") == 3);
}

/* Runs of several targets that were measured together lie in one directory. */
static void together(void **state)
{
	const struct index_filter both = { .target = "both" };
	char path[200];

	(void)state;
	snprintf(path, sizeof(path), "%s/05", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	write_run("05/vtd", "both", "series", "", "");
	write_run("05/arm", "both", "series", "", "");
	assert_string_equal(list(&both), "05/arm:0/0/0:0:0 05/vtd:0/0/0:0:0 ");
	snprintf(path, sizeof(path), "rm -rf %s/05/arm", dir);
	assert_int_equal(system(path), 0);
	assert_string_equal(list(&both), "05/vtd:0/0/0:0:0 ");
}

static void make_dir(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void link_to(const char *to, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(symlink(to, path), 0);
}

static int name_it(const char *name, void *arg)
{
	(void)arg;
	snprintf(seen + strlen(seen), sizeof(seen) - strlen(seen), "%s ", name);
	return 0;
}

static const char *below(const char *name, unsigned int depth)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	seen[0] = '\0';
	assert_int_equal(runs_below(path, depth, name_it, NULL), 0);
	return seen;
}

/* The runs of bench-compare lie deeper; cycles of a run are none, and a link leads nowhere. */
static void deep(void **state)
{
	static const char *const dirs[] = {
		"06",		"06/vtd",	  "06/vtd/new",	      "06/vtd/base",
		"06/kernels",	"06/begun",	  "06/begun/cycle-1", "06/begun/cycle-1/out",
		"06/a",		"06/a/b",	  "06/a/b/c",	      "06/a/b/c/d",
		"06/a/b/c/d/e", "06/a/b/c/d/e/f",
	};
	const struct index_filter filter = { .target = "deep" };
	char path[200];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make_dir(dirs[i]);
	write_run("06/vtd/new/1", "deep", "series", "", "");
	write_run("06/vtd/base/1", "deep", "series-9", "", "");
	write_run("06/vtd/base/2", "deep", "series-9", "", "");
	make_dir("06/vtd/base/1/cycle-1");
	make_dir("06/vtd/base/1/cycle-1/out");
	write_run("06/vtd/base/1/cycle-1/out", "deep", "series-9", "", "");
	/* a run that has no records yet */
	snprintf(path, sizeof(path), "%s/06/begun/journal.jsonl", dir);
	fclose(fopen(path, "w"));
	write_run("06/begun/cycle-1/out", "deep", "series", "", "");
	/* one directory deeper than is looked, counted from 06 */
	write_run("06/a/b/c/d/e/f/g", "deep", "series", "", "");
	link_to("..", "06/vtd/loop");
	link_to("base/1", "06/vtd/again");
	assert_string_equal(list(&filter), "06/vtd/base/1:0/0/0:0:0 06/vtd/base/2:0/0/0:0:0 "
					   "06/vtd/new/1:0/0/0:0:0 ");
	assert_string_equal(below("06", RUNS_DEPTH), "vtd/base/1 vtd/base/2 vtd/new/1 ");
	assert_string_equal(below("06/a", RUNS_DEPTH), "b/c/d/e/f/g ");
	assert_string_equal(below("06/vtd/base", 1), "1 2 ");
	assert_string_equal(below("06/vtd", 1), "");
	/* a run holds no runs, and one that is named by a link is looked into */
	assert_string_equal(below("06/vtd/base/1", RUNS_DEPTH), "");
	assert_string_equal(below("06/vtd/loop/vtd/base", 1), "1 2 ");
	seen[0] = '\0';
	assert_int_equal(runs_below("/nonexistent", 1, name_it, NULL), -ENOENT);
}

/* A file in its place that is no index is made one. */
static void garbage(void **state)
{
	char path[200], before[sizeof(seen)];
	FILE *f;

	(void)state;
	snprintf(before, sizeof(before), "%s", list(NULL));
	assert_true(before[0]);
	snprintf(path, sizeof(path), "%s/" INDEX_FILE, dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("this is what somebody has left here, and no database at all\n", f);
	fclose(f);
	assert_string_equal(list(NULL), before);
	assert_true(query("SELECT count(*) FROM run") > 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),  cmocka_unit_test(filters), cmocka_unit_test(medians),
		cmocka_unit_test(follows), cmocka_unit_test(alike),   cmocka_unit_test(together),
		cmocka_unit_test(deep),	   cmocka_unit_test(garbage),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

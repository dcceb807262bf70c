// SPDX-License-Identifier: GPL-2.0-or-later
/* Kills the controller at each operation on a file and at random moments, and fills its disk. */
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "tests/faults/faults.h"

#define OPERATIONS 2000
#define RANDOM_KILLS 20
#define KILLS_OF_ONE 3

/* As long as a whole run takes on an idle machine; a busy one has to be killed later. */
#define RANDOM_KILL_US 90000

/* What a controller does to files, in order; one line each. Return: how many. */
static size_t list_operations(const char *dir, const struct fault_case *c, bool resume,
			      char (*op)[64], size_t most)
{
	char what[480], path[400];
	size_t nr = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/operations", faults_dir);
	snprintf(what, sizeof(what), "list:%s", path);
	unlink(path);
	case_finish(case_start(dir, c, what, resume));
	in = fopen(path, "r");
	while (in && nr < most && fgets(op[nr], sizeof(op[nr]), in)) {
		op[nr][strcspn(op[nr], "\n")] = '\0';
		nr++;
	}
	if (in)
		fclose(in);
	return nr;
}

void walk_operations(const char *pattern)
{
	static const char *const how[] = { "kill", "torn", "full" };
	static char op[OPERATIONS][64];
	struct fault_case *cases, base = { .target = "fake", .stops = true };
	char dir[300];
	size_t nr, n = 0, i, k;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	snprintf(dir, sizeof(dir), "%s/listed", faults_dir);
	nr = list_operations(dir, &base, false, op, OPERATIONS);
	cases = calloc(nr * ARRAY_LEN(how), sizeof(*cases));
	for (i = 0; i < nr * ARRAY_LEN(how); i++) {
		struct fault_case *c = &cases[n];

		k = i / ARRAY_LEN(how);
		/* Rows are many and alike: a part of them is enough for all but SIGKILL, and for later cycles. */
		if (strstr(op[k], "samples.jsonl") && k % (k > nr / 2		? 10
							   : i % ARRAY_LEN(how) ? 5
										: 2))
			continue;
		if (strncmp(op[k], "write", 5) && i % ARRAY_LEN(how))
			continue;
		*c = base;
		snprintf(c->shim, sizeof(c->shim), "%s:%zu", how[i % ARRAY_LEN(how)], k + 1);
		snprintf(c->name, sizeof(c->name), "controller, operation %zu (%s) x %s", k + 1,
			 op[k], how[i % ARRAY_LEN(how)]);
		n++;
	}
	cases_run(cases, n, "operation", pattern);
	free(cases);
}

void walk_host(const char *pattern)
{
	static char op[OPERATIONS][64];
	struct fault_case *cases,
		base = { .target = "fake:noconsole", .host = "h1", .stops = true };
	char dir[300];
	size_t nr, n = 0, i;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	snprintf(dir, sizeof(dir), "%s/host", faults_dir);
	nr = list_operations(dir, &base, false, op, OPERATIONS);
	cases = calloc(nr + 1, sizeof(*cases));
	for (i = 0; i < nr; i++) {
		struct fault_case *c = &cases[n];

		if (!strstr(op[i], " journal.jsonl"))
			continue;
		*c = base;
		snprintf(c->shim, sizeof(c->shim), "kill:%zu", i + 1);
		snprintf(c->name, sizeof(c->name),
			 "controller of a host, operation %zu (%s) x kill", i + 1, op[i]);
		n++;
	}
	cases_run(cases, n, "host", pattern);
	free(cases);
}

void walk_resume(const char *pattern)
{
	static char op[OPERATIONS][64];
	struct fault_case *cases, base = { .target = "fake:kill.fetch@3", .stops = true };
	char dir[300];
	size_t nr, n = 0, i;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	/* Killed after its rows were written and before the journal had the outcome: they are moved aside. */
	snprintf(dir, sizeof(dir), "%s/resumed", faults_dir);
	nr = list_operations(dir, &(struct fault_case){ .target = "fake" }, false, op, OPERATIONS);
	for (i = nr; i && strcmp(op[i - 1], "write journal.jsonl"); i--)
		;
	for (i--; i && strcmp(op[i - 1], "write journal.jsonl"); i--)
		;
	snprintf(base.shim, sizeof(base.shim), "kill:%zu", i);
	snprintf(base.target, sizeof(base.target), "fake");
	snprintf(dir, sizeof(dir), "%s/resumed-once", faults_dir);
	case_finish(case_start(dir, &base, base.shim, false));
	nr = list_operations(dir, &base, true, op, OPERATIONS);
	cases = calloc(nr + 1, sizeof(*cases));
	for (i = 0; i < nr; i++) {
		struct fault_case *c = &cases[n];

		if (strstr(op[i], "write samples.jsonl") && i % 4)
			continue;
		*c = base;
		snprintf(c->again, sizeof(c->again), "kill:%zu", i + 1);
		snprintf(c->name, sizeof(c->name), "resuming controller, operation %zu (%s) x kill",
			 i + 1, op[i]);
		n++;
	}
	cases_run(cases, n, "resume", pattern);
	free(cases);
}

void walk_random(const char *pattern)
{
	const char *given = getenv("FAULTS_SEED");
	unsigned int seed =
		given ? (unsigned int)strtoul(given, NULL, 10) : (unsigned int)time(NULL);
	unsigned int n, round = 0, kills = 0;

	printf("# seed %u (FAULTS_SEED=%u repeats it)\n", seed, seed);
	while (kills < RANDOM_KILLS && round < 10 * RANDOM_KILLS) {
		struct fault_case c = { .target = "fake" };
		char dir[300], path[400], why[600] = "";
		bool began = false, good;
		unsigned int mine = 0;
		FILE *out;
		int rc;

		for (n = 0; n < FAULT_CYCLES; n++)
			c.want.outcome[n] = "ok";
		if (++round % 2) {
			snprintf(c.target, sizeof(c.target), "fake:noconsole");
			c.host = "h1";
		}
		snprintf(c.name, sizeof(c.name), "random moments, run %u", round);
		if (fnmatch(pattern, c.name, 0))
			return;
		snprintf(dir, sizeof(dir), "%s/random-%u", faults_dir, round);
		for (rc = 128 + SIGKILL; rc == 128 + SIGKILL;) {
			pid_t pid = case_start(dir, &c, "", began);

			if (kills < RANDOM_KILLS && mine++ < KILLS_OF_ONE) {
				usleep((useconds_t)(rand_r(&seed) % RANDOM_KILL_US));
				kill(pid, SIGKILL);
			}
			rc = case_finish(pid);
			kills += rc == 128 + SIGKILL;
			if (began && rc == LUB_EXIT_USAGE)
				rc = 128 + SIGKILL, began = false;
			else
				began = true;
		}
		good = rc == LUB_EXIT_OK && check_run(dir, &c.want, why, sizeof(why)) &&
		       (!c.host || check_given_back(dir, why, sizeof(why)));
		if (rc != LUB_EXIT_OK)
			snprintf(why, sizeof(why), "exit status %d", rc);
		snprintf(path, sizeof(path), "%s.why", dir);
		out = fopen(path, "w");
		fputs(why, out);
		fclose(out);
		case_report(&c, good, dir);
	}
	printf("# killed at %u random moments in %u runs\n", kills, round);
	if (kills < RANDOM_KILLS) {
		printf("# only %u kills came before the end of a run\n", kills);
		case_report(&(struct fault_case){ .name = "enough random moments" }, false,
			    faults_dir);
	}
}

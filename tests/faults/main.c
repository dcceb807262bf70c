// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Walks all pairs of a step and a fault on the fake target, kills the controller at each operation on a
 * file and at random moments, fills its disk, resumes, and checks what is left (check.c). Ends with
 * "N passed, N failed".
 *
 *   faults LUBENCH SHIM.so [PATTERN]     FAULTS_SEED=N repeats the random moments
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/journal.h"
#include "tests/faults/faults.h"

#define WORKERS 8
#define RANDOM_KILLS 20
#define KILLS_OF_ONE 3

/* As long as a whole run takes on an idle machine; a busy one has to be killed later. */
#define RANDOM_KILL_US 90000

static const char *lubench, *shim;
static char top[] = "/tmp/lubench-faults-XXXXXX";
static unsigned int passed, failed;

static void redirect(const char *dir)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s.log", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
}

/* Starts the controller: a new run of CASE in DIR, or the rest of one. */
static pid_t start(const char *dir, const struct fault_case *c, const char *what, bool resume)
{
	char plan[64], cache[400];
	const char *argv[16] = { lubench, "run" };
	int n = 2;
	pid_t pid;

	snprintf(plan, sizeof(plan), "%s/plan.ini", top);
	snprintf(cache, sizeof(cache), "%s.cache", dir);
	if (resume) {
		argv[n++] = "--resume";
		argv[n++] = dir;
	} else {
		argv[n++] = "--target";
		argv[n++] = c->target;
		argv[n++] = "--plan";
		argv[n++] = plan;
		argv[n++] = "--out";
		argv[n++] = dir;
		if (c->host) {
			argv[n++] = "--host";
			argv[n++] = c->host;
		}
	}
	pid = fork();
	if (pid)
		return pid;
	redirect(dir);
	setenv("LUBENCH_CACHE", cache, 1);
	if (*what) {
		setenv("LUBENCH_SHIM", what, 1);
		setenv("LD_PRELOAD", shim, 1);
	}
	execv(lubench, (char *const *)argv);
	_exit(127);
}

static int finish(pid_t pid)
{
	int raw;

	while (waitpid(pid, &raw, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

/* What is done after the controller is gone: go on, or begin anew when nothing had begun. */
static int go_on(const char *dir, const struct fault_case *c, const char *what)
{
	int rc = finish(start(dir, c, what, true));

	return rc == LUB_EXIT_USAGE ? finish(start(dir, c, what, false)) : rc;
}

static bool all_ok(const struct fault_case *c)
{
	size_t i;

	for (i = 0; i < FAULT_CYCLES; i++)
		if (strcmp(c->want.outcome[i], "ok"))
			return false;
	return true;
}

static bool check_open(const char *dir, const struct fault_case *c, char *why, size_t len)
{
	struct journal_state s;
	bool good = !journal_replay(dir, &s);

	if (!good || s.open_cycle != c->open_cycle || !s.launches)
		snprintf(why, len,
			 "the journal of the killed one: %u launches, open cycle %u, not %u",
			 s.launches, s.open_cycle, c->open_cycle);
	good = good && s.open_cycle == c->open_cycle && s.launches;
	journal_state_free(&s);
	return good;
}

/* The run has ended, twice, without a trace in what is measured; then the claim of the other one lapses. */
static bool check_refused(const char *dir, const struct fault_case *c, int rc, char *why,
			  size_t len)
{
	static const struct timespec old[2] = { { .tv_sec = 1000000000 },
						{ .tv_sec = 1000000000 } };
	struct journal_state s = { 0 };
	char path[400];
	int again = finish(start(dir, c, "", true));

	snprintf(path, sizeof(path), "%s/fake.dir/owner", dir);
	if (rc != LUB_EXIT_FAIL || again != LUB_EXIT_FAIL)
		snprintf(why, len, "a host of another run: exit status %d, then %d", rc, again);
	else if (journal_replay(dir, &s) || s.count != c->refused - 1 ||
		 s.open_cycle != c->open_cycle)
		snprintf(why, len, "a host of another run: %zu cycles are done, %u is open",
			 s.count, s.open_cycle);
	else if (utimensat(AT_FDCWD, path, old, 0))
		snprintf(why, len, "the other run's claim is gone");
	journal_state_free(&s);
	return !*why;
}

static unsigned int count_launches(const char *dir)
{
	struct journal_state s;
	unsigned int n;

	journal_replay(dir, &s);
	n = s.launches;
	journal_state_free(&s);
	return n;
}

/* Once more: nothing is left to do, and nothing changes; the host is not even asked. */
static bool check_complete(const char *dir, const struct fault_case *c, char *why, size_t len)
{
	unsigned int launches = count_launches(dir);
	int rc = go_on(dir, c, "");

	if (rc != LUB_EXIT_OK)
		snprintf(why, len, "resuming what is complete gave status %d", rc);
	else if (count_launches(dir) != launches)
		snprintf(why, len, "resuming what is complete launched it again");
	else
		return check_run(dir, &c->want, why, len);
	return false;
}

static bool check_host(const char *dir, const struct fault_case *c, char *why, size_t len)
{
	char kept[200];

	if (!c->keeps)
		return !c->host || check_given_back(dir, why, len);
	if (check_given_back(dir, kept, sizeof(kept)))
		snprintf(why, len,
			 "the host was given back from under an agent, or without an answer");
	return !*why;
}

/* In a process of its own. Return: nothing is wrong. */
static bool run_case(const char *dir, const struct fault_case *c, char *why, size_t len)
{
	int rc = finish(start(dir, c, c->shim, false));
	bool full = !strncmp(c->shim, "full", 4);

	if (c->stops && rc != (full ? LUB_EXIT_FAIL : 128 + SIGKILL)) {
		snprintf(why, len, "the first controller ended with status %d", rc);
		return false;
	}
	if (c->stops && !*c->shim && !check_open(dir, c, why, len))
		return false;
	if (c->refused && !check_refused(dir, c, rc, why, len))
		return false;
	if (*c->again)
		rc = go_on(dir, c, c->again);
	if (c->stops || c->refused)
		rc = go_on(dir, c, "");
	if (rc != (all_ok(c) ? LUB_EXIT_OK : LUB_EXIT_FAIL)) {
		snprintf(why, len, "exit status %d", rc);
		return false;
	}
	if (!check_run(dir, &c->want, why, len) || !check_host(dir, c, why, len) ||
	    (c->note && !check_note(dir, c->note, why, len)) || *c->shim)
		return !*why;
	return check_complete(dir, c, why, len);
}

static void report(const struct fault_case *c, bool good, const char *dir)
{
	char path[400], why[600] = "";
	FILE *in;

	snprintf(path, sizeof(path), "%s.why", dir);
	in = fopen(path, "r");
	if (in && !fgets(why, sizeof(why), in))
		why[0] = '\0';
	if (in)
		fclose(in);
	passed += good;
	failed += !good;
	printf("%s %u %s%s%s\n", good ? "ok" : "not ok", passed + failed, c->name,
	       good ? "" : " # ", good ? "" : why);
	if (!good)
		printf("# kept: %s (%s)\n", dir, c->target);
	fflush(stdout);
}

/* All cases, some at a time: they mostly wait. */
static void run_all(const struct fault_case *cases, size_t nr, const char *name,
		    const char *pattern)
{
	struct {
		pid_t pid;
		const struct fault_case *c;
		char dir[300];
	} w[WORKERS] = { { 0, NULL, "" } };
	size_t next = 0, busy = 0, i;
	int raw;
	pid_t pid;

	while (next < nr || busy) {
		for (i = 0; i < WORKERS && next < nr; i++) {
			if (w[i].pid)
				continue;
			w[i].c = &cases[next++];
			if (fnmatch(pattern, w[i].c->name, 0))
				continue;
			snprintf(w[i].dir, sizeof(w[i].dir), "%s/%s-%zu", top, name, next);
			w[i].pid = fork();
			if (!w[i].pid) {
				char why[600] = "", path[400];
				bool good;
				FILE *out;

				redirect(w[i].dir);
				good = run_case(w[i].dir, w[i].c, why, sizeof(why));
				snprintf(path, sizeof(path), "%s.why", w[i].dir);
				out = fopen(path, "w");
				fputs(why, out);
				fclose(out);
				_exit(!good);
			}
			busy++;
		}
		pid = busy ? wait(&raw) : 0;
		for (i = 0; pid > 0 && i < WORKERS; i++) {
			if (w[i].pid != pid)
				continue;
			report(w[i].c, raw == 0, w[i].dir);
			w[i].pid = 0;
			busy--;
		}
	}
}

/* What a controller does to files, in order; one line each. Return: how many. */
static size_t list_operations(const char *dir, const struct fault_case *c, bool resume,
			      char (*op)[64], size_t most)
{
	char what[480], path[400];
	size_t nr = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/operations", top);
	snprintf(what, sizeof(what), "list:%s", path);
	unlink(path);
	finish(start(dir, c, what, resume));
	in = fopen(path, "r");
	while (in && nr < most && fgets(op[nr], sizeof(op[nr]), in)) {
		op[nr][strcspn(op[nr], "\n")] = '\0';
		nr++;
	}
	if (in)
		fclose(in);
	return nr;
}

#define OPERATIONS 2000

/* Each operation on a file: killed before it, in the middle of it, and the disk is full from there on. */
static void walk_operations(const char *pattern)
{
	static const char *const how[] = { "kill", "torn", "full" };
	static char op[OPERATIONS][64];
	struct fault_case *cases, base = { .target = "fake", .stops = true };
	char dir[300];
	size_t nr, n = 0, i, k;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	snprintf(dir, sizeof(dir), "%s/listed", top);
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
	run_all(cases, n, "operation", pattern);
	free(cases);
}

/* On a host, which outlives it: killed before each line of the journal, so at the end of the run, too. */
static void walk_host(const char *pattern)
{
	static char op[OPERATIONS][64];
	struct fault_case *cases,
		base = { .target = "fake:noconsole", .host = "h1", .stops = true };
	char dir[300];
	size_t nr, n = 0, i;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	snprintf(dir, sizeof(dir), "%s/host", top);
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
	run_all(cases, n, "host", pattern);
	free(cases);
}

/* A run that was killed in its third cycle, and the controller that resumes it is killed, too. */
static void walk_resume(const char *pattern)
{
	static char op[OPERATIONS][64];
	struct fault_case *cases, base = { .target = "fake:kill.fetch@3", .stops = true };
	char dir[300];
	size_t nr, n = 0, i;

	for (i = 0; i < FAULT_CYCLES; i++)
		base.want.outcome[i] = "ok";
	/* Killed after its rows were written and before the journal had the outcome: they are moved aside. */
	snprintf(dir, sizeof(dir), "%s/resumed", top);
	nr = list_operations(dir, &(struct fault_case){ .target = "fake" }, false, op, OPERATIONS);
	for (i = nr; i && strcmp(op[i - 1], "write journal.jsonl"); i--)
		;
	for (i--; i && strcmp(op[i - 1], "write journal.jsonl"); i--)
		;
	snprintf(base.shim, sizeof(base.shim), "kill:%zu", i);
	snprintf(base.target, sizeof(base.target), "fake");
	snprintf(dir, sizeof(dir), "%s/resumed-once", top);
	finish(start(dir, &base, base.shim, false));
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
	run_all(cases, n, "resume", pattern);
	free(cases);
}

/* One run, killed at random moments until it was killed often enough. */
static void walk_random(const char *pattern)
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
		snprintf(dir, sizeof(dir), "%s/random-%u", top, round);
		for (rc = 128 + SIGKILL; rc == 128 + SIGKILL;) {
			pid_t pid = start(dir, &c, "", began);

			if (kills < RANDOM_KILLS && mine++ < KILLS_OF_ONE) {
				usleep((useconds_t)(rand_r(&seed) % RANDOM_KILL_US));
				kill(pid, SIGKILL);
			}
			rc = finish(pid);
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
		report(&c, good, dir);
	}
	printf("# killed at %u random moments in %u runs\n", kills, round);
	if (kills < RANDOM_KILLS) {
		printf("not ok - only %u kills came before the end of a run\n", kills);
		failed++;
	}
}

static bool write_plan(void)
{
	char path[64];
	FILE *out;

	snprintf(path, sizeof(path), "%s/plan.ini", top);
	out = fopen(path, "w");
	if (!out)
		return false;
	fprintf(out,
		"[run]\nscenario=preserve\nreps=1\ncycles=%d\n[matrix.1]\nhwpts=1,2\nioas=64M\npage=4K\n",
		FAULT_CYCLES);
	return fclose(out) == 0;
}

int main(int argc, char **argv)
{
	const char *pattern = argc > 3 ? argv[3] : "*";
	struct fault_case plain = { .target = "fake" };
	char dir[300], command[64];
	size_t nr;

	if (argc < 3) {
		fprintf(stderr, "usage: %s LUBENCH SHIM.so [PATTERN]\n", argv[0]);
		return 2;
	}
	lubench = realpath(argv[1], NULL);
	shim = realpath(argv[2], NULL);
	if (!lubench || !shim || !mkdtemp(top) || !write_plan()) {
		fprintf(stderr, "%s, %s or %s: %s\n", argv[1], argv[2], top, strerror(errno));
		return 2;
	}
	snprintf(dir, sizeof(dir), "%s/reference", top);
	finish(start(dir, &plain, "", false));
	if (!reference_load(dir))
		return 1;
	{
		struct fault_case *cases = matrix_cases(&nr);

		run_all(cases, nr, "pair", pattern);
	}
	walk_operations(pattern);
	walk_host(pattern);
	walk_resume(pattern);
	walk_random(pattern);
	snprintf(command, sizeof(command), "rm -rf %s", top);
	if (!failed && system(command))
		fprintf(stderr, "%s cannot be removed\n", top);
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}

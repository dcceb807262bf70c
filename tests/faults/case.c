// SPDX-License-Identifier: GPL-2.0-or-later
/* One pair of a step and a fault: runs the controller, resumes it, and looks at what is left. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/journal.h"
#include "tests/faults/faults.h"

void case_log(const char *dir)
{
	char path[400];
	int fd;

	snprintf(path, sizeof(path), "%s.log", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
}

pid_t case_start(const char *dir, const struct fault_case *c, const char *what, bool resume)
{
	char plan[64], cache[400];
	const char *argv[16] = { faults_lubench, "run" };
	int n = 2;
	pid_t pid;

	snprintf(plan, sizeof(plan), "%s/plan.ini", faults_dir);
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
	case_log(dir);
	setenv("LUBENCH_CACHE", cache, 1);
	if (*what) {
		setenv("LUBENCH_SHIM", what, 1);
		setenv("LD_PRELOAD", faults_shim, 1);
	}
	execv(faults_lubench, (char *const *)argv);
	_exit(127);
}

int case_finish(pid_t pid)
{
	int raw;

	while (waitpid(pid, &raw, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
}

/* What is done after the controller is gone: go on, or begin anew when nothing had begun. */
static int go_on(const char *dir, const struct fault_case *c, const char *what)
{
	int rc = case_finish(case_start(dir, c, what, true));

	return rc == LUB_EXIT_USAGE ? case_finish(case_start(dir, c, what, false)) : rc;
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
	int again = case_finish(case_start(dir, c, "", true));

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

bool case_run(const char *dir, const struct fault_case *c, char *why, size_t len)
{
	int rc = case_finish(case_start(dir, c, c->shim, false));
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

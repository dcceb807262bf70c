// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/company.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <utmpx.h>

#include "bench/agent/agent.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/sysfile.h"

/* As much as company_percent() needs */
#define REST_MS 1000

int64_t company_busy_parse(const char *text, long hz)
{
	unsigned long long user, nice, system;

	if (hz <= 0 || strncmp(text, "cpu ", 4) ||
	    sscanf(text + 4, "%llu %llu %llu ", &user, &nice, &system) != 3)
		return -EINVAL;
	return (int64_t)((user + nice + system) * 1000 / (unsigned long long)hz);
}

static uint64_t usage_ms(int who)
{
	struct rusage u;

	if (getrusage(who, &u))
		return 0;
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
}

int company_look(struct company *c)
{
	char *text = sys_read_all("/proc/stat");
	struct timespec now;
	int64_t busy;

	if (!text)
		return -errno;
	busy = company_busy_parse(text, sysconf(_SC_CLK_TCK));
	free(text);
	if (busy < 0)
		return (int)busy;
	clock_gettime(CLOCK_BOOTTIME, &now);
	c->now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	c->busy_ms = (uint64_t)busy;
	c->own_ms = usage_ms(RUSAGE_SELF) + usage_ms(RUSAGE_CHILDREN);
	return 0;
}

unsigned int company_percent(const struct company *from, const struct company *to)
{
	uint64_t busy = to->busy_ms - from->busy_ms, own = to->own_ms - from->own_ms;

	if (to->now_ms < from->now_ms + 1000 || to->busy_ms < from->busy_ms || own >= busy)
		return 0;
	return (unsigned int)((busy - own) * 100 / (to->now_ms - from->now_ms));
}

bool company_awaited(const char *dir)
{
	char name[PATH_MAX], want[PATH_MAX], path[300], exe[PATH_MAX];
	struct dirent *ent;
	DIR *proc = opendir("/proc");
	bool found = false;
	ssize_t n;

	snprintf(name, sizeof(name), "%s/await", dir);
	if (!realpath(name, want)) {
		if (proc)
			closedir(proc);
		return false;
	}
	while (proc && !found && (ent = readdir(proc))) {
		snprintf(path, sizeof(path), "/proc/%s/exe", ent->d_name);
		n = readlink(path, exe, sizeof(exe) - 1);
		exe[n < 0 ? 0 : n] = '\0';
		found = !strcmp(exe, want);
	}
	if (proc)
		closedir(proc);
	return found;
}

void company_rest(struct agent *ag)
{
	uint64_t from = clock_ticks();
	bool awaited = !ag->c.awaited, quiet = false;
	struct company a, b;
	uint32_t ms = 0;

	if (!ag->c.rest_ms)
		return;
	while (ms < ag->c.rest_ms && !quiet) {
		if (company_look(&a))
			return;
		msleep(REST_MS);
		if (company_look(&b))
			return;
		awaited = awaited || company_awaited(ag->dir);
		quiet = awaited && company_percent(&a, &b) <= COMPANY_PERCENT / 2;
		ms = (uint32_t)(clock_ns(clock_ticks() - from) / 1000000);
	}
	kmsg("cycle=%u %s after %u ms%s", ag->c.cycle,
	     quiet ? "the machine rests" : "the machine does not come to rest", ms,
	     awaited ? "" : "; nobody waits for the end of the cycle");
}

/* When a process was started, field 22 of /proc/PID/stat; false: there is none. */
static bool started_ms(pid_t pid, uint64_t *ms)
{
	unsigned long long ticks;
	char path[40], *text, *at;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	text = sys_read_all(path);
	if (!text)
		return false;
	/* The name before it may hold anything, blanks and brackets included. */
	at = strrchr(text, ')');
	if (at && sscanf(at + 1,
			 " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
			 "%*s %llu",
			 &ticks) == 1) {
		*ms = ticks * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
		found = true;
	}
	free(text);
	return found;
}

bool company_login(const char *path, uint64_t since_ms, char *who, size_t len)
{
	struct utmpx *u;
	bool found = false;
	uint64_t ms = 0;

	if (path)
		utmpxname(path);
	setutxent();
	while (!found && (u = getutxent())) {
		if (u->ut_type != USER_PROCESS || !started_ms(u->ut_pid, &ms) || ms < since_ms)
			continue;
		found = true;
		snprintf(who, len, "%.*s on %.*s", (int)sizeof(u->ut_user), u->ut_user,
			 (int)sizeof(u->ut_line), u->ut_line);
	}
	endutxent();
	return found;
}

int company_check(struct agent *ag, const struct company *start)
{
	struct company now;
	unsigned int percent;
	char who[80];

	if (company_login(NULL, start ? start->now_ms : 0, who, sizeof(who)))
		return agent_fail(ag, "disturbed", 0, "%s logged in during the cycle", who);
	/* A system that has just come up loads itself; perf is ours, and not charged before it ends. */
	if (!start || ag->c.perf || company_look(&now))
		return 0;
	percent = company_percent(start, &now);
	kmsg("cycle=%u others took %u %% of a processor", ag->c.cycle, percent);
	if (percent <= COMPANY_PERCENT)
		return 0;
	return agent_fail(ag, "disturbed", 0,
			  "others took %u %% of a processor during the cycle; stop what runs there",
			  percent);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who else is on the machine: a login or a load in a cycle makes its times those of something else. */
#ifndef BENCH_AGENT_COMPANY_H
#define BENCH_AGENT_COMPANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct agent;

/**
 * COMPANY_PERCENT - more than that of one processor, taken by others over a whole cycle, is a load. A quiet server
 * with its daemons is far below, anything that a person has started far above.
 */
#define COMPANY_PERCENT 50

/**
 * struct company - the machine at one moment; times since it was booted
 * @now_ms: when
 * @busy_ms: processor time that all tasks have got; not interrupts, which nobody can be charged with
 * @own_ms: what of it was the caller's and that of children which have ended
 */
struct company {
	uint64_t now_ms;
	uint64_t busy_ms;
	uint64_t own_ms;
};

/**
 * company_busy_parse() - processor time in the first line of /proc/stat
 * @text: the file
 * @hz: its unit, ticks a second: sysconf(_SC_CLK_TCK)
 *
 * Return: user, nice and system in milliseconds, or -EINVAL.
 */
int64_t company_busy_parse(const char *text, long hz);

/**
 * company_look() - take down how it is now
 * @c: filled in
 *
 * Return: 0 or -errno.
 */
int company_look(struct company *c);

/**
 * company_percent() - what others took from one moment to another
 * @from: the earlier one
 * @to: the later one
 *
 * Return: percent of one processor, at least 0; 0 where less than a second lies between them, as
 * the kernel counts in ticks.
 */
unsigned int company_percent(const struct company *from, const struct company *to);

/**
 * company_awaited() - is the process there that waits for the end of the cycle on the controller's behalf
 * @dir: the agent's directory; its name there is await
 *
 * Return: true if so.
 */
bool company_awaited(const char *dir);

/**
 * company_rest() - wait until the machine has come to rest, before anything is measured
 * @ag: agent; nothing is done unless its cycle has rest_ms
 *
 * What asks for the cycle's end logs in when it has begun (see await.h), and a system that has just come up still loads
 * itself. Who computes there for longer than rest_ms is found by company_check().
 */
void company_rest(struct agent *ag);

/**
 * company_login() - has somebody logged in
 * @path: the list of logins, utmp(5); NULL: that of the system
 * @since_ms: since then, after boot; by the start of the process that holds the login
 * @who: set to user and terminal
 * @len: size of @who
 *
 * A system that keeps no such list is one on which nobody is found. A connection without a
 * terminal, like the controller's, is not in it.
 *
 * Return: true when there is one.
 */
bool company_login(const char *path, uint64_t since_ms, char *who, size_t len);

/**
 * company_check() - was the agent alone so far
 * @ag: the agent
 * @start: when the cycle began; NULL in the incoming kernel, where only logins count
 *
 * Before the kexec a cycle that was not alone ends here: it would give no numbers, and the
 * machine is spared the kexec.
 *
 * Return: 0 or -EIO (outcome "disturbed" is set).
 */
int company_check(struct agent *ag, const struct company *start);

#endif

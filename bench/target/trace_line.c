// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of QEMU's trace, backend "log". */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/target/trace.h"

/* "4711@1700000000.123456:", also with a blank at its end. */
static char *thread_stamp(char *at, struct trace_line *l)
{
	char *end;
	unsigned long long sec, usec;
	long tid = strtol(at, &end, 10);

	if (end == at || *end != '@')
		return at;
	sec = strtoull(end + 1, &end, 10);
	if (*end != '.')
		return at;
	usec = strtoull(end + 1, &end, 10);
	if (*end != ':' && *end != ' ')
		return at;
	l->tid = tid;
	l->ns = (int64_t)(sec * 1000000000ull + usec * 1000);
	return end + 1 + strspn(end + 1, " ");
}

/* "2026-11-27T21:58:20.123456Z ", as QEMU's messages have it. */
static char *date_stamp(char *at, struct trace_line *l)
{
	struct tm tm = { 0 };
	unsigned int usec;
	int used = 0;

	if (sscanf(at, "%4d-%2d-%2dT%2d:%2d:%2d.%6uZ %n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		   &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &usec, &used) != 7 ||
	    !used)
		return at;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	l->ns = timegm(&tm) * 1000000000ll + usec * 1000ll;
	return at + used;
}

int trace_line_parse(char *text, struct trace_line *l)
{
	char *at = text, *end;

	*l = (struct trace_line){ .ns = -1 };
	if (isdigit((unsigned char)*at))
		at = date_stamp(at, l);
	if (isdigit((unsigned char)*at))
		at = thread_stamp(at, l);
	end = at + strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
	/* Names of events have a subsystem in front: without it, it is text of something else. */
	if (!islower((unsigned char)*at) || (*end && *end != ' ') ||
	    !memchr(at, '_', (size_t)(end - at)))
		return -EINVAL;
	l->event = at;
	l->args = *end ? end + 1 : end;
	*end = '\0';
	return 0;
}

bool trace_key(const char *args, const char *key, uint64_t *value)
{
	size_t len = strlen(key);
	const char *at, *from;
	char *end;

	for (at = strstr(args, key); at; at = strstr(at + len, key)) {
		if (at > args && (isalnum((unsigned char)at[-1]) || at[-1] == '_'))
			continue;
		from = at + len + strspn(at + len, "=: ");
		if (from == at + len)
			continue;
		*value = strtoull(from, &end, 0);
		if (end > from)
			return true;
	}
	return false;
}

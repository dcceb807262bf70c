// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/owner.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Begins the line of an answer: a login may print more. */
#define MARK "lubench-owner "

static const char *const verbs[] = {
	[OWNER_CLAIM] = "claim",     [OWNER_RENEW] = "renew",	[OWNER_LOOK] = "look",
	[OWNER_RELEASE] = "release", [OWNER_UNLOCK] = "unlock",
};

static const char *const hows[] = {
	[OWNER_NEW] = "new",	   [OWNER_OURS] = "ours", [OWNER_DEAD] = "dead",
	[OWNER_LAPSED] = "lapsed", [OWNER_HELD] = "held", [OWNER_BUSY] = "busy",
	[OWNER_GONE] = "gone",
};

static const char script[] =
#include "build/gen/owner-script.inc"
	;

char *owner_word(char *buf, size_t len, const char *text)
{
	size_t i;

	if (!text || !*text) {
		snprintf(buf, len, "?");
		return buf;
	}
	for (i = 0; text[i] && i + 1 < len; i++)
		buf[i] = text[i];
	buf[i] = '\0';
	for (i = 0; buf[i]; i++)
		if (!isalnum((unsigned char)buf[i]) && !strchr("._@:+-", buf[i]))
			buf[i] = '_';
	return buf;
}

void owner_command(char buf[OWNER_COMMAND_MAX], enum owner_verb verb, const struct owner_claim *me)
{
	long long seconds = me->seconds < 1		      ? 1
			    : me->seconds > OWNER_SECONDS_MAX ? OWNER_SECONDS_MAX
							      : me->seconds;

	snprintf(buf, OWNER_COMMAND_MAX,
		 "d='" TARGET_DIR "' v=%s r=%s i=%s w=%s s=%lld held=%d busy=%d none=%d locked=%d"
		 " broken=%d\nagents() { " TARGET_BUSY_COMMAND "; }\n%s",
		 verbs[verb], me->run, me->controller, me->who, seconds, TARGET_OWNER_HELD,
		 TARGET_OWNER_BUSY, TARGET_OWNER_NONE, TARGET_OWNER_LOCKED, TARGET_OWNER_BROKEN,
		 script);
}

void owner_check(char buf[OWNER_CHECK_MAX], const struct owner_claim *me)
{
	snprintf(buf, OWNER_CHECK_MAX,
		 "case $(head -c 400 " TARGET_DIR "/" OWNER_FILE
		 " 2>/dev/null) in '%s %s '*) ;; *) exit %d ;; esac; ",
		 me->run, me->controller, TARGET_OWNER_LOST);
}

char *owner_elsewhere(const char *command, const char *dir)
{
	const char *from = command, *at;
	size_t len = strlen(command) + 1;
	char *text, *to;

	for (at = command; (at = strstr(at, TARGET_DIR)); at++)
		len += strlen(dir);
	text = to = malloc(len);
	while (text && (at = strstr(from, TARGET_DIR))) {
		to = mempcpy(to, from, (size_t)(at - from));
		to = stpcpy(to, dir);
		from = at + strlen(TARGET_DIR);
	}
	if (text)
		strcpy(to, from);
	return text;
}

/* The next word of a line, bounded and plain; "?" at its end. */
static const char *word(const char *at, char buf[OWNER_WORD])
{
	char raw[OWNER_WORD];
	size_t n;

	at += strspn(at, " ");
	n = strcspn(at, " \n");
	snprintf(raw, sizeof(raw), "%.*s", n < sizeof(raw) ? (int)n : (int)sizeof(raw) - 1, at);
	owner_word(buf, OWNER_WORD, raw);
	return at + n;
}

/* Nobody's clock is believed for more than that. */
static long long number(const char *text)
{
	long long n = strtoll(text, NULL, 10);

	return n < 0 ? 0 : n > OWNER_SECONDS_MAX ? OWNER_SECONDS_MAX : n;
}

bool owner_parse(const char *text, struct owner *o)
{
	const char *at = text ? strstr(text, MARK) : NULL, *next;
	char how[OWNER_WORD], n[OWNER_WORD];
	size_t i;

	memset(o, 0, sizeof(*o));
	while (at && (next = strstr(at + 1, MARK)))
		at = next;
	if (!at)
		return false;
	at = word(at + strlen(MARK), how);
	at = word(at, n);
	o->age = number(n);
	at = word(at, n);
	o->seconds = number(n);
	at = word(at, o->run);
	at = word(at, o->controller);
	at = word(at, n); /* what it is good for, told above */
	at = word(at, o->boot);
	word(at, o->who);
	for (i = 0; i < sizeof(hows) / sizeof(hows[0]); i++) {
		o->how = (enum owner_how)i;
		if (!strcmp(how, hows[i]))
			return true;
	}
	return false;
}

long long owner_left(const struct owner *o)
{
	/* It is good for as long, the last second included. */
	return o->age > o->seconds ? 0 : o->seconds - o->age + 1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What the console log of a target says. */
#include "bench/target/console.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const panic_words[] = { "Kernel panic - not syncing" };

static const char *const oops_words[] = {
	"BUG: ",
	"Oops: ",
	"kernel BUG at ",
	"general protection fault",
	"Internal error: ",
	"Unable to handle kernel",
	"double fault",
	"soft lockup",
	"rcu_sched detected stalls",
};

static const char *const warning_words[] = { "WARNING: " };

static const char *const reset_words[] = { "SeaBIOS (version", "UEFI firmware (version" };

#define FIND(line, words) find(line, words, sizeof(words) / sizeof((words)[0]))

static const char *find(const char *line, const char *const *words, size_t nr)
{
	const char *at = NULL;
	size_t i;

	for (i = 0; i < nr && !at; i++)
		at = strstr(line, words[i]);
	return at;
}

char *console_plain(char *text)
{
	char *p;

	for (p = text; *p; p++)
		if (!isascii((unsigned char)*p) || !isprint((unsigned char)*p))
			*p = ' ';
	return text;
}

/* Keeps the first one: later ones are most often consequences. */
static void keep(char *where, const char *text)
{
	if (*where)
		return;
	snprintf(where, CONSOLE_TEXT_MAX, "%s", text);
	console_plain(where);
}

static void on_marker(struct console *c, const char *at, long long now_ms)
{
	unsigned int cycle;
	char phase[32];

	if (sscanf(at, "lubench: witness gpa=%" SCNx64 " cookie=%" SCNx64, &c->gpa, &c->cookie) ==
	    2) {
		c->witness = true;
	} else if (sscanf(at, "lubench: cycle=%u phase=%31s", &cycle, phase) == 2) {
		c->cycle = cycle;
		memcpy(c->phase, phase, sizeof(phase));
		c->news_ms = now_ms;
	} else if (sscanf(at, "lubench: cycle=%u outcome=%31s", &cycle, phase) == 2) {
		c->cycle = cycle;
		c->ended = true;
		c->news_ms = now_ms;
	}
}

static void on_line(struct console *c, const char *line, long long now_ms)
{
	const char *at;

	at = strstr(line, "lubench: ");
	if (at)
		on_marker(c, at, now_ms);
	else if (strstr(line, "Linux version ")) {
		c->boots++;
		c->boot_ms = c->news_ms = now_ms;
	} else if ((at = FIND(line, panic_words))) {
		if (!*c->panic)
			c->panic_boots = c->boots;
		keep(c->panic, at);
	} else if ((at = FIND(line, oops_words)))
		keep(c->oops, at);
	else if ((at = FIND(line, warning_words)))
		keep(c->warning, at);
	else if (FIND(line, reset_words))
		c->resets++;
}

void console_mark(struct console *c, long long now_ms)
{
	memset(c, 0, offsetof(struct console, partial));
	c->news_ms = now_ms;
}

void console_feed(struct console *c, const char *text, size_t len, long long now_ms)
{
	for (; len; len--, text++) {
		if (*text == '\n' || *text == '\r') {
			c->partial[c->used] = '\0';
			if (c->used)
				on_line(c, c->partial, now_ms);
			c->used = 0;
		} else if (*text && c->used + 1 < sizeof(c->partial)) {
			c->partial[c->used++] = *text;
		}
	}
}

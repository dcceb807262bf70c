/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the console log of a target says about a cycle. Pure text in, facts out: no I/O here.
 *
 * The agent writes to /dev/kmsg, so these appear in it:
 *   lubench: cycle=3 phase=NAME          progress marker; the last one names the phase of a hang
 *   lubench: cycle=3 outcome=WORD        outcome.json is in place: fetch it now
 *   lubench: witness gpa=0x... cookie=0x...
 */
#ifndef BENCH_TARGET_CONSOLE_H
#define BENCH_TARGET_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_LINE_MAX 512
#define CONSOLE_TEXT_MAX 160

/**
 * struct console - facts since console_mark()
 * @boots: kernels that began to boot ("Linux version ...")
 * @resets: firmware banners: the machine went through its reset vector
 * @panic: first panic line, "" without one
 * @panic_boots: @boots when it came: 0 outgoing, else incoming
 * @oops: first BUG, Oops or the like
 * @warning: first kernel WARNING
 * @cycle: of the newest marker, 0 without one
 * @phase: of the newest marker
 * @news_ms: when a marker or a new kernel was seen last
 * @boot_ms: when the newest kernel began
 * @ended: a marker said that outcome.json is in place
 * @witness: a witness line was seen
 * @gpa: from it
 * @cookie: from it
 * @partial: line not yet complete
 * @used: bytes in it
 */
struct console {
	unsigned int boots;
	unsigned int resets;
	char panic[CONSOLE_TEXT_MAX];
	unsigned int panic_boots;
	char oops[CONSOLE_TEXT_MAX];
	char warning[CONSOLE_TEXT_MAX];
	uint32_t cycle;
	char phase[32];
	long long news_ms;
	long long boot_ms;
	bool ended;
	bool witness;
	uint64_t gpa;
	uint64_t cookie;
	char partial[CONSOLE_LINE_MAX];
	size_t used;
};

/**
 * console_mark() - forget all facts: a cycle begins
 * @c: console
 * @now_ms: time of now
 */
void console_mark(struct console *c, long long now_ms);

/**
 * console_feed() - take in more of the log
 * @c: console
 * @text: bytes of the log, cut anywhere
 * @len: how many
 * @now_ms: when they were read
 */
void console_feed(struct console *c, const char *text, size_t len, long long now_ms);

/**
 * console_plain() - make foreign text fit for terminals, KTAP and JSON
 * @text: changed in place: all but printable ASCII becomes a space
 *
 * Return: @text.
 */
char *console_plain(char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel log: progress goes there, and so onto the console; faults are counted there. */
#ifndef BENCH_AGENT_KMSG_H
#define BENCH_AGENT_KMSG_H

#include <stdint.h>

/**
 * kmsg() - write one line, "lubench: " in front, to the kernel log; stderr is the fallback
 * @fmt: as printf()
 */
void kmsg(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/**
 * kmsg_on_news() - have a function called with every line that is written
 * @news: the function, NULL: none any more
 */
void kmsg_on_news(void (*news)(void));

/**
 * struct kmsg_facts - what the log of this kernel says
 * @faults: lines about refused DMA; their rate is limited, so any number above 0 means "some"
 * @first_fault: text of the first one
 * @liveupdate_number: live updates before this kernel, -1 when the log does not say
 */
struct kmsg_facts {
	uint32_t faults;
	char first_fault[160];
	int64_t liveupdate_number;
};

/**
 * kmsg_read() - look through the log of this kernel from its start
 * @facts: filled in
 *
 * Return: 0 or -errno.
 */
int kmsg_read(struct kmsg_facts *facts);

/**
 * kmsg_line() - what one message adds
 * @text: the message without its prefix
 * @facts: changed
 */
void kmsg_line(const char *text, struct kmsg_facts *facts);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Allocations of this thread's calls fail, one after the other: fail-nth, as in the kernel's
 * Documentation/fault-injection.
 */
#ifndef TESTS_EMULATED_GUEST_INJECT_H
#define TESTS_EMULATED_GUEST_INJECT_H

#include <stdbool.h>

/** inject_init() - every allocation may fail, silently; needs a kernel that can do that */
void inject_init(void);

/** inject() - the @nth allocation from now on fails, 0: none; did the one asked for before? */
bool inject(unsigned int nth);

/**
 * struct sweep - one call, of which each allocation fails once
 * @what: its name
 * @call: 0 or -errno
 * @undo: after a call that got along without the allocation; NULL when it can not be undone, which
 *	ends the sweep
 * @same: after each that failed: is everything as before?
 * @first: allocation that it begins with
 */
struct sweep {
	const char *what;
	int (*call)(void);
	void (*undo)(void);
	bool (*same)(void);
	unsigned int first;
};

/** sweep() - go through them; in the end the call has succeeded. One line of the result. */
void sweep(const struct sweep *s);

/** swept() - that line, for what needs a loop of its own */
void swept(const char *what, unsigned int failed, unsigned int spared, unsigned int changed);

/** leaks() - has the kernel lost memory since it booted? One line, with CONFIG_DEBUG_KMEMLEAK. */
void leaks(const char *when);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/emulated/guest/inject.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/sysfile.h"
#include "tests/emulated/guest/guest.h"

#define MOST 1000 /* allocations of one call; more is a call that never ends well */
#define KMEMLEAK DEBUGFS "/kmemleak"

static int file = -1;

void inject_init(void)
{
	static const char *const files[][2] = {
		{ DEBUGFS "/failslab/verbose", "0" },
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		need(sys_write(files[i][0], files[i][1]), "%s", files[i][0]);
	file = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	need(file < 0 ? -errno : 0, "/proc/thread-self/fail-nth");
	/* The call that is looked at shall not fault pages of this program in. */
	need(mlockall(MCL_CURRENT | MCL_FUTURE) ? -errno : 0, "mlockall");
}

bool inject(unsigned int nth)
{
	char text[16], left[16] = "1";
	int len = snprintf(text, sizeof(text), "%u", nth), tries;

	/* This may be what fails. */
	for (tries = 0; tries < 3 && pread(file, left, sizeof(left) - 1, 0) <= 0; tries++)
		;
	for (tries = 0; pwrite(file, text, (size_t)len, 0) != len; tries++)
		need(tries < 3 ? 0 : -errno, "writing %s to fail-nth", text);
	return !strtoul(left, NULL, 10);
}

void swept(const char *what, unsigned int failed, unsigned int spared, unsigned int changed)
{
	check(!changed,
	      "%s: %u failed allocations, %u calls got along without, %u changed something", what,
	      failed, spared, changed);
}

void sweep(const struct sweep *s)
{
	unsigned int nth, failed = 0, spared = 0, changed = 0;

	for (nth = s->first; nth <= MOST; nth++) {
		bool happened;
		int err;

		inject(nth);
		err = s->call();
		happened = inject(0);
		failed += happened;
		if (err && (!happened || err != -ENOMEM))
			printf("# %s: allocation %u%s: %s\n", s->what, nth,
			       happened ? "" : ", which did not come", strerrorname_np(-err));
		if (!happened) {
			gives(err, 0, "%s in the end", s->what);
			break;
		}
		if (err) {
			if (!s->same()) {
				printf("# %s: allocation %u: not as before\n", s->what, nth);
				changed++;
			}
			continue;
		}
		spared++;
		if (!s->undo)
			break;
		s->undo();
	}
	need(nth <= MOST ? 0 : -ELOOP, "%s", s->what);
	swept(s->what, failed, spared, changed);
}

void leaks(const char *when)
{
	char *text, *line, *at;

	if (access(KMEMLEAK, F_OK)) {
		printf("# this kernel does not look for leaks\n");
		return;
	}
	/* What is on its way, as what RCU frees, is no leak: the second look tells. */
	need(sys_write(KMEMLEAK, "scan"), KMEMLEAK);
	msleep(6000);
	need(sys_write(KMEMLEAK, "scan"), KMEMLEAK);
	text = sys_read_all(KMEMLEAK);
	need(text ? 0 : -errno, KMEMLEAK);
	check(!strstr(text, "unreferenced object"), "no leak %s", when);
	for (line = strtok_r(text, "\n", &at); line; line = strtok_r(NULL, "\n", &at))
		printf("# %s\n", line);
	free(text);
}

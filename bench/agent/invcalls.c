// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/invcalls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"

#define TRACEFS "/sys/kernel/tracing"
#define GROUP "lubench"
#define EVENT "lubench_submit"

#define FUNCTION "qi_submit_sync"

/* One command a write; kprobe_events takes what is appended as a further probe. */
static int command(const char *text)
{
	int fd = open(TRACEFS "/kprobe_events", O_WRONLY | O_APPEND | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

void invcalls_begin(void)
{
	/* When it is there already, or there is none, what follows tells. */
	mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	invcalls_end();
	command("p:" GROUP "/" EVENT " " FUNCTION "\n");
	sys_write(TRACEFS "/events/" GROUP "/" EVENT "/enable", "1\n");
}

int64_t invcalls_parse(const char *text)
{
	unsigned long long hits, missed;
	char name[64];

	for (; text && *text; text = strchr(text, '\n')) {
		text += strspn(text, " \n");
		if (sscanf(text, "%63s %llu %llu", name, &hits, &missed) != 3 ||
		    strcmp(name, EVENT))
			continue;
		return missed ? -EOVERFLOW : (int64_t)hits;
	}
	return -ENODATA;
}

int64_t invcalls_read(void)
{
	char *text = sys_read_all(TRACEFS "/kprobe_profile");
	int64_t hits = text ? invcalls_parse(text) : -ENODATA;

	free(text);
	return hits;
}

const char *invcalls_reason(int64_t err)
{
	if (err == -EOVERFLOW)
		return "the kernel missed hits of the kprobe";
	if (err == -EBUSY)
		return "invalidations came between each boundary and its count";
	return "no kprobe on " FUNCTION ": only VT-d has one function for all submissions";
}

void invcalls_end(void)
{
	sys_write(TRACEFS "/events/" GROUP "/" EVENT "/enable", "0\n");
	command("-:" GROUP "/" EVENT "\n");
}

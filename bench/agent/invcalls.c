// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/invcalls.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"
#include "bench/lubench.h"

#define TRACEFS "/sys/kernel/tracing"
#define INSTANCE TRACEFS "/instances/lubench"
#define GROUP "lubench"
#define EVENT "lubench_submit"
#define EVENT_DIR INSTANCE "/events/" GROUP "/" EVENT

/* A kernel has one of them. The filter tells the calls that wait. */
static const struct {
	const char *probe, *filter;
} functions[] = {
	{ "qi_submit_sync", NULL },
	/* bool sync, the fifth argument of AArch64's procedure call standard */
	{ "__arm_smmu_cmdq_issue_cmdlist sync=%x4:u8", "sync==1" },
};

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
	char text[128];
	size_t i;

	/* When it is there already, or there is none, what follows tells. */
	mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	invcalls_end();
	for (i = 0; i < ARRAY_LEN(functions); i++) {
		snprintf(text, sizeof(text), "p:" GROUP "/" EVENT " %s\n", functions[i].probe);
		if (command(text))
			continue;
		if (mkdir(INSTANCE, 0700) ||
		    (functions[i].filter && sys_write(EVENT_DIR "/filter", functions[i].filter)) ||
		    sys_write(EVENT_DIR "/enable", "1\n"))
			invcalls_end();
		return;
	}
}

int64_t invcalls_parse(const char *text)
{
	unsigned long long v, sum = 0;
	char name[64];
	int seen = 0;

	for (; text && *text; text = strchr(text, '\n')) {
		text += strspn(text, " \n");
		if (sscanf(text, "%63[^:]: %llu", name, &v) != 2)
			continue;
		if (!strcmp(name, "entries") || !strcmp(name, "overrun")) {
			sum += v;
			seen++;
		} else if (v &&
			   (!strcmp(name, "commit overrun") || !strcmp(name, "dropped events"))) {
			return -EOVERFLOW;
		}
	}
	return seen == 2 ? (int64_t)sum : -ENODATA;
}

int invcalls_missed(const char *text)
{
	unsigned long long hits, missed;
	char name[64];

	for (; text && *text; text = strchr(text, '\n')) {
		text += strspn(text, " \n");
		if (sscanf(text, "%63s %llu %llu", name, &hits, &missed) == 3 &&
		    !strcmp(name, EVENT))
			return missed ? -EOVERFLOW : 0;
	}
	return -ENODATA;
}

int64_t invcalls_read(void)
{
	char *text = sys_read_all(TRACEFS "/kprobe_profile");
	int64_t sum = text ? invcalls_missed(text) : -ENODATA;
	glob_t cpus = { 0 };
	size_t i;

	free(text);
	if (!sum && glob(INSTANCE "/per_cpu/cpu*/stats", 0, NULL, &cpus))
		sum = -ENODATA;
	for (i = 0; sum >= 0 && i < cpus.gl_pathc; i++) {
		int64_t n;

		text = sys_read_all(cpus.gl_pathv[i]);
		n = text ? invcalls_parse(text) : -ENODATA;
		free(text);
		sum = n < 0 ? n : sum + n;
	}
	globfree(&cpus);
	return sum;
}

const char *invcalls_reason(int64_t err)
{
	if (err == -EOVERFLOW)
		return "the kernel missed hits of the kprobe";
	if (err == -EBUSY)
		return "invalidations came between each boundary and its count";
	return "no kprobe on qi_submit_sync or __arm_smmu_cmdq_issue_cmdlist, by one of which all submissions go";
}

void invcalls_end(void)
{
	sys_write(EVENT_DIR "/enable", "0\n");
	rmdir(INSTANCE);
	command("-:" GROUP "/" EVENT "\n");
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"

static void (*on_news)(void);

void kmsg_on_news(void (*news)(void))
{
	on_news = news;
}

void kmsg(const char *fmt, ...)
{
	static int fd = -1;
	char line[512];
	va_list args;
	int n;

	if (fd < 0) {
		/* Ten lines in five seconds is the default: too few, and a lost one misleads. */
		sys_write("/proc/sys/kernel/printk_devkmsg", "on\n");
		fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	}
	n = snprintf(line, sizeof(line), "<5>lubench: ");
	va_start(args, fmt);
	vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, args);
	va_end(args);
	strcat(line, "\n");
	/* On a console stderr and the log are the same place: say it once. */
	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		fputs(line + 3, stderr);
	if (on_news)
		on_news();
}

void kmsg_line(const char *text, struct kmsg_facts *facts)
{
	static const char number[] = "liveupdate number: ";
	const char *at;

	/* VT-d: "DMAR: [DMA Write NO_PASID] ... fault addr"; SMMUv3: "...: event 0x10 received:". */
	if ((strstr(text, "DMAR") && strstr(text, "fault addr")) ||
	    (strstr(text, "smmu") && strstr(text, "event 0x"))) {
		if (!facts->faults)
			snprintf(facts->first_fault, sizeof(facts->first_fault), "%s", text);
		facts->faults++;
	}
	at = strstr(text, number);
	if (at)
		facts->liveupdate_number = strtoll(at + sizeof(number) - 1, NULL, 10);
}

int kmsg_read(struct kmsg_facts *facts)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), err = 0;
	char rec[8192];

	*facts = (struct kmsg_facts){ .liveupdate_number = -1 };
	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, rec, sizeof(rec) - 1);
		char *text, *end;

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten while reading: go on with the oldest */
		if (n <= 0) {
			err = n && errno != EAGAIN ? -errno : 0;
			break;
		}
		rec[n] = '\0';
		text = strchr(rec, ';');
		if (!text)
			continue;
		end = strchr(++text, '\n');
		if (end)
			*end = '\0';
		/* Our own lines may quote a fault. */
		if (strncmp(text, "lubench: ", 9))
			kmsg_line(text, facts);
	}
	close(fd);
	return err;
}

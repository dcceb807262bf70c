// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/quiet.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/agent/kmsg.h"
#include "bench/agent/pacer.h"
#include "bench/agent/sysfile.h"

/*
 * A multiple of the tick's period at 100, 250 and 1000 Hz: ticks are at multiples of their period. Half a
 * millisecond later what a tick starts is over.
 */
#define PERIOD_NS 20000000ll
#define AFTER_TICK_NS 500000ll

/* Looks for the end of the connection; the host decides how long that takes, not the guest's clock. */
#define LOOKS 100000

/* States of /proc/net/tcp that send nothing any more. */
#define TCP_TIME_WAIT 0x06
#define TCP_CLOSE 0x07
#define TCP_LISTEN 0x0a

/* Where the agent may run while nothing is timed. */
static cpu_set_t allowed;

static bool connected(const char *path)
{
	char *text = sys_read_all(path), *line;
	unsigned int state;
	bool open = false;

	for (line = text ? strchr(text, '\n') : NULL; line; line = strchr(line + 1, '\n'))
		if (sscanf(line + 1, " %*d: %*s %*s %x", &state) == 1 && state != TCP_TIME_WAIT &&
		    state != TCP_CLOSE && state != TCP_LISTEN)
			open = true;
	free(text);
	return open;
}

static void set_interfaces(bool up)
{
	struct if_nameindex *all = if_nameindex(), *at;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq req;

	for (at = all; fd >= 0 && at && at->if_name; at++) {
		memset(&req, 0, sizeof(req));
		snprintf(req.ifr_name, sizeof(req.ifr_name), "%s", at->if_name);
		if (ioctl(fd, SIOCGIFFLAGS, &req) || req.ifr_flags & IFF_LOOPBACK)
			continue;
		req.ifr_flags = (short)(up ? req.ifr_flags | IFF_UP : req.ifr_flags & ~IFF_UP);
		if (ioctl(fd, SIOCSIFFLAGS, &req))
			kmsg("interface %s %s: %s", at->if_name, up ? "up" : "down",
			     strerror(errno));
	}
	if (all)
		if_freenameindex(all);
	if (fd >= 0)
		close(fd);
}

/* Nobody outside has to be waited for while it stands: idle time may pass as quickly as it can. */
static void pacer(int signal)
{
	char pid[24];

	if (sys_read(PACER_PID, pid, sizeof(pid)) <= 0 || kill(atoi(pid), signal))
		kmsg("%s: no pacer, the clock of an idle guest jumps", PACER_PID);
}

void quiet_network(struct agent *ag)
{
	int n;

	if (!ag->c.icount)
		return;
	for (n = 0; n < LOOKS && (connected("/proc/net/tcp") || connected("/proc/net/tcp6")); n++)
		msleep(1);
	kmsg("cycle=%u icount: %s, the network goes down", ag->c.cycle,
	     n < LOOKS ? "no connection is left" : "a connection is left all the same");
	set_interfaces(false);
	pacer(SIGSTOP);
	/*
	 * Pages that are freed stay with the processor, which gets the same ones again: how far free pages
	 * are in pieces is chance, too, and in fill and destroy a matter of some per cent.
	 */
	sys_write("/proc/sys/vm/percpu_pagelist_high_fraction", "8\n");
}

void quiet_network_end(struct agent *ag)
{
	if (!ag->c.icount)
		return;
	pacer(SIGCONT);
	set_interfaces(true);
}

void quiet_begin(struct agent *ag)
{
	struct timespec ts;
	cpu_set_t first;
	long long ns;

	if (!ag->c.icount)
		return;
	sync();
	service_hold(&ag->service, true);
	/* Always the same processor, and not that of the service thread. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (!sched_getaffinity(0, sizeof(allowed), &allowed))
		sched_setaffinity(0, sizeof(first), &first);
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns = ts.tv_sec * 1000000000ll + ts.tv_nsec;
	ns = (ns / PERIOD_NS + 2) * PERIOD_NS + AFTER_TICK_NS;
	ts = (struct timespec){ ns / 1000000000, ns % 1000000000 };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

void quiet_end(struct agent *ag)
{
	if (!ag->c.icount)
		return;
	sched_setaffinity(0, sizeof(allowed), &allowed);
	service_hold(&ag->service, false);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/boundary.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/agent/agent.h"
#include "bench/agent/invcalls.h"
#include "bench/agent/kmsg.h"
#include "bench/agent/scenario/scenario.h"

/* How often boundary and count are tried until nothing came between them. */
#define TRIES 20

static void write_word(struct agent *ag, enum lub_step step)
{
	uint32_t word = htole32(LUB_BOUNDARY(step, ag->c.cycle));
	char path[128];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", ag->c.device);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		n = pwrite(fd, &word, sizeof(word), LUB_BOUNDARY_OFFSET);
	if (n != sizeof(word))
		kmsg("cycle=%u boundary %d not written: %s", ag->c.cycle, step, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* Whoever finds a boundary several times in a row takes the last one. */
static int64_t write_and_count(struct agent *ag, enum lub_step step)
{
	int64_t before, after;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = invcalls_read();
		write_word(ag, step);
		after = invcalls_read();
		if (after < 0 || before == after)
			return after;
	}
	return -EBUSY;
}

void boundary_mark(struct agent *ag, enum lub_step step)
{
	static int64_t from;
	const char *why, *phase = ag->incoming ? "after" : NULL;
	int64_t to;

	if (!ag->scenario->boundaries)
		return;
	if (step == LUB_STEP_SETUP || step == LUB_STEP_ADOPT) {
		invcalls_begin();
		from = write_and_count(ag, step);
		return;
	}
	if (step != LUB_STEP_JUMP && step != LUB_STEP_RUN) {
		write_word(ag, step);
		return;
	}
	to = write_and_count(ag, step);
	invcalls_end();
	why = invcalls_reason(from < 0 ? from : to);
	if (from < 0 || to < 0)
		agent_missing(ag, &ag->carried.at, "invalidations.submits", "count", phase, why);
	else
		agent_sample(ag, &ag->carried.at, 0, "invalidations.submits", "count", to - from,
			     phase);
}

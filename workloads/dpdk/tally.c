// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dpdk/tally.h"

#include <errno.h>
#include <stdlib.h>

void tally_init(struct tally *t, struct lub_frame_log *log, uint32_t room)
{
	*t = (struct tally){ .log = log, .room = room };
}

void tally_sent(struct tally *t, uint64_t now_ns)
{
	t->log[++t->sent].sent = htole64(now_ns);
}

static void gap_upto(struct tally *t, uint64_t now_ns, bool ended)
{
	if (now_ns - t->last_ns > t->gap.end_ns - t->gap.start_ns)
		t->gap = (struct tally_gap){ t->last_ns, now_ns, ended };
}

void tally_echo(struct tally *t, uint32_t seq, uint64_t now_ns)
{
	struct lub_frame_log *f;

	if (!seq || seq > t->sent) {
		t->corrupt++;
		return;
	}
	f = &t->log[seq];
	if (f->echoed) {
		t->again++;
		return;
	}
	if (t->echoed && now_ns <= t->last_ns)
		now_ns = t->last_ns + 1;
	f->echoed = htole64(now_ns);
	if (t->echoed++)
		gap_upto(t, now_ns, true);
	else
		t->first_ns = now_ns;
	t->last_ns = now_ns;
	if (seq < t->highest)
		t->reordered++;
	else
		t->highest = seq;
	if (!t->lowest || seq < t->lowest)
		t->lowest = seq;
}

void tally_end(struct tally *t, uint64_t sending_ns)
{
	if (t->echoed && t->highest < t->sent && sending_ns > t->last_ns)
		gap_upto(t, sending_ns, false);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Nearest rank: the smallest value that @percent of 100 do not exceed. */
static uint64_t rank(const uint64_t *sorted, uint64_t n, unsigned int percent)
{
	return sorted[(n * percent + 99) / 100 - 1];
}

int tally_result(const struct tally *t, struct tally_result *r)
{
	uint64_t *delay, n = 0;
	uint32_t seq;

	*r = (struct tally_result){ 0 };
	if (!t->echoed) {
		r->early = t->sent;
		return 0;
	}
	delay = calloc(t->echoed, sizeof(*delay));
	if (!delay)
		return -ENOMEM;
	for (seq = 1; seq <= t->sent; seq++) {
		const struct lub_frame_log *f = &t->log[seq];

		if (f->echoed)
			delay[n++] = le64toh(f->echoed) - le64toh(f->sent);
		else if (seq < t->lowest)
			r->early++;
		else if (seq < t->highest)
			r->lost++;
		else
			r->in_flight++;
	}
	qsort(delay, n, sizeof(*delay), by_size);
	r->delay_min_ns = delay[0];
	r->delay_p50_ns = rank(delay, n, 50);
	r->delay_p99_ns = rank(delay, n, 99);
	r->delay_max_ns = delay[n - 1];
	free(delay);
	return 0;
}

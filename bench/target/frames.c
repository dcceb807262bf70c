// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/frames.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "workloads/dpdk/frame.h"

/* libpcap's file format: one head, then a head and up to its snap length of bytes for each frame. */
#define PCAP_MAGIC 0xa1b2c3d4

struct pcap_head {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, sigfigs, snaplen, linktype;
};

struct pcap_frame {
	uint32_t sec, usec, stored, length;
};

int frames_log(const char *path, uint64_t run, struct frames_window *w)
{
	struct lub_frame_log e;
	int64_t last = 0, now;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	if (fread(&e, sizeof(e), 1, in) != 1 ||
	    memcmp(&e.sent, LUB_FRAME_LOG_MAGIC, sizeof(e.sent)) || le64toh(e.echoed) != run) {
		fclose(in);
		return -ENODATA;
	}
	w->sent = w->echoed = w->gap_ns = 0;
	w->open = true;
	while (fread(&e, sizeof(e), 1, in) == 1 && e.sent) {
		now = (int64_t)le64toh(e.sent);
		if (now >= w->start_ns && now < w->end_ns) {
			w->sent++;
			w->echoed += !!e.echoed;
		}
		if (!e.echoed)
			continue;
		now = (int64_t)le64toh(e.echoed);
		/* Before the first echo there was no service that could have a gap. */
		if (last && last < w->end_ns && now > w->start_ns && now - last > w->gap_ns)
			w->gap_ns = now - last;
		w->open = now < w->end_ns;
		last = now;
	}
	fclose(in);
	return 0;
}

/* Next frame to the target: 1, and its two times; 0 at the end. */
static int next_arrival(FILE *in, int64_t *dumped, int64_t *sent)
{
	struct lub_frame f;
	struct pcap_frame p;
	size_t want;

	while (fread(&p, sizeof(p), 1, in) == 1) {
		want = p.stored < sizeof(f) ? p.stored : sizeof(f);
		if (fread(&f, 1, want, in) != want || fseek(in, (long)(p.stored - want), SEEK_CUR))
			return 0;
		if (want < offsetof(struct lub_frame, pattern) ||
		    !lub_frame_ours(&f, LUB_FRAME_TARGET, 0))
			continue;
		*dumped = p.sec * 1000000000LL + p.usec * 1000LL;
		*sent = (int64_t)le64toh(f.sent);
		return 1;
	}
	return 0;
}

int frames_dump(const char *path, struct frames_window *w)
{
	int64_t dumped, sent, offset = INT64_MAX;
	struct pcap_head head;
	FILE *in = fopen(path, "re");

	if (!in)
		return -errno;
	w->arrived = 0;
	if (fread(&head, sizeof(head), 1, in) == 1 && head.magic == PCAP_MAGIC)
		while (next_arrival(in, &dumped, &sent))
			if (dumped - sent < offset)
				offset = dumped - sent;
	if (offset != INT64_MAX && !fseek(in, sizeof(head), SEEK_SET))
		while (next_arrival(in, &dumped, &sent))
			w->arrived += dumped - offset >= w->start_ns && dumped - offset < w->end_ns;
	fclose(in);
	return offset == INT64_MAX ? -ENODATA : 0;
}

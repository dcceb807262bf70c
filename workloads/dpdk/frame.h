/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frames that go through the device under test, and the log of whoever sends them. Shared by the
 * driver on the target (workloads/dma/intel_rx.c), the observer outside (workloads/dpdk) and the
 * controller, which reads the log. All numbers in frame and log are little-endian but the ethertype.
 *
 * A frame is LUB_FRAME_BYTES long without its FCS. The device gets buffers of LUB_FRAME_HEAD bytes, so
 * that its end, which begins with the sequence number, lands in a buffer of its own: the witness page.
 *
 * The observer is started before the target and ended with SIGTERM:
 *	lubench-observer --iface IFACE --run HEX --rate FRAMES_PER_S --out FILE.json --log FILE.frames
 */
#ifndef WORKLOADS_DPDK_FRAME_H
#define WORKLOADS_DPDK_FRAME_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** LUB_FRAME_TYPE - ethertype: IEEE 802 local experimental 1. */
#define LUB_FRAME_TYPE 0x88b5

/** LUB_FRAME_MAGIC - eight bytes, without a terminating NUL. */
#define LUB_FRAME_MAGIC "LUBFRAM1"

/** LUB_FRAME_HEAD - offset of &struct lub_frame.tail. */
#define LUB_FRAME_HEAD 256

/** LUB_FRAME_BYTES - length of a frame without its FCS. */
#define LUB_FRAME_BYTES 272

/** LUB_FRAME_LOG_MAGIC - first eight bytes of a log, without a terminating NUL. */
#define LUB_FRAME_LOG_MAGIC "LUBFLOG1"

/** enum lub_frame_end - where frames come from and go to. An echo goes the other way. */
enum lub_frame_end {
	LUB_FRAME_OBSERVER = 1,
	LUB_FRAME_TARGET = 2,
};

/**
 * struct lub_frame - one frame, as on the wire
 * @dst: MAC of the receiver, from lub_frame_mac()
 * @src: MAC of the sender
 * @type: LUB_FRAME_TYPE, big-endian
 * @zero: 0
 * @magic: LUB_FRAME_MAGIC
 * @run: the same in all frames of a sender, never 0
 * @sent: sender's CLOCK_MONOTONIC in ns, just before it was given to the network
 * @seq: 1, 2, 3...
 * @pattern: from lub_frame_pattern()
 * @tail_seq: @seq again; &struct lub_witness.counter
 * @tail_seq2: and again; &struct lub_witness.echo
 * @tail_sent: @sent again
 */
struct lub_frame {
	uint8_t dst[6];
	uint8_t src[6];
	uint16_t type;
	uint16_t zero;
	uint8_t magic[8];
	uint64_t run;
	uint64_t sent;
	uint32_t seq;
	uint8_t pattern[LUB_FRAME_HEAD - 44];
	uint32_t tail_seq;
	uint32_t tail_seq2;
	uint64_t tail_sent;
} __attribute__((packed));

_Static_assert(sizeof(struct lub_frame) == LUB_FRAME_BYTES, "two descriptors");
_Static_assert(offsetof(struct lub_frame, tail_seq) == LUB_FRAME_HEAD, "the second one's part");

/**
 * struct lub_frame_log - what became of one frame; the observer's log is an array of them
 * @sent: as in the frame; 0: not sent (yet)
 * @echoed: sender's CLOCK_MONOTONIC in ns when its echo was seen first, 0: never (yet)
 *
 * Entry N is of the frame with sequence number N. Entry 0 is the file's head: @sent holds
 * LUB_FRAME_LOG_MAGIC, @echoed the run. It is written through a shared mapping and so can be read at
 * any time; the file is longer than what was sent, with zeros.
 */
struct lub_frame_log {
	uint64_t sent;
	uint64_t echoed;
};

/**
 * lub_frame_mac() - MAC of one end: locally administered, "LUB" and the end
 * @mac: room for 6 bytes
 * @end: whose
 */
static inline void lub_frame_mac(uint8_t *mac, enum lub_frame_end end)
{
	const uint8_t bytes[6] = { 0x02, 'L', 'U', 'B', 0, (uint8_t)end };

	memcpy(mac, bytes, sizeof(bytes));
}

/**
 * lub_frame_pattern() - byte of the pattern
 * @seq: of the frame
 * @i: index in &struct lub_frame.pattern
 *
 * Return: the byte; differs from frame to frame at the same place.
 */
static inline uint8_t lub_frame_pattern(uint32_t seq, unsigned int i)
{
	return (uint8_t)(seq * 167u + i * 37u + 11u);
}

/**
 * lub_frame_build() - write a whole frame
 * @f: room for it
 * @to: who shall get it
 * @run: not 0
 * @seq: its number
 * @sent: time, ns
 */
static inline void lub_frame_build(struct lub_frame *f, enum lub_frame_end to, uint64_t run,
				   uint32_t seq, uint64_t sent)
{
	unsigned int i;

	lub_frame_mac(f->dst, to);
	lub_frame_mac(f->src, to == LUB_FRAME_TARGET ? LUB_FRAME_OBSERVER : LUB_FRAME_TARGET);
	f->type = htobe16(LUB_FRAME_TYPE);
	f->zero = 0;
	memcpy(f->magic, LUB_FRAME_MAGIC, sizeof(f->magic));
	f->run = htole64(run);
	f->sent = htole64(sent);
	f->seq = htole32(seq);
	for (i = 0; i < sizeof(f->pattern); i++)
		f->pattern[i] = lub_frame_pattern(seq, i);
	f->tail_seq = htole32(seq);
	f->tail_seq2 = htole32(seq);
	f->tail_sent = htole64(sent);
}

/**
 * lub_frame_ours() - is it one of this format, of this run and for this end
 * @f: at least LUB_FRAME_HEAD bytes
 * @to: who got it
 * @run: 0: of any run
 *
 * Return: true when it is; its sequence number may be believed then.
 */
static inline int lub_frame_ours(const struct lub_frame *f, enum lub_frame_end to, uint64_t run)
{
	uint8_t mac[6];

	lub_frame_mac(mac, to);
	return !memcmp(f->dst, mac, sizeof(mac)) && f->type == htobe16(LUB_FRAME_TYPE) &&
	       !memcmp(f->magic, LUB_FRAME_MAGIC, sizeof(f->magic)) &&
	       (!run || f->run == htole64(run));
}

/**
 * lub_frame_corrupt() - bytes of the first LUB_FRAME_HEAD that are not as lub_frame_build() wrote them
 * @f: frame that is lub_frame_ours()
 *
 * Return: their number. @run, @sent and @seq are taken as they are.
 */
static inline unsigned int lub_frame_corrupt(const struct lub_frame *f)
{
	unsigned int i, bad = !!f->zero;

	for (i = 0; i < sizeof(f->pattern); i++)
		bad += f->pattern[i] != lub_frame_pattern(le32toh(f->seq), i);
	return bad;
}

/**
 * lub_frame_tail_corrupt() - does the end of a frame not belong to its head
 * @f: whole frame
 *
 * Return: bytes that are wrong.
 */
static inline unsigned int lub_frame_tail_corrupt(const struct lub_frame *f)
{
	return (f->tail_seq != f->seq) * 4u + (f->tail_seq2 != f->seq) * 4u +
	       (f->tail_sent != f->sent) * 8u;
}

/**
 * lub_frame_echo() - make the echo of a received frame
 * @f: room for the echo
 * @head: first LUB_FRAME_HEAD bytes of the frame; the end is made again from them
 */
static inline void lub_frame_echo(struct lub_frame *f, const void *head)
{
	memcpy(f, head, LUB_FRAME_HEAD);
	lub_frame_mac(f->dst, LUB_FRAME_OBSERVER);
	lub_frame_mac(f->src, LUB_FRAME_TARGET);
	f->tail_seq = f->seq;
	f->tail_seq2 = f->seq;
	f->tail_sent = f->sent;
}

#endif

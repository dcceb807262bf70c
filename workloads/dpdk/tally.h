/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The account of the observer: what was sent, what came back, when. No I/O and no clock of its own;
 * every time is CLOCK_MONOTONIC in ns, given by the caller.
 *
 * Each frame ends in exactly one class, so that sent = echoed + early + lost + in_flight:
 * echoed:    came back
 * early:     did not, and was sent before the first one that came back: nobody was there to answer yet
 * lost:      did not, although an earlier one and a later one did
 * in_flight: did not, and was sent after the last one that came back: when the run ended it was on its
 *            way, or nobody was there to answer any more (then the gap has no end, see tally_gap)
 */
#ifndef WORKLOADS_DPDK_TALLY_H
#define WORKLOADS_DPDK_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "workloads/dpdk/frame.h"

/**
 * struct tally_gap - longest time without an echo
 * @start_ns: the echo before it
 * @end_ns: the echo after it, or the end of the sending when @ended is false
 * @ended: an echo ended it
 */
struct tally_gap {
	uint64_t start_ns;
	uint64_t end_ns;
	bool ended;
};

/**
 * struct tally - the account
 * @log: indexed by sequence number; entry 0 is not touched
 * @room: highest number that fits
 * @sent: frames sent, which is the last sequence number
 * @echoed: frames that came back
 * @again: copies of frames that had come back already
 * @reordered: frames that came back after one with a higher number
 * @corrupt: frames of this run that are not what was sent
 * @foreign: other frames
 * @lowest: lowest number that came back, 0: none did
 * @highest: highest number that came back
 * @first_ns: first echo
 * @last_ns: newest echo
 * @gap: longest so far
 */
struct tally {
	struct lub_frame_log *log;
	uint32_t room;
	uint32_t sent;
	uint64_t echoed;
	uint64_t again;
	uint64_t reordered;
	uint64_t corrupt;
	uint64_t foreign;
	uint32_t lowest;
	uint32_t highest;
	uint64_t first_ns;
	uint64_t last_ns;
	struct tally_gap gap;
};

/**
 * struct tally_result - what follows from an account
 * @early: see above
 * @lost: see above
 * @in_flight: see above
 * @delay_min_ns: shortest time from sending to echo
 * @delay_p50_ns: its median (nearest rank)
 * @delay_p99_ns: 99 of 100 were not longer (nearest rank)
 * @delay_max_ns: longest
 *
 * The delays are 0 when nothing came back.
 */
struct tally_result {
	uint64_t early;
	uint64_t lost;
	uint64_t in_flight;
	uint64_t delay_min_ns;
	uint64_t delay_p50_ns;
	uint64_t delay_p99_ns;
	uint64_t delay_max_ns;
};

/**
 * tally_init() - open an account
 * @t: filled in
 * @log: @room + 1 entries, all zero, in the byte order of the log; stays the caller's
 * @room: most frames that will be sent
 */
void tally_init(struct tally *t, struct lub_frame_log *log, uint32_t room);

/**
 * tally_sent() - the frame with the number @t->sent + 1 is sent
 * @t: account with room for it
 * @now_ns: when
 */
void tally_sent(struct tally *t, uint64_t now_ns);

/**
 * tally_echo() - a frame of this run has come back
 * @t: account
 * @seq: its number; one that was never sent makes it a corrupt frame
 * @now_ns: when; echoes of one burst that have the same time are put 1 ns apart, so that the times
 *	    alone tell the order
 */
void tally_echo(struct tally *t, uint32_t seq, uint64_t now_ns);

/**
 * tally_end() - no more is sent and nothing more comes: a gap of now counts
 * @t: account
 * @sending_ns: when the sending ended
 */
void tally_end(struct tally *t, uint64_t sending_ns);

/**
 * tally_result() - what follows from the account
 * @t: account, ended
 * @r: filled in
 *
 * Return: 0 or -ENOMEM. No message.
 */
int tally_result(const struct tally *t, struct tally_result *r);

#endif

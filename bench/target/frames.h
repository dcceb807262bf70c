/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What became of the frames of a window of time: from the observer's log (workloads/dpdk/frame.h)
 * and from the emulator's dump of what its device got.
 */
#ifndef BENCH_TARGET_FRAMES_H
#define BENCH_TARGET_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct frames_window - one window; all times are CLOCK_MONOTONIC of this machine in ns
 * @start_ns: its begin
 * @end_ns: its end
 * @sent: frames that were sent in it
 * @echoed: those of them that came back, whenever that was
 * @gap_ns: longest time between two echoes in a row that has a part in the window
 * @open: nothing came back after the end of the window, so that @gap_ns is not all
 * @arrived: frames that the device got in it, whenever they were sent
 */
struct frames_window {
	int64_t start_ns;
	int64_t end_ns;
	int64_t sent;
	int64_t echoed;
	int64_t gap_ns;
	bool open;
	int64_t arrived;
};

/**
 * frames_log() - sent, echoed, gap_ns and open of a window
 * @path: log of the observer; may be growing
 * @run: that it must be of
 * @w: window
 *
 * Return: 0, -ENODATA when it is not such a log, or -errno. No message.
 */
int frames_log(const char *path, uint64_t run, struct frames_window *w);

/**
 * frames_dump() - arrived of a window
 * @path: pcap of object filter-dump; may be growing
 * @w: window
 *
 * Its times are those of the emulator's own clock, which runs like CLOCK_MONOTONIC but starts at the
 * launch. No frame arrives before it was sent: the least difference between the two times of all
 * frames is where the clock starts, late by what the fastest frame took.
 *
 * Return: 0, -ENODATA when no frame is in it, or -errno. No message.
 */
int frames_dump(const char *path, struct frames_window *w);

#endif

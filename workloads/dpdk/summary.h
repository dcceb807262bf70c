/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the observer writes when it is done. docs/dpdk.md describes each number. */
#ifndef WORKLOADS_DPDK_SUMMARY_H
#define WORKLOADS_DPDK_SUMMARY_H

#include <jansson.h>

#include "workloads/dpdk/pace.h"
#include "workloads/dpdk/tally.h"

/**
 * struct summary - a run that has ended
 * @dpdk: version of DPDK
 * @port: name of the port
 * @log: path of the frame log
 * @run: run id, not 0
 * @end_ns: when the sending ended, CLOCK_MONOTONIC
 * @refused: slots in which the port took no frame
 * @worst_look_ns: longest time between two looks for echoes
 * @realtime: the sender had a real-time priority
 * @pace: its schedule
 * @tally: its account
 */
struct summary {
	const char *dpdk;
	const char *port;
	const char *log;
	uint64_t run;
	uint64_t end_ns;
	uint64_t refused;
	uint64_t worst_look_ns;
	bool realtime;
	const struct pace *pace;
	const struct tally *tally;
};

/**
 * summary_json() - all of it as one object
 * @s: the run
 *
 * Return: new reference, NULL when out of memory.
 */
json_t *summary_json(const struct summary *s);

/**
 * summary_save() - write an object to a file that is there as a whole or not at all
 * @path: the file
 * @object: its reference is consumed, NULL is taken as out of memory
 *
 * Return: 0 or -errno (said on stderr).
 */
int summary_save(const char *path, json_t *object);

#endif

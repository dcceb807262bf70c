/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command line of the observer. */
#ifndef WORKLOADS_DPDK_OBSERVER_ARGS_H
#define WORKLOADS_DPDK_OBSERVER_ARGS_H

#include <stdint.h>

/**
 * struct observer_args - what is asked of it
 * @iface: network interface to use, or NULL
 * @device: else the PCI address of a device
 * @out: summary file
 * @log: frame log
 * @run: in all frames, not 0
 * @rate: frames a second
 * @seconds: run at most this long; @rate times this fits into the sequence number
 * @look_ns: time between two looks, 0: look all the time
 */
struct observer_args {
	const char *iface;
	const char *device;
	const char *out;
	char *log;
	uint64_t run;
	uint32_t rate;
	uint32_t seconds;
	uint64_t look_ns;
};

/**
 * observer_args() - parse the command line
 * @a: filled in, with defaults where nothing is said
 * @argc: as of main()
 * @argv: as of main(); what @a points to is in there
 *
 * Ends the program with status 2 when something is wrong (said on stderr).
 */
void observer_args(struct observer_args *a, int argc, char **argv);

#endif

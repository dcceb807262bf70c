/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of lubench run says, word by word; nothing is judged here. */
#ifndef BENCH_CLI_RUN_OPTIONS_H
#define BENCH_CLI_RUN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/cli/artifacts.h"
#include "bench/cli/fleet.h"

/* Words that were not given are NULL; they belong to argv, those of @artifacts to the caller. */
struct options {
	const char *target;
	const char *host;
	const char *plan;
	const char *out;
	const char *kernel;
	const char *mode;
	const char *workload;
	const char *probes;
	const char *device;
	const char *resume;
	const char *append;
	const char *boot;
	const char *console;
	bool icount;
	bool perf;
	unsigned int slowdown;
	struct artifacts artifacts;
	struct fleet fleet;
	size_t nr_devices;
	const char *devices[FLEET_MAX];
};

/**
 * run_options_parse() - read the command line; says itself what is wrong
 * @argc: of cmd_run()
 * @argv: of cmd_run()
 * @o: filled in; what it holds already are the defaults
 *
 * Return: 0, or not for bad usage.
 */
int run_options_parse(int argc, char **argv, struct options *o);

struct campaign;

/**
 * run_host_defaults() - what is taken on a real host when nothing was said
 * @o: options, filled in
 * @c: with its plan and the row of its target
 */
void run_host_defaults(struct options *o, const struct campaign *c);

/**
 * run_check_host() - can the workload be one of a real host
 * @o: options
 * @c: with its plan and the row of its target
 *
 * Return: 0 or -EINVAL (said on stderr).
 */
int run_check_host(const struct options *o, const struct campaign *c);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dpdk/observer_args.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/dpdk/pace.h"

enum {
	OPT_RUN = 0x100,
	OPT_RATE,
	OPT_OUT,
	OPT_LOG,
	OPT_SECONDS,
	OPT_DEVICE,
	OPT_IFACE,
	OPT_LOOK
};

static const struct argp_option options[] = {
	{ "iface", OPT_IFACE, "NAME", 0, "Network interface of this machine", 0 },
	{ "device", OPT_DEVICE, "BDF", 0, "Instead: a NIC that is bound to vfio-pci", 0 },
	{ "run", OPT_RUN, "HEX", 0, "Mark of this run's frames", 0 },
	{ "rate", OPT_RATE, "N", 0, "Frames a second (1000)", 0 },
	{ "out", OPT_OUT, "FILE", 0, "Summary, written at the end", 0 },
	{ "log", OPT_LOG, "FILE", 0, "Frame log (the name of the summary, with .frames)", 0 },
	{ "seconds", OPT_SECONDS, "N", 0, "End after this time (3600), or with SIGTERM", 0 },
	{ "look", OPT_LOOK, "US", 0, "Time between two looks (50); 0: never sleep", 0 },
	{ 0 },
};

static uint64_t number(struct argp_state *state, const char *what, const char *text, int base,
		       uint64_t min, uint64_t max)
{
	unsigned long long val;
	char *end;

	errno = 0;
	val = strtoull(text, &end, base);
	if (errno || *end || end == text || *text == '-' || val < min || val > max)
		argp_error(state, "--%s %s: a number from %llu to %llu is needed", what, text,
			   (unsigned long long)min, (unsigned long long)max);
	return val;
}

static void check(struct observer_args *a, struct argp_state *state)
{
	size_t len;

	if (!a->iface == !a->device || !a->run || !a->out)
		argp_error(state, "--iface or --device, --run and --out are needed");
	if ((uint64_t)a->rate * a->seconds >= UINT32_MAX)
		argp_error(state, "%u frames a second for %u s: that is more than can be numbered",
			   a->rate, a->seconds);
	if (a->log)
		return;
	len = strlen(a->out);
	if (len > 5 && !strcmp(a->out + len - 5, ".json"))
		len -= 5;
	if (asprintf(&a->log, "%.*s.frames", (int)len, a->out) < 0)
		argp_failure(state, EXIT_FAILURE, ENOMEM, "name of the log");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct observer_args *a = state->input;

	switch (key) {
	case OPT_IFACE:
		a->iface = arg;
		break;
	case OPT_DEVICE:
		a->device = arg;
		break;
	case OPT_RUN:
		a->run = number(state, "run", arg, 16, 1, UINT64_MAX);
		break;
	case OPT_RATE:
		a->rate = (uint32_t)number(state, "rate", arg, 10, 1, PACE_MAX_RATE);
		break;
	case OPT_OUT:
		a->out = arg;
		break;
	case OPT_LOG:
		a->log = arg;
		break;
	case OPT_SECONDS:
		a->seconds = (uint32_t)number(state, "seconds", arg, 10, 1, 1000000);
		break;
	case OPT_LOOK:
		a->look_ns = number(state, "look", arg, 10, 0, 1000000) * 1000;
		break;
	case ARGP_KEY_END:
		check(a, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Send numbered frames at a fixed rate and account for their echoes. docs/dpdk.md "
	       "describes what is written.",
};

void observer_args(struct observer_args *a, int argc, char **argv)
{
	*a = (struct observer_args){ .rate = 1000, .seconds = 3600, .look_ns = 50000 };
	argp_err_exit_status = 2;
	if (argp_parse(&argp, argc, argv, 0, NULL, a))
		exit(2);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/cli/run_options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "bench/doctor/facts.h"
#include "bench/target/cycle.h"

enum {
	OPT_APPEND = 0x100,
	OPT_BOOT,
	OPT_CONSOLE,
	OPT_ICOUNT,
	OPT_AGENT,
	OPT_IMAGE,
	OPT_KEY,
	OPT_PROBES,
	OPT_PERF,
	OPT_SLOWDOWN
};

static const struct argp_option options[] = {
	{ "target", 't', "T", 0,
	  "Emulated target (default: of this architecture); see `lubench list targets`", 0 },
	{ "host", 'H', "USER@MACHINE", 0,
	  "Real machine over ssh instead; several times for several", 0 },
	{ "plan", 'p', "P", 0, "Plan name or file (default: quick)", 0 },
	{ "out", 'o', "DIR", 0, "Run directory (default: results/runs/ID)", 0 },
	{ "kernel", 'k', "K", 0,
	  "series (default), series:N, base, an image, or host: the package that was made for the host (default with --host); "
	  "several with commas are compared (default: the plan's)",
	  0 },
	{ "mode", 'm', "M", 0,
	  "preserve, rebuild, crash, or several with commas (default: the plan's)", 0 },
	{ "workload", 'w', "W", 0,
	  "DMA workload (default: the plan's; needed with --host where that is QEMU's lsi); see `lubench list workloads`",
	  0 },
	{ "probes", OPT_PROBES, "P", 0,
	  "off, on, or names with +, several with commas (default: the plan's); see `lubench list probes`",
	  0 },
	{ "device", 'd', "BDF", 0,
	  "Device that may be taken (needed with --host): one for all hosts, or one for each", 0 },
	{ "boot", OPT_BOOT, "WAY", 0,
	  "How the next kernel of a host comes to the agent: none, system (its own system starts it), agent (first process, then the system); default: system with --kernel host",
	  0 },
	{ "console", OPT_CONSOLE, "COMMAND", 0,
	  "Shell command that shows the console of a host, user@machine in $LUBENCH_HOST; runs as long as the run does",
	  0 },
	{ "icount", OPT_ICOUNT, NULL, 0,
	  "Emulated target whose time is a count of its instructions: repeatable", 0 },
	{ "resume", 'r', "DIR", 0, "Go on with an interrupted run", 0 },
	{ "perf", OPT_PERF, NULL, 0,
	  "Run perf beside the preserve calls and draw a flame graph; its times are marked", 0 },
	{ "slowdown", OPT_SLOWDOWN, "N", 0,
	  "Multiply all time limits, for a machine or a kernel that is slow (default: 1)", 0 },
	{ "append", OPT_APPEND, "WORDS", 0, "More words for the emulated kernel's command line",
	  1 },
	{ "agent", OPT_AGENT, "FILE", 0, "Agent program to use", 1 },
	{ "image", OPT_IMAGE, "FILE", 0, "Root image of emulated targets", 1 },
	{ "key", OPT_KEY, "FILE", 0, "ssh key of emulated targets", 1 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	char *end;
	long n;

	switch (key) {
	case 't':
		o->target = arg;
		break;
	case 'H':
		if (o->fleet.nr == FLEET_MAX)
			argp_error(state, "more than %d hosts", FLEET_MAX);
		o->host = o->fleet.host[o->fleet.nr++] = arg;
		break;
	case 'p':
		o->plan = arg;
		break;
	case 'o':
		o->out = arg;
		break;
	case 'k':
		o->kernel = arg;
		break;
	case 'm':
		o->mode = arg;
		break;
	case 'w':
		o->workload = arg;
		break;
	case 'd':
		if (o->nr_devices == FLEET_MAX)
			argp_error(state, "more than %d devices", FLEET_MAX);
		if (*arg && !facts_bdf_valid(arg))
			argp_error(state, "--device %s: write it like 0000:3a:01.0", arg);
		o->device = o->devices[o->nr_devices++] = arg;
		break;
	case 'r':
		o->resume = arg;
		break;
	case OPT_APPEND:
		o->append = arg;
		break;
	case OPT_BOOT:
		o->boot = arg;
		break;
	case OPT_CONSOLE:
		o->console = arg;
		break;
	case OPT_ICOUNT:
		o->icount = true;
		break;
	case OPT_PERF:
		o->perf = true;
		break;
	case OPT_SLOWDOWN:
		n = strtol(arg, &end, 10);
		if (end == arg || *end || n < 1 || n > CYCLE_SLOWDOWN_MAX)
			argp_error(state, "--slowdown %s: a number from 1 to %d", arg,
				   CYCLE_SLOWDOWN_MAX);
		o->slowdown = (unsigned int)n;
		break;
	case OPT_AGENT:
		o->artifacts.agent = strdup(arg);
		break;
	case OPT_IMAGE:
		o->artifacts.image = strdup(arg);
		break;
	case OPT_PROBES:
		o->probes = arg;
		break;
	case OPT_KEY:
		o->artifacts.key = strdup(arg);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Run a plan on a target. Prints KTAP; exit status 0 when no point failed, 1 when one "
	       "did or a host gave no number at all, 2 for bad input, 130 when interrupted. The device of a "
	       "host is given back at the end; where that cannot be, `lubench doctor HOST --restore` "
	       "does it later.",
};

int run_options_parse(int argc, char **argv, struct options *o)
{
	return argp_parse(&argp, argc, argv, 0, NULL, o);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench: the controller. One table of subcommands. */
#include <argp.h>

#include "bench/lubench.h"

static const struct lub_command commands[] = {
	{ "run", "run a plan on a target", cmd_run },
	{ "report", "text report of a run", cmd_report },
	{ "compare", "did it get slower? two sides of runs", cmd_compare },
	{ "gate", "is a run worse than its baseline, by counted instructions", cmd_gate },
	{ "history", "where over many runs something changed", cmd_history },
	{ "export", "a run in the format of another program", cmd_export },
	{ "dashboard", "a static site about runs", cmd_dashboard },
	{ "flame", "flame graph of perf samples", cmd_flame },
	{ "list", "scenarios, workloads, plans, targets, formats or runs", cmd_list },
	{ "doctor", "what is missing on this machine or on a host", cmd_doctor },
	{ "native", "the kernel's page-table code at full speed, in user space", cmd_native },
	{ "exec", "run a command on a freshly launched emulated target", cmd_exec },
};

static void help(FILE *out)
{
	size_t i;

	fputs("Usage: lubench COMMAND [OPTION...]\n\n", out);
	for (i = 0; i < ARRAY_LEN(commands); i++)
		fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`lubench COMMAND --help` shows the options of a command.\n", out);
}

/* argp says in usage texts and errors what argv[0] is. */
static int run(const struct lub_command *command, int argc, char **argv)
{
	static char name[32];

	snprintf(name, sizeof(name), "lubench %s", command->name);
	argv[0] = name;
	argp_err_exit_status = LUB_EXIT_USAGE;
	return command->run(argc, argv);
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc < 2) {
		help(stderr);
		return LUB_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-?") || !strcmp(argv[1], "help")) {
		help(stdout);
		return LUB_EXIT_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("lubench " LUBENCH_VERSION);
		return LUB_EXIT_OK;
	}
	for (i = 0; i < ARRAY_LEN(commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return run(&commands[i], argc - 1, argv + 1);
	lub_err("no command '%s'; `lubench --help` lists them", argv[1]);
	return LUB_EXIT_USAGE;
}

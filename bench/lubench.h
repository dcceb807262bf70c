/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What every part of the controller shares: messages and the subcommand table entry.
 */
#ifndef LUBENCH_H
#define LUBENCH_H

#ifndef _GNU_SOURCE
#error "the controller is built with -D_GNU_SOURCE"
#endif

#include <stdio.h>
#include <string.h>

#ifndef LUBENCH_VERSION
#define LUBENCH_VERSION "0.1"
#endif

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* "\r\033[K" wipes the progress line, which may be on the same terminal. */
#define lub_err(fmt, ...) fprintf(stderr, "%slubench: " fmt "\n", lub_wipe(), ##__VA_ARGS__)

/**
 * lub_wipe() - text that clears the progress line of the terminal
 *
 * Return: an escape sequence while a progress line is shown, else "".
 */
const char *lub_wipe(void);

/** enum lub_exit - exit codes of every subcommand. */
enum lub_exit {
	LUB_EXIT_OK = 0,
	LUB_EXIT_FAIL = 1,
	LUB_EXIT_USAGE = 2,
	/* What was asked for does not exist here, for example in this version of the emulator. */
	LUB_EXIT_SKIP = 4,
	LUB_EXIT_INTERRUPTED = 130,
};

/**
 * struct lub_command - one subcommand
 * @name: as typed
 * @summary: half a line for the help text
 * @run: argv[0] is "lubench NAME", for usage texts; returns an &enum lub_exit
 */
struct lub_command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

int cmd_run(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_exec(int argc, char **argv);
int cmd_flame(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_gate(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_dashboard(int argc, char **argv);
int cmd_native(int argc, char **argv);

#endif

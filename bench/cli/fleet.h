/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several hosts in one run: a process for each of them, all at the same time, each with a run directory,
 * a journal and a lock of its own. What happens to one does not concern the others.
 */
#ifndef BENCH_CLI_FLEET_H
#define BENCH_CLI_FLEET_H

#include <stdbool.h>
#include <stddef.h>

/** FLEET_MAX - most hosts of one run. */
#define FLEET_MAX 64

/** FLEET_FILE - in the directory of such a run: its hosts, one a line, as they were given. */
#define FLEET_FILE "hosts"

/**
 * struct fleet - several hosts
 * @nr: how many
 * @host: their names as given
 * @one: does one of them in a process of its own: @i its number, @dir its run directory, which may not be
 *	there yet; returns an &enum lub_exit
 * @arg: for @one
 * @argc: of the command line that it was asked for with
 * @argv: the same; not yet permuted
 * @plan: file of the plan
 * @again: all that was kept by an earlier controller
 */
struct fleet {
	size_t nr;
	const char *host[FLEET_MAX];
	int (*one)(void *arg, size_t i, const char *dir);
	void *arg;
	int argc;
	char **argv;
	char *plan;
	bool again;
};

/**
 * fleet_name() - a host as a name of a directory
 * @host: user@machine
 * @buf: the machine; odd characters become '_'
 * @len: its room
 *
 * Return: @buf.
 */
char *fleet_name(const char *host, char *buf, size_t len);

/**
 * fleet_is() - is a directory one of such a run
 * @dir: directory
 *
 * Return: true if so.
 */
bool fleet_is(const char *dir);

/**
 * fleet_save() - keep plan and options, for a host whose controller is killed before its run has begun
 * @f: with @argc, @argv and @plan
 * @dir: directory
 *
 * Return: 0 or -errno (said on stderr).
 */
int fleet_save(const struct fleet *f, const char *dir);

/**
 * fleet_again() - what fleet_save() kept
 * @f: @argc, @argv and @plan are filled in
 * @dir: directory
 *
 * Return: 0 or -ENOENT.
 */
int fleet_again(struct fleet *f, const char *dir);

/**
 * fleet_load() - the hosts of such a run
 * @f: @nr and @host are filled in; the names stay
 * @dir: directory
 *
 * Return: 0 or -errno (said on stderr).
 */
int fleet_load(struct fleet *f, const char *dir);

/**
 * fleet_run() - all hosts
 * @f: the hosts
 * @dir: directory for all of it, made when missing; NULL: one in results/runs
 *
 * Prints KTAP: a test for each host, its points as subtests. What else a host's process says is in
 * run.log of its directory.
 *
 * Return: an &enum lub_exit: the first of 130, 1 and 2 that any of them gave.
 */
int fleet_run(const struct fleet *f, const char *dir);

#endif

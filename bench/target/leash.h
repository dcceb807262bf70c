/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A background program that outlives nobody: neither it nor what it has started, however the controller ends. */
#ifndef BENCH_TARGET_LEASH_H
#define BENCH_TARGET_LEASH_H

#include "bench/target/proc.h"

/**
 * leash_spawn() - start a program under a guard
 * @argv: program and arguments
 * @c: its surroundings
 * @leash: set to a descriptor; when it is closed, as it is with the death of the controller, the program ends and
 *	so does all that it has started, in whatever process group or session that is by then
 *
 * To end is to get SIGTERM, and SIGKILL when two seconds were not enough.
 *
 * The guard is a process of its own. It ends what is left when the program has ended, and passes its exit status on.
 *
 * Return: pid of the guard, for proc_ended(), or -errno.
 */
pid_t leash_spawn(char *const argv[], const struct proc_child *c, int *leash);

/**
 * leash_end() - end program and guard
 * @pid: from leash_spawn()
 * @leash: from there; set to -1
 */
void leash_end(pid_t pid, int *leash);

#endif

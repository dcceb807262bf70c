/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of owner.h on target `fake`, which has a directory for it. */
#ifndef BENCH_TARGET_FAKE_OWNER_H
#define BENCH_TARGET_FAKE_OWNER_H

#include "bench/target/target.h"

/** FAKE_OWNER - run that faults owned and owned-stale put there. */
#define FAKE_OWNER "run-of-another"

/**
 * fake_owner_is() - is a command one of owner.h
 * @command: text
 *
 * Return: true if so.
 */
bool fake_owner_is(const char *command);

/**
 * fake_owner() - run such a command here, in "fake.dir" of the run directory
 * @t: target
 * @x: the command
 *
 * Return: as target_ops.exec.
 */
int fake_owner(struct target *t, struct target_exec *x);

/**
 * fake_owner_check() - run the beginning of a command that owner_check() has made, if it has one
 * @t: target
 * @x: a command that begins a cycle; faults stolen and unlocked come before it
 *
 * Return: its exit status, or -errno.
 */
int fake_owner_check(struct target *t, struct target_exec *x);

#endif

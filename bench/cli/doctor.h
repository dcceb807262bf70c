/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of `lubench doctor` that looks at a real machine. */
#ifndef BENCH_CLI_DOCTOR_H
#define BENCH_CLI_DOCTOR_H

#include "bench/doctor/facts.h"
#include "bench/target/target.h"

/**
 * struct doctor_host - what to look at
 * @host: user@machine, NULL with @answers
 * @device: BDF of the device that is to be taken, valid; NULL: none was named
 * @record: file that the machine's answer goes to, NULL: none
 * @answers: file with an answer that is judged instead, NULL: none
 */
struct doctor_host {
	const char *host;
	const char *device;
	const char *record;
	const char *answers;
};

/**
 * doctor_host() - ask the machine and judge
 * @h: what to look at
 *
 * Return: how many things are missing.
 */
int doctor_host(const struct doctor_host *h);

/**
 * doctor_restore() - have the agent walk the undo record
 * @t: target that answers
 *
 * Nothing to undo is no failure. Not while a run of this controller is at work, nor while the machine is claimed by
 * one of another controller.
 *
 * Return: an &enum lub_exit; said on stdout or stderr.
 */
int doctor_restore(struct target *t);

/**
 * doctor_unlock() - take the claim of a run that is dead off a machine
 * @t: target that answers
 *
 * Not while an agent is at work. No claim is no failure.
 *
 * Return: an &enum lub_exit; said on stdout or stderr.
 */
int doctor_unlock(struct target *t);

/**
 * doctor_visit() - reach a host and do one thing there
 * @host: user@machine
 * @what: doctor_restore() or doctor_unlock()
 *
 * Return: an &enum lub_exit.
 */
int doctor_visit(const char *host, int (*what)(struct target *t));

#endif

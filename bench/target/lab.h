/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network of a launch's own: a network namespace without a name, with one tap in it. What is sent
 * there is seen by nobody but the emulated device and programs started with lab_spawn(), and no
 * interface appears on the machine. It lives as long as somebody has a descriptor of it, so that it
 * also goes away when the controller is killed.
 */
#ifndef BENCH_TARGET_LAB_H
#define BENCH_TARGET_LAB_H

#include <sys/types.h>

/** LAB_IFACE - name of the tap inside. */
#define LAB_IFACE "tap0"

/**
 * struct lab - the network
 * @ns: the namespace
 * @tap: what the emulator inherits
 */
struct lab {
	int ns;
	int tap;
};

/**
 * lab_open() - make it
 * @l: filled in; both are -1 on error
 *
 * Return: 0, -EOPNOTSUPP when this machine or user cannot (said on stderr), -errno (said).
 */
int lab_open(struct lab *l);

/**
 * lab_close() - let go of it
 * @l: open or not
 */
void lab_close(struct lab *l);

/**
 * lab_spawn() - start a program that sees the tap and no other interface but lo
 * @l: open lab
 * @argv: program and arguments
 * @log: file for its stdout and stderr
 *
 * Return: pid as from proc_spawn(), or -errno.
 */
pid_t lab_spawn(const struct lab *l, char *const argv[], const char *log);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the facts of a machine mean for a benchmark on it. No I/O here. */
#ifndef BENCH_DOCTOR_VERDICT_H
#define BENCH_DOCTOR_VERDICT_H

#include "bench/doctor/facts.h"

/** enum verdict_level - how bad it is. */
enum verdict_level {
	VERDICT_OK,
	VERDICT_INFO,
	/* The run goes on; something has no number, or a worse one, and the remedy may bring it. */
	VERDICT_SKIP,
	/* The run cannot be done like this. */
	VERDICT_MISSING,
};

/**
 * verdict_say - told for each check
 * @arg: of the caller
 * @level: how bad
 * @what: the check, a word or two
 * @detail: what was found, and what it means
 * @remedy: the command that mends it; "" when nothing has to be
 */
typedef void (*verdict_say)(void *arg, enum verdict_level level, const char *what,
			    const char *detail, const char *remedy);

/**
 * verdict_all() - all checks
 * @f: facts of the machine
 * @host: its name, for remedies
 * @bdf: device that is to be taken, NULL: none was named
 * @say: told about each of them
 * @arg: for @say
 *
 * Return: how many are VERDICT_MISSING.
 */
unsigned int verdict_all(const struct facts *f, const char *host, const char *bdf, verdict_say say,
			 void *arg);

/** struct verdicts - between the files that judge. */
struct verdicts {
	const struct facts *f;
	const char *host;
	const char *bdf;
	verdict_say say;
	void *arg;
	unsigned int missing;
};

/**
 * verdict() - one check is done
 * @v: where it goes
 * @level: how bad
 * @what: the check
 * @remedy: as of verdict_say
 * @fmt: detail as printf()
 */
void verdict(struct verdicts *v, enum verdict_level level, const char *what, const char *remedy,
	     const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/** verdict_device() - the IOMMU and the device; a part of verdict_all(). */
void verdict_device(struct verdicts *v);

/** verdict_left() - what runs have left; a part of verdict_all(). */
void verdict_left(struct verdicts *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What firmware has kept of a panic, for machines whose console nobody saw. */
#ifndef BENCH_TARGET_PSTORE_H
#define BENCH_TARGET_PSTORE_H

#include "bench/target/cycle.h"

/** PSTORE_LOG - in TARGET_DIR and in what was fetched from there: the dumps that are younger than cycle.json. */
#define PSTORE_LOG "pstore.log"

/**
 * PSTORE_COMMAND - writes it, in TARGET_DIR; nothing where there is no dump
 *
 * systemd moves the dumps to a directory of its own when it starts.
 */
#define PSTORE_COMMAND                                                                          \
	"find /sys/fs/pstore /var/lib/systemd/pstore -type f -name 'dmesg*' -newer cycle.json " \
	"-exec cat {} + >" PSTORE_LOG " 2>/dev/null; test -s " PSTORE_LOG " || rm -f " PSTORE_LOG

/**
 * pstore_look() - does a dump say why the machine booted again
 * @job: the cycle; the dump was fetched into its directory
 * @res: an outcome "cold-reboot" becomes "panic-incoming" when the dump is one of the kernel that this
 *	cycle's command line was given to; of another kernel only the text is added to the reason
 */
void pstore_look(const struct cycle_job *job, struct cycle_result *res);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One of this controller's processes a host. */
#ifndef BENCH_CLI_HOSTLOCK_H
#define BENCH_CLI_HOSTLOCK_H

/** HOST_LOCK_ID - room for the id of a lock. */
#define HOST_LOCK_ID 40

/**
 * struct host_lock - the lock of a host
 * @fd: of its file, -1 without
 * @id: stable id of it, "" without
 */
struct host_lock {
	int fd;
	char id[HOST_LOCK_ID];
};

/**
 * host_lock() - keep other runs of this controller off a host
 * @l: filled in
 * @host: user@machine
 *
 * The lock is a file in the cache, held by the process: it is gone when that is. The file has an id that stays, by
 * which the host itself knows it again: see campaign_claim(), which keeps other controllers off.
 *
 * Return: 0 or -errno (said on stderr).
 */
int host_lock(struct host_lock *l, const char *host);

/**
 * host_unlock() - let them
 * @l: from host_lock(), or with @fd -1
 */
void host_unlock(struct host_lock *l);

#endif

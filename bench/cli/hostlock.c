// SPDX-License-Identifier: GPL-2.0-or-later
/* One run a host: two of them would take each other's device and kexec each other away. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/cli/fleet.h"
#include "bench/cli/hostlock.h"
#include "bench/lubench.h"

/* root@rack12 and rack12 are one machine. */
static char *lock_path(const char *host)
{
	char *cache = cache_dir(), *path = NULL, name[256];

	if (cache && make_dirs(cache) == 0 &&
	    asprintf(&path, "%s/host-%s.lock", cache, fleet_name(host, name, sizeof(name))) < 0)
		path = NULL;
	free(cache);
	return path;
}

/* Of this machine, so that a cache on a shared disk is not taken for one lock; its id itself is nobody's business. */
static uint32_t machine_hash(void)
{
	char *text = file_text("/etc/machine-id");
	struct utsname uts;
	uint32_t hash = 2166136261u;
	const char *at;

	uname(&uts);
	for (at = text ? text : uts.nodename; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	free(text);
	return hash;
}

/* Made once: the lock file has it, so who has its lock is the only one of that id. */
static int lock_id(struct host_lock *l)
{
	char id[17] = "";
	uint64_t bits;
	ssize_t n = pread(l->fd, id, 16, 0);

	if (n != 16 || strspn(id, "0123456789abcdef") != 16) {
		if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
			return -EIO;
		snprintf(id, sizeof(id), "%016llx", (unsigned long long)bits);
		n = pwrite(l->fd, id, 16, 0);
		if (n != 16)
			return n < 0 ? -errno : -ENOSPC;
	}
	snprintf(l->id, sizeof(l->id), "%s-%08x", id, machine_hash());
	return 0;
}

int host_lock(struct host_lock *l, const char *host)
{
	char *path = lock_path(host);
	int err = path ? 0 : -ENOMEM;

	if (!err) {
		l->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		err = l->fd < 0 ? -errno : 0;
	}
	if (!err && flock(l->fd, LOCK_EX | LOCK_NB))
		err = -errno;
	if (!err)
		err = lock_id(l);
	if (err == -EWOULDBLOCK)
		lub_err("%s is in use by another run on this machine; wait for it, or end it",
			host);
	else if (err)
		lub_err("cannot lock %s: %s: %s", host, path ? path : "no path", strerror(-err));
	free(path);
	return err;
}

void host_unlock(struct host_lock *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

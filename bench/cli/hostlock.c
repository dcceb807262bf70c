// SPDX-License-Identifier: GPL-2.0-or-later
/* One run a host: two of them would take each other's device and kexec each other away. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/cli/fleet.h"
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

int host_lock(struct campaign *c)
{
	char *path = lock_path(c->target.host);
	int err = path ? 0 : -ENOMEM;

	if (!err) {
		c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		err = c->lock < 0 ? -errno : 0;
	}
	if (!err && flock(c->lock, LOCK_EX | LOCK_NB))
		err = -errno;
	if (err == -EWOULDBLOCK)
		lub_err("%s is in use by another run on this machine; wait for it, or end it",
			c->target.host);
	else if (err)
		lub_err("cannot lock %s: %s: %s", c->target.host, path ? path : "no path",
			strerror(-err));
	free(path);
	return err;
}

void host_unlock(struct campaign *c)
{
	if (c->lock >= 0)
		close(c->lock);
	c->lock = -1;
}

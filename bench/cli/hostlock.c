// SPDX-License-Identifier: GPL-2.0-or-later
/* One run a host: two of them would take each other's device and kexec each other away. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"

/* root@rack12 and rack12 are one machine. The name becomes one of a file. */
static char *lock_path(const char *host)
{
	const char *at = strrchr(host, '@');
	char *cache = cache_dir(), *path = NULL, *p;

	if (cache && (mkdir(cache, 0755) == 0 || errno == EEXIST) &&
	    asprintf(&path, "%s/host-%s.lock", cache, at ? at + 1 : host) >= 0) {
		for (p = path + strlen(cache) + 1; *p; p++)
			if (!isalnum((unsigned char)*p) && !strchr(".-:", *p))
				*p = '_';
	}
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

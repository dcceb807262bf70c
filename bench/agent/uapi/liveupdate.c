// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/uapi/liveupdate.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/liveupdate.h>

int luo_open(void)
{
	int fd = open("/dev/liveupdate", O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int luo_session_create(int luo, const char *name)
{
	struct liveupdate_ioctl_create_session cmd = { .size = sizeof(cmd), .fd = -1 };

	if (strlen(name) >= sizeof(cmd.name))
		return -ENAMETOOLONG;
	strcpy((char *)cmd.name, name);
	return ioctl(luo, LIVEUPDATE_IOCTL_CREATE_SESSION, &cmd) ? -errno : cmd.fd;
}

int luo_session_retrieve(int luo, const char *name)
{
	struct liveupdate_ioctl_retrieve_session cmd = { .size = sizeof(cmd), .fd = -1 };

	if (strlen(name) >= sizeof(cmd.name))
		return -ENAMETOOLONG;
	strcpy((char *)cmd.name, name);
	return ioctl(luo, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &cmd) ? -errno : cmd.fd;
}

int luo_preserve(int session, int fd, uint64_t token)
{
	struct liveupdate_session_preserve_fd cmd = {
		.size = sizeof(cmd),
		.fd = fd,
		.token = token,
	};

	return ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &cmd) ? -errno : 0;
}

int luo_retrieve(int session, uint64_t token)
{
	struct liveupdate_session_retrieve_fd cmd = {
		.size = sizeof(cmd),
		.fd = -1,
		.token = token,
	};

	return ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &cmd) ? -errno : cmd.fd;
}

int luo_finish(int session)
{
	struct liveupdate_session_finish cmd = { .size = sizeof(cmd) };

	return ioctl(session, LIVEUPDATE_SESSION_FINISH, &cmd) ? -errno : 0;
}

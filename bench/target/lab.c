// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"

#define OWN_NS "/proc/thread-self/ns/net"

/* The kernel itself would talk on a new interface; the device drops that, but captures are clearer. */
static void no_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "1", 1) < 0) {
		/* As said: it would only be clearer. */
	}
	close(fd);
}

static int set_up(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	err = ioctl(fd, SIOCSIFFLAGS, &ifr) ? -errno : 0;
	close(fd);
	return err;
}

static int make_tap(const char **what)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd, err;

	*what = "/dev/net/tun";
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	*what = "making a tap";
	no_ipv6();
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", LAB_IFACE);
	err = ioctl(fd, TUNSETIFF, &ifr) ? -errno : set_up(LAB_IFACE);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int lab_open(struct lab *l)
{
	int home = open(OWN_NS, O_RDONLY | O_CLOEXEC), err = 0;
	const char *what = "a network namespace";

	l->ns = l->tap = -1;
	if (home < 0 || unshare(CLONE_NEWNET)) {
		err = -errno;
	} else {
		l->ns = open(OWN_NS, O_RDONLY | O_CLOEXEC);
		l->tap = l->ns < 0 ? -errno : make_tap(&what);
		err = l->tap < 0 ? l->tap : 0;
		/* Nothing that comes later would work in there. */
		if (setns(home, CLONE_NEWNET)) {
			what = "back to the machine's network";
			err = -errno;
		}
	}
	if (home >= 0)
		close(home);
	if (!err)
		return 0;
	lab_close(l);
	lub_err("no network for the emulated device: %s: %s; be root and have /dev/net/tun", what,
		strerror(-err));
	return err == -EPERM || err == -EACCES || err == -ENOENT || err == -ENODEV ||
			       err == -EINVAL || err == -ENOSYS
		       ? -EOPNOTSUPP
		       : err;
}

void lab_close(struct lab *l)
{
	if (l->tap >= 0)
		close(l->tap);
	if (l->ns >= 0)
		close(l->ns);
	l->tap = l->ns = -1;
}

pid_t lab_spawn(const struct lab *l, char *const argv[], const char *log)
{
	const struct proc_child child = { .log = log, .netns = l->ns };

	return proc_spawn(argv, &child);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/kexec.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/kexec.h>
#include <linux/reboot.h>

#include "bench/agent/clock.h"
#include "bench/agent/sysfile.h"

int kexec_load(const char *image, const char *initrd, const char *append, bool crash)
{
	unsigned long flags = initrd ? 0 : KEXEC_FILE_NO_INITRAMFS;
	int fd, initrd_fd = -1, err = 0;

	if (crash)
		flags |= KEXEC_FILE_ON_CRASH;
	fd = open(image, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (initrd) {
		initrd_fd = open(initrd, O_RDONLY | O_CLOEXEC);
		err = initrd_fd < 0 ? -errno : 0;
	}
	if (!err && syscall(SYS_kexec_file_load, fd, initrd_fd, strlen(append) + 1, append, flags))
		err = -errno;
	close(fd);
	if (initrd_fd >= 0)
		close(initrd_fd);
	return err;
}

int kexec_unload(bool crash)
{
	unsigned long flags = KEXEC_FILE_UNLOAD;

	if (crash)
		flags |= KEXEC_FILE_ON_CRASH;
	return syscall(SYS_kexec_file_load, -1, -1, 0, NULL, flags) ? -errno : 0;
}

int kexec_jump(bool crash)
{
	int err;

	if (crash) {
		err = sys_write("/proc/sys/kernel/sysrq", "1\n");
		if (!err)
			err = sys_write("/proc/sysrq-trigger", "c\n");
		if (err)
			return err;
		/* The panic happens in the write; should it not, do not go on as if it had. */
		msleep(5000);
		return -ETIMEDOUT;
	}
	syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_KEXEC, NULL);
	return -errno;
}

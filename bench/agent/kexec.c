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

int kexec_load(const char *image, const char *append, bool crash)
{
	unsigned long flags = KEXEC_FILE_NO_INITRAMFS;
	int fd, err = 0;

	if (crash)
		flags |= KEXEC_FILE_ON_CRASH;
	fd = open(image, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_kexec_file_load, fd, -1, strlen(append) + 1, append, flags))
		err = -errno;
	close(fd);
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

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The only process of the machine that the kernel's own selftests run in: mounts what they need,
 * runs one after the other what is in /tests, and says how each ended. All of that goes to the
 * second serial port, because on the first one the kernel may write in the middle of a line.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void mount_at(const char *type, const char *dir)
{
	mkdir(dir, 0755);
	/* devtmpfs may be there already */
	if (mount(type, dir, type, 0, NULL) && strcmp(type, "devtmpfs"))
		printf("lubench: %s on %s: %m\n", type, dir);
}

static int run(const char *name)
{
	char path[sizeof("/tests/") + NAME_MAX];
	int status;
	pid_t pid;

	snprintf(path, sizeof(path), "/tests/%s", name);
	pid = fork();
	if (!pid) {
		execl(path, name, NULL);
		printf("lubench: %s: %m\n", path);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	struct dirent *entry;
	DIR *dir;
	int fd;

	setvbuf(stdout, NULL, _IONBF, 0);
	mount_at("proc", "/proc");
	mount_at("sysfs", "/sys");
	mount_at("devtmpfs", "/dev");
	mount_at("tmpfs", "/tmp");
	mount_at("debugfs", "/sys/kernel/debug");

	fd = open("/dev/ttyS1", O_WRONLY);
	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || dup2(fd, STDERR_FILENO) < 0)
		printf("lubench: /dev/ttyS1: %m\n");

	dir = opendir("/tests");
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		printf("lubench: begin %s\n", entry->d_name);
		printf("lubench: end %s status %d\n", entry->d_name, run(entry->d_name));
	}
	printf("lubench: all done\n");
	sync();
	reboot(RB_AUTOBOOT);
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/arch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"

static const struct target_arch archs[] = {
	{ "x86_64", "bzImage", 0x202, "HdrS" },
	{ "aarch64", "Image", 0x38, "ARM\x64" },
	{ NULL, NULL, 0, "" },
};

const struct target_arch *target_arch_find(const char *name)
{
	const struct target_arch *arch;

	for (arch = archs; arch->name; arch++)
		if (!strcmp(arch->name, name))
			return arch;
	return NULL;
}

int target_arch_check_image(const char *name, const char *path)
{
	const struct target_arch *arch = target_arch_find(name);
	char magic[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, magic, sizeof(magic), arch->magic_at);

	if (fd >= 0)
		close(fd);
	if (n == (ssize_t)sizeof(magic) && !memcmp(magic, arch->magic, sizeof(magic)))
		return 0;
	lub_err("%s is not a %s of %s; `make kernel` makes one", path, arch->kernel, name);
	return -ENOEXEC;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/vmcore.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int read_at(int fd, uint64_t at, void *buf, size_t len)
{
	ssize_t n = pread(fd, buf, len, (off_t)at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -EIO;
}

static int read_segment(int fd, const Elf64_Ehdr *head, uint64_t gpa, void *buf, size_t len)
{
	Elf64_Phdr seg;
	unsigned int i;
	int err;

	for (i = 0; i < head->e_phnum; i++) {
		err = read_at(fd, head->e_phoff + i * sizeof(seg), &seg, sizeof(seg));
		if (err)
			return err;
		if (seg.p_type != PT_LOAD || gpa < seg.p_paddr || len > seg.p_filesz ||
		    gpa - seg.p_paddr > seg.p_filesz - len)
			continue;
		return read_at(fd, seg.p_offset + (gpa - seg.p_paddr), buf, len);
	}
	return -ENOENT;
}

int vmcore_read(const char *path, uint64_t gpa, void *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	Elf64_Ehdr head;

	if (fd < 0)
		return -errno;
	err = read_at(fd, 0, &head, sizeof(head));
	if (!err &&
	    (memcmp(head.e_ident, ELFMAG, SELFMAG) || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	     head.e_phentsize != sizeof(Elf64_Phdr)))
		err = -ENOEXEC;
	if (!err)
		err = read_segment(fd, &head, gpa, buf, len);
	close(fd);
	return err;
}

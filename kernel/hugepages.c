// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into the compiler: what it maps for its own allocator is to be huge pages. glibc can be told so for malloc()
 * (glibc.malloc.hugetlb), but gcc takes most of its memory past it, and where page faults are dear, as in
 * virtual machines without page tables of their own, they are a quarter of the time that a kernel takes to compile.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <sys/mman.h>

/* gcc maps 2 MiB at a time */
#define LEAST (1u << 20)

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	static void *(*real)(void *, size_t, int, int, int, off_t);
	void *p;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "mmap");
	p = real(addr, len, prot, flags, fd, offset);
	/* Advice: where it is not taken nothing is lost. */
	if (p != MAP_FAILED && flags & MAP_ANONYMOUS && len >= LEAST)
		madvise(p, len, MADV_HUGEPAGE);
	return p;
}

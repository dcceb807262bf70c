// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"

#define HUGE (2ul << 20)
#define SEALS (F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

#define LOG_MAGIC 0x3130474f4c42554cull /* "LUBLOG01" */
#define LOG_HEAD 64

/* A sample line is some 330 bytes long. A repetition writes 5, a point 3 more, a cycle a handful. */
#define LOG_LINE 512
#define LOG_REP_LINES 5
#define LOG_POINT_LINES 3
#define LOG_CYCLE_LINES 64

struct log_head {
	uint64_t magic;
	uint64_t len;
};

static const char *const names[] = {
	[MEM_DATA] = "lubench-data",
	[MEM_WINDOW] = "lubench-window",
	[MEM_LOG] = "lubench-log",
};

void memory_init(struct memory *m)
{
	int i;

	memset(m, 0, sizeof(*m));
	for (i = 0; i < MEM_PARTS; i++)
		m->part[i].fd = -1;
}

/* Multiplication by an odd number and a shift: no word equals its neighbour or its index. */
static uint64_t word_at(uint64_t i)
{
	uint64_t v = (i + 1) * 0x9e3779b97f4a7c15ull;

	return v ^ v >> 29;
}

/* A 2 MiB page can only be mapped as one where the address is aligned, too. */
static int map_part(struct mapping *p)
{
	size_t room = p->bytes + HUGE;
	uint8_t *area, *va;

	area = mmap(NULL, room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (area == MAP_FAILED)
		return -errno;
	va = (uint8_t *)(((uintptr_t)area + HUGE - 1) & ~(HUGE - 1));
	if (va > area)
		munmap(area, (size_t)(va - area));
	if (mmap(va, p->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, p->fd, 0) ==
	    MAP_FAILED) {
		int err = -errno;

		munmap(va, room - (size_t)(va - area));
		return err;
	}
	munmap(va + p->bytes, room - (size_t)(va - area) - p->bytes);
	p->va = va;
	return 0;
}

static int create_part(struct memory *m, enum memory_part part, size_t bytes)
{
	struct mapping *p = &m->part[part];

	p->fd = memfd_create(names[part], MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (p->fd < 0)
		return -errno;
	p->bytes = bytes;
	if (ftruncate(p->fd, (off_t)bytes) || fcntl(p->fd, F_ADD_SEALS, SEALS))
		return -errno;
	return map_part(p);
}

/* Does the kernel map all of it with 2 MiB entries: then its pages are that large. */
static bool is_huge(const struct mapping *p)
{
	char *text = sys_read_all("/proc/self/smaps"), head[32], *at;
	unsigned long kb = 0;

	if (!text)
		return false;
	snprintf(head, sizeof(head), "%lx-", (unsigned long)p->va);
	at = strstr(text, head);
	at = at ? strstr(at, "ShmemPmdMapped:") : NULL;
	if (at)
		sscanf(at, "ShmemPmdMapped: %lu", &kb);
	free(text);
	return kb * 1024 == p->bytes;
}

/* within_size: a small file does not get a large page that it does not fill. */
static void want_huge(void)
{
	sys_write("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "within_size\n");
}

size_t memory_log_bytes(uint32_t reps, size_t points)
{
	const size_t mib = 1ul << 20;
	size_t lines = LOG_CYCLE_LINES + points * (LOG_POINT_LINES + (size_t)reps * LOG_REP_LINES);

	return (LOG_HEAD + lines * LOG_LINE + mib - 1) / mib * mib;
}

int memory_create(struct memory *m, size_t data_bytes, size_t window_bytes, size_t log_bytes,
		  bool *huge)
{
	uint64_t *words;
	size_t i;
	int err;

	want_huge();
	err = create_part(m, MEM_DATA, data_bytes);
	if (!err)
		err = create_part(m, MEM_WINDOW, window_bytes);
	if (!err)
		err = create_part(m, MEM_LOG, log_bytes);
	if (err)
		return err;

	words = (uint64_t *)(void *)m->part[MEM_DATA].va;
	for (i = 0; i < data_bytes / sizeof(*words); i++)
		words[i] = word_at(i);
	memset(m->part[MEM_WINDOW].va, 0, window_bytes);
	memset(m->part[MEM_LOG].va, 0, log_bytes);
	((struct log_head *)(void *)m->part[MEM_LOG].va)->magic = LOG_MAGIC;
	*huge = is_huge(&m->part[MEM_DATA]);
	return 0;
}

/* Frame numbers of the first 4 KiB of each 2 MiB, all present, in a row, and the first one aligned. */
static bool is_one_block(const uint8_t *va)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry, first = 0, pfn, i;
	bool good = fd >= 0;

	for (i = 0; good && i < MEM_GIB / HUGE; i++) {
		uint64_t at = ((uintptr_t)va + i * HUGE) / 4096 * sizeof(entry);

		good = pread(fd, &entry, sizeof(entry), (off_t)at) == sizeof(entry) && entry >> 63;
		pfn = entry & ((1ull << 55) - 1);
		if (!i)
			first = pfn;
		good = good && first && !(first % (MEM_GIB / 4096)) &&
		       pfn == first + i * (HUGE / 4096);
	}
	if (fd >= 0)
		close(fd);
	return good;
}

bool memory_has_gib(const char **why)
{
	struct memory m;
	struct mapping *p = &m.part[MEM_DATA];
	bool good = false;
	uint64_t at;
	int err;

	memory_init(&m);
	*why = "no 1 GiB of shared memory is free";
	want_huge();
	err = create_part(&m, MEM_DATA, MEM_GIB);
	if (!err && !fallocate(p->fd, 0, 0, MEM_GIB)) {
		/* Only what is mapped has an entry in pagemap. */
		for (at = 0; at < MEM_GIB; at += HUGE)
			(void)*(volatile uint8_t *)(p->va + at);
		good = is_one_block(p->va);
		*why = "no entry of 1 GiB: a memfd has pages of 2 MiB at most, and 512 of them in a row are not one aligned block of physical memory here";
	}
	memory_release(&m);
	return good;
}

int memory_adopt(struct memory *m, enum memory_part part, int fd)
{
	struct mapping *p = &m->part[part];
	struct stat st;

	p->fd = fd;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size <= 0)
		return -ENODATA;
	p->bytes = (size_t)st.st_size;
	return map_part(p);
}

void memory_release(struct memory *m)
{
	int i;

	for (i = 0; i < MEM_PARTS; i++) {
		if (m->part[i].va)
			munmap(m->part[i].va, m->part[i].bytes);
		if (m->part[i].fd >= 0)
			close(m->part[i].fd);
	}
	memory_init(m);
}

uint64_t memory_check(const struct memory *m)
{
	const uint64_t *words = (const uint64_t *)(const void *)m->part[MEM_DATA].va;
	uint64_t bad = 0, i;

	for (i = 0; i < m->part[MEM_DATA].bytes / sizeof(*words); i++)
		bad += words[i] != word_at(i);
	return bad;
}

uint64_t memory_gpa(const struct memory *m)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), entry = 0;
	uintptr_t va = (uintptr_t)m->part[MEM_WINDOW].va;

	if (fd < 0)
		return 0;
	if (pread(fd, &entry, sizeof(entry), (off_t)(va / page * sizeof(entry))) != sizeof(entry))
		entry = 0;
	close(fd);
	/* Bit 63: present; bits 0-54: frame number, zero for those who may not know. */
	return entry >> 63 ? (entry & ((1ull << 55) - 1)) * page : 0;
}

int memory_log_append(struct memory *m, const char *text, size_t len)
{
	struct mapping *p = &m->part[MEM_LOG];
	struct log_head *head = (struct log_head *)(void *)p->va;

	if (len > p->bytes - LOG_HEAD - head->len)
		return -ENOSPC;
	memcpy(p->va + LOG_HEAD + head->len, text, len);
	head->len += len;
	return 0;
}

const char *memory_log(const struct memory *m, size_t *len)
{
	const struct mapping *p = &m->part[MEM_LOG];
	const struct log_head *head = (const struct log_head *)(const void *)p->va;

	if (!p->va || p->bytes < LOG_HEAD || head->magic != LOG_MAGIC ||
	    head->len > p->bytes - LOG_HEAD)
		return NULL;
	*len = (size_t)head->len;
	return (const char *)p->va + LOG_HEAD;
}

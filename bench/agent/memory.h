/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three memfds of a cycle. data: what the IOAS maps again and again. window: what the device
 * works on; its first page is the witness page. log: sample lines on their way over the kexec.
 */
#ifndef BENCH_AGENT_MEMORY_H
#define BENCH_AGENT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum memory_part - the memfds, in the order in which they are preserved. */
enum memory_part {
	MEM_DATA,
	MEM_WINDOW,
	MEM_LOG,
	MEM_PARTS
};

/** MEM_DATA_BYTES - length of the data memfd, unless the IOAS is smaller. */
#define MEM_DATA_BYTES (64ull << 20)

/** MEM_LOG_MAX - longest log memfd: what is preserved is also memory that the machine needs. */
#define MEM_LOG_MAX (64ull << 20)

/** MEM_GIB - data memfd whose pages may make a table entry of 1 GiB. */
#define MEM_GIB (1ull << 30)

/** struct mapping - one memfd and where it is mapped. */
struct mapping {
	int fd;
	uint8_t *va;
	size_t bytes;
};

/** struct memory - all of them; start with memory_init(). */
struct memory {
	struct mapping part[MEM_PARTS];
};

/**
 * memory_init() - nothing is open
 * @m: the memory
 */
void memory_init(struct memory *m);

/**
 * memory_log_bytes() - how long the log has to be for the lines of a cycle
 * @reps: repetitions of a point
 * @points: their number
 *
 * Room for lines half as long again as those of today. What does not fit all the same is refused by
 * memory_log_append(), and ends the cycle.
 *
 * Return: bytes, whole MiB; may be above MEM_LOG_MAX, which is more than there may be.
 */
size_t memory_log_bytes(uint32_t reps, size_t points);

/**
 * memory_create() - make, fill and seal the memfds
 * @m: initialised memory
 * @data_bytes: length of the data memfd
 * @huge: set to whether it consists of 2 MiB pages, as it should
 * @window_bytes: length of the window
 * @log_bytes: length of the log
 *
 * F_SEAL_GROW, F_SEAL_SHRINK and F_SEAL_SEAL are set on all of them.
 *
 * Return: 0 or -errno.
 */
int memory_create(struct memory *m, size_t data_bytes, size_t window_bytes, size_t log_bytes,
		  bool *huge);

/**
 * memory_has_gib() - would a memfd of 1 GiB be one aligned block of physical memory
 * @why: set to why not
 *
 * A memfd has pages of 2 MiB at most. An IOMMU gets an entry of 1 GiB when 512 of them in a row happen to
 * be one block. Makes such a memfd, looks, and gives it back.
 *
 * Return: whether it would, to be looked at again when it is used.
 */
bool memory_has_gib(const char **why);

/**
 * memory_adopt() - map a memfd of the previous kernel
 * @m: initialised memory
 * @part: which
 * @fd: taken over, also on error
 *
 * Return: 0 or -errno.
 */
int memory_adopt(struct memory *m, enum memory_part part, int fd);

/**
 * memory_release() - unmap and close all of them
 * @m: the memory
 */
void memory_release(struct memory *m);

/**
 * memory_check() - compare the data memfd with what memory_create() wrote
 * @m: memory with its data part
 *
 * Return: number of 8-byte words that differ.
 */
uint64_t memory_check(const struct memory *m);

/**
 * memory_gpa() - physical address of the witness page
 * @m: memory with its window
 *
 * Return: the address, 0 when the kernel does not tell.
 */
uint64_t memory_gpa(const struct memory *m);

/**
 * memory_log_append() - add text to the log
 * @m: memory with its log
 * @text: any bytes
 * @len: their number
 *
 * Return: 0 or -ENOSPC.
 */
int memory_log_append(struct memory *m, const char *text, size_t len);

/**
 * memory_log() - what is in the log
 * @m: memory with its log
 * @len: set to the length
 *
 * Return: the text, not terminated; NULL when there is no sound log.
 */
const char *memory_log(const struct memory *m, size_t *len);

#endif

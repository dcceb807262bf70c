/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the program asks of the kernel's code. This header is included on both sides, so it has plain types only.
 */
#ifndef LUBENCH_NATIVE_H
#define LUBENCH_NATIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct native_table - a page table, made by one of the formats
 */
struct native_table;

/**
 * struct native_format - a format of generic_pt: format.h, instantiated
 * @name: as in records: "vtd-ss", "vtd-fs"
 * @pooled: its tables can come from a pool, which is preserved instead of them
 * @create: an empty table for 4 KiB pages with 4 levels, with a pool if it can have one; NULL for an error
 * @map: IOVA 0 to @bytes, to physical addresses that are the same
 * @unmap: all of it, which frees the tables
 * @mark: registers the pool with KHO ahead of time; a no-op without a pool
 * @preserve: hands all tables over to the next kernel
 * @unpreserve: undoes it
 * @restore: the table of the next kernel, from what @preserve has noted in @from, which nobody can use any more: all
 *	that the previous kernel had besides preserved pages is lost, here as there; NULL for an error
 * @destroy: frees the table and all that it consists of
 * @lookup: where an IOVA is mapped to, 0 for nowhere
 * @nr_tables: as counted by the last @preserve
 *
 * Those that return an int return 0 or -errno.
 */
struct native_format {
	const char *name;
	bool pooled;
	struct native_table *(*create)(bool pool);
	int (*map)(struct native_table *t, uint64_t bytes);
	int (*unmap)(struct native_table *t, uint64_t bytes);
	int (*mark)(struct native_table *t);
	int (*preserve)(struct native_table *t);
	void (*unpreserve)(struct native_table *t);
	struct native_table *(*restore)(struct native_table *from);
	void (*destroy)(struct native_table *t);
	uint64_t (*lookup)(struct native_table *t, uint64_t iova);
	uint64_t (*nr_tables)(const struct native_table *t);
};

extern const struct native_format native_vtdss, native_x86_64;

/**
 * native_kho_init() - an empty tree of preserved pages
 *
 * Return: 0 or -errno.
 */
int native_kho_init(void);

/* Free that tree, and what the incoming kernel has made of it. */
void native_kho_exit(void);

/**
 * native_kho_count - preserve counts, and no tree is kept
 *
 * What is left of preserving is the walk. Nothing can be restored then.
 */
extern bool native_kho_count;

/* How many preservations there were since native_kho_init(), with native_kho_count. */
extern unsigned long native_kho_counted;

/**
 * native_kho_reserve() - what the next kernel does early on: find each preserved page, and write so in its struct page
 *
 * Return: 0 or -errno.
 */
int native_kho_reserve(void);

/**
 * native_memory_init() - memory, and a struct page for each of its pages
 * @bytes: how much; a multiple of 4 MiB
 *
 * Return: 0 or -errno.
 */
int native_memory_init(size_t bytes);

/**
 * native_memory_reset() - all pages are free again
 * @scattered: single pages come from anywhere in the lower half, else one after the other. Larger ones are
 *	from the upper half, and so are the 2 MiB that they are cut from.
 *
 * Return: 0, -EBUSY when pages were not freed.
 */
int native_memory_reset(bool scattered);

/**
 * native_memory_kexec() - contents stay, and every struct page is new
 *
 * The pages are those of the next kernel from now on, which has to free them; nothing is accounted yet.
 */
void native_memory_kexec(void);

/* Every page that was handed out since the last reset goes out of the caches, and its struct page. */
void native_memory_cold(void);

/* How much of it is in huge pages, as the kernel maps all of its memory; -1 when that is not known. */
long long native_memory_huge(void);

/**
 * native_memory_pages() - which pages were handed out since the last reset
 * @nr: set to their number
 *
 * Return: their addresses in that order.
 */
void *const *native_memory_pages(size_t *nr);

/* The struct page of a page. */
void *native_memory_page_struct(void *page);

#endif

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of the kernel's code: pages with a struct page each, at addresses that are known when it is compiled,
 * as those of the kernel are.
 */
#include <sys/mman.h>

#include "native.h"

#define BLOCK_ORDER 9

unsigned long native_max_pfn;
long native_managed, native_iommu_pages;

static struct {
	size_t nr; /* pages */
	/* Single ones, the next at the end; and 2 MiB, the next at @next_block, of which @cut pages are gone */
	struct page **single;
	size_t nr_single;
	unsigned int *block;
	size_t nr_blocks, next_block, cut;
	/* All that were handed out, for native_memory_pages() */
	void **given;
	size_t nr_given;
	long live;
} mem;

static void *reserve(unsigned long where, size_t bytes)
{
	void *p = mmap((void *)where, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

	/* Where there are none it is slower, and said: native_memory_huge(). */
	if (p != MAP_FAILED)
		madvise(p, bytes, MADV_HUGEPAGE);
	return p == MAP_FAILED ? NULL : p;
}

int native_memory_init(size_t bytes)
{
	mem.nr = bytes >> PAGE_SHIFT;
	mem.nr_blocks = mem.nr / 2 >> BLOCK_ORDER;
	mem.single = calloc(mem.nr / 2, sizeof(*mem.single));
	mem.given = calloc(mem.nr, sizeof(*mem.given));
	mem.block = calloc(mem.nr_blocks, sizeof(*mem.block));
	if (!mem.single || !mem.given || !mem.block || !reserve(PAGE_OFFSET, bytes) ||
	    !reserve(VMEMMAP, mem.nr * sizeof(struct page))) {
		fprintf(stderr,
			"native: no %zu bytes of memory at fixed addresses; give less with --memory\n",
			bytes);
		return -ENOMEM;
	}
	native_max_pfn = PHYS_PFN(PHYS_BASE) + mem.nr;
	/* No page fault is to be timed. */
	memset((void *)PAGE_OFFSET, 0, bytes);
	memset((void *)VMEMMAP, 0, mem.nr * sizeof(struct page));
	return 0;
}

#define SEED 88172645463325252ULL

/* xorshift64, Marsaglia 2003 */
static size_t below(u64 *x, size_t n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x % n;
}

int native_memory_reset(bool scattered)
{
	struct page *first = pfn_to_page(PHYS_PFN(PHYS_BASE));
	/*
	 * The same order each time: pages that were not written to for some time are slow under a hypervisor that keeps
	 * track of writes.
	 */
	u64 x = SEED;
	size_t i, j;

	if (mem.live || native_iommu_pages) {
		fprintf(stderr,
			"native: %ld pages were not freed, %ld are accounted; the kernel leaks\n",
			mem.live, native_iommu_pages);
		return -EBUSY;
	}
	for (i = 0; i < mem.nr_given; i++)
		memset(virt_to_page(mem.given[i]), 0, sizeof(struct page));
	mem.nr_given = 0;
	mem.nr_single = mem.nr / 2;
	for (i = 0; i < mem.nr_single; i++)
		mem.single[i] = first + (mem.nr_single - 1 - i);
	for (i = 0; i < mem.nr_blocks; i++)
		mem.block[i] = (unsigned int)i;
	for (i = mem.nr_single; scattered && i > 1; i--) {
		j = below(&x, i);
		swap(mem.single[i - 1], mem.single[j]);
	}
	for (i = mem.nr_blocks; scattered && i > 1; i--) {
		j = below(&x, i);
		swap(mem.block[i - 1], mem.block[j]);
	}
	mem.next_block = 0;
	mem.cut = 0;
	return 0;
}

void native_memory_kexec(void)
{
	size_t i;

	for (i = 0; i < mem.nr_given; i++)
		memset(virt_to_page(mem.given[i]), 0, sizeof(struct page));
	native_iommu_pages = 0;
}

/* Aligned to its size; what lies before it in the 2 MiB is left over. */
static struct page *cut_block(unsigned int order)
{
	size_t nr = 1UL << order, at = (mem.cut + nr - 1) & ~(nr - 1);

	if (at + nr > 1UL << BLOCK_ORDER) {
		mem.next_block++;
		at = 0;
	}
	if (mem.next_block == mem.nr_blocks)
		return NULL;
	mem.cut = at + nr;
	return pfn_to_page(PHYS_PFN(PHYS_BASE)) + mem.nr / 2 +
	       ((size_t)mem.block[mem.next_block] << BLOCK_ORDER) + at;
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	struct page *page;
	size_t i;

	(void)nid;
	if (order > BLOCK_ORDER)
		return NULL;
	page = order ? cut_block(order) : mem.nr_single ? mem.single[--mem.nr_single] : NULL;
	if (!page) {
		fputs("native: out of memory; give more with --memory\n", stderr);
		return NULL;
	}
	for (i = 0; i < 1UL << order && mem.nr_given < mem.nr; i++)
		mem.given[mem.nr_given++] = page_address(page + i);
	mem.live += 1L << order;
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	set_page_count(page, 1);
	return page;
}

/* Those of larger blocks do not come again before the next reset. */
void __free_page(struct page *page)
{
	size_t at = (size_t)(page - pfn_to_page(PHYS_PFN(PHYS_BASE)));

	mem.live--;
	if (at < mem.nr / 2)
		mem.single[mem.nr_single++] = page;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	struct page *page = alloc_pages_node(0, gfp | __GFP_ZERO, 0);

	return page ? (unsigned long)page_address(page) : 0;
}

void prep_compound_page(struct page *page, unsigned int order)
{
	size_t i;

	page->flags |= 1 | order << 8;
	for (i = 1; i < 1UL << order; i++)
		page[i].lru.next = (struct list_head *)((unsigned long)page | 1);
}

struct folio *__folio_alloc_node(gfp_t gfp, unsigned int order, int nid)
{
	struct page *page = alloc_pages_node(nid, gfp, order);

	if (page && order)
		prep_compound_page(page, order);
	return (struct folio *)page;
}

void folio_put(struct folio *folio)
{
	if (folio_order(folio))
		mem.live -= folio_nr_pages(folio);
	else
		__free_page(&folio->page);
}

static void flush_line(const void *p)
{
#if defined(__x86_64__)
	__builtin_ia32_clflush(p);
#elif defined(__aarch64__)
	asm volatile("dc civac, %0" : : "r"(p) : "memory");
#else
#error "which instruction writes a cache line back and drops it?"
#endif
}

void native_memory_cold(void)
{
	size_t i, at;

	for (i = 0; i < mem.nr_given; i++) {
		for (at = 0; at < PAGE_SIZE; at += 64)
			flush_line((char *)mem.given[i] + at);
		flush_line(virt_to_page(mem.given[i]));
	}
	smp_mb();
}

long long native_memory_huge(void)
{
	FILE *in = fopen("/proc/self/smaps", "re");
	unsigned long start, end, kib;
	bool ours = false;
	long long huge = -1;
	char line[256];

	while (in && fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			ours = start == PAGE_OFFSET;
		else if (ours && sscanf(line, "AnonHugePages: %lu kB", &kib) == 1)
			huge = (long long)kib << 10;
	}
	if (in)
		fclose(in);
	return huge;
}

void *const *native_memory_pages(size_t *nr)
{
	*nr = mem.nr_given;
	return mem.given;
}

void *native_memory_page_struct(void *page)
{
	return virt_to_page(page);
}

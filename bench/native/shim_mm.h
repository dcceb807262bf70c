/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of shim.h that is memory: pages with a struct page each. memory.c gives them out. */
#ifndef LUBENCH_NATIVE_SHIM_MM_H
#define LUBENCH_NATIVE_SHIM_MM_H

#define PAGE_OFFSET 0x200000000000UL
#define VMEMMAP 0x300000000000UL
/* Not 0, which means "no address" in records. */
#define PHYS_BASE SZ_1G

struct page {
	unsigned long flags;  /* bit 0: head of more than one page, whose order is in byte 1 */
	struct list_head lru; /* bit 0 of next: a page that is not the head */
	unsigned long mapping;
	unsigned long index;
	unsigned long private;
	unsigned int page_type;
	atomic_t _refcount;
	unsigned long memcg_data;
} __attribute__((aligned(64)));

struct folio {
	struct page page;
};

#define __va(phys) ((void *)((phys)-PHYS_BASE + PAGE_OFFSET))
#define phys_to_virt __va
#define virt_to_phys(virt) ((phys_addr_t)(uintptr_t)(virt)-PAGE_OFFSET + PHYS_BASE)
#define PHYS_PFN(phys) ((unsigned long)((phys) >> PAGE_SHIFT))
#define PFN_PHYS(pfn) ((phys_addr_t)(pfn) << PAGE_SHIFT)
static inline struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)VMEMMAP + (pfn - PHYS_PFN(PHYS_BASE));
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return (unsigned long)(page - (struct page *)VMEMMAP) + PHYS_PFN(PHYS_BASE);
}

#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define phys_to_page(phys) pfn_to_page(PHYS_PFN(phys))
#define page_address(page) __va(page_to_phys(page))
#define virt_to_page(virt) phys_to_page(virt_to_phys(virt))
#define folio_address(folio) page_address((struct page *)(folio))
#define folio_pfn(folio) page_to_pfn((struct page *)(folio))
#define folio_nr_pages(folio) (1L << folio_order(folio))
#define folio_pgdat(folio) NULL
#define pfn_to_nid(pfn) 0
#define numa_mem_id() 0
#define early_pfn_to_nid(pfn) 0
#define init_deferred_page(pfn, nid) \
	do {                         \
	} while (0)
#define set_page_count(page, n) ((page)->_refcount.counter = (n))
#define clear_page_tag_ref(page) \
	do {                     \
	} while (0)
#define adjust_managed_page_count(page, n) (native_managed += (long)(n))
#define set_page_private(page, value) ((page)->private = (value))
#define page_private(page) ((page)->private)
#define split_page(page, order) \
	do {                    \
	} while (0)
#define clear_page(virt) memset(virt, 0, PAGE_SIZE)
#define IS_ALIGNED(x, a) (((x) & ((typeof(x))(a)-1)) == 0)
#define get_order(size)                                                                  \
	((unsigned int)ilog2(((size)-1) >> PAGE_SHIFT | !((size) >> (PAGE_SHIFT + 1))) + \
	 ((size) > PAGE_SIZE))

typedef unsigned int native_gfp_t;
#undef GFP_KERNEL
#define gfp_t native_gfp_t
#define __GFP_HIGHMEM 1U
#define __GFP_ZERO 2U
#define __GFP_COMP 4U
#define __GFP_DIRECT_RECLAIM 8U
#define __GFP_NOWARN 16U
#define __GFP_RECLAIM __GFP_DIRECT_RECLAIM
#define __GFP_NORETRY 128U
#define __GFP_NOMEMALLOC 256U
#define __GFP_THISNODE 512U
#define GFP_KERNEL 32U
#define GFP_KERNEL_ACCOUNT 64U

extern unsigned long native_max_pfn;
extern long native_managed, native_iommu_pages;

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
void __free_page(struct page *page);

static inline struct folio *page_folio(const struct page *page)
{
	unsigned long head = (unsigned long)page->lru.next;

	return (struct folio *)(head & 1 ? head - 1 : (unsigned long)page);
}

static inline struct folio *virt_to_folio(const void *virt)
{
	return page_folio(virt_to_page(virt));
}

static inline unsigned int folio_order(const struct folio *folio)
{
	return folio->page.flags & 1 ? folio->page.flags >> 8 & 0xff : 0;
}

static inline struct page *pfn_to_online_page(unsigned long pfn)
{
	return pfn >= PHYS_PFN(PHYS_BASE) && pfn < native_max_pfn ? pfn_to_page(pfn) : NULL;
}

void prep_compound_page(struct page *page, unsigned int order);
struct folio *__folio_alloc_node(gfp_t gfp, unsigned int order, int nid);
void folio_put(struct folio *folio);
unsigned long get_zeroed_page(gfp_t gfp);
#define free_page(virt) __free_page(virt_to_page(virt))
#define slab_is_available() true
#define memblock_alloc(size, align) NULL
#define memblock_free(p, size) \
	do {                   \
	} while (0)
#define kzalloc_obj(object, gfp) ((typeof(object) *)calloc(1, sizeof(object)))
#define kfree free

/* Counters of a CPU and of a node in the kernel, plain ones here. */
#define NR_IOMMU_PAGES 0
#define NR_SECONDARY_PAGETABLE 0
#define mod_node_page_state(node, item, n) (native_iommu_pages += (n))
#define lruvec_stat_mod_folio(folio, item, n) \
	do {                                  \
	} while (0)

/* How much is reserved, without the list of regions that memblock keeps. */
extern unsigned long native_runs;
#define memblock_reserve(start, size) (native_runs++)
#define memblock_reserved_mark_noinit(start, size) \
	do {                                       \
	} while (0)
#define kho_scratch_overlap(start, size) false

#endif

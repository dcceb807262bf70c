/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of the kernel as its page-table code needs, in user space. Everything is compiled after it, and
 * source.sh makes the headers empty that the kernel's tools/include does not have.
 *
 * What is timed has to cost here what it costs there: struct page has its size and its fields in their places, virtual
 * and physical addresses differ by a constant, and locks are the atomic operations that nobody waits for. What has
 * no counterpart here is empty: lockdep, memory cgroups, NUMA, invalidation of IOTLBs.
 */
#ifndef LUBENCH_NATIVE_SHIM_H
#define LUBENCH_NATIVE_SHIM_H

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IS_ENABLED(option) __is_set(option)
#define __is_set(value) __is_set_(SET_##value)
#define __is_set_(junk) __second(junk 1, 0)
#define __second(ignored, value, ...) value
#define SET_1 0,
#define CONFIG_IOMMU_LIVEUPDATE 1
#define CONFIG_IOMMU_PT 1
#define CONFIG_KEXEC_HANDOVER 1
#define CONFIG_MEMCG 1
#define CONFIG_PHYS_ADDR_T_64BIT 1
#define CONFIG_SMP 1
/* Tables are coherent here; this only keeps the DMA API away. */
#define CONFIG_X86 1

#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
/* Without the kernel's comparison of types. */
#define min(a, b)                              \
	({                                     \
		typeof(a) min_a = (a);         \
		typeof(b) min_b = (b);         \
		min_a < min_b ? min_a : min_b; \
	})
#define min3(a, b, c) min(min(a, b), c)
#define max(a, b)                              \
	({                                     \
		typeof(a) max_a = (a);         \
		typeof(b) max_b = (b);         \
		max_a > max_b ? max_a : max_b; \
	})
#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)

#include <linux/args.h>
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/sizes.h>
#include <linux/stringify.h>
#include <linux/types.h>

#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)
#define NUMA_NO_NODE (-1)
#define BITS_PER_BYTE 8
typedef u64 dma_addr_t;
typedef unsigned long pgoff_t;

#define __init
#define __ref
#define __ro_after_init
#define EXPORT_SYMBOL_GPL(symbol)
#define EXPORT_SYMBOL_NS_GPL(symbol, ns)
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_IMPORT_NS(ns)
#define early_param(name, function)
#define core_initcall(function)
#define might_sleep() \
	do {          \
	} while (0)
#define might_alloc(gfp) \
	do {             \
	} while (0)
#define lockdep_assert_held(lock) \
	do {                      \
	} while (0)
#define cond_resched() \
	do {           \
	} while (0)
#define pr_err(fmt, ...) fprintf(stderr, "native: kernel: " fmt, ##__VA_ARGS__)
#define pr_err_ratelimited pr_err

/* Neither may be seen: a benchmark of something that fails says nothing. */
#define WARN_ON(condition)                                                                         \
	({                                                                                         \
		bool warn_on = (condition);                                                        \
		if (unlikely(warn_on)) {                                                           \
			fprintf(stderr, "native: the kernel's WARN_ON(%s) at %s:%d\n", #condition, \
				__FILE__, __LINE__);                                               \
			abort();                                                                   \
		}                                                                                  \
		warn_on;                                                                           \
	})
#define WARN_ON_ONCE WARN_ON

#ifndef swap
#define swap(a, b)                    \
	do {                          \
		typeof(a) swap = (a); \
		(a) = (b);            \
		(b) = swap;           \
	} while (0)
#endif

#define memset_after(object, value, member)                                                     \
	memset((u8 *)(object) + offsetof(typeof(*(object)), member) + sizeof((object)->member), \
	       value,                                                                           \
	       sizeof(*(object)) - offsetof(typeof(*(object)), member) - sizeof((object)->member))

#define count_trailing_zeros(x) ((x) ? (unsigned int)__builtin_ctzl(x) : 64U)
#define __ffs64(x) ((unsigned int)__builtin_ctzll(x))
#define const_ilog2(n) (63 - __builtin_clzll(n))

/*
 * Atomic operations, and locks that are free
 */
#define dma_wmb() __atomic_thread_fence(__ATOMIC_RELEASE)
#define smp_rmb() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define smp_mb() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define smp_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define try_cmpxchg64(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)
#define try_cmpxchg64_release(p, old, new) \
	__atomic_compare_exchange_n(p, old, new, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)
#define try_cmpxchg_release try_cmpxchg64_release
#define cmpxchg(p, old, new) __sync_val_compare_and_swap(p, old, new)

typedef struct {
	long counter;
} native_atomic_long_t;
#define atomic_long_t native_atomic_long_t
#define atomic_long_add(n, v) __atomic_add_fetch(&(v)->counter, n, __ATOMIC_RELAXED)
#define atomic_long_sub(n, v) __atomic_sub_fetch(&(v)->counter, n, __ATOMIC_RELAXED)
#define atomic_long_read(v) __atomic_load_n(&(v)->counter, __ATOMIC_RELAXED)

struct mutex {
	unsigned long owner;
};
typedef struct mutex spinlock_t;
#define __MUTEX_INITIALIZER(name) \
	{                         \
		0                 \
	}
#define DEFINE_MUTEX(name) struct mutex name
#define mutex_init(lock) ((lock)->owner = 0)
#define spin_lock_init mutex_init

/* There is one thread, so that it never has to wait. */
static inline struct mutex *mutex_lock(struct mutex *lock)
{
	unsigned long none = 0;

	if (!__atomic_compare_exchange_n(&lock->owner, &none, 1, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		abort();
	return lock;
}

static inline void mutex_unlock(struct mutex *lock)
{
	unsigned long held = 1;

	if (!__atomic_compare_exchange_n(&lock->owner, &held, 0, false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		abort();
}

static inline void mutex_leave(struct mutex **lock)
{
	mutex_unlock(*lock);
}

#define spin_lock_irqsave(lock, flags) ((flags) = 0, mutex_lock(lock))
#define spin_unlock_irqrestore(lock, flags) ((void)(flags), mutex_unlock(lock))
/* Both kinds are the same here. */
#define guard(kind) __guard_##kind
#define __guard_mutex(lock) __guard_as(__PASTE(guard_, __COUNTER__), lock)
#define __guard_as(name, lock) \
	struct mutex *name __attribute__((cleanup(mutex_leave), unused)) = mutex_lock(lock)
#define scoped_guard(kind, lock)                                                            \
	for (struct mutex * scope __attribute__((cleanup(mutex_leave))) = mutex_lock(lock), \
				  *once = scope;                                            \
	     once; once = NULL)

#include "shim_mm.h"

/*
 * KHO and other users of what is compiled
 */
struct kho_debugfs {
	int unused;
};
#define __NEW_UTS_LEN 64

int kho_preserve_folio(struct folio *folio);
void kho_unpreserve_folio(struct folio *folio);
int kho_preserve_pages(struct page *page, unsigned long nr_pages);
void kho_unpreserve_pages(struct page *page, unsigned long nr_pages);
struct folio *kho_restore_folio(phys_addr_t phys);
struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages);
bool kho_claim(phys_addr_t phys, unsigned int order);
struct folio *kho_restore_claimed(phys_addr_t phys);

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
};
#define NOTIFY_DONE 0
#define register_reboot_notifier(nb) 0

#define DMA_TO_DEVICE 0
#define dma_map_single(dev, virt, size, way) virt_to_phys(virt)
#define dma_unmap_single(dev, dma, size, way) \
	do {                                  \
	} while (0)
#define dma_mapping_error(dev, dma) false
#define clflush_cache_range(virt, len) \
	do {                           \
	} while (0)
#define __sme_set(x) (x)
#define __sme_clr(x) (x)

/*
 * The IOMMU core
 */
#define IOMMU_READ 1
#define IOMMU_WRITE 2
#define IOMMU_MMIO 16
#define IOMMU_DIRTY_NO_CLEAR 1
#define __IOMMU_DOMAIN_PAGING 1

struct device;
struct iommu_pages_pool;

struct iommu_domain {
	unsigned int type;
	bool is_iommupt;
	unsigned long pgsize_bitmap;
	struct {
		dma_addr_t aperture_start, aperture_end;
		bool force_aperture;
	} geometry;
	struct iommu_pages_pool *pages_pool;
};

struct iommu_pages_list {
	struct list_head pages;
};
#define IOMMU_PAGES_LIST_INIT(name)                   \
	{                                             \
		.pages = LIST_HEAD_INIT((name).pages) \
	}

struct iommu_iotlb_gather {
	unsigned long start, end;
	struct {
		u8 leaf_levels_bitmap, table_levels_bitmap;
	} pt;
	struct iommu_pages_list freelist;
	bool queued;
};

struct iommu_dirty_bitmap {
	void *bitmap;
	struct iommu_iotlb_gather *gather;
};
#define iova_bitmap_set(bitmap, iova, len) \
	do {                               \
	} while (0)

void iommu_put_pages_list(struct iommu_pages_list *list);

static inline void iommu_iotlb_gather_init(struct iommu_iotlb_gather *gather)
{
	*gather = (struct iommu_iotlb_gather){ .start = ULONG_MAX };
	INIT_LIST_HEAD(&gather->freelist.pages);
}

/* What a driver does at the end of it; here is nothing to invalidate. */
static inline void iommu_iotlb_sync(struct iommu_domain *domain, struct iommu_iotlb_gather *gather)
{
	(void)domain;
	iommu_put_pages_list(&gather->freelist);
	iommu_iotlb_gather_init(gather);
}

static inline bool iommu_iotlb_gather_queued(struct iommu_iotlb_gather *gather)
{
	return gather->queued;
}

static inline bool iommu_iotlb_gather_is_disjoint(struct iommu_iotlb_gather *gather,
						  unsigned long iova, size_t size)
{
	return gather->end && (iova > gather->end + 1 || iova + size < gather->start);
}

static inline void iommu_iotlb_gather_add_range(struct iommu_iotlb_gather *gather,
						unsigned long iova, size_t size)
{
	gather->start = min(gather->start, iova);
	gather->end = max(gather->end, iova + size - 1);
}

#endif

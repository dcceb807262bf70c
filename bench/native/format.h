/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One format of generic_pt as a struct native_format. The includer has included the format, and defines FMT, its
 * name in the kernel, NATIVE_FMT, that of the struct, and NATIVE_NAME, that in records.
 */
#include "native.h"

#define FN(op) CONCATENATE(CONCATENATE(pt_iommu_, FMT), op)
#define TABLE CONCATENATE(pt_iommu_, FMT)

struct native_table {
	struct TABLE pt;
	struct iommu_pgtable_ser ser;
};

static const struct CONCATENATE(TABLE, _cfg) native_cfg = {
	.common = { .hw_max_vasz_lg2 = 48, .hw_max_oasz_lg2 = 48, .features = NATIVE_FEATURES },
	.top_level = 3,
};

/* As the core does for a domain that shall have no larger pages. */
static void only_4k(struct native_table *t)
{
	t->pt.iommu.domain.pgsize_bitmap = SZ_4K;
}

static struct native_table *native_create(bool pool)
{
	struct native_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->pt.iommu.nid = NUMA_NO_NODE;
	if (FN(_init)(&t->pt, &native_cfg, GFP_KERNEL)) {
		free(t);
		return NULL;
	}
	only_4k(t);
	(void)pool;
#ifdef NATIVE_POOL
	if (pool && FN(_use_pool)(&t->pt)) {
		pt_iommu_deinit(&t->pt.iommu);
		free(t);
		return NULL;
	}
#endif
	return t;
}

static int native_map(struct native_table *t, uint64_t bytes)
{
	size_t mapped = 0;

	return t->pt.iommu.ops->map_range(&t->pt.iommu, 0, 0, bytes, IOMMU_READ | IOMMU_WRITE,
					  GFP_KERNEL, &mapped);
}

static int native_unmap(struct native_table *t, uint64_t bytes)
{
	struct iommu_iotlb_gather gather;
	size_t done;

	iommu_iotlb_gather_init(&gather);
	done = t->pt.iommu.ops->unmap_range(&t->pt.iommu, 0, bytes, &gather);
	iommu_iotlb_sync(&t->pt.iommu.domain, &gather);
	return done == bytes ? 0 : -EIO;
}

static int native_mark(struct native_table *t)
{
#ifdef NATIVE_POOL
	return iommu_pool_mark(t->pt.iommu.domain.pages_pool);
#else
	(void)t;
	return 0;
#endif
}

static int native_preserve(struct native_table *t)
{
	memset(&t->ser, 0, sizeof(t->ser));
	return FN(_preserve)(&t->pt, &t->ser);
}

static void native_unpreserve(struct native_table *t)
{
	FN(_unpreserve)(&t->pt, &t->ser);
}

static struct native_table *native_restore(struct native_table *from)
{
	struct native_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->pt.iommu.nid = NUMA_NO_NODE;
	t->ser = from->ser;
	if (FN(_restore)(&t->pt, &native_cfg, &t->ser)) {
		free(t);
		return NULL;
	}
	return t;
}

static void native_destroy(struct native_table *t)
{
	pt_iommu_deinit(&t->pt.iommu);
	free(t);
}

static uint64_t native_lookup(struct native_table *t, uint64_t iova)
{
	return FN(_iova_to_phys)(&t->pt.iommu.domain, iova);
}

static uint64_t native_nr_tables(const struct native_table *t)
{
	return t->ser.nr_tables;
}

const struct native_format NATIVE_FMT = {
	.name = NATIVE_NAME,
#ifdef NATIVE_POOL
	.pooled = true,
#endif
	.create = native_create,
	.map = native_map,
	.unmap = native_unmap,
	.mark = native_mark,
	.preserve = native_preserve,
	.unpreserve = native_unpreserve,
	.restore = native_restore,
	.destroy = native_destroy,
	.lookup = native_lookup,
	.nr_tables = native_nr_tables,
};

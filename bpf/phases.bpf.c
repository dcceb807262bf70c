// SPDX-License-Identifier: GPL-2.0-only
/* How long the kernel's part of each phase takes: one record for every call that the agent makes. */
#include "bpf/probe.bpf.h"

/* metric, its name, the function whose calls it times */
#define PHASES(P)                                                           \
	P(MAP, "map", iommufd_ioas_map_file)                                \
	P(FILL, "fill", iopt_area_fill_domains)                             \
	P(FILL_HWPT, "fill.hwpt", iopt_area_fill_domain)                    \
	P(ALLOC_HWPT, "alloc.hwpt", iommufd_hwpt_alloc)                     \
	P(DESTROY, "destroy", iommufd_destroy)                              \
	P(PRESERVE, "preserve.iommufd", iommufd_lu_preserve)                \
	P(PRESERVE_HWPT, "preserve.hwpt", iommu_liveupdate_preserve_domain) \
	P(PRESERVE_VFIO, "preserve.vfio", vfio_pci_liveupdate_preserve)     \
	P(UNPRESERVE, "unpreserve.iommufd", iommufd_lu_unpreserve)          \
	P(RETRIEVE, "retrieve.iommufd", iommufd_lu_retrieve)                \
	P(RESTORE_HWPT, "restore.hwpt", iommufd_hwpt_liveupdate_restore)    \
	P(ATTACH, "attach", iommufd_device_attach)                          \
	P(REPLACE, "replace", iommufd_device_replace)

enum {
#define P(id, text, func) id,
	PHASES(P)
#undef P
};

LUB_METRICS = {
#define P(id, text, func) { .name = text, .unit = "ns", .target = #func },
	PHASES(P)
#undef P
};

static __always_inline void enter(__u16 metric)
{
	if (lub_ours())
		lub_begin(metric, 0);
}

static __always_inline void leave(__u16 metric)
{
	if (lub_ours())
		lub_end(metric);
}

#define P(id, text, func)          \
	LUB_ENTRY(func, enter(id)) \
	LUB_EXIT(func, leave(id))
PHASES(P)
#undef P

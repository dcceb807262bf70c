// SPDX-License-Identifier: GPL-2.0-only
/* VT-d second stage: the kernel's file and ours are one unit, as code and tables of a format are. */
#include "drivers/iommu/generic_pt/fmt/iommu_vtdss.c"

#define FMT vtdss
#define NATIVE_FMT native_vtdss
#define NATIVE_NAME "vtd-ss"
#define NATIVE_FEATURES BIT(PT_FEAT_FLUSH_RANGE)
#include "format.h"

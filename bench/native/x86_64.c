// SPDX-License-Identifier: GPL-2.0-only
/* VT-d first stage, see vtdss.c. */
#include "drivers/iommu/generic_pt/fmt/iommu_x86_64.c"

#define FMT x86_64
#define NATIVE_FMT native_x86_64
#define NATIVE_NAME "vtd-fs"
#define NATIVE_FEATURES (BIT(PT_FEAT_SIGN_EXTEND) | BIT(PT_FEAT_FLUSH_RANGE))
#include "format.h"

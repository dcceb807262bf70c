// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events of QEMU's intel-iommu. There is no event for a miss: vtd_iotlb_page_update is one, the entry that
 * it has loaded. Each descriptor of the invalidation queue begins with vtd_inv_qi_head.
 */
#include <string.h>

#include "bench/target/trace_priv.h"

/* Type of a descriptor: none seen, one that is not counted by type, or one of range and cache. */
#define DESC_NONE 0
#define DESC_TYPED 1
#define DESC_CONTEXT_DOMAIN 2

#define INV(cache, range) ((cache) << 8 | (range))

static void lookup(struct trace *t, const struct trace_line *l, int hit)
{
	uint64_t sid;

	if (trace_key(l->args, "sid", &sid))
		trace_lookup(t, l, (uint16_t)sid, hit);
}

static void context_update(struct trace *t, const struct trace_line *l, int arg)
{
	uint64_t bus, devfn;

	(void)arg;
	if (trace_key(l->args, "bus", &bus) && trace_key(l->args, "devfn", &devfn))
		trace_context_miss(t, (uint16_t)(bus << 8 | devfn));
}

/* Until its type is said, a descriptor has none. */
static void descriptor(struct trace *t, const struct trace_line *l, int arg)
{
	(void)l;
	(void)arg;
	t->desc = DESC_NONE;
	t->desc_step = t->step;
	trace_now(t)->untyped++;
}

static void typed(struct trace *t, int desc)
{
	if (t->desc == DESC_NONE && t->at[t->desc_step].untyped)
		t->at[t->desc_step].untyped--;
	t->desc = desc;
}

static void not_counted(struct trace *t, const struct trace_line *l, int arg)
{
	(void)l;
	(void)arg;
	if (t->desc == DESC_NONE)
		typed(t, DESC_TYPED);
}

static void wait(struct trace *t, const struct trace_line *l, int arg)
{
	not_counted(t, l, arg);
	trace_now(t)->submits++;
}

static void invalidate(struct trace *t, const struct trace_line *l, int arg)
{
	int cache = arg >> 8, range = arg & 0xff;
	enum trace_whose whose = TRACE_DUT;
	uint64_t sid;

	/* What it does for a domain it does by emptying all, and that is traced, too. */
	if (t->desc == DESC_CONTEXT_DOMAIN && arg == INV(TRACE_CONTEXT, TRACE_GLOBAL))
		return;
	if (range == TRACE_DEVICE && trace_key(l->args, "sid", &sid))
		whose = trace_whose(t, (uint16_t)sid);
	trace_now(t)->inv[cache][range][whose]++;
	typed(t, arg == INV(TRACE_CONTEXT, TRACE_DOMAIN) ? DESC_CONTEXT_DOMAIN : DESC_TYPED);
}

static void reset(struct trace *t, const struct trace_line *l, int arg)
{
	(void)arg;
	if (strstr(l->args, "size limit"))
		trace_now(t)->emptied++;
}

const struct trace_event trace_vtd_events[] = {
	{ "vtd_iotlb_page_hit", lookup, 1 },
	{ "vtd_iotlb_page_update", lookup, 0 },
	{ "vtd_inv_qi_head", descriptor, 0 },
	{ "vtd_inv_desc", not_counted, 0 },
	{ "vtd_inv_desc_wait_sw", wait, 0 },
	{ "vtd_inv_desc_wait_irq", not_counted, 0 },
	{ "vtd_inv_desc_wait_write_fail", NULL, 0 },
	{ "vtd_inv_desc_iec", not_counted, 0 },
	{ "vtd_inv_desc_iotlb_global", invalidate, INV(TRACE_IOTLB, TRACE_GLOBAL) },
	{ "vtd_inv_desc_iotlb_domain", invalidate, INV(TRACE_IOTLB, TRACE_DOMAIN) },
	{ "vtd_inv_desc_iotlb_pages", invalidate, INV(TRACE_IOTLB, TRACE_PAGES) },
	{ "vtd_inv_desc_iotlb_pasid", invalidate, INV(TRACE_IOTLB, TRACE_DOMAIN) },
	{ "vtd_inv_desc_iotlb_pasid_pages", invalidate, INV(TRACE_IOTLB, TRACE_PAGES) },
	{ "vtd_inv_desc_cc_global", invalidate, INV(TRACE_CONTEXT, TRACE_GLOBAL) },
	{ "vtd_inv_desc_cc_domain", invalidate, INV(TRACE_CONTEXT, TRACE_DOMAIN) },
	{ "vtd_inv_desc_cc_devices", invalidate, INV(TRACE_CONTEXT, TRACE_DEVICE) },
	/* Which of its devices the line before was for. */
	{ "vtd_inv_desc_cc_device", NULL, 0 },
	{ "vtd_inv_desc_pasid_cache_gsi", invalidate, INV(TRACE_PASID, TRACE_GLOBAL) },
	{ "vtd_inv_desc_pasid_cache_dsi", invalidate, INV(TRACE_PASID, TRACE_DOMAIN) },
	{ "vtd_inv_desc_pasid_cache_psi", invalidate, INV(TRACE_PASID, TRACE_DEVICE) },
	{ "vtd_iotlb_cc_update", context_update, 0 },
	{ "vtd_iotlb_reset", reset, 0 },
	{ "vtd_dmar_fault", NULL, 0 },
	{ "vtd_dmar_enable", NULL, 0 },
	{ "vtd_reg_dmar_root", NULL, 0 },
	{ NULL, NULL, 0 },
};

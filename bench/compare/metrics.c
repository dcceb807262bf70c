// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which metrics are judged. Those are the costs as a whole: the stages of a blackout (boot.*, jump, freeze,
 * shutdown.*) are parts of them, and twenty questions about one thing would make it harder to believe any.
 * Of all of them less is better.
 */
#include <fnmatch.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/lubench.h"
#include "bench/record/emit.h"

static const struct headline {
	const char *metric;
	bool scales;
} headlines[] = {
	{ "preserve.memfd", false }, { "preserve.iommufd", true },
	{ "preserve.vfio", false },  { "unpreserve.total", true },
	{ "restore.hwpt", false },   { "replace.hwpt", false },
	{ "blackout.cpu", false },   { "blackout.service", false },
	{ "blackout.dma", false },   { "fill", false },
	{ "fill.marked", false },    { "unmap.marked", false },
	{ "unmap", false },	     { "destroy.hwpt", false },
	{ "kho.bytes", false },	     { "pagetable.pages", false },
};

static const struct headline *find(const char *metric)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(headlines); i++)
		if (!strcmp(headlines[i].metric, metric))
			return &headlines[i];
	return NULL;
}

bool cmp_is_headline(const struct lub_sample *s, const char *pattern)
{
	if (pattern)
		return !fnmatch(pattern, s->metric, 0);
	/* rebuild and crash are controls, and with probes on the numbers hold what those cost */
	if (strcmp(s->params.mode, "preserve") || strcmp(s->params.probes, "off"))
		return false;
	/* after the kexec the counts are checks for leaks */
	if (s->params.phase && strcmp(s->params.phase, "before"))
		return false;
	/* what others observe is a cross-check, but for DMA, which is seen from outside only */
	if (model_same(s->params.kernel, "incoming") ||
	    (s->params.observer && strcmp(s->metric, "blackout.dma")))
		return false;
	return find(s->metric);
}

bool cmp_less_is_better(const struct lub_sample *s)
{
	static const char *const costs[] = {
		"dma.lost",	 "dma.corrupt",	 "dma.faults",	   "translation.*",
		"frames.lost",	 "*.misses",	 "iotlb.emptied",  "invalidations.*",
		"kho.unclaimed", "luo.sessions", "probe.drops",	   "probe.stalls.*",
		"probe.inv.*",	 "probe.kho.*",	 "probe.tables.*",
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(costs); i++)
		if (!fnmatch(costs[i], s->metric, 0))
			return true;
	return find(s->metric) || !strcmp(s->unit, "ns");
}

bool cmp_scales(const char *metric)
{
	const struct headline *h = find(metric);

	return h && h->scales;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/pmu.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/agent/sysfile.h"

const char *const pmu_metric_names[PMU_METRICS] = {
	[PMU_HITS] = "iotlb.hits",
	[PMU_MISSES] = "iotlb.misses",
	[PMU_CONTEXT] = "context.misses",
};

/* A metric is the count of one event, less that of another. */
struct recipe {
	const char *plus;
	const char *minus;
};

/**
 * struct pmu_kind - one kind of PMU
 * @prefix: of its name
 * @recipe: of each metric
 * @filter: format field that holds a PCI source id, NULL: it cannot be known from user space
 * @filter_on: format field that switches the filter on
 */
struct pmu_kind {
	const char *prefix;
	struct recipe recipe[PMU_METRICS];
	const char *filter;
	const char *filter_on;
};

static const struct pmu_kind kinds[] = {
	{
		.prefix = "dmar",
		.recipe = { { "iotlb_hit", NULL },
			    { "iotlb_lookup", "iotlb_hit" },
			    { "ctxt_cache_lookup", "ctxt_cache_hit" } },
		.filter = "filter_requester_id",
		.filter_on = "filter_requester_id_en",
	},
	{
		/* A stream id is given by the firmware's tables, which the kernel does not show. */
		.prefix = "smmuv3_pmcg_",
		.recipe = { { "transaction", "tlb_miss" },
			    { "tlb_miss", NULL },
			    { "config_cache_miss", NULL } },
	},
};

/* Text of DEVICES/PMU/NAME. Return: 0 or -errno. */
static int read_file(const char *devices, const char *pmu, const char *name, char *buf, size_t len)
{
	char path[PATH_MAX];
	long n;

	snprintf(path, sizeof(path), "%s/%s/%s", devices, pmu, name);
	n = sys_read(path, buf, len);
	return n < 0 ? (int)n : 0;
}

/* A field's value into its bits: "config1:16-31", or "config:0-7,32-35" from its lowest bit on. */
static int put_bits(struct pmu_counter *c, const char *format, uint64_t value)
{
	uint64_t *word;
	char *at;

	if (!strncmp(format, "config1:", 8))
		word = &c->config1;
	else if (!strncmp(format, "config2:", 8))
		word = &c->config2;
	else if (!strncmp(format, "config:", 7))
		word = &c->config;
	else
		return -EINVAL;
	at = strchr(format, ':');
	do {
		unsigned long from = strtoul(at + 1, &at, 10), to = from;

		if (*at == '-')
			to = strtoul(at + 1, &at, 10);
		if (to < from || to > 63)
			return -EINVAL;
		for (; from <= to; from++, value >>= 1)
			*word = (*word & ~(1ull << from)) | (value & 1) << from;
	} while (*at == ',');
	/* What is left of the value had no bits to go to. */
	return value ? -ERANGE : 0;
}

static int put_field(struct pmu_counter *c, const char *devices, const char *pmu, const char *field,
		     uint64_t value)
{
	char name[96], format[128];
	int err;

	snprintf(name, sizeof(name), "format/%.64s", field);
	err = read_file(devices, pmu, name, format, sizeof(format));
	return err ? err : put_bits(c, format, value);
}

/* "event_group=0x3,event=0x001" into the bits that the fields' formats name. */
static int put_event(struct pmu_counter *c, const char *devices, const char *pmu, const char *event)
{
	char name[96], text[256], *term, *save = NULL, *value;
	int err;

	snprintf(name, sizeof(name), "events/%.64s", event);
	err = read_file(devices, pmu, name, text, sizeof(text));
	for (term = strtok_r(text, ",", &save); !err && term; term = strtok_r(NULL, ",", &save)) {
		value = strchr(term, '=');
		if (value)
			*value++ = '\0';
		err = put_field(c, devices, pmu, term, value ? strtoull(value, NULL, 0) : 1);
	}
	return err;
}

/* Counts one device only, where the hardware can; there the files of the filter exist. */
static bool put_filter(struct pmu_counter *c, const struct pmu_kind *kind, const char *devices,
		       const char *pmu, const char *bdf)
{
	struct pmu_counter with = *c;
	unsigned int bus, dev, fn;

	if (!kind->filter || !bdf || sscanf(bdf, "%*x:%x:%x.%x", &bus, &dev, &fn) != 3)
		return false;
	if (put_field(&with, devices, pmu, kind->filter, bus << 8 | dev << 3 | fn) ||
	    put_field(&with, devices, pmu, kind->filter_on, 1))
		return false;
	*c = with;
	return true;
}

static void refuse(struct pmu *p, int metric, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void refuse(struct pmu *p, int metric, const char *fmt, ...)
{
	va_list ap;

	if (p->why[metric][0])
		return;
	va_start(ap, fmt);
	vsnprintf(p->why[metric], sizeof(p->why[metric]), fmt, ap);
	va_end(ap);
}

/* The counter of an event; several metrics can share it. */
static struct pmu_counter *counter_of(struct pmu *p, const struct pmu_counter *want)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (p->at[i].type == want->type && p->at[i].config == want->config)
			return &p->at[i];
	if (p->nr == PMU_COUNTERS_MAX)
		return NULL;
	p->at[p->nr] = *want;
	return &p->at[p->nr++];
}

static void add_event(struct pmu *p, const struct pmu_kind *kind, const struct pmu_counter *base,
		      const char *devices, const char *pmu, const char *bdf, int metric,
		      const char *event, int8_t weight)
{
	struct pmu_counter c = *base, *at;
	int err;

	if (!event)
		return;
	err = put_event(&c, devices, pmu, event);
	if (err) {
		refuse(p, metric, "%.32s has no usable event %.32s: %s", pmu, event,
		       strerror(-err));
		return;
	}
	if (!put_filter(&c, kind, devices, pmu, bdf))
		p->filtered = false;
	at = counter_of(p, &c);
	if (at)
		at->weight[metric] += weight;
	else
		refuse(p, metric, "more than %d events; count fewer PMUs", PMU_COUNTERS_MAX);
}

static void add_pmu(struct pmu *p, const struct pmu_kind *kind, const char *devices,
		    const char *pmu, const char *bdf)
{
	struct pmu_counter base = { .fd = -1 };
	char text[64];
	int err, i;

	err = read_file(devices, pmu, "type", text, sizeof(text));
	if (!err)
		base.type = (uint32_t)strtoul(text, NULL, 10);
	/* A list such as "3" or "0-7": the first of it will do. */
	if (!read_file(devices, pmu, "cpumask", text, sizeof(text)))
		base.cpu = atoi(text);
	for (i = 0; i < PMU_METRICS; i++) {
		if (err) {
			refuse(p, i, "%.32s: its file type cannot be read: %s", pmu,
			       strerror(-err));
			continue;
		}
		add_event(p, kind, &base, devices, pmu, bdf, i, kind->recipe[i].plus, 1);
		add_event(p, kind, &base, devices, pmu, bdf, i, kind->recipe[i].minus, -1);
	}
}

static const struct pmu_kind *kind_of(const char *name)
{
	size_t i, len;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = strlen(kinds[i].prefix);
		if (!strncmp(name, kinds[i].prefix, len) && name[len])
			return &kinds[i];
	}
	return NULL;
}

void pmu_find(struct pmu *p, const char *devices, const char *iommu, const char *bdf)
{
	/* VT-d's PMUs are called like their IOMMUs; those of the SMMUv3 by an address of their own. */
	bool one = iommu && kind_of(iommu);
	struct dirent **list;
	int n, i;

	memset(p, 0, sizeof(*p));
	p->filtered = true;
	n = scandir(devices, &list, NULL, alphasort);
	for (i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (kind_of(name) && (!one || !strcmp(name, iommu)))
			add_pmu(p, kind_of(name), devices, name, bdf);
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	for (i = 0; !p->nr && i < PMU_METRICS; i++)
		refuse(p, i, "%s", PMU_NONE);
}

static void refuse_all(struct pmu *p, const struct pmu_counter *c, const char *fmt,
		       const char *text)
{
	char why[160];
	int i;

	snprintf(why, sizeof(why), fmt, text);
	for (i = 0; i < PMU_METRICS; i++)
		if (c->weight[i])
			refuse(p, i, "%s", why);
}

void pmu_start(struct pmu *p)
{
	size_t i;

	for (i = 0; i < p->nr; i++) {
		struct pmu_counter *c = &p->at[i];
		struct perf_event_attr attr = {
			.size = sizeof(attr),
			.type = c->type,
			.config = c->config,
			.config1 = c->config1,
			.config2 = c->config2,
			.read_format =
				PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
		};

		c->fd = (int)syscall(SYS_perf_event_open, &attr, -1, c->cpu, -1,
				     PERF_FLAG_FD_CLOEXEC);
		if (c->fd < 0)
			refuse_all(p, c, "perf_event_open: %s", strerror(errno));
	}
}

void pmu_stop(struct pmu *p)
{
	uint64_t read_out[3];
	size_t i;

	for (i = 0; i < p->nr; i++) {
		struct pmu_counter *c = &p->at[i];

		if (c->fd < 0)
			continue;
		if (read(c->fd, read_out, sizeof(read_out)) != sizeof(read_out))
			refuse_all(p, c, "reading the event: %s", strerror(errno));
		else if (read_out[2] < read_out[1] || !read_out[2])
			refuse_all(p, c, "counted only a part of the time: the PMU has %s",
				   "too few counters, or another program uses them");
		else
			c->value = read_out[0];
		close(c->fd);
		c->fd = -1;
	}
}

const char *pmu_value(const struct pmu *p, enum pmu_metric metric, int64_t *value)
{
	int64_t sum = 0;
	size_t i;

	if (p->why[metric][0])
		return p->why[metric];
	for (i = 0; i < p->nr; i++)
		sum += p->at[i].weight[metric] * (int64_t)p->at[i].value;
	/* Its two events are not started in the same instant. */
	*value = sum < 0 ? 0 : sum;
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf/table.h"
/* Generated: the skeleton of every probe of the table. */
#include "skeletons.h"

#define LINKS_MAX 64
#define POINTS_MAX 128
#define NUMBERS_MAX (PROBES_MAX * LUB_METRICS_MAX)

#define P(name, about) name##_bpf__elf_bytes,
static const void *(*const elf_bytes[])(size_t *) = { LUB_PROBES(P) };
#undef P

/* One probe. */
struct object {
	const char *name;
	struct bpf_object *obj;
	int counts;
	struct lub_metric metrics[LUB_METRICS_MAX];
	size_t first, nr; /* in numbers[] */
	size_t first_point, nr_points;
	struct bpf_link *links[LINKS_MAX];
	size_t nr_links;
};

struct probes {
	struct object objects[PROBES_MAX];
	size_t nr;
	struct probe_point points[POINTS_MAX];
	size_t nr_points;
	struct probe_number numbers[NUMBERS_MAX];
	size_t nr_numbers;
	int ring_fd;
	struct ring_buffer *ring;
	void (*fn)(void *arg, size_t number, uint64_t value);
	void *arg;
};

/* What a program is, by the name of its section. */
static const struct section {
	const char *prefix;
	enum way way;
	bool exit;
} sections[] = {
	{ "fentry/", WAY_FENTRY, false },     { "fexit/", WAY_FENTRY, true },
	{ "kprobe/", WAY_KPROBE, false },     { "kretprobe/", WAY_KPROBE, true },
	{ "tp_btf/", WAY_TRACEPOINT, false },
};

/* The last thing that libbpf complained about: the reason when something fails. */
static char complaint[160];

static int on_print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	if (level == LIBBPF_WARN) {
		vsnprintf(complaint, sizeof(complaint), fmt, args);
		complaint[strcspn(complaint, "\n")] = '\0';
	}
	return 0;
}

static const struct section *section_of(const struct bpf_program *prog, const char **target)
{
	const char *name = bpf_program__section_name(prog);
	size_t i, len;

	for (i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		len = strlen(sections[i].prefix);
		if (!strncmp(name, sections[i].prefix, len)) {
			*target = name + len;
			return &sections[i];
		}
	}
	return NULL;
}

static struct probe_point *point_find(struct probes *p, const struct object *o, const char *target,
				      size_t len)
{
	size_t i;

	for (i = 0; i < o->nr_points; i++) {
		struct probe_point *pt = &p->points[o->first_point + i];

		if (strlen(pt->target) == len && !memcmp(pt->target, target, len))
			return pt;
	}
	return NULL;
}

static void find_points(struct probes *p, struct object *o, const struct calibration *c)
{
	struct bpf_program *prog;
	struct probe_point *pt;
	const struct section *s;
	const char *target;

	o->first_point = p->nr_points;
	bpf_object__for_each_program(prog, o->obj)
	{
		s = section_of(prog, &target);
		if (!s || point_find(p, o, target, strlen(target)) || p->nr_points == POINTS_MAX)
			continue;
		pt = &p->points[p->nr_points++];
		o->nr_points++;
		pt->probe = o->name;
		snprintf(pt->target, sizeof(pt->target), "%s", target);
		pt->way = s->way == WAY_TRACEPOINT
				  ? calibrate_tracepoint(c, target, pt->why, sizeof(pt->why))
				  : calibrate_function(c, target, pt->why, sizeof(pt->why));
	}
}

/* The point that stands for "a|b", NULL when there is none at all. */
static struct probe_point *point_pick(struct probes *p, const struct object *o, const char *text,
				      size_t len)
{
	struct probe_point *pt, *best = NULL;
	size_t n;

	for (;; text += n + 1, len -= n + 1) {
		n = strcspn(text, "|,");
		if (n > len)
			n = len;
		pt = point_find(p, o, text, n);
		if (pt && (!best || (best->way == WAY_ABSENT && pt->way != WAY_ABSENT)))
			best = pt;
		if (n == len)
			return best;
	}
}

/* Two ways to see the same thing would count it twice. */
static void drop_second_choices(struct probes *p, const struct object *o)
{
	struct probe_point *pick, *pt;
	const char *at;
	size_t i, len, n;

	for (i = 0; i < o->nr; i++) {
		for (at = o->metrics[i].target; *at; at += len + (at[len] == ',')) {
			len = strcspn(at, ",");
			pick = point_pick(p, o, at, len);
			for (n = strcspn(at, "|"); n < len; n += 1 + strcspn(at + n + 1, "|,")) {
				pt = point_find(p, o, at + n + 1, strcspn(at + n + 1, "|,"));
				if (!pt || pt == pick || pt->way == WAY_ABSENT)
					continue;
				pt->way = WAY_ABSENT;
				snprintf(pt->why, sizeof(pt->why), "not needed: %.80s is watched",
					 pick->target);
			}
		}
	}
}

/* Why a metric cannot be had: the first place that it needs and that is not watched. */
static const char *why_not(struct probes *p, const struct object *o, const struct lub_metric *m)
{
	const struct probe_point *pt;
	const char *at;
	size_t len;

	for (at = m->target; *at; at += len + (at[len] == ',')) {
		len = strcspn(at, ",");
		pt = point_pick(p, o, at, len);
		if (!pt)
			return "the probe does not watch what its metric needs";
		if (pt->way == WAY_ABSENT)
			return pt->why;
	}
	return NULL;
}

static int set_up(struct probes *p, struct object *o, uint32_t tgid)
{
	struct lub_setup setup = { tgid, (uint32_t)(o - p->objects) };
	struct bpf_map *map;
	const void *data;
	size_t size;

	bpf_object__for_each_map(map, o->obj)
	{
		const char *name = bpf_map__name(map);

		if (!strcmp(name, ".rodata.metrics")) {
			data = bpf_map__initial_value(map, &size);
			o->nr = size / sizeof(o->metrics[0]);
			if (!data || !o->nr || o->nr > LUB_METRICS_MAX)
				return -EINVAL;
			memcpy(o->metrics, data, o->nr * sizeof(o->metrics[0]));
			bpf_map__set_autocreate(map, false);
		} else if (!strcmp(name, ".rodata.setup")) {
			if (bpf_map__set_initial_value(map, &setup, sizeof(setup)))
				return -EINVAL;
		} else if (!strcmp(name, "ring") && p->ring_fd >= 0) {
			bpf_map__reuse_fd(map, p->ring_fd);
		}
	}
	return 0;
}

static void give_up(struct probes *p, const struct object *o, const char *why, int err)
{
	size_t i;

	for (i = 0; i < o->nr_points; i++) {
		struct probe_point *pt = &p->points[o->first_point + i];

		if (pt->way == WAY_ABSENT)
			continue;
		pt->way = WAY_ABSENT;
		snprintf(pt->why, sizeof(pt->why), "%.60s: %.90s", why,
			 *complaint ? complaint : strerror(-err));
	}
}

static void attach_one(struct probes *p, struct object *o, bool exits)
{
	const struct section *s;
	struct bpf_program *prog;
	struct probe_point *pt;
	struct bpf_link *link;
	const char *target;

	bpf_object__for_each_program(prog, o->obj)
	{
		s = section_of(prog, &target);
		pt = s ? point_find(p, o, target, strlen(target)) : NULL;
		if (!pt || s->way != pt->way || s->exit != exits)
			continue;
		*complaint = '\0';
		link = o->nr_links < LINKS_MAX ? bpf_program__attach(prog) : NULL;
		if (link) {
			o->links[o->nr_links++] = link;
			continue;
		}
		snprintf(pt->why, sizeof(pt->why), "%s%.60s: %s", s->prefix, target,
			 *complaint ? complaint : strerror(errno));
		pt->way = WAY_ABSENT;
	}
}

static void load_one(struct probes *p, struct object *o, const char *no_ring)
{
	const struct section *s;
	struct bpf_program *prog;
	struct probe_point *pt;
	const char *target;
	bool any = false;
	int err;

	*complaint = '\0';
	bpf_object__for_each_program(prog, o->obj)
	{
		s = section_of(prog, &target);
		pt = s ? point_find(p, o, target, strlen(target)) : NULL;
		bpf_program__set_autoload(prog, pt && s->way == pt->way);
		any |= pt && s->way == pt->way;
	}
	if (no_ring) {
		give_up(p, o, no_ring, -p->ring_fd);
		return;
	}
	err = any ? bpf_object__load(o->obj) : -ENOENT;
	if (err) {
		give_up(p, o, "the kernel does not take the probe", err);
		return;
	}
	o->counts = bpf_object__find_map_fd_by_name(o->obj, "counts");
	/* A call that is under way has its exit seen and not its entry, never the other way round. */
	attach_one(p, o, true);
	attach_one(p, o, false);
}

static int open_one(struct probes *p, unsigned int row, const struct probes_want *want,
		    const struct calibration *c)
{
	struct object *o = &p->objects[p->nr++];
	size_t size, i;
	const void *data = elf_bytes[row](&size);
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = probe_rows[row].name);
	int err;

	o->name = probe_rows[row].name;
	o->counts = -1;
	o->obj = bpf_object__open_mem(data, size, &opts);
	if (!o->obj)
		return -errno;
	err = set_up(p, o, want->tgid);
	if (err)
		return err;
	find_points(p, o, c);
	drop_second_choices(p, o);
	load_one(p, o, p->ring_fd < 0 ? "no ring buffer" : NULL);
	o->first = p->nr_numbers;
	for (i = 0; i < o->nr; i++)
		p->numbers[p->nr_numbers++] = (struct probe_number){
			.probe = o->name,
			.metric = &o->metrics[i],
			.why = why_not(p, o, &o->metrics[i]),
		};
	return 0;
}

static int on_record(void *ctx, void *data, size_t len)
{
	const struct lub_record *r = data;
	struct probes *p = ctx;

	if (len >= sizeof(*r) && r->probe < p->nr && r->metric < p->objects[r->probe].nr)
		p->fn(p->arg, p->objects[r->probe].first + r->metric, r->value);
	return 0;
}

struct probes *probes_load(const struct probes_want *want)
{
	struct probes *p = calloc(1, sizeof(*p));
	struct calibration c;
	unsigned int row;
	int err = 0;

	if (!p)
		return NULL;
	libbpf_set_print(on_print);
	calibrate(&c, want->kprobes_only);
	p->ring_fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "lubench", 0, 0, (__u32)want->ring_bytes,
				    NULL);
	if (p->ring_fd >= 0)
		p->ring = ring_buffer__new(p->ring_fd, on_record, p, NULL);
	for (row = 0; !err && probe_rows[row].name; row++)
		if (want->set & 1u << row)
			err = open_one(p, row, want, &c);
	calibrate_free(&c);
	if (err) {
		probes_free(p);
		return NULL;
	}
	return p;
}

const struct probe_point *probes_points(const struct probes *p, size_t *nr)
{
	*nr = p->nr_points;
	return p->points;
}

const struct probe_number *probes_numbers(const struct probes *p, size_t *nr)
{
	*nr = p->nr_numbers;
	return p->numbers;
}

int probes_consume(struct probes *p, void (*fn)(void *arg, size_t number, uint64_t value),
		   void *arg)
{
	p->fn = fn;
	p->arg = arg;
	return p->ring ? ring_buffer__consume(p->ring) : 0;
}

static uint64_t counted(const struct object *o, uint32_t index)
{
	int cpus = libbpf_num_possible_cpus(), i;
	uint64_t values[cpus > 0 ? cpus : 1], sum = 0;

	if (o->counts < 0 || cpus <= 0 || bpf_map_lookup_elem(o->counts, &index, values))
		return 0;
	for (i = 0; i < cpus; i++)
		sum += values[i];
	return sum;
}

uint64_t probes_total(const struct probes *p, size_t number)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (number >= p->objects[i].first &&
		    number - p->objects[i].first < p->objects[i].nr)
			return counted(&p->objects[i],
				       LUB_TOTALS + (uint32_t)(number - p->objects[i].first));
	return 0;
}

uint64_t probes_drops(const struct probes *p, const char *probe)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		if (!strcmp(p->objects[i].name, probe))
			return counted(&p->objects[i], LUB_DROPS);
	return 0;
}

void probes_detach(struct probes *p)
{
	size_t i;

	for (i = 0; i < p->nr; i++)
		while (p->objects[i].nr_links)
			bpf_link__destroy(p->objects[i].links[--p->objects[i].nr_links]);
}

void probes_free(struct probes *p)
{
	size_t i;

	if (!p)
		return;
	probes_detach(p);
	ring_buffer__free(p->ring);
	for (i = 0; i < p->nr; i++)
		bpf_object__close(p->objects[i].obj);
	if (p->ring_fd >= 0)
		close(p->ring_fd);
	free(p);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/cycle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/layout.h"
#include "bpf/table.h"

static const char *const mode_names[] = {
	[MODE_PRESERVE] = "preserve",
	[MODE_REBUILD] = "rebuild",
	[MODE_CRASH] = "crash",
};

static int check_points(struct cycle *c, json_t *points, char *why, size_t len)
{
	size_t i;

	c->points = calloc(json_array_size(points), sizeof(*c->points));
	if (!c->points)
		return -ENOMEM;
	for (i = 0; i < json_array_size(points); i++) {
		struct point *p = &c->points[i];
		json_int_t hwpts, ioas, page, set = 0;
		const char *layout = NULL;

		if (json_unpack(json_array_get(points, i), "{s:I, s:I, s:I, s?s, s?I}", "hwpts",
				&hwpts, "ioas_bytes", &ioas, "page_bytes", &page, "layout", &layout,
				"working_set", &set)) {
			snprintf(why, len, "points[%zu] needs hwpts, ioas_bytes, page_bytes", i);
			return -EINVAL;
		}
		if (hwpts < 1 || hwpts > CYCLE_MAX_HWPTS || page < 4096 || page & (page - 1) ||
		    ioas < page || ioas % page || layout_depth(layout) < 0 || set < 0 ||
		    set > CYCLE_MAX_WORKING_SET) {
			snprintf(why, len, "points[%zu] is out of range", i);
			return -EINVAL;
		}
		*p = (struct point){ (uint32_t)hwpts, (uint64_t)ioas, (uint64_t)page, layout,
				     (uint32_t)set };
		if (!c->mixed && (p->ioas_bytes != c->points[0].ioas_bytes ||
				  p->page_bytes != c->points[0].page_bytes ||
				  p->working_set != c->points[0].working_set ||
				  (i && p->hwpts <= c->points[i - 1].hwpts))) {
			snprintf(why, len, "points[%zu] does not continue the block of points[0]",
				 i);
			return -EINVAL;
		}
		c->nr_points++;
	}
	return 0;
}

int cycle_parse(json_t *root, struct cycle *c, char *why, size_t len)
{
	json_int_t cycle, reps, hwpts, point_ms, total_ms, control_ms,
		ring = 1 << 20, dog = 0, incoming = 300000, courier = 900000, rest = 0;
	static const char *const boots[] = CYCLE_BOOT_NAMES;
	int mixed = 0, icount = 0, perf = 0, awaited = 0;
	const char *boot = boots[BOOT_NONE];
	json_error_t jerr;
	json_t *points;
	size_t i;

	memset(c, 0, sizeof(*c));
	c->root = root;
	c->probes = "off";
	c->release = "";
	if (json_unpack_ex(root, &jerr, 0,
			   "{s:s, s:I, s:s, s:s, s:s, s:s, s:{s:s, s:s}, s:I, s:I, s:I, s:I, s:I,"
			   " s?b, s?b, s:o, s?s, s?I, s?b, s?s, s?s, s?s, s?I, s?I, s?I, s?I, s?b}",
			   "run", &c->run, "cycle", &cycle, "scenario", &c->scenario, "mode",
			   &c->mode_name, "workload", &c->workload, "device", &c->device, "kexec",
			   "image", &c->image, "append", &c->append, "reps", &reps, "kexec_hwpts",
			   &hwpts, "point_budget_ms", &point_ms, "budget_ms", &total_ms,
			   "control_ms", &control_ms, "mixed", &mixed, "icount", &icount, "points",
			   &points, "probes", &c->probes, "probes_ring", &ring, "perf", &perf,
			   "boot", &boot, "release", &c->release, "kernel", &c->kernel,
			   "watchdog_s", &dog, "incoming_ms", &incoming, "courier_ms", &courier,
			   "rest_ms", &rest, "awaited", &awaited)) {
		snprintf(why, len, "%s", jerr.text);
		return -EINVAL;
	}
	for (i = 0; i < sizeof(mode_names) / sizeof(mode_names[0]); i++)
		if (!strcmp(mode_names[i], c->mode_name))
			break;
	if (i == sizeof(mode_names) / sizeof(mode_names[0])) {
		snprintf(why, len, "mode \"%s\" is not known", c->mode_name);
		return -EINVAL;
	}
	while (c->boot < sizeof(boots) / sizeof(boots[0]) && strcmp(boots[c->boot], boot))
		c->boot++;
	if (c->boot == sizeof(boots) / sizeof(boots[0]) || strchr(c->release, '/')) {
		snprintf(why, len, "boot \"%s\" of kernel \"%s\" is not known", boot, c->release);
		return -EINVAL;
	}
	if (probes_parse(c->probes, &c->probe_set)) {
		snprintf(why, len, "probes \"%s\" are not known", c->probes);
		return -EINVAL;
	}
	if (cycle < 0 || cycle > UINT32_MAX || reps < 1 || reps > 100000 || hwpts < 1 ||
	    hwpts > CYCLE_MAX_HWPTS || point_ms < 1 || point_ms > UINT32_MAX || total_ms < 1 ||
	    total_ms > UINT32_MAX || control_ms < 0 || control_ms > 600000 || ring < 4096 ||
	    ring > 1 << 30 || ring & (ring - 1) || dog < 0 || dog > CYCLE_MAX_WATCHDOG_S ||
	    incoming < 1 || incoming > UINT32_MAX || courier < 1 || courier > UINT32_MAX ||
	    rest < 0 || rest > UINT32_MAX) {
		snprintf(why, len, "a number is out of range");
		return -EINVAL;
	}
	if (!json_array_size(points)) {
		snprintf(why, len, "points must be a list with at least one point");
		return -EINVAL;
	}
	c->mode = (enum cycle_mode)i;
	c->cycle = (uint32_t)cycle;
	c->reps = (uint32_t)reps;
	c->kexec_hwpts = (uint32_t)hwpts;
	c->point_budget_ms = (uint32_t)point_ms;
	c->budget_ms = (uint32_t)total_ms;
	c->control_ms = (uint32_t)control_ms;
	c->watchdog_s = (int)dog;
	c->incoming_ms = (uint32_t)incoming;
	c->courier_ms = (uint32_t)courier;
	c->rest_ms = (uint32_t)rest;
	c->awaited = awaited;
	c->mixed = mixed;
	c->icount = icount;
	c->probes_ring = (uint32_t)ring;
	c->perf = perf;
	return check_points(c, points, why, len);
}

int cycle_load(const char *path, struct cycle *c, char *why, size_t len)
{
	json_error_t jerr;
	json_t *root = json_load_file(path, 0, &jerr);

	memset(c, 0, sizeof(*c));
	if (!root) {
		snprintf(why, len, "%s", jerr.text);
		return -EINVAL;
	}
	return cycle_parse(root, c, why, len);
}

void cycle_free(struct cycle *c)
{
	json_decref(c->root);
	free(c->points);
	memset(c, 0, sizeof(*c));
}

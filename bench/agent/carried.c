// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DIR/state.json. It is on the disk and not in preserved memory, because the incoming agent needs
 * it most when the memory did not come over.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/agent.h"
#include "bench/agent/sysfile.h"

int carried_save(struct agent *ag)
{
	const struct carried *s = &ag->carried;
	char *text = NULL;
	json_t *obj;
	int err = -ENOMEM;

	obj = json_pack("{s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
			" s:I, s:I, s:I, s:I, s:I}",
			"run", ag->c.run, "cycle", (json_int_t)ag->c.cycle, "boot_id", s->boot_id,
			"liveupdate_number", (json_int_t)s->liveupdate_number, "hwpts",
			(json_int_t)s->at.hwpts, "ioas_bytes", (json_int_t)s->at.ioas_bytes,
			"page_bytes", (json_int_t)s->at.page_bytes, "iommu_pages",
			(json_int_t)s->iommu_pages, "faults", (json_int_t)s->faults, "counter",
			(json_int_t)s->counter, "control", (json_int_t)s->control, "hz",
			(json_int_t)s->hz, "gpa", (json_int_t)s->gpa, "preserve_memfd",
			(json_int_t)s->preserve[0], "preserve_iommufd", (json_int_t)s->preserve[1],
			"preserve_vfio", (json_int_t)s->preserve[2], "working_set",
			(json_int_t)s->at.working_set);
	if (obj)
		text = json_dumps(obj, JSON_COMPACT);
	if (text)
		err = sys_save(agent_path(ag, "state.json"), text);
	free(text);
	json_decref(obj);
	return err ? agent_fail(ag, "harness-error", err, "writing %s",
				agent_path(ag, "state.json"))
		   : 0;
}

int carried_load(struct agent *ag)
{
	const char *path = agent_path(ag, "state.json");
	json_int_t cycle, number, hwpts, ioas, page, pages, faults, counter, control, hz, gpa, p[3],
		set;
	const char *run, *boot_id;
	json_error_t jerr;
	json_t *obj = json_load_file(path, 0, &jerr);
	int err = 0;

	if (!obj || json_unpack_ex(obj, &jerr, 0,
				   "{s:s, s:I, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
				   " s:I, s:I, s:I, s:I, s:I}",
				   "run", &run, "cycle", &cycle, "boot_id", &boot_id,
				   "liveupdate_number", &number, "hwpts", &hwpts, "ioas_bytes",
				   &ioas, "page_bytes", &page, "iommu_pages", &pages, "faults",
				   &faults, "counter", &counter, "control", &control, "hz", &hz,
				   "gpa", &gpa, "preserve_memfd", &p[0], "preserve_iommufd", &p[1],
				   "preserve_vfio", &p[2], "working_set", &set)) {
		err = agent_fail(ag, "harness-error", 0, "%s: %s; the outgoing agent writes it",
				 path, jerr.text);
	} else if (strcmp(run, ag->c.run) || cycle != ag->c.cycle) {
		err = agent_fail(ag, "harness-error", 0,
				 "%s is of run %s cycle %lld, not of this one", path, run,
				 (long long)cycle);
	} else {
		ag->carried = (struct carried){
			.liveupdate_number = number,
			.at = { (uint32_t)hwpts, (uint64_t)ioas, (uint64_t)page, NULL,
				(uint32_t)set },
			.iommu_pages = pages,
			.faults = (uint32_t)faults,
			.counter = (uint32_t)counter,
			.control = (uint32_t)control,
			.hz = (uint64_t)hz,
			.gpa = (uint64_t)gpa,
			.preserve = { (uint64_t)p[0], (uint64_t)p[1], (uint64_t)p[2] },
		};
		snprintf(ag->carried.boot_id, sizeof(ag->carried.boot_id), "%s", boot_id);
	}
	json_decref(obj);
	return err;
}

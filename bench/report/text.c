// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/report.h"
#include "bench/report/sections.h"

static int sections(FILE *out, struct model *m)
{
	static int (*const all[])(FILE *, struct model *) = {
		section_walk,
		section_blackout,
		section_waterfall,
		section_iotlb,
		section_preserve,
		section_curve,
		section_cost,
		section_phases,
		section_witness,
		section_soak,
		/* last of the tables: it prints what no other has */
		section_other,
	};
	size_t i;
	int ret;

	section_header(out, m);
	if (!m->ok_cycles) {
		fputs("\nNo cycle of this run is ok, so it has no numbers.\n", out);
		/* cycles that failed are judged, all the more when all did */
		if (witness_wanted(m))
			section_witness(out, m);
		section_outcomes(out, m);
		return 0;
	}
	for (i = 0; i < ARRAY_LEN(all); i++) {
		ret = all[i](out, m);
		if (ret)
			return ret;
	}
	section_outcomes(out, m);
	return 0;
}

int report_text(FILE *out, const struct record_set *set, bool *failed)
{
	struct model m;
	int ret;

	ret = model_build(&m, set);
	if (!ret)
		ret = sections(out, &m);
	if (failed)
		*failed = m.failed;
	model_free(&m);
	if (ret)
		lub_err("report of run %s: out of memory", set->run_id);
	else if (fflush(out) || ferror(out)) {
		lub_err("report of run %s: cannot write it; is the disk full?", set->run_id);
		ret = -EIO;
	}
	return ret;
}

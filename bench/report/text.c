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
		section_kernels,
		section_preserve,
		section_curve,
		section_cost,
		section_phases,
		section_witness,
		section_soak,
		section_probes,
		/* last of the tables: it prints what no other has */
		section_other,
	};
	size_t i;
	int ret;

	section_header(out, m);
	if (!m->ok_cycles) {
		fputs("\nNo cycle of this run is ok, so it has no numbers.\n", out);
		/* cycles that failed are judged, all the more when all did */
		if (witness_wanted(m) && !native_run(m))
			section_witness(out, m);
		section_outcomes(out, m);
		return section_probes(out, m);
	}
	if (native_run(m)) {
		ret = section_native(out, m);
		section_outcomes(out, m);
		return ret;
	}
	for (i = 0; i < ARRAY_LEN(all); i++) {
		ret = all[i](out, m);
		if (ret)
			return ret;
	}
	section_outcomes(out, m);
	return 0;
}

/* What went wrong with probes on goes wrong all the same. */
static int probed_cycles(FILE *out, const struct record_set *set, struct model *whole)
{
	struct record_set part;
	struct model m = { 0 };
	int ret = subset_make(&part, set, true);

	if (!ret)
		ret = model_build(&m, &part);
	if (!ret) {
		fputs("\nThe cycles with probes:\n", out);
		if (witness_wanted(&m))
			section_witness(out, &m);
		section_outcomes(out, &m);
	}
	whole->failed |= m.failed;
	whole->undecided |= m.undecided;
	model_free(&m);
	subset_free(&part);
	return ret;
}

int report_text(FILE *out, const struct record_set *set, bool *failed, bool *undecided)
{
	bool mixed = subset_mixed(set);
	struct record_set part = { 0 };
	struct model m = { 0 };
	int ret;

	ret = mixed ? subset_make(&part, set, false) : 0;
	if (!ret)
		ret = model_build(&m, mixed ? &part : set);
	m.all = set;
	if (!ret)
		ret = sections(out, &m);
	if (!ret && mixed)
		ret = probed_cycles(out, set, &m);
	if (failed)
		*failed = m.failed;
	if (undecided)
		*undecided = m.undecided || !set->nr_outcomes;
	model_free(&m);
	if (mixed)
		subset_free(&part);
	if (ret)
		lub_err("report of run %s: out of memory", set->run_id);
	else if (fflush(out) || ferror(out)) {
		lub_err("report of run %s: cannot write it; is the disk full?", set->run_id);
		ret = -EIO;
	}
	return ret;
}

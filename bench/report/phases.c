// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a cycle spends its time on from freeze to finish, and every metric that no other table has.
 */
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/fmt.h"
#include "bench/report/sections.h"
#include "bench/stats/stats.h"

/* In the order in which they happen. */
static const char *const phases[] = {
	"freeze",
	"shutdown.devices",
	"shutdown.iommu",
	"jump",
	"boot.entry",
	"boot.kho",
	"boot.iommu",
	"boot.pci",
	"boot.userspace",
	"retrieve.session",
	"retrieve.memfd",
	"retrieve.iommufd",
	"retrieve.vfio",
	"restore.hwpt",
	"bind",
	"replace.hwpt",
	"finish",
	"blackout.cpu",
	"blackout.witness",
	"blackout.service",
	"blackout.dma",
};

static void name_of(char *buf, size_t len, const struct lub_sample *s, bool mixed)
{
	const struct lub_params *p = &s->params;
	const char *words[] = { mixed ? p->mode : NULL, p->phase, p->kernel };
	size_t i, n;
	bool any = false;

	n = (size_t)snprintf(buf, len, "%s", s->metric);
	for (i = 0; i < ARRAY_LEN(words) && n < len; i++) {
		if (!words[i])
			continue;
		n += (size_t)snprintf(buf + n, len - n, "%s%s", any ? "," : " ", words[i]);
		any = true;
	}
	if (p->observer && n < len)
		snprintf(buf + n, len - n, " (by %s)", p->observer);
}

static void head(FILE *out)
{
	fputs("metric                            clock        median      p95      max     n  cycles\n",
	      out);
}

static int row(FILE *out, struct notes *notes, const struct model *m, const struct series *se,
	       const char *name, const struct vec *values)
{
	const char *kernel = model_kernel(&se->first->params);
	const char *unit = se->first->unit, *why = se->why ? se->why : "no value was recorded";
	char med[CELL], p95[CELL], max[CELL], of[CELL];
	struct stats_summary s;
	int ret;

	ret = stats_summarize(values->v, values->n, &s);
	if (ret)
		return ret;
	if (s.n) {
		fmt_unit(med, unit, s.median);
		fmt_unit(p95, unit, s.p95);
		fmt_unit(max, unit, s.max);
	} else {
		notes_missing(notes, med, NULL, why);
		notes_missing(notes, p95, NULL, why);
		notes_missing(notes, max, NULL, why);
	}
	snprintf(of, sizeof(of), "%zu/%zu", se->cycles.n,
		 m->mixed || kernel ? model_planned(m, se->first->params.mode, kernel)
				    : m->planned_cycles);
	fprintf(out, "%-33s %-9s%10s%9s%9s%6zu%8s", name, se->first->clock ? se->first->clock : "",
		med, p95, max, s.n, of);
	if (s.n && se->nulls)
		fprintf(out, " (%c)", notes_ref(notes, NULL, why));
	fputc('\n', out);
	return 0;
}

static int rows(FILE *out, struct notes *notes, const struct model *m, struct series *se)
{
	char name[128];
	int ret;

	name_of(name, sizeof(name), se->first, m->mixed);
	ret = row(out, notes, m, se, name, &se->values);
	se->shown = true;
	/* one number for all HWPTs that were carried, and those differ from cycle to cycle */
	if (!ret && !strcmp(se->first->metric, "restore.hwpt") && se->per_hwpt.n)
		ret = row(out, notes, m, se, "  the same, per HWPT carried", &se->per_hwpt);
	return ret;
}

static int cmp_key(const struct series *a, const struct series *b)
{
	char x[128], y[128];

	name_of(x, sizeof(x), a->first, true);
	name_of(y, sizeof(y), b->first, true);
	return strcmp(x, y);
}

/* The next series, in order of name, that no table has printed; of @metric when that is given. */
static struct series *next_series(struct model *m, const char *metric)
{
	struct series *best = NULL;
	size_t i;

	for (i = 0; i < m->nr_series; i++) {
		struct series *se = &m->series[i];

		if (se->shown || (metric && strcmp(se->first->metric, metric)))
			continue;
		if (!best || cmp_key(se, best) < 0)
			best = se;
	}
	return best;
}

/* Has the run such samples at all? Those that another table has printed are not printed again. */
static bool recorded(const struct model *m, const char *metric)
{
	size_t i;

	for (i = 0; i < m->nr_series; i++)
		if (!strcmp(m->series[i].first->metric, metric))
			return true;
	return false;
}

int section_phases(FILE *out, struct model *m)
{
	struct notes notes = { 0 };
	struct series *se;
	size_t i;
	int ret;

	/* Its kexec is only the way to the other side; what there is comes with the other samples. */
	if (walk_run(m))
		return 0;
	section_title(out, m,
		      "Phases from freeze to finish, over all ok cycles and whatever they carried");
	head(out);
	for (i = 0; i < ARRAY_LEN(phases); i++) {
		char dash[CELL];

		se = next_series(m, phases[i]);
		if (!recorded(m, phases[i])) {
			notes_missing(&notes, dash, NULL, "this run has no such sample");
			fprintf(out, "%-33s %-9s%10s%9s%9s%6d%6d/%zu\n", phases[i], "", dash, dash,
				dash, 0, 0, m->planned_cycles);
		}
		for (; se; se = next_series(m, phases[i])) {
			ret = rows(out, &notes, m, se);
			if (ret)
				return ret;
		}
	}
	notes_print(out, &notes);
	fputs("boot.* all count from the jump; restore.hwpt is the sum over all HWPTs of a cycle\n",
	      out);
	return 0;
}

int section_other(FILE *out, struct model *m)
{
	struct notes notes = { 0 };
	struct series *se = next_series(m, NULL);
	int ret;

	if (!se)
		return 0;
	section_title(out, m, "Other samples, over all cycles and points");
	head(out);
	for (; se; se = next_series(m, NULL)) {
		ret = rows(out, &notes, m, se);
		if (ret)
			return ret;
	}
	notes_print(out, &notes);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Every sample, as RFC 4180 has it but with plain newlines: a missing number is an empty cell with a reason. */
#include "bench/export/export.h"

#include <errno.h>
#include <string.h>

#include "bench/record/record.h"

static void text(FILE *out, const char *s)
{
	if (!strpbrk(s, ",\"\r\n")) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static void cell(FILE *out, const char *s)
{
	fputc(',', out);
	if (s)
		text(out, s);
}

int export_csv(FILE *out, const struct export_run *runs, size_t n)
{
	const struct record_set *set = runs->set;
	size_t i;

	(void)n;
	fputs("run,target,emulated,cycle,rep,scenario,metric,unit,clock,value,reason,hwpts,ioas_bytes,page_bytes,"
	      "devices,working_set,mode,workload,probes,phase,kernel,observer,layout,format,step,device,cache\n",
	      out);
	for (i = 0; i < set->nr_samples; i++) {
		const struct lub_sample *s = &set->samples[i];
		const struct lub_params *p = &s->params;

		if (!runs->emulated &&
		    (set->simulated || (set->emulated && !strcmp(s->unit, "ns"))))
			continue;
		text(out, set->run_id);
		cell(out, set->target);
		fprintf(out, ",%s,%u,%u",
			set->simulated	? "simulated"
			: set->emulated ? "true"
					: "false",
			s->cycle, s->rep);
		cell(out, s->scenario);
		cell(out, s->metric);
		cell(out, s->unit);
		cell(out, s->clock);
		if (s->reason)
			fputc(',', out);
		else
			fprintf(out, ",%lld", (long long)s->value);
		cell(out, s->reason);
		fprintf(out, ",%u,%llu,%llu,%u,%u", p->hwpts, (unsigned long long)p->ioas_bytes,
			(unsigned long long)p->page_bytes, p->devices, p->working_set);
		cell(out, p->mode);
		cell(out, p->workload);
		cell(out, p->probes);
		cell(out, p->phase);
		cell(out, p->kernel);
		cell(out, p->observer);
		cell(out, p->layout);
		cell(out, p->format);
		cell(out, p->step);
		cell(out, p->device);
		cell(out, p->cache);
		fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}

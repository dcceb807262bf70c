// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * CSV as Otava reads it: a line a run in order of time, a column a metric. Names and values hold nothing that would
 * need quotes. Otava takes each cell for a number, and ends at an empty one: so there are only columns that every run
 * has, and the others are named.
 */
#include "bench/export/export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/lubench.h"
#include "bench/record/record.h"

struct column {
	char *key;
	size_t runs;
};

struct sheet {
	struct column *col;
	size_t n, cap;
};

static size_t find(const struct sheet *s, const char *key)
{
	size_t i;

	for (i = 0; i < s->n && strcmp(s->col[i].key, key); i++)
		;
	return i;
}

static int add_columns(struct sheet *s, const struct export_run *run)
{
	struct export_value *v;
	struct column *c;
	char key[600];
	size_t i, n, at;
	int err = export_values(run, &v, &n);

	for (i = 0; i < n && !err; i++) {
		export_key(&v[i], key, sizeof(key));
		at = find(s, key);
		if (at < s->n) {
			s->col[at].runs++;
			continue;
		}
		c = model_grow((void **)&s->col, &s->n, &s->cap, sizeof(*c));
		if (c) {
			c->key = strdup(key);
			c->runs = 1;
		}
		if (!c || !c->key)
			err = -ENOMEM;
	}
	free(v);
	return err;
}

/* Leaves only those that all runs have. */
static int common(struct sheet *s, size_t nr_runs)
{
	size_t i, kept = 0;

	for (i = 0; i < s->n; i++) {
		if (s->col[i].runs == nr_runs) {
			s->col[kept++] = s->col[i];
			continue;
		}
		lub_err("otava: %s is left out: %zu of the %zu runs have it, and Otava takes no empty cell",
			s->col[i].key, s->col[i].runs, nr_runs);
		free(s->col[i].key);
	}
	s->n = kept;
	if (kept || !nr_runs)
		return 0;
	lub_err("otava: there is no number that all %zu runs have; export those of one plan",
		nr_runs);
	return -ENODATA;
}

static int row(FILE *out, const struct sheet *s, const struct export_run *run)
{
	const char *at = export_text(run->set, NULL, "started");
	const char *commit = export_text(run->set, NULL, "series");
	struct export_value *v;
	char key[600];
	size_t i, k, n;
	int err = export_values(run, &v, &n);

	/* without the fraction of the second; 'Z' as an offset */
	fprintf(out, "%.19s+00:00,%.12s,%s,%s", at, *commit ? commit : "none", run->set->run_id,
		run->set->simulated  ? "simulated"
		: run->set->emulated ? "emulated"
				     : "hardware");
	for (k = 0; k < s->n && !err; k++) {
		for (i = 0; i < n && strcmp(export_key(&v[i], key, sizeof(key)), s->col[k].key);
		     i++)
			;
		fputc(',', out);
		if (i < n)
			fprintf(out, "%.15g", v[i].median);
	}
	fputc('\n', out);
	free(v);
	return err;
}

int export_otava(FILE *out, const struct export_run *runs, size_t n)
{
	struct sheet s = { 0 };
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++)
		err = add_columns(&s, &runs[i]);
	if (!err)
		err = common(&s, n);
	if (!err) {
		fputs("time,commit,run,machine", out);
		for (i = 0; i < s.n; i++)
			fprintf(out, ",%s", s.col[i].key);
		fputc('\n', out);
	}
	for (i = 0; i < n && !err; i++)
		err = row(out, &s, &runs[i]);
	while (s.n)
		free(s.col[--s.n].key);
	free(s.col);
	return err ? err : ferror(out) ? -EIO : 0;
}

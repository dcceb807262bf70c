// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run into the index. Lines are read one at a time, and of a sample only what it is of, its cycle and
 * its value are kept: a million of them are some 24 MB.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/index.h"
#include "bench/record/record.h"

struct number {
	uint32_t series, cycle;
	double value;
};

struct run_load {
	sqlite3 *db;
	json_t *run;
	json_t *series; /* short key to index of @id */
	int64_t *id;	/* of each series in the index */
	size_t nr_series;
	struct number *v;
	size_t n, cap;
	int64_t planned, ok, skipped, failed;
};

static const char *str(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text ? text : "";
}

/* What a sample is of, as JSON text that is the same for the same. */
static char *key_of(const struct lub_sample *s)
{
	json_t *params = emit_params(&s->params), *key = NULL;
	char *text = NULL;

	if (params)
		key = json_pack("{s:s, s:s, s:s, s:s?, s:o}", "scenario", s->scenario, "metric",
				s->metric, "unit", s->unit, "clock", s->clock, "params", params);
	if (key)
		text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(key);
	return text;
}

/* The row of table series, made when it is new. */
static int series_id(struct run_load *l, const char *key, int64_t *id)
{
	sqlite3_stmt *st;
	int rc;

	if (sqlite3_prepare_v2(l->db, "INSERT OR IGNORE INTO series (key) VALUES (?)", -1, &st,
			       NULL))
		return -EIO;
	sqlite3_bind_text(st, 1, key, -1, SQLITE_TRANSIENT);
	sqlite3_step(st);
	sqlite3_finalize(st);
	if (sqlite3_prepare_v2(l->db, "SELECT id FROM series WHERE key = ?", -1, &st, NULL))
		return -EIO;
	sqlite3_bind_text(st, 1, key, -1, SQLITE_TRANSIENT);
	rc = sqlite3_step(st);
	*id = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -EIO;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* The same for the same, and nothing but that: a million JSON texts would take seconds. */
static void short_key(const struct lub_sample *s, char *buf, size_t len)
{
	const struct lub_params *p = &s->params;
	const char *const words[] = { s->metric, p->phase,  p->kernel,	 p->mode,   s->scenario,
				      s->unit,	 s->clock,  p->workload, p->probes, p->observer,
				      p->layout, p->format, p->step,	 p->device, p->cache };
	size_t i, at;

	at = (size_t)snprintf(buf, len, "%u %llu %llu %u %u", p->hwpts,
			      (unsigned long long)p->ioas_bytes, (unsigned long long)p->page_bytes,
			      p->devices, p->working_set);
	for (i = 0; i < ARRAY_LEN(words); i++) {
		const char *w = or_empty(words[i]);
		size_t n = strlen(w);

		n = n > len - at - 2 ? len - at - 2 : n;
		buf[at++] = '\t';
		memcpy(buf + at, w, n);
		at += n;
	}
	buf[at] = '\0';
}

static int find_series(struct run_load *l, const struct lub_sample *s, uint32_t *at)
{
	char fast[1024], *key;
	const json_t *known;
	int64_t *more;
	int err = 0;

	short_key(s, fast, sizeof(fast));
	known = json_object_get(l->series, fast);
	if (known) {
		*at = (uint32_t)json_integer_value(known);
		return 0;
	}
	key = key_of(s);
	if (!key)
		return -ENOMEM;
	more = realloc(l->id, (l->nr_series + 1) * sizeof(*more));
	if (more) {
		l->id = more;
		*at = (uint32_t)l->nr_series;
		err = series_id(l, key, &l->id[l->nr_series++]);
		if (!err && json_object_set_new(l->series, fast, json_integer(*at)))
			err = -ENOMEM;
	} else {
		err = -ENOMEM;
	}
	free(key);
	return err;
}

static int add_sample(struct run_load *l, const struct lub_sample *s)
{
	struct number *more;
	int err;

	/* a missing number is in the records, with its reason */
	if (s->reason)
		return 0;
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 1024;
		more = realloc(l->v, l->cap * sizeof(*more));
		if (!more)
			return -ENOMEM;
		l->v = more;
	}
	err = find_series(l, s, &l->v[l->n].series);
	if (err)
		return err;
	l->v[l->n].cycle = s->cycle;
	l->v[l->n++].value = (double)s->value;
	return 0;
}

static int add_record(const struct record_set *one, void *arg)
{
	struct run_load *l = arg;

	if (one->run && l->run)
		return -EINVAL;
	if (one->run) {
		l->run = json_incref(one->run);
		l->planned = one->planned;
	}
	if (one->nr_outcomes) {
		const char *outcome = one->outcomes[0].outcome;

		l->ok += !strcmp(outcome, "ok");
		l->skipped += !strcmp(outcome, "skip");
		l->failed += strcmp(outcome, "ok") && strcmp(outcome, "skip");
	}
	return one->nr_samples ? add_sample(l, &one->samples[0]) : 0;
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int by_cycle(const void *a, const void *b)
{
	const struct number *x = a, *y = b;
	int r = ORDER(x->series, y->series);

	r = r ? r : ORDER(x->cycle, y->cycle);
	return r ? r : ORDER(x->value, y->value);
}

static int store_values(struct run_load *l, int64_t run)
{
	sqlite3_stmt *st;
	size_t i, j;
	int err = 0;

	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_cycle);
	if (sqlite3_prepare_v2(l->db, "INSERT OR REPLACE INTO value VALUES (?,?,?,?,?)", -1, &st,
			       NULL))
		return -EIO;
	for (i = 0; i < l->n && !err; i = j) {
		for (j = i + 1;
		     j < l->n && l->v[j].series == l->v[i].series && l->v[j].cycle == l->v[i].cycle;
		     j++)
			;
		sqlite3_bind_int64(st, 1, run);
		sqlite3_bind_int64(st, 2, l->id[l->v[i].series]);
		sqlite3_bind_int64(st, 3, l->v[i].cycle);
		sqlite3_bind_int64(st, 4, (int64_t)(j - i));
		sqlite3_bind_double(st, 5,
				    (l->v[(i + j - 1) / 2].value + l->v[(i + j) / 2].value) / 2);
		if (sqlite3_step(st) != SQLITE_DONE)
			err = -EIO;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return err;
}

static int forget(sqlite3 *db, const char *name)
{
	static const char *const what[] = {
		"DELETE FROM value WHERE run IN (SELECT id FROM run WHERE dir = ?)",
		"DELETE FROM run WHERE dir = ?",
	};
	sqlite3_stmt *st;
	size_t i;
	int rc;

	for (i = 0; i < ARRAY_LEN(what); i++) {
		if (sqlite3_prepare_v2(db, what[i], -1, &st, NULL))
			return -EIO;
		sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
		rc = sqlite3_step(st);
		sqlite3_finalize(st);
		if (rc != SQLITE_DONE)
			return -EIO;
	}
	return 0;
}

static int store_run(struct run_load *l, const char *name, int64_t stamp, size_t bad)
{
	const json_t *kernel = json_object_get(l->run, "kernel");
	const char *const text[] = { str(l->run, "run"),    str(l->run, "target"),
				     str(l->run, "mode"),   str(kernel, "selection"),
				     str(l->run, "series"), str(l->run, "plan"),
				     str(l->run, "started") };
	const int64_t number[] = { json_is_true(json_object_get(l->run, "emulated")),
				   l->planned,
				   l->ok,
				   l->skipped,
				   l->failed,
				   (int64_t)l->n,
				   (int64_t)bad };
	sqlite3_stmt *st;
	size_t i;
	int rc;

	if (sqlite3_prepare_v2(l->db,
			       "INSERT INTO run VALUES (NULL,?,?,1,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			       -1, &st, NULL))
		return -EIO;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 2, stamp);
	for (i = 0; i < ARRAY_LEN(text); i++)
		sqlite3_bind_text(st, 3 + (int)i, text[i], -1, SQLITE_TRANSIENT);
	for (i = 0; i < ARRAY_LEN(number); i++)
		sqlite3_bind_int64(st, 3 + (int)(ARRAY_LEN(text) + i), number[i]);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

int index_run_store(sqlite3 *db, const char *path, const char *name, int64_t stamp)
{
	struct run_load l = { .db = db, .series = json_object() };
	size_t bad = 0;
	int err = l.series ? forget(db, name) : -ENOMEM;

	if (!err)
		err = record_each(path, add_record, &l, &bad);
	if (!err)
		err = store_run(&l, name, stamp, bad);
	if (!err)
		err = store_values(&l, sqlite3_last_insert_rowid(db));
	json_decref(l.run);
	json_decref(l.series);
	free(l.id);
	free(l.v);
	return err;
}

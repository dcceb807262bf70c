// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One run into the index. Lines are read one at a time, and of a sample only what it is of, its cycle and
 * its value are kept: a million of them are some 24 MB. Nearly all lines are like one before them but for these
 * numbers; such a line is not parsed again.
 */
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/alike.h"
#include "bench/record/index.h"
#include "bench/record/record.h"

/* Kinds of lines that are remembered: far more than a run has, and 16 MB at most. */
#define KINDS 16384

struct number {
	uint32_t series, cycle;
	double value;
};

struct run_load {
	sqlite3 *db;
	json_t *run;
	json_t *series; /* short key to index of @id */
	json_t *kinds;	/* rest of a line that was parsed to index of @id */
	struct alike at_hand;
	bool cut;    /* the line that is being parsed is @at_hand */
	int64_t *id; /* of each series in the index */
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

static int find_series(struct run_load *l, const struct lub_sample *s, uint32_t *at)
{
	char fast[1024], *key;
	const json_t *known;
	int64_t *more;
	int err = 0;

	index_short_key(s, fast, sizeof(fast));
	known = json_object_get(l->series, fast);
	if (known) {
		*at = (uint32_t)json_integer_value(known);
		return 0;
	}
	key = index_key(s);
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

static struct number *next_number(struct run_load *l)
{
	struct number *more;

	if (l->n == l->cap) {
		more = realloc(l->v, (l->cap ? l->cap * 2 : 1024) * sizeof(*more));
		if (!more)
			return NULL;
		l->cap = l->cap ? l->cap * 2 : 1024;
		l->v = more;
	}
	return &l->v[l->n];
}

static int add_sample(struct run_load *l, const struct lub_sample *s)
{
	const struct alike *a = &l->at_hand;
	struct number *v;
	int err;

	/* a missing number is in the records, with its reason */
	if (s->reason)
		return 0;
	v = next_number(l);
	if (!v)
		return -ENOMEM;
	err = find_series(l, s, &v->series);
	if (err)
		return err;
	v->cycle = s->cycle;
	v->value = (double)s->value;
	l->n++;
	if (l->cut && a->cycle == s->cycle && a->rep == s->rep && a->value == s->value &&
	    json_object_size(l->kinds) < KINDS &&
	    json_object_set_new(l->kinds, a->rest, json_integer(v->series)))
		return -ENOMEM;
	return 0;
}

static bool known_kind(const char *text, size_t len, void *arg)
{
	struct run_load *l = arg;
	const json_t *series = NULL;
	struct number *v;

	l->cut = alike_cut(text, len, &l->at_hand);
	if (l->cut)
		series = json_object_get(l->kinds, l->at_hand.rest);
	/* without memory the usual way says so */
	v = series ? next_number(l) : NULL;
	if (!v)
		return false;
	v->series = (uint32_t)json_integer_value(series);
	v->cycle = l->at_hand.cycle;
	v->value = (double)l->at_hand.value;
	l->n++;
	return true;
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
	struct run_load l = { .db = db, .series = json_object(), .kinds = json_object() };
	const struct record_walk walk = { .line = known_kind, .each = add_record, .arg = &l };
	size_t bad = 0;
	int err = l.series && l.kinds ? forget(db, name) : -ENOMEM;

	if (!err)
		err = record_each(path, &walk, &bad);
	if (!err)
		err = store_run(&l, name, stamp, bad);
	if (!err)
		err = store_values(&l, sqlite3_last_insert_rowid(db));
	json_decref(l.run);
	json_decref(l.series);
	json_decref(l.kinds);
	free(l.id);
	free(l.v);
	return err;
}

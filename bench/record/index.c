// SPDX-License-Identifier: GPL-2.0-or-later
/* SQLite index of all runs. */
#include "bench/record/index.h"

#include <dirent.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/below.h"
#include "bench/record/record.h"

/* A change of the table: raise the version, old indexes are then thrown away. */
#define INDEX_VERSION "2"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, dir TEXT UNIQUE, stamp INTEGER,"
	" seen INTEGER, run TEXT, target TEXT, mode TEXT, kernel TEXT, series TEXT, plan TEXT,"
	" started TEXT, emulated INTEGER, planned INTEGER, ok INTEGER, skipped INTEGER, failed INTEGER,"
	" samples INTEGER, bad INTEGER);"
	"CREATE TABLE IF NOT EXISTS series (id INTEGER PRIMARY KEY, key TEXT UNIQUE);"
	"CREATE TABLE IF NOT EXISTS value (run INTEGER, series INTEGER, cycle INTEGER, n INTEGER,"
	" value REAL, PRIMARY KEY (run, series, cycle)) WITHOUT ROWID;"
	"PRAGMA user_version = " INDEX_VERSION ";"
	"UPDATE run SET seen = 0;";

static int sql_error(sqlite3 *db, const char *dir)
{
	lub_err("index of %s: %s; delete %s/" INDEX_FILE " and try again", dir, sqlite3_errmsg(db),
		dir);
	return -EIO;
}

/* 1: the index knows this state of the file already. */
static int known(sqlite3 *db, const char *name, int64_t stamp)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, "UPDATE run SET seen = 1 WHERE dir = ? AND stamp = ?", -1, &st,
			       NULL))
		return -EIO;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 2, stamp);
	sqlite3_step(st);
	sqlite3_finalize(st);
	return sqlite3_changes(db) > 0;
}

struct adding {
	sqlite3 *db;
	const char *runs_dir;
};

/* Called for each run. One that is gone by now is none. */
static int add_run(const char *name, void *arg)
{
	const struct adding *a = arg;
	struct stat st;
	int64_t stamp;
	char *path;
	int err = 0;

	if (asprintf(&path, "%s/%s/" RECORD_SAMPLES, a->runs_dir, name) < 0)
		return -ENOMEM;
	if (!stat(path, &st)) {
		stamp = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec + st.st_size;
		err = known(a->db, name, stamp);
		if (!err)
			err = index_run_store(a->db, path, name, stamp);
	}
	free(path);
	return err < 0 ? err : 0;
}

/* KERNEL=series:9 on a command line is the selection series-9 in the records. Return: free() it, NULL without memory. */
static char *selection(const char *word)
{
	char *name = strdup(word), *colon = name ? strchr(name, ':') : NULL;

	if (colon && !strchr(name, '/'))
		*colon = '-';
	return name;
}

/* A value for "column = ? or ? is null". */
static void want(sqlite3_stmt *st, int at, const char *value)
{
	if (value)
		sqlite3_bind_text(st, at, value, -1, SQLITE_TRANSIENT);
}

static int walk(sqlite3 *db, const struct index_filter *f,
		void (*each)(const struct index_run *run, void *arg), void *arg)
{
	char *kernel = f && f->kernel ? selection(f->kernel) : NULL;
	sqlite3_stmt *st;

	if (f && f->kernel && !kernel)
		return -ENOMEM;
	if (sqlite3_prepare_v2(db,
			       "SELECT run, dir, target, mode, kernel, plan, started, planned, ok,"
			       " skipped, failed, series, samples, bad FROM run"
			       " WHERE (?1 IS NULL OR target = ?1) AND (?2 IS NULL OR kernel = ?2)"
			       " AND (?3 IS NULL OR substr(series, 1, length(?3)) = ?3)"
			       " AND (?4 IS NULL OR plan = ?4) ORDER BY started, dir",
			       -1, &st, NULL)) {
		free(kernel);
		return -EIO;
	}
	want(st, 2, kernel);
	if (f) {
		want(st, 1, f->target);
		want(st, 3, f->series);
		want(st, 4, f->plan);
	}
	while (sqlite3_step(st) == SQLITE_ROW) {
		struct index_run run = {
			.run = (const char *)sqlite3_column_text(st, 0),
			.dir = (const char *)sqlite3_column_text(st, 1),
			.target = (const char *)sqlite3_column_text(st, 2),
			.mode = (const char *)sqlite3_column_text(st, 3),
			.kernel = (const char *)sqlite3_column_text(st, 4),
			.plan = (const char *)sqlite3_column_text(st, 5),
			.started = (const char *)sqlite3_column_text(st, 6),
			.planned = sqlite3_column_int64(st, 7),
			.ok = sqlite3_column_int64(st, 8),
			.skipped = sqlite3_column_int64(st, 9),
			.failed = sqlite3_column_int64(st, 10),
			.series = (const char *)sqlite3_column_text(st, 11),
			.samples = sqlite3_column_int64(st, 12),
			.bad = sqlite3_column_int64(st, 13),
		};

		each(&run, arg);
	}
	sqlite3_finalize(st);
	free(kernel);
	return 0;
}

static int on_version(void *arg, int n, char **value, char **name)
{
	(void)n;
	(void)name;
	*(int *)arg = value[0] && strcmp(value[0], INDEX_VERSION) && strcmp(value[0], "0");
	return 0;
}

/* The index in that file, made anew where it is of another version; NULL with the reason in @rc. */
static sqlite3 *open_file(const char *path, int *rc)
{
	sqlite3 *db = NULL;
	int stale = 0;

	*rc = sqlite3_open(path, &db);
	if (*rc == SQLITE_OK) {
		sqlite3_busy_timeout(db, 5000);
		*rc = sqlite3_exec(db, "PRAGMA user_version", on_version, &stale, NULL);
	}
	if (stale)
		sqlite3_exec(db,
			     "DROP TABLE IF EXISTS run; DROP TABLE IF EXISTS series;"
			     " DROP TABLE IF EXISTS value",
			     NULL, NULL, NULL);
	if (*rc == SQLITE_OK)
		*rc = sqlite3_exec(db, schema, NULL, NULL, NULL);
	if (*rc == SQLITE_OK)
		return db;
	sqlite3_close(db);
	return NULL;
}

static sqlite3 *open_index(const char *runs_dir)
{
	sqlite3 *db;
	char *path;
	int rc;

	if (asprintf(&path, "%s/" INDEX_FILE, runs_dir) < 0)
		return NULL;
	db = open_file(path, &rc);
	/* Whatever that is, nothing is lost with it: the records are the source of truth. */
	if ((rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT) && !unlink(path)) {
		lub_err("%s is no database; made again from the records", path);
		db = open_file(path, &rc);
	}
	free(path);
	/* A directory that can not be written to is indexed each time. */
	return db ? db : open_file(":memory:", &rc);
}

int index_runs(const char *runs_dir, const struct index_filter *filter,
	       void (*each)(const struct index_run *run, void *arg), void *arg)
{
	struct adding adding = { .runs_dir = runs_dir };
	DIR *dir = opendir(runs_dir);
	sqlite3 *db;
	int err = 0;

	if (!dir) {
		err = -errno;
		lub_err("cannot read %s: %s", runs_dir, strerror(-err));
		return err;
	}
	closedir(dir);
	db = open_index(runs_dir);
	if (!db) {
		lub_err("index of %s: out of memory", runs_dir);
		return -ENOMEM;
	}
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	adding.db = db;
	err = runs_below(runs_dir, RUNS_DEPTH, add_run, &adding);
	if (!err &&
	    sqlite3_exec(db,
			 "DELETE FROM value WHERE run IN (SELECT id FROM run WHERE seen = 0);"
			 "DELETE FROM run WHERE seen = 0",
			 NULL, NULL, NULL))
		err = -EIO;
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (!err)
		err = walk(db, filter, each, arg);
	if (err == -EIO)
		sql_error(db, runs_dir);
	sqlite3_close(db);
	return err;
}

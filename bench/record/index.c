// SPDX-License-Identifier: GPL-2.0-or-later
/* SQLite index of all runs. */
#include "bench/record/index.h"

#include <dirent.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "bench/lubench.h"
#include "bench/record/record.h"

/* A change of the table: raise the version, old indexes are then thrown away. */
#define INDEX_VERSION "1"

static const char schema[] =
	"CREATE TABLE IF NOT EXISTS run (dir TEXT PRIMARY KEY, stamp INTEGER, seen INTEGER,"
	" run TEXT, target TEXT, mode TEXT, kernel TEXT, plan TEXT, started TEXT,"
	" planned INTEGER, ok INTEGER, skipped INTEGER, failed INTEGER);"
	"PRAGMA user_version = " INDEX_VERSION ";"
	"UPDATE run SET seen = 0;";

static int sql_error(sqlite3 *db, const char *dir)
{
	lub_err("index of %s: %s; delete %s/" INDEX_FILE " and try again", dir, sqlite3_errmsg(db),
		dir);
	return -EIO;
}

static const char *str(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text ? text : "";
}

static int store(sqlite3 *db, const char *name, int64_t stamp, const struct record_set *set)
{
	int64_t ok = 0, skipped = 0, failed = 0;
	sqlite3_stmt *st;
	size_t i;
	int rc;

	for (i = 0; i < set->nr_outcomes; i++) {
		if (!strcmp(set->outcomes[i].outcome, "ok"))
			ok++;
		else if (!strcmp(set->outcomes[i].outcome, "skip"))
			skipped++;
		else
			failed++;
	}
	if (sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO run VALUES (?,?,1,?,?,?,?,?,?,?,?,?,?)",
			       -1, &st, NULL))
		return -EIO;
	sqlite3_bind_text(st, 1, name, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 2, stamp);
	sqlite3_bind_text(st, 3, set->run_id, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 4, set->target, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 5, set->mode, -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 6, str(json_object_get(set->run, "kernel"), "selection"), -1,
			  SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 7, str(set->run, "plan"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_text(st, 8, str(set->run, "started"), -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(st, 9, set->planned);
	sqlite3_bind_int64(st, 10, ok);
	sqlite3_bind_int64(st, 11, skipped);
	sqlite3_bind_int64(st, 12, failed);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc == SQLITE_DONE ? 0 : -EIO;
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

static int add_run(sqlite3 *db, const char *runs_dir, const char *name)
{
	struct record_set set;
	struct stat st;
	int64_t stamp;
	char *path;
	int err;

	if (asprintf(&path, "%s/%s/" RECORD_SAMPLES, runs_dir, name) < 0)
		return -ENOMEM;
	if (stat(path, &st)) {
		free(path);
		return 0;
	}
	stamp = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec + st.st_size;
	err = known(db, name, stamp);
	if (!err) {
		err = record_read(path, &set);
		if (!err)
			err = store(db, name, stamp, &set);
		record_set_free(&set);
	}
	free(path);
	return err < 0 ? err : 0;
}

static int walk(sqlite3 *db, void (*each)(const struct index_run *run, void *arg), void *arg)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db,
			       "SELECT run, dir, target, mode, kernel, plan, started, planned, ok,"
			       " skipped, failed FROM run ORDER BY started, dir", -1, &st, NULL))
		return -EIO;
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
		};

		each(&run, arg);
	}
	sqlite3_finalize(st);
	return 0;
}

static int on_version(void *arg, int n, char **value, char **name)
{
	(void)n;
	(void)name;
	*(int *)arg = value[0] && strcmp(value[0], INDEX_VERSION) && strcmp(value[0], "0");
	return 0;
}

static sqlite3 *open_index(const char *runs_dir)
{
	sqlite3 *db = NULL;
	char *path;
	int stale = 0;

	if (asprintf(&path, "%s/" INDEX_FILE, runs_dir) < 0)
		return NULL;
	if (sqlite3_open(path, &db) == SQLITE_OK) {
		sqlite3_busy_timeout(db, 5000);
		sqlite3_exec(db, "PRAGMA user_version", on_version, &stale, NULL);
		if (stale)
			sqlite3_exec(db, "DROP TABLE IF EXISTS run", NULL, NULL, NULL);
		if (sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK) {
			free(path);
			return db;
		}
	}
	sqlite3_close(db);
	free(path);
	if (sqlite3_open(":memory:", &db) == SQLITE_OK &&
	    sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK)
		return db;
	sqlite3_close(db);
	return NULL;
}

int index_runs(const char *runs_dir, void (*each)(const struct index_run *run, void *arg), void *arg)
{
	DIR *dir = opendir(runs_dir);
	struct dirent *entry;
	sqlite3 *db;
	int err = 0;

	if (!dir) {
		err = -errno;
		lub_err("cannot read %s: %s", runs_dir, strerror(-err));
		return err;
	}
	db = open_index(runs_dir);
	if (!db) {
		closedir(dir);
		lub_err("index of %s: out of memory", runs_dir);
		return -ENOMEM;
	}
	sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
	while (!err && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			err = add_run(db, runs_dir, entry->d_name);
	closedir(dir);
	if (!err && sqlite3_exec(db, "DELETE FROM run WHERE seen = 0", NULL, NULL, NULL))
		err = -EIO;
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	if (!err)
		err = walk(db, each, arg);
	if (err == -EIO)
		sql_error(db, runs_dir);
	sqlite3_close(db);
	return err;
}

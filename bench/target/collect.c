// SPDX-License-Identifier: GPL-2.0-or-later
/* What the agent left behind: is it complete, and does it come from the intended kernel? */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/target/cycle.h"

/* What the agent's files may have: some words, and all samples of a cycle. */
#define OUTCOME_MAX (1 << 20)
#define SAMPLES_MAX (512 << 20)

/* A file of a target. A name that is no plain file must not be waited for, and one without an end not read. */
static FILE *open_foreign(const char *dir, const char *name, long long max)
{
	struct stat st;
	char *path;
	FILE *in;
	int fd;

	if (asprintf(&path, "%s/out/%s", dir, name) < 0)
		return NULL;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	free(path);
	if (fd < 0)
		return NULL;
	errno = EFBIG;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > max) {
		close(fd);
		return NULL;
	}
	in = fdopen(fd, "r");
	if (!in)
		close(fd);
	return in;
}

static const char *str(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text ? text : "";
}

/* By everything that makes two samples the same one. */
static int by_key(const void *one, const void *other)
{
	return strcmp(*(char *const *)one, *(char *const *)other);
}

/*
 * What a sample is of, its value apart; NULL when out of memory or for other lines. A probe sees many calls of one
 * function in one repetition: its samples have no key.
 */
static char *key_of(const json_t *line)
{
	json_t *key =
		strcmp(str(line, "kind"), "sample") || !strncmp(str(line, "metric"), "probe.", 6)
			? NULL
			: json_pack("[O?, O?, O?]", json_object_get(line, "rep"),
				    json_object_get(line, "metric"),
				    json_object_get(line, "params"));
	char *text = key ? json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

	json_decref(key);
	return text;
}

/* A number that is there two times would count twice. Return: how many lines are there again. */
static size_t count_doubled(const json_t *lines)
{
	char **keys = calloc(json_array_size(lines) + 1, sizeof(*keys));
	size_t i, nr = 0, doubled = 0;
	const json_t *line;

	json_array_foreach(lines, i, line)
		if (keys && (keys[nr] = key_of(line)))
			nr++;
	if (nr)
		qsort(keys, nr, sizeof(*keys), by_key);
	for (i = 0; i < nr; i++) {
		doubled += i && !strcmp(keys[i], keys[i - 1]);
		if (i)
			free(keys[i - 1]);
	}
	if (nr)
		free(keys[nr - 1]);
	free(keys);
	return doubled;
}

/* Torn between two lines, or more than once there: only its length tells. */
static int check_size(FILE *in, const json_t *outcome, struct cycle_result *res)
{
	const json_t *bytes = json_object_get(outcome, "samples_bytes");
	struct stat st;

	if (fstat(fileno(in), &st) || !json_is_integer(bytes) ||
	    json_integer_value(bytes) != (json_int_t)st.st_size) {
		cycle_outcome(res, "harness-error",
			      RECORD_SAMPLES " has %lld bytes here, %lld when the agent ended",
			      (long long)st.st_size, (long long)json_integer_value(bytes));
		return -EINVAL;
	}
	return 0;
}

/* All lines must be whole records of this cycle: the agent renamed outcome.json into place last. */
static int read_lines(const struct cycle_job *job, const json_t *outcome, struct cycle_result *res)
{
	struct record_set set = { 0 };
	const char *why = NULL;
	char *text = NULL;
	size_t cap = 0, nr = 0;
	json_t *line = NULL;
	ssize_t len;
	FILE *in;
	int err = 0;

	in = open_foreign(job->dir, RECORD_SAMPLES, SAMPLES_MAX);
	if (!in) {
		cycle_outcome(res, "harness-error", "the agent left no " RECORD_SAMPLES "%s",
			      errno == ENOENT ? "" : " that can be read");
		return -ENOENT;
	}
	while (!err && (len = getline(&text, &cap, in)) > 0) {
		nr++;
		why = "torn or not JSON";
		line = text[len - 1] == '\n' ? json_loadb(text, (size_t)len, 0, NULL) : NULL;
		err = line ? record_parse(line, &set, &why) : -EINVAL;
		if (!err && (strcmp(str(line, "run"), job->run) ||
			     json_integer_value(json_object_get(line, "cycle")) !=
				     (json_int_t)job->cycle.number ||
			     set.run)) {
			why = "of another run or cycle";
			err = -EINVAL;
		}
		if (!err)
			err = json_array_append(res->lines, line) ? -ENOMEM : 0;
		json_decref(line);
	}
	if (err)
		cycle_outcome(res, "harness-error",
			      "line %zu of the agent's " RECORD_SAMPLES ": %s", nr,
			      err == -ENOMEM ? "out of memory" : why);
	if (!err)
		err = check_size(in, outcome, res);
	if (!err && count_doubled(res->lines)) {
		cycle_outcome(res, "harness-error", "%zu samples of the agent are there twice",
			      count_doubled(res->lines));
		err = -EINVAL;
	}
	fclose(in);
	free(text);
	record_set_free(&set);
	return err;
}

static bool same_id(const char *a, const char *b)
{
	return !strncasecmp(a, b, strcspn(a, "\n")) && strcspn(a, "\n") == strcspn(b, "\n");
}

/* Proof of the kexec: an empty outcome means that all of it holds. */
static void prove(const struct cycle_job *job, const json_t *obj, struct cycle_result *res)
{
	const json_t *number = json_object_get(obj, "liveupdate_number");
	bool jumped = strcmp(res->seen.boot_id, job->boot_id) != 0;
	bool ok = !strcmp(str(obj, "outcome"), "ok");

	if (strcmp(str(obj, "run"), job->run) ||
	    json_integer_value(json_object_get(obj, "cycle")) != (json_int_t)job->cycle.number) {
		cycle_outcome(res, "harness-error", "outcome.json is of another run or cycle");
		return;
	}
	if (!jumped) {
		if (ok)
			cycle_outcome(res, "harness-error", "ok was claimed before any kexec");
		return;
	}
	if (!cycle_is_ours(job, res->seen.cmdline)) {
		cycle_outcome(res, "cold-reboot",
			      "the kernel that answers was not started by this cycle's kexec");
		return;
	}
	if (!ok)
		return;
	if (strcmp(str(obj, "boot_id"), res->seen.boot_id)) {
		cycle_outcome(res, "cold-reboot", "the machine booted again after the outcome");
	} else if (*job->build_id && !same_id(job->build_id, str(obj, "build_id"))) {
		cycle_outcome(res, "wrong-kernel", "build id %.40s runs, %.*s was meant",
			      str(obj, "build_id"), (int)strcspn(job->build_id, "\n"),
			      job->build_id);
	} else if (json_is_integer(number) && job->liveupdate_number >= 0 &&
		   strcmp(job->mode, "crash") &&
		   json_integer_value(number) != job->liveupdate_number + 1) {
		cycle_outcome(res, "wrong-kernel", "live update number %lld follows %lld",
			      (long long)json_integer_value(number),
			      (long long)job->liveupdate_number);
	}
}

void cycle_collect(const struct cycle_job *job, struct cycle_result *res)
{
	FILE *in = open_foreign(job->dir, "outcome.json", OUTCOME_MAX);
	json_error_t jerr = { .text = "not there, or no plain file" };
	const char *outcome, *reason, *phase;
	json_t *obj = in ? json_loadf(in, 0, &jerr) : NULL;

	if (in)
		fclose(in);
	outcome = str(obj, "outcome");
	if (!outcome_valid(outcome)) {
		cycle_outcome(res, "harness-error", "outcome.json cannot be read: %s",
			      obj ? "no known outcome in it" : jerr.text);
		json_decref(obj);
		return;
	}
	prove(job, obj, res);
	if (!res->outcome[0] && strcmp(outcome, "ok")) {
		reason = str(obj, "reason");
		phase = str(obj, "phase");
		cycle_outcome(res, outcome, "%.300s%s%.40s%s",
			      *reason ? reason : "the agent gave no reason",
			      *phase ? " (phase " : "", phase, *phase ? ")" : "");
	}
	if (!res->outcome[0] && !read_lines(job, obj, res)) {
		const json_t *number = json_object_get(obj, "liveupdate_number");

		cycle_outcome(res, "ok", "%s", "");
		if (json_is_integer(number))
			res->liveupdate_number = json_integer_value(number);
		/* A crash kernel has a corner of the memory only: nothing more is started in it. */
		res->chained = strcmp(job->mode, "crash") != 0;
	}
	json_decref(obj);
}

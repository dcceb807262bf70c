// SPDX-License-Identifier: GPL-2.0-or-later
/* What the agent left behind: is it complete, and does it come from the intended kernel? */
#include <errno.h>
#include <stdlib.h>

#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/target/cycle.h"

static const char *str(const json_t *obj, const char *key)
{
	const char *text = json_string_value(json_object_get(obj, key));

	return text ? text : "";
}

/* All lines must be whole records of this cycle: the agent renamed outcome.json into place last. */
static int read_lines(const struct cycle_job *job, struct cycle_result *res)
{
	struct record_set set = { 0 };
	const char *why = NULL;
	char *path = NULL, *text = NULL;
	size_t cap = 0, nr = 0;
	json_t *line = NULL;
	ssize_t len;
	FILE *in;
	int err = 0;

	if (asprintf(&path, "%s/out/" RECORD_SAMPLES, job->dir) < 0)
		return -ENOMEM;
	in = fopen(path, "re");
	free(path);
	if (!in) {
		cycle_outcome(res, "harness-error", "the agent left no " RECORD_SAMPLES);
		return -ENOENT;
	}
	while (!err && (len = getline(&text, &cap, in)) > 0) {
		nr++;
		why = "torn or not JSON";
		line = text[len - 1] == '\n' ? json_loadb(text, (size_t)len, 0, NULL) : NULL;
		err = line ? record_parse(line, &set, &why) : -EINVAL;
		if (!err && (strcmp(str(line, "run"), job->run) ||
			     json_integer_value(json_object_get(line, "cycle")) !=
				     (json_int_t)job->cycle.number || set.run)) {
			why = "of another run or cycle";
			err = -EINVAL;
		}
		if (!err)
			err = json_array_append(res->lines, line) ? -ENOMEM : 0;
		json_decref(line);
	}
	if (err)
		cycle_outcome(res, "harness-error", "line %zu of the agent's " RECORD_SAMPLES ": %s",
			      nr, err == -ENOMEM ? "out of memory" : why);
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
	char run[128] = "", cycle[16] = "";

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
	cmdline_word(res->seen.cmdline, "lubench.run=", run, sizeof(run));
	cmdline_word(res->seen.cmdline, "lubench.cycle=", cycle, sizeof(cycle));
	if (strcmp(run, job->run) || (uint32_t)atol(cycle) != job->cycle.number) {
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
	const char *outcome, *reason, *phase;
	char *path = NULL;
	json_error_t jerr;
	json_t *obj;

	if (asprintf(&path, "%s/out/outcome.json", job->dir) < 0) {
		cycle_outcome(res, "harness-error", "out of memory");
		return;
	}
	obj = json_load_file(path, 0, &jerr);
	free(path);
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
			      *reason ? reason : "the agent gave no reason", *phase ? " (phase " : "",
			      phase, *phase ? ")" : "");
	}
	if (!res->outcome[0] && !read_lines(job, res)) {
		const json_t *number = json_object_get(obj, "liveupdate_number");

		cycle_outcome(res, "ok", "%s", "");
		if (json_is_integer(number))
			res->liveupdate_number = json_integer_value(number);
		/* A crash kernel has a corner of the memory only: nothing more is started in it. */
		res->chained = strcmp(job->mode, "crash") != 0;
	}
	json_decref(obj);
}

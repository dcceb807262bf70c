// SPDX-License-Identifier: GPL-2.0-or-later
/* The controller's journal. */
#include "bench/record/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/emit.h"

/* More cycles than any plan may have; keeps a broken journal from asking for memory. */
#define JOURNAL_MAX_CYCLE 1000000

const char *journal_now(char buf[32])
{
	struct timespec ts;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	len = strftime(buf, 32, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf + len, 32 - len, ".%03dZ", (int)(ts.tv_nsec / 1000000 % 1000));
	return buf;
}

bool journal_is_failure(const char *outcome)
{
	return strcmp(outcome, "ok") && strcmp(outcome, "skip");
}

int journal_open(struct journal *j, const char *dir)
{
	char last = '\n';
	off_t size;

	j->fd = -1;
	if (asprintf(&j->path, "%s/" JOURNAL_FILE, dir) < 0) {
		j->path = NULL;
		return -ENOMEM;
	}
	j->fd = open(j->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (j->fd < 0) {
		int err = -errno;

		lub_err("cannot open %s: %s", j->path, strerror(-err));
		return err;
	}
	if (flock(j->fd, LOCK_EX | LOCK_NB)) {
		lub_err("%s is in use: another lubench works in this directory", j->path);
		return -EBUSY;
	}
	/* A torn last line gets its newline, so that the next line stands alone. */
	size = lseek(j->fd, 0, SEEK_END);
	if (size > 0 && pread(j->fd, &last, 1, size - 1) == 1 && last != '\n' &&
	    write(j->fd, "\n", 1) != 1)
		return -EIO;
	return 0;
}

int journal_write(struct journal *j, const char *ev, json_t *extra)
{
	char now[32];
	json_t *line;
	int err = -ENOMEM;

	line = json_pack("{s:i, s:s, s:s}", "schema", RECORD_SCHEMA, "t", journal_now(now), "ev",
			 ev);
	if (line && (!extra || !json_object_update(line, extra)))
		err = emit_write(j->fd, json_incref(line));
	json_decref(line);
	json_decref(extra);
	if (!err && fsync(j->fd))
		err = -errno;
	if (err)
		lub_err("%s: cannot append: %s; free some space and resume the run", j->path,
			strerror(-err));
	return err;
}

void journal_close(struct journal *j)
{
	if (j->path && j->fd >= 0)
		close(j->fd);
	free(j->path);
	j->path = NULL;
	j->fd = -1;
}

static int mark_done(struct journal_state *state, uint32_t cycle)
{
	if (cycle >= state->nr_done) {
		size_t nr = cycle + 64;
		bool *done = realloc(state->done, nr * sizeof(*done));

		if (!done)
			return -ENOMEM;
		memset(done + state->nr_done, 0, (nr - state->nr_done) * sizeof(*done));
		state->done = done;
		state->nr_done = nr;
	}
	if (!state->done[cycle])
		state->count++;
	state->done[cycle] = true;
	return 0;
}

static int replay_line(json_t *line, struct journal_state *state)
{
	const char *ev = json_string_value(json_object_get(line, "ev"));
	json_int_t cycle = json_integer_value(json_object_get(line, "cycle"));
	const char *outcome;

	if (!ev)
		return -EINVAL;
	if (!strcmp(ev, "start")) {
		json_decref(state->start);
		state->start = json_incref(line);
	} else if (!strcmp(ev, "launch")) {
		json_int_t n = json_integer_value(json_object_get(line, "number"));

		if (n > (json_int_t)state->launches && n < JOURNAL_MAX_CYCLE)
			state->launches = (unsigned int)n;
		state->owed = true;
	} else if (!strcmp(ev, "given-back")) {
		state->owed = false;
	} else if (!strcmp(ev, "intent") || !strcmp(ev, "outcome")) {
		if (cycle < 1 || cycle > JOURNAL_MAX_CYCLE)
			return -EINVAL;
		if (ev[0] == 'i') {
			state->open_cycle = (uint32_t)cycle;
			return 0;
		}
		outcome = json_string_value(json_object_get(line, "outcome"));
		if (!outcome_valid(outcome))
			return -EINVAL;
		if (state->open_cycle == (uint32_t)cycle)
			state->open_cycle = 0;
		if (journal_is_failure(outcome))
			state->failures++;
		else if (!strcmp(outcome, "ok"))
			state->failures = 0;
		return mark_done(state, (uint32_t)cycle);
	} else if (!strcmp(ev, "end")) {
		state->ended = true;
		/* Where that did not work it was said what to do. */
		state->owed = false;
	} else if (!strcmp(ev, "resume")) {
		/* Somebody has looked at it: the count of failures in a row begins anew. */
		state->failures = 0;
		state->ended = false;
	}
	return 0;
}

int journal_replay(const char *dir, struct journal_state *state)
{
	char *path = NULL, *text = NULL;
	size_t cap = 0, nr = 0;
	ssize_t len;
	int err = 0;
	FILE *in;

	memset(state, 0, sizeof(*state));
	if (asprintf(&path, "%s/" JOURNAL_FILE, dir) < 0)
		return -ENOMEM;
	in = fopen(path, "re");
	if (!in) {
		err = -errno;
		lub_err("cannot read %s: %s; give the directory of an interrupted run", path,
			strerror(-err));
		free(path);
		return err;
	}
	while ((len = getline(&text, &cap, in)) > 0) {
		json_t *line = json_loadb(text, (size_t)len, 0, NULL);

		nr++;
		err = line ? replay_line(line, state) : -EINVAL;
		json_decref(line);
		if (err == -ENOMEM)
			break;
		if (err)
			lub_err("%s:%zu: %s line left out", path, nr,
				text[len - 1] == '\n' ? "unreadable" : "torn last");
		err = 0;
	}
	fclose(in);
	free(text);
	free(path);
	return err;
}

void journal_state_free(struct journal_state *state)
{
	json_decref(state->start);
	free(state->done);
	memset(state, 0, sizeof(*state));
}

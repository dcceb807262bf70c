/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal.jsonl: what the controller was about to do, written and fsync'ed before it is done.
 *
 * Line kinds (key "ev"), each with "schema" and "t" (UTC, ISO 8601):
 *   start     the run: run, target, host, plan, kernel, mode, workload, device, cycles
 *   intent    cycle, launch (number of the console log)
 *   outcome   cycle, outcome, reason, ms (how long the cycle took)
 *   launch    number (of the console log), attempt to start the target
 *   up        number, boot_id: the target is ready
 *   quarantine  host, reason: it is left alone for the rest of the run
 *   given-back  a real host has its device again, and no claim is on it
 *   note      text
 *   resume, interrupted, end
 * A cycle is done when it has an outcome line, and samples.jsonl one for each of its points. An intent
 * without one is the cycle in which the controller died. On resume the lines of cycles that are not
 * done are moved aside and they are run again.
 */
#ifndef BENCH_RECORD_JOURNAL_H
#define BENCH_RECORD_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/** JOURNAL_FILE - name of the file inside a run directory. */
#define JOURNAL_FILE "journal.jsonl"

/**
 * struct journal - an open journal
 * @path: for messages
 * @fd: opened O_APPEND
 */
struct journal {
	char *path;
	int fd;
};

/**
 * struct journal_state - what replaying a journal says
 * @start: the start line, NULL when the run never began
 * @done: indexed by cycle (from 1), true when the cycle has an outcome
 * @nr_done: entries of @done
 * @count: cycles done
 * @open_cycle: cycle with an intent and no outcome, 0 when none
 * @failures: not-ok outcomes in a row at the end
 * @launches: highest console log number used
 * @ended: the run came to its end
 * @owed: since the last launch a host was not given back: the controller died after the last cycle, for example
 */
struct journal_state {
	json_t *start;
	bool *done;
	size_t nr_done;
	size_t count;
	uint32_t open_cycle;
	unsigned int failures;
	unsigned int launches;
	bool ended;
	bool owed;
};

/**
 * journal_open() - open DIR/journal.jsonl for appending
 * @j: filled in
 * @dir: run directory
 *
 * Return: 0 or -errno (said on stderr).
 */
int journal_open(struct journal *j, const char *dir);

/**
 * journal_write() - append one line and fsync
 * @j: journal
 * @ev: the kind
 * @extra: object with the other keys, reference consumed; NULL for none
 *
 * Return: 0 or -errno (said on stderr). The caller must not go on after a failure.
 */
int journal_write(struct journal *j, const char *ev, json_t *extra);

/**
 * journal_close() - close
 * @j: may be all zero
 */
void journal_close(struct journal *j);

/**
 * journal_replay() - read a journal
 * @dir: run directory
 * @state: filled in; free with journal_state_free() whatever is returned
 *
 * Torn and unreadable lines are said on stderr and left out.
 *
 * Return: 0 or -errno (said on stderr).
 */
int journal_replay(const char *dir, struct journal_state *state);

/**
 * journal_state_free() - free what journal_replay() made
 * @state: may be all zero
 */
void journal_state_free(struct journal_state *state);

/**
 * journal_is_failure() - does this outcome count as one of the failures in a row
 * @outcome: outcome word
 *
 * Return: false for "ok" and "skip", true for everything else.
 */
bool journal_is_failure(const char *outcome);

/**
 * journal_now() - the time of now as the journal writes it
 * @buf: at least 32 bytes
 *
 * Return: @buf.
 */
const char *journal_now(char buf[32]);

#endif

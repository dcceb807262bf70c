/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The matrix of faults: what is run, what has to come out of it. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** FAULT_CYCLES - cycles of the plan that all cases run. */
#define FAULT_CYCLES 4

/**
 * struct expected - how a run has to end
 * @outcome: by cycle (from 0)
 * @reason: has to be in the reason of each row of that cycle; NULL: anything
 */
struct expected {
	const char *outcome[FAULT_CYCLES];
	const char *reason[FAULT_CYCLES];
};

/**
 * struct fault_case - one pair of a step and a fault
 * @name: for the report
 * @target: with the fault
 * @host: name of the host, NULL: an emulated target
 * @shim: LUBENCH_SHIM of the controller, NULL for none
 * @again: LUBENCH_SHIM of the controller that resumes first, NULL for none
 * @refused: cycles that are done when the host turns out to be another run's, plus one: the run ends there, and goes
 *	on once that one's claim has lapsed; 0: it does not
 * @stops: the first controller does not come to the end of the run: it is to be resumed
 * @open_cycle: cycle with an intent and no outcome when it was killed or refused
 * @note: has to be in a note of the journal, NULL: not looked at
 * @keeps: at the end an agent is at work on the host, or the host is dead: it keeps the claim, and the device
 * @want: the end
 */
struct fault_case {
	char name[120];
	char target[200];
	const char *host;
	char shim[40];
	char again[40];
	unsigned int refused;
	bool stops;
	unsigned int open_cycle;
	const char *note;
	bool keeps;
	struct expected want;
};

/**
 * matrix_cases() - all pairs
 * @nr: how many
 *
 * Return: an array that stays.
 */
struct fault_case *matrix_cases(size_t *nr);

/** faults_lubench, faults_shim - what is tested, and what kills it: absolute paths. */
extern const char *faults_lubench, *faults_shim;

/** faults_dir - all runs are below it, and the plan that they have in common. */
extern char faults_dir[];

/**
 * case_log() - output goes to a log beside a run
 * @dir: directory of the run
 */
void case_log(const char *dir);

/**
 * case_start() - start a controller
 * @dir: directory of the run
 * @c: what is run
 * @what: LUBENCH_SHIM, "" for none
 * @resume: the rest of the run that is there, not a new one
 *
 * Return: its process.
 */
pid_t case_start(const char *dir, const struct fault_case *c, const char *what, bool resume);

/**
 * case_finish() - wait for a controller
 * @pid: its process
 *
 * Return: exit status, 128 and the signal if it was killed.
 */
int case_finish(pid_t pid);

/**
 * case_run() - all of one pair; for a process of its own
 * @dir: directory of the run
 * @c: the pair
 * @why: what is wrong
 * @len: its room
 *
 * Return: true when nothing is.
 */
bool case_run(const char *dir, const struct fault_case *c, char *why, size_t len);

/**
 * case_report() - count one result, and print it
 * @c: the pair
 * @good: it passed
 * @dir: directory of the run, with the reason beside it
 */
void case_report(const struct fault_case *c, bool good, const char *dir);

/**
 * cases_run() - run pairs, some at a time, and report them
 * @cases: the pairs
 * @nr: how many
 * @name: of their directories
 * @pattern: of the names of those that are wanted
 */
void cases_run(const struct fault_case *cases, size_t nr, const char *name, const char *pattern);

/**
 * walk_operations() - each operation on a file: killed before it, in the middle of it, and a full disk from there on
 * @pattern: of the names that are wanted
 */
void walk_operations(const char *pattern);

/**
 * walk_host() - on a host, which outlives it: killed before each line of the journal, so at the end of the run, too
 * @pattern: of the names that are wanted
 */
void walk_host(const char *pattern);

/**
 * walk_resume() - killed in the third cycle, and the controller that resumes it is killed, too
 * @pattern: of the names that are wanted
 */
void walk_resume(const char *pattern);

/**
 * walk_random() - killed at random moments until it was killed often enough
 * @pattern: of the names that are wanted
 */
void walk_random(const char *pattern);

/**
 * reference_load() - what an undisturbed run says
 * @dir: its directory
 *
 * Return: true, false when it cannot be used (said).
 */
bool reference_load(const char *dir);

/**
 * check_run() - is a run what it should be
 * @dir: its directory
 * @want: expected
 * @why: what is wrong
 * @len: its room
 *
 * Return: true when every cycle has its outcome; every ok one all lines of the reference, each once;
 * all others a row for each point and no number; and the journal tells the same.
 */
bool check_run(const char *dir, const struct expected *want, char *why, size_t len);

/**
 * check_note() - is something noted in the journal
 * @dir: directory of the run
 * @text: has to be in a line of kind note
 * @why: what is wrong
 * @len: its room
 *
 * Return: true if so.
 */
bool check_note(const char *dir, const char *text, char *why, size_t len);

/**
 * check_given_back() - is a host as it was before the run
 * @dir: directory of the run, with the fake machine in it
 * @why: what is wrong
 * @len: its room
 *
 * Return: true when its device is back at its driver, and no claim is on it.
 */
bool check_given_back(const char *dir, char *why, size_t len);

#endif

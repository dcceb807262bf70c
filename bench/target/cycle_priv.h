/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of cycle_run() share: cycle.c, cycle_watch.c. */
#ifndef BENCH_TARGET_CYCLE_PRIV_H
#define BENCH_TARGET_CYCLE_PRIV_H

#include "bench/target/cycle.h"

/**
 * struct cycle_watch - a cycle that is at work
 * @t: target
 * @job: what it does
 * @b: time limits
 * @res: gets the outcome
 * @observer: of the witness page, NULL until the agent has said where that is
 * @console: there is one
 * @answered: the last question over ssh was answered, if only with the promise to tell more
 * @hits: hits of the IOTLB are being traced
 * @after: the incoming agent was seen at work
 * @boots: kernels that the console has shown
 * @dark_ms: when the blackout began, 0 before
 * @start_ms: when the agent was started
 * @ask_ms: when ssh was asked last
 *
 * Times are those of proc_now_ms().
 */
struct cycle_watch {
	struct target *t;
	const struct cycle_job *job;
	const struct cycle_budgets *b;
	struct cycle_result *res;
	struct observer *observer;
	bool console;
	bool answered;
	bool hits;
	bool after;
	unsigned int boots;
	long long dark_ms;
	long long start_ms;
	long long ask_ms;
};

/**
 * cycle_watch() - wait for the results
 * @w: with its agent started
 *
 * Return: 0 when they wait, or when an outcome is named in @w->res; -EINTR when a stop was requested.
 */
int cycle_watch(struct cycle_watch *w);

/**
 * cycle_look_again() - ask the console for a better reason when a step that needs ssh has failed
 * @w: the cycle, with an outcome named
 *
 * Return: 0 or -EINTR.
 */
int cycle_look_again(struct cycle_watch *w);

#endif

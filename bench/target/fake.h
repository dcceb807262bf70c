/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target without a kernel: answers at once with made-up numbers and fails on request, so that
 * every path of the runner can be tested without a machine. Its name carries the faults:
 *
 *   fake:[HOST/]FAULT[.STEP][@N],...
 *
 * With HOST/ only on the host of that name (without a user). N is a cycle, and for the steps launch, claim, push and probe
 * the number of a launch; without it the fault comes every time. Words without a step:
 *
 *   noconsole               as a real host: nothing but ssh, and it goes on when the controller is gone
 *   owned, owned-stale      another run has claimed the real host, just now or a day ago
 *   stolen, unlocked        as a cycle is to begin another run has the claim of the real host, or it is gone; once in a run
 *   locked                  somebody else is at the claim of the real host: the first two tries to make one fail
 *   nolu                    a kernel without the ioctls of the series
 *   nolaunch                cannot be launched
 *   slow                    the cycle never ends until a stop is requested
 *   preserve-error, freeze-error, kexec-load-error   told by the agent before the kexec
 *   wrong-outgoing          at step probe: another kernel runs than the one that is pushed
 *   wrong, recount          another build id, another live update number than the next one
 *   leftout                 the agent leaves the largest point out
 *   torn, short, twice      samples.jsonl ends in the middle of a line, between two, is there two times
 *   again                   the agent writes one sample two times
 *   nosamples, foreign      samples.jsonl is missing, is of the cycle before
 *   badoutcome, nooutcome   outcome.json is cut short, is missing
 *   stale                   outcome.json is of the cycle before
 *   pstore, pstore-other    firmware has kept a panic of the incoming kernel, of some other one
 *
 * Faults that need a step, which is one of launch claim push probe start (the controller waits), setup
 * preserve load freeze (outgoing kernel), boot retrieve restore finish (incoming), fetch:
 *
 *   stall                   nothing goes on there, but the machine answers
 *   lockup                  nothing goes on, and nothing answers
 *   lost-ssh                no answer over ssh from there on
 *   drop                    at fetch and claim: one connection is cut, the next one is good; the claim was made
 *   panic, oops             the text on the console
 *   cold, reboot            the machine boots again: with a firmware banner, without
 *   reset, gone             the emulator ends in an orderly way, dies
 *   full                    the target's disk is full from there on
 *   crash                   the agent ends without an outcome
 *   kill                    SIGKILL for the controller, once in a run
 *
 * The state of the machine is in the file "fake.machine" of the run directory, and what a real host's TARGET_DIR has
 * of owner.h in the directory "fake.dir".
 */
#ifndef BENCH_TARGET_FAKE_H
#define BENCH_TARGET_FAKE_H

#include "bench/target/target.h"

#define FAKE_BUILD_ID "00000000000000000000000000000000fa6e0001"

extern const struct target_ops fake_target_ops;

#endif

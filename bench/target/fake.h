/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target without a kernel: answers at once with made-up numbers and fails on request, so that
 * every path of the runner can be tested without a machine. Its name carries the faults:
 *
 *   fake:hang@2,torn@3      fault FAULT in cycle N; without @N in every cycle
 *   noconsole               as a real host: nothing but ssh
 *   nolu                    a kernel without the ioctls of the series
 *   nolaunch                cannot be launched
 *   lost-ssh                no answer after the kexec (console goes on)
 *   hang                    silence in the middle of the freeze
 *   panic-outgoing, panic-incoming
 *   cold                    firmware instead of the kexec
 *   reboot                  another boot without firmware banner or run id
 *   gone                    the emulator dies
 *   reset                   the emulator ends in an orderly way
 *   torn                    samples.jsonl ends in the middle of a line
 *   badoutcome              outcome.json is cut short
 *   wrong                   another build id
 *   oops                    a BUG on the console of a cycle that ends well
 *   slow                    the cycle never ends until a stop is requested
 *   preserve-error, freeze-error, kexec-load-error   told by the agent before the kexec
 *   leftout                 the agent leaves the largest point out
 */
#ifndef BENCH_TARGET_FAKE_H
#define BENCH_TARGET_FAKE_H

#include "bench/target/target.h"

#define FAKE_BUILD_ID "00000000000000000000000000000000fa6e0001"

extern const struct target_ops fake_target_ops;

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a cycle runs. A target kind is one row of target_rows[]: a name, its ops and, for emulated
 * ones, a row of machine arguments (qemu.h). Every kind is reached over ssh; `fake` is none at all.
 */
#ifndef BENCH_TARGET_TARGET_H
#define BENCH_TARGET_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/target/console.h"

/** TARGET_DIR - the agent's directory on every target, on a file system that survives a kexec. */
#define TARGET_DIR "/var/lib/lubench"

/** TARGET_AGENT - the agent there. */
#define TARGET_AGENT TARGET_DIR "/agent"

/** TARGET_WAITER - the same file under the name by which it waits: who counts agents at work counts none of these. */
#define TARGET_WAITER TARGET_DIR "/await"

/** TARGET_KERNEL_NAME - the kernel that a cycle goes to, in that directory. */
#define TARGET_KERNEL_NAME "kernel"

/** TARGET_KERNEL - the same with its path. */
#define TARGET_KERNEL TARGET_DIR "/" TARGET_KERNEL_NAME

struct target;
struct trace_reader;
struct qemu_machine;

/**
 * struct target_exec - a command on the target
 * @command: text for its shell
 * @in: stdin, NULL for none
 * @in_len: its length
 * @in_fd: file as stdin, used when > 0
 * @out_fd: file for stdout, used when > 0
 * @out_max: bytes that may go there, 0: no limit
 * @out: stdout as text otherwise; free() it
 * @why: first line of stderr
 * @timeout_ms: time limit
 */
struct target_exec {
	const char *command;
	const char *in;
	size_t in_len;
	int in_fd;
	int out_fd;
	long long out_max;
	char *out;
	char why[200];
	int timeout_ms;
};

/**
 * target_why() - why a command did not work, where nobody else knows it better
 * @err: -errno, or its exit status
 * @x: the command; @x->why is filled in when it has said nothing
 *
 * Return: a text that lives as long as @x.
 */
const char *target_why(int err, struct target_exec *x);

/**
 * struct target_seen - which kernel answers, and what its agent has left
 * @boot_id: /proc/sys/kernel/random/boot_id
 * @cmdline: /proc/cmdline
 * @outcome: outcome.json is in place
 * @agent_gone: the outgoing agent of this boot has ended
 */
struct target_seen {
	char boot_id[40];
	char cmdline[4096];
	bool outcome;
	bool agent_gone;
};

/** TARGET_SAMPLES - numbers that a target can add to a cycle. */
#define TARGET_SAMPLES 160

/**
 * struct target_sample - a number that was measured beside the agent; see struct lub_sample
 * @metric: name
 * @unit: "ns" or "count"
 * @clock: "host", NULL for what is not a time
 * @phase: "before", "blackout", "after" or NULL
 * @step: part of @phase or NULL
 * @device: "dut", "other" or NULL
 * @cache: what was invalidated or NULL
 * @observer: who measured
 * @value: the number
 * @reason: why there is none, else NULL
 *
 * All strings are literals.
 */
struct target_sample {
	const char *metric;
	const char *unit;
	const char *clock;
	const char *phase;
	const char *step;
	const char *device;
	const char *cache;
	const char *observer;
	int64_t value;
	const char *reason;
};

/** struct target_samples - @nr of them. */
struct target_samples {
	size_t nr;
	struct target_sample s[TARGET_SAMPLES];
};

struct observer_result;

/**
 * struct target_ops - what every kind of target can do
 * @probe: check from here that it could be launched; one message when not
 * @launch: bring it up as console number @number, proved by a command over ssh
 * @exec: run a command; exit status (255: transport), -ETIMEDOUT, -EINTR or -errno
 * @push: copy a file to TARGET_DIR/@name, complete or not at all
 * @fetch: copy TARGET_DIR/out and the agent's logs into a local directory
 * @wait_incoming: see which kernel answers: 0, -EAGAIN when none does, -EINTR. With @wait_end it only looks at a
 *	connection that waits there, which it starts when there is none: then it costs nobody anything, and -EALREADY says
 *	that the target has answered and tells more when its agent has ended or has left its outcome
 * @wait_end: end that connection, if there is one; NULL where each @wait_incoming is one try of its own
 * @console_tail: take in what is new on the console: 0, -ENODEV when the machine is gone,
 *	-EOPNOTSUPP without a console
 * @autopsy: the machine hangs: write down what its processors are at; NULL where nobody can look
 * @trace_hits: trace every lookup that hits from now on, or no more; NULL: nobody traces it
 * @results: after a cycle: what the target's own instruments say of it. NULL: it has none
 * @shared: can other controllers have it, too, so that it is to be claimed (owner.h); NULL: never
 * @stop: end an emulated machine, let a real one be; @launch may follow
 * @release: free what @probe and @launch made
 *
 * All say what failed on stderr unless noted, and return 0 or -errno. @exec, @wait_incoming, @wait_end and
 * @console_tail are silent, and so are @results, @shared and @trace_hits.
 */
struct target_ops {
	int (*probe)(struct target *t);
	int (*launch)(struct target *t, unsigned int number);
	int (*exec)(struct target *t, struct target_exec *x);
	int (*push)(struct target *t, const char *local, const char *name, unsigned int mode);
	int (*fetch)(struct target *t, const char *local_dir);
	int (*wait_incoming)(struct target *t, struct target_seen *seen);
	void (*wait_end)(struct target *t);
	int (*console_tail)(struct target *t);
	void (*autopsy)(struct target *t);
	void (*trace_hits)(struct target *t, bool on);
	void (*results)(struct target *t, const struct observer_result *seen,
			struct target_samples *out);
	bool (*shared)(const struct target *t);
	void (*stop)(struct target *t);
	void (*release)(struct target *t);
};

/**
 * struct target_row - one kind of target
 * @name: as given with --target
 * @about: for help texts
 * @ops: what it can do
 * @emulated: its times are those of an emulator
 * @simulated: nothing is measured at all
 * @machine: for ops that launch QEMU
 */
struct target_row {
	const char *name;
	const char *about;
	const struct target_ops *ops;
	bool emulated;
	bool simulated;
	const struct qemu_machine *machine;
};

extern const struct target_row target_rows[];

/**
 * target_row_find() - look a kind up
 * @name: "vtd", or "fake:hang@2" (text after ':' are the kind's own options)
 *
 * Return: the row or NULL.
 */
const struct target_row *target_row_find(const char *name);

/**
 * target_default() - the emulated target of this machine's own architecture
 *
 * Return: its name; "vtd" on an architecture without one.
 */
const char *target_default(void);

/** TARGET_ICOUNT_SHIFT - with icount an instruction of an emulated target takes 1 << this ns of its time */
#define TARGET_ICOUNT_SHIFT 1

/**
 * struct target - a target in use
 * @row: its kind
 * @name: as given
 * @dir: run directory: console logs, trace logs, known_hosts
 * @host: user@machine for row "host"
 * @known_hosts: file for the keys of real hosts, which stays from run to run; NULL: one in @dir
 * @console_command: shows the console of a real host, for sh; NULL: none
 * @kernel: image to launch
 * @image: root file system
 * @tools: image with perf and bpftrace, which is attached; NULL: none
 * @key: ssh key of emulated targets
 * @device: BDF of the device that may be taken
 * @append: more words for the launched kernel's command line, "" for none
 * @memory: bytes of an emulated target
 * @kvm: /dev/kvm may be used
 * @icount: an emulated target's time is a count of its instructions
 * @workload: what the device under test has to do
 * @backend: what an emulated device stands on; see struct qemu_device
 * @second: an emulated target gets a second device of the kind under test
 * @accel: what is used: "tcg", "kvm" or "none"; set by @probe
 * @realtime: the thread of the device model has real-time priority; set by @launch
 * @version: emulator version, set by @probe; "" without one
 * @launch_ms: time limit of a launch
 * @ask_ms: a connection that waits and breaks is not started again sooner than this after its start; of the cycle
 * @patient: a real machine that does not answer at once is tried again until then
 * @slowdown: factor for all time limits, 0 is 1
 * @console: what its console said
 * @exit_status: of the emulator, once @console_tail said -ENODEV
 * @ram_fd: memory of an emulated target for the observer, -1 without
 * @trace: its trace log, NULL without
 * @trace_iotlb: what the IOTLB does goes there, too
 * @reader: what was counted in @trace, see trace_results()
 * @priv: of the ops
 */
struct target {
	const struct target_row *row;
	const char *name;
	const char *dir;
	const char *host;
	const char *known_hosts;
	const char *console_command;
	const char *kernel;
	const char *image;
	const char *tools;
	const char *key;
	const char *device;
	const char *append;
	uint64_t memory;
	bool kvm;
	bool icount;
	const char *workload;
	void *backend;
	bool second;
	const char *accel;
	bool realtime;
	char version[64];
	int launch_ms;
	int ask_ms;
	bool patient;
	unsigned int slowdown;
	struct console console;
	int exit_status;
	int ram_fd;
	char *trace;
	bool trace_iotlb;
	struct trace_reader *reader;
	void *priv;
};

/**
 * target_seen_parse() - parse the answer to TARGET_SEEN_COMMAND
 * @text: the answer
 * @seen: filled in
 *
 * Return: 0 or -EINVAL.
 */
int target_seen_parse(const char *text, struct target_seen *seen);

/** TARGET_SEEN_KERNEL - first half of TARGET_SEEN_COMMAND: which kernel this is. */
#define TARGET_SEEN_KERNEL "cat /proc/sys/kernel/random/boot_id /proc/cmdline; "

/** TARGET_SEEN_AGENT - second half: what became of the agent. */
#define TARGET_SEEN_AGENT                                                    \
	"kill -0 $(cat " TARGET_DIR "/agent.pid) 2>/dev/null || echo gone; " \
	"test -e " TARGET_DIR "/out/outcome.json && echo outcome; true"

/**
 * TARGET_SEEN_COMMAND - says which kernel answers; see struct target_seen
 *
 * The process is looked for before its file, as it ends only after it has written that.
 */
#define TARGET_SEEN_COMMAND TARGET_SEEN_KERNEL TARGET_SEEN_AGENT

/** TARGET_AWAIT_S - what waits on a target is gone after this, whatever became of the controller. */
#define TARGET_AWAIT_S "3600"

/**
 * TARGET_AWAIT_COMMAND - the same, but what it says after the kernel comes when a cycle is over; see agent_await()
 *
 * Where the agent cannot wait, or is not there yet, it comes at once.
 */
#define TARGET_AWAIT_COMMAND                                                     \
	TARGET_SEEN_KERNEL                                                       \
	"ln -f " TARGET_AGENT " " TARGET_WAITER " 2>/dev/null && " TARGET_WAITER \
	" await " TARGET_DIR " " TARGET_AWAIT_S " 2>/dev/null; " TARGET_SEEN_AGENT

/**
 * TARGET_BUSY_COMMAND - says how many agents are at work, in either kernel
 *
 * After a new one was pushed the running one's link ends in " (deleted)".
 */
#define TARGET_BUSY_COMMAND                                 \
	"ls -l /proc/[0-9]*/exe 2>/dev/null | grep -c -- '" \
	"-> " TARGET_AGENT "\\( (deleted)\\)*$'; true"

/** TARGET_END_COMMAND - ends them. */
#define TARGET_END_COMMAND                                                 \
	"for p in /proc/[0-9]*; do case $(readlink $p/exe 2>/dev/null) in" \
	" " TARGET_AGENT "|" TARGET_AGENT "\\ *) kill -9 ${p#/proc/};; esac; done; true"

/**
 * TARGET_RESTORE_COMMAND - gives a device back that was taken, and says which; and ends what an agent that has died has armed
 *
 * Exit status: TARGET_RESTORE_NONE: there is no record of one; TARGET_RESTORE_NOBODY: no agent that could walk it;
 * TARGET_RESTORE_BUSY: an agent is at work, which uses it.
 */
#define TARGET_RESTORE_COMMAND                                                                  \
	"test -e " TARGET_DIR "/undo || test -e " TARGET_DIR                                    \
	"/guard || exit 91; test -x " TARGET_AGENT " || exit 92; test \"$(" TARGET_BUSY_COMMAND \
	")\" = 0 || exit 93; cat " TARGET_DIR "/undo 2>/dev/null; " TARGET_AGENT                \
	" undo " TARGET_DIR

#define TARGET_RESTORE_NONE 91
#define TARGET_RESTORE_NOBODY 92
#define TARGET_RESTORE_BUSY 93

/** TARGET_RESTORE_MS - its time limit: a driver's remove and probe functions can take long. */
#define TARGET_RESTORE_MS 120000

/**
 * target_ram_offset() - place of a guest physical address in the memory file
 * @machine: of the target's row, NULL for none
 * @ram: bytes of memory
 * @gpa: address
 *
 * Return: offset, -1 when it is no RAM or nothing is known.
 */
int64_t target_ram_offset(const struct qemu_machine *machine, uint64_t ram, uint64_t gpa);

/**
 * cmdline_word() - value of a word on a kernel command line
 * @cmdline: the line
 * @key: with its '=', for example "lubench.run="
 * @buf: the value of the last such word
 * @len: its room
 *
 * Return: true when it is there.
 */
bool cmdline_word(const char *cmdline, const char *key, char *buf, size_t len);

/**
 * cmdline_strip() - copy of a command line without words that belong to one boot only
 * @cmdline: the line
 * @crash: also take crashkernel= off (the crash kernel must not reserve again)
 *
 * Words that begin with "lubench." or "BOOT_IMAGE=" and "elfcorehdr=" go away, and a rdinit= that is ours.
 *
 * Return: new string or NULL when out of memory.
 */
char *cmdline_strip(const char *cmdline, bool crash);

/**
 * cmdline_drop() - take a word off a command line
 * @cmdline: as from cmdline_strip(), changed in place
 * @word: the whole word
 */
void cmdline_drop(char *cmdline, const char *word);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cycle.json: what the controller wants one cycle to do. */
#ifndef BENCH_AGENT_CYCLE_H
#define BENCH_AGENT_CYCLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum cycle_mode - what is carried over the kexec. */
enum cycle_mode {
	MODE_PRESERVE, /* memory, page tables and the running device */
	MODE_REBUILD,  /* memory; the rest is made again */
	MODE_CRASH,    /* nothing; the crash kernel inherits what VT-d does */
};

/** enum cycle_boot - how the incoming kernel comes to the agent, see boot.h. */
enum cycle_boot {
	BOOT_NONE,
	BOOT_SYSTEM,
	BOOT_AGENT,
};

/** CYCLE_BOOT_NAMES - their words in cycle.json and on the command line of lubench */
#define CYCLE_BOOT_NAMES                   \
	{                                  \
		"none", "system", "agent", \
	}

/**
 * struct point - one combination of parameters
 * @hwpts: number of HWPTs of the IOAS
 * @ioas_bytes: mapped bytes, not counting the window of the DMA workload
 * @page_bytes: size of the entries in the page tables
 * @layout: how the pages lie, see layout.h; NULL: dense
 * @working_set: pages of that size that the workload goes over in a loop, 0: none asked for
 */
struct point {
	uint32_t hwpts;
	uint64_t ioas_bytes;
	uint64_t page_bytes;
	const char *layout;
	uint32_t working_set;
};

/**
 * struct cycle - cycle.json; strings point into @root
 * @root: the parsed file
 * @run: run id
 * @cycle: number of the cycle in the run
 * @scenario: what is measured
 * @mode: what is carried over
 * @mode_name: @mode as text
 * @workload: name of a DMA workload
 * @device: PCI address of the device that may be taken
 * @image: kernel to jump to
 * @append: its command line
 * @reps: repetitions a point
 * @kexec_hwpts: HWPTs carried over the kexec
 * @point_budget_ms: time for one point
 * @budget_ms: time for everything before the jump
 * @control_ms: length of the window without a kexec
 * @rest_ms: how long the machine may take to come to rest before the cycle begins, 0: it is not asked for
 * @awaited: the controller has a process wait on this machine, whose coming belongs to that
 * @incoming_ms: time for the incoming agent in the initramfs
 * @courier_ms: time until the system after it takes the results
 * @watchdog_s: what guard_begin() sets the machine's watchdog to, 0: nothing of that
 * @probes: what watches the kernel, as probes_parse() takes it
 * @probe_set: the same as a set
 * @probes_ring: bytes of their ring buffer
 * @mixed: the points are of several blocks
 * @icount: time is a count of instructions: the agent keeps off what the host paces
 * @perf: sample the call that preserves the iommufd
 * @boot: how the incoming kernel comes to the agent
 * @release: of that kernel, "" when unknown
 * @kernel: which of the kernels that the run compares this is, NULL: it compares none
 * @points: all of one block unless @mixed: same IOAS size, same page size, ascending HWPT counts
 * @nr_points: their number, at least 1
 */
struct cycle {
	json_t *root;
	const char *run;
	uint32_t cycle;
	const char *scenario;
	enum cycle_mode mode;
	const char *mode_name;
	const char *workload;
	const char *device;
	const char *image;
	const char *append;
	uint32_t reps;
	uint32_t kexec_hwpts;
	uint32_t point_budget_ms;
	uint32_t budget_ms;
	uint32_t control_ms;
	uint32_t rest_ms;
	bool awaited;
	uint32_t incoming_ms;
	uint32_t courier_ms;
	int watchdog_s;
	bool mixed;
	bool icount;
	const char *probes;
	uint32_t probe_set;
	uint32_t probes_ring;
	bool perf;
	enum cycle_boot boot;
	const char *release;
	const char *kernel;
	struct point *points;
	size_t nr_points;
};

/** CYCLE_MAX_WATCHDOG_S - a day */
#define CYCLE_MAX_WATCHDOG_S 86400

/** CYCLE_MAX_WORKING_SET - more pages than this are refused. */
#define CYCLE_MAX_WORKING_SET 4096

/** CYCLE_MAX_HWPTS - more than this in one IOAS is refused. */
#define CYCLE_MAX_HWPTS 4096

/**
 * cycle_load() - read and check cycle.json
 * @path: the file
 * @c: filled in; free with cycle_free() whatever is returned
 * @why: filled with one line when something is wrong
 * @len: room in @why
 *
 * Return: 0 or -errno.
 */
int cycle_load(const char *path, struct cycle *c, char *why, size_t len);

/**
 * cycle_parse() - cycle_load() for an object that is in memory already
 * @root: the object; its reference is taken over
 * @c: as above
 * @why: as above
 * @len: as above
 *
 * Return: 0 or -errno.
 */
int cycle_parse(json_t *root, struct cycle *c, char *why, size_t len);

/**
 * cycle_free() - free what cycle_load() made
 * @c: the cycle
 */
void cycle_free(struct cycle *c);

#endif

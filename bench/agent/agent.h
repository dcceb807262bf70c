/* SPDX-License-Identifier: GPL-2.0-or-later */
/* State of one half of a cycle, and how that half reports. */
#ifndef BENCH_AGENT_AGENT_H
#define BENCH_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/agent/clock.h"
#include "bench/agent/cycle.h"
#include "bench/agent/memory.h"
#include "bench/agent/service.h"
#include "bench/agent/tables.h"
#include "bench/record/emit.h"
#include "workloads/dma/dma.h"

/** AGENT_SESSION - name of the live-update session. */
#define AGENT_SESSION "lubench"

/** enum agent_token - names of the files in the session. */
enum agent_token {
	TOKEN_DATA = 1, /* memfds: 1 + enum memory_part */
	TOKEN_WINDOW = 2,
	TOKEN_LOG = 3,
	TOKEN_IOMMUFD = 4,
	TOKEN_DEVICE = 5,
};

/** AGENT_HWPT_TOKEN - token of the first HWPT; the others follow. */
#define AGENT_HWPT_TOKEN 0x4c55420000000000ull

/**
 * struct carried - what the outgoing agent tells the incoming one, through DIR/state.json
 * @boot_id: of the outgoing kernel
 * @liveupdate_number: of the outgoing kernel, -1 when unknown
 * @at: what is carried over
 * @iommu_pages: IOMMU pages before the first cycle of the chain of live updates touched anything,
 *		 negative when unknown
 * @faults: refused DMAs in the outgoing kernel
 * @counter: loops of the device when the state was written
 * @control: loops in the control window
 * @hz: rate of the raw counter
 * @gpa: physical address of the witness page, 0 when unknown
 * @preserve: ticks that preserving memfds, iommufd and cdev took, for the kexec itself; 0: not done
 */
struct carried {
	char boot_id[40];
	int64_t liveupdate_number;
	struct point at;
	int64_t iommu_pages;
	uint32_t faults;
	uint32_t counter;
	uint32_t control;
	uint64_t hz;
	uint64_t gpa;
	uint64_t preserve[3];
};

/** struct timing - a length that is reported when nothing is urgent any more. */
struct timing {
	const char *metric;
	uint64_t ticks;
};

/** struct mark - a stamp that is reported when nothing is urgent any more. */
struct mark {
	char event[40];
	uint64_t ticks;
};

/**
 * struct agent - one half of a cycle
 * @dir: DIR of the command line
 * @incoming: which half
 * @c: the cycle
 * @scenario: what it measures
 * @carried: over the kexec
 * @phase: where it is
 * @outcome: NULL while nothing has failed
 * @reason: one line for @outcome
 * @lines: fd of the sample lines, -1 while there is none
 * @liveupdate_number: of this kernel, -1 when unknown
 * @mem: memfds
 * @tab: page tables
 * @engine: DMA workload
 * @service: user space that uses it
 * @luo: /dev/liveupdate
 * @session: its session
 * @marked: HWPTs of @tab that are marked for preservation
 * @kho_before: pages that KHO had before the first of these marks, negative when unknown
 * @mark_ticks: what marking them took
 * @pages_before: IOMMU pages before the first HWPT
 * @timings: kept back
 * @nr_timings: their number
 * @marks: kept back
 * @nr_marks: their number
 * @huge: the data memfd is made of 2 MiB pages
 * @format: of the page tables, for the parameters of samples; NULL: left out
 * @corrupt: bytes found wrong so far
 * @first: ticks of the first user instruction of this kernel that left a trace
 * @reboot: ticks when the outgoing agent called reboot(2)
 * @last_beat: ticks of the outgoing kernel's last heartbeat
 * @last_served: ticks when the outgoing kernel's user space saw a completion last
 * @probes: what watches the kernel, NULL without
 */
struct agent {
	const char *dir;
	bool incoming;
	struct cycle c;
	const struct scenario_ops *scenario;
	struct carried carried;
	const char *phase;
	const char *outcome;
	char reason[320];
	int lines;
	int64_t liveupdate_number;
	struct memory mem;
	struct tables tab;
	struct dma_engine engine;
	struct service service;
	int luo;
	int session;
	uint32_t marked;
	int64_t kho_before;
	uint64_t mark_ticks;
	int64_t pages_before;
	struct timing timings[32];
	size_t nr_timings;
	struct mark marks[256];
	size_t nr_marks;
	bool huge;
	const char *format;
	uint64_t corrupt;
	uint64_t first;
	uint64_t reboot;
	uint64_t last_beat;
	uint64_t last_served;
	struct agent_probes *probes;
};

/**
 * agent_init() - load DIR/cycle.json and get ready to report
 * @ag: filled in
 * @dir: DIR
 * @incoming: which half
 *
 * Return: 0 or -errno (an outcome is set).
 */
int agent_init(struct agent *ag, const char *dir, bool incoming);

/**
 * agent_path() - a file below DIR
 * @ag: the agent
 * @name: for example "out/outcome.json"
 *
 * Return: path in a static buffer, overwritten by the next call.
 */
const char *agent_path(const struct agent *ag, const char *name);

/**
 * agent_phase() - say where we are, on the console
 * @ag: the agent
 * @phase: one word, a literal
 */
void agent_phase(struct agent *ag, const char *phase);

/**
 * agent_fail() - set how the cycle ends; the first one counts
 * @ag: the agent
 * @outcome: a literal, one of design.md section 5
 * @err: -errno, its text is added; 0 adds nothing
 * @fmt: what, where, what to do
 *
 * Return: @err, or -EIO for 0.
 */
int agent_fail(struct agent *ag, const char *outcome, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/**
 * agent_lines() - open a file for sample lines
 * @ag: the agent
 * @name: below DIR; made empty
 *
 * Return: 0 or -errno (an outcome is set).
 */
int agent_lines(struct agent *ag, const char *name);

/**
 * agent_lines_sync() - the sample lines are on the disk
 * @ag: the agent
 */
void agent_lines_sync(struct agent *ag);

/**
 * agent_line() - write one line of the record
 * @ag: the agent
 * @line: the object; its reference is consumed
 *
 * When it cannot be written, an outcome is set.
 */
void agent_line(struct agent *ag, json_t *line);

/**
 * agent_params() - what the samples of a point were measured with
 * @ag: the agent
 * @p: the point
 *
 * Return: the parameters.
 */
struct lub_params agent_params(const struct agent *ag, const struct point *p);

/**
 * agent_sample() - report one number
 * @ag: the agent
 * @p: what it was measured with
 * @rep: repetition
 * @metric: its name
 * @unit: "count", "bytes" or "pages"
 * @value: the number
 * @phase: parameter phase or NULL
 */
void agent_sample(struct agent *ag, const struct point *p, uint32_t rep, const char *metric,
		  const char *unit, int64_t value, const char *phase);

/**
 * agent_missing() - report that there is no number, and why
 * @ag: the agent
 * @p: what it would have been measured with
 * @metric: its name
 * @unit: as agent_sample()
 * @phase: parameter phase or NULL
 * @reason: one line
 */
void agent_missing(struct agent *ag, const struct point *p, const char *metric, const char *unit,
		   const char *phase, const char *reason);

/**
 * agent_observed() - report a count that something else than the kernel or the device has kept
 * @ag: the agent
 * @observer: who counted, "pmu"
 * @metric: its name
 * @value: the count
 * @phase: parameter phase or NULL
 * @reason: why there is no count; NULL when there is one
 */
void agent_observed(struct agent *ag, const char *observer, const char *metric, int64_t value,
		    const char *phase, const char *reason);

/**
 * agent_time() - report one length of time
 * @ag: the agent
 * @p: what it was measured with
 * @rep: repetition
 * @metric: its name
 * @ticks: the length
 */
void agent_time(struct agent *ag, const struct point *p, uint32_t rep, const char *metric,
		uint64_t ticks);

/**
 * agent_skip() - report a point that is left out
 * @ag: the agent
 * @p: the point
 * @reason: why
 */
void agent_skip(struct agent *ag, const struct point *p, const char *reason);

/**
 * agent_event() - report a stamp
 * @ag: the agent
 * @incoming: of which kernel
 * @event: its name
 * @ticks: raw counter
 * @hz: its rate
 */
void agent_event(struct agent *ag, bool incoming, const char *event, uint64_t ticks, uint64_t hz);

/**
 * agent_keep() - remember a length; agent_flush() reports it
 * @ag: the agent
 * @metric: a literal
 * @ticks: the length
 */
void agent_keep(struct agent *ag, const char *metric, uint64_t ticks);

/**
 * agent_mark() - remember a stamp of now; agent_flush() reports it
 * @ag: the agent
 * @fmt: its name
 *
 * When there are more than fit, the last ones are not reported.
 *
 * Return: the stamp.
 */
uint64_t agent_mark(struct agent *ag, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * agent_kept() - sum of the kept lengths of a metric
 * @ag: the agent
 * @metric: its name
 *
 * Return: ticks.
 */
uint64_t agent_kept(const struct agent *ag, const char *metric);

/**
 * agent_unkeep() - forget the kept lengths of a metric
 * @ag: the agent
 * @metric: its name
 */
void agent_unkeep(struct agent *ag, const char *metric);

/**
 * agent_flush() - report what was kept back
 * @ag: the agent
 */
void agent_flush(struct agent *ag);

/**
 * agent_outcome() - write DIR/out/outcome.json; nothing may be reported after it
 * @ag: the agent; no outcome set means "ok"
 *
 * Return: 0 for "ok", else -EIO; or -errno when it could not be written.
 */
int agent_outcome(struct agent *ag);

/**
 * agent_blackout() - take down what the outgoing kernel left in the witness page; gives blackout.cpu
 * @ag: agent of the incoming kernel
 * @w: the page
 */
void agent_blackout(struct agent *ag, const struct lub_witness *w);

/**
 * carried_save() - write DIR/state.json
 * @ag: the agent
 *
 * Return: 0 or -errno (an outcome is set).
 */
int carried_save(struct agent *ag);

/**
 * carried_load() - read DIR/state.json
 * @ag: the agent
 *
 * Return: 0 or -errno (an outcome is set).
 */
int carried_load(struct agent *ag);

/**
 * agent_witness() - the witness page
 * @ag: agent with a window
 *
 * Return: the page.
 */
static inline volatile struct lub_witness *agent_witness(struct agent *ag)
{
	return (volatile struct lub_witness *)ag->mem.part[MEM_WINDOW].va;
}

/**
 * agent_area() - tell ag->tab of the working set of ag->carried.at
 * @ag: the agent
 */
static inline void agent_area(struct agent *ag)
{
	ag->tab.area_pages = ag->carried.at.working_set;
	ag->tab.area_page = ag->carried.at.page_bytes;
}

/**
 * agent_engine() - set up ag->engine on ag->mem and ag->tab
 * @ag: the agent
 * @ops: the driver
 */
static inline void agent_engine(struct agent *ag, const struct dma_ops *ops)
{
	ag->engine = (struct dma_engine){
		.ops = ops,
		.fd = ag->tab.device,
		.window = ag->mem.part[MEM_WINDOW].va,
		.iova = TABLES_WINDOW_IOVA,
		.area = tables_area(&ag->tab, &ag->mem),
	};
}

/**
 * agent_outgoing() - the half before the kexec
 * @dir: DIR
 *
 * Return: exit status; does not return when all goes well.
 */
int agent_outgoing(const char *dir);

/**
 * agent_incoming() - the half after the kexec
 * @dir: DIR
 *
 * Return: exit status.
 */
int agent_incoming(const char *dir);

/**
 * agent_probe() - say what this machine is, as JSON on stdout
 *
 * Return: exit status.
 */
int agent_probe(void);

#endif

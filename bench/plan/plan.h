/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plan files. One key a line:
 *
 *   [run]                          [matrix.1]            any number of matrices
 *   scenario = preserve            hwpts = 1,4,16,64
 *   workload = lsi                 ioas  = 64M,1G,16G
 *   mode = preserve,rebuild        page  = 4K
 *   reps = 5             repetitions of a point inside a cycle
 *   cycles = 2           kexecs of every block
 *   kexec_hwpts = 1,4    HWPTs carried over the kexec, taken in turn; default: the block's largest
 *   memory = 6G          of an emulated target
 *   budget_s = 330       of the whole run, 0: none
 *   point_budget_s = 60  of one point
 *   kvm = yes            let an emulated target use /dev/kvm
 *   probes = off,on      what watches the kernel: off, on (all), or names with + in between
 *   probes_ring = 1M     ring buffer of the probes
 *   kernel = series:36,series   kernels that are compared (plan_kernel_valid()); default: the one of --kernel
 *
 * kexec_hwpts may stand in a matrix instead, with one number: what is carried over behind the points of that matrix.
 *
 * A block is all points with the same (ioas, page), HWPT counts ascending; what a matrix carries over keeps its blocks apart. Cycles go round over
 * the blocks (block 1, 2, ..., block 1, 2, ...), so that a run that is cut short has seen every
 * block. Round r of block b carries over kexec_hwpts[(b + r) % n] HWPTs: with as many rounds as
 * values every block meets every value, with fewer the values still differ between blocks. With
 * several modes each (block, round) is run once in each of them. Preserve and rebuild take turns as
 * A B, B A, A B, ... in one launch, so that what is compared was measured next to each other and
 * in no fixed order. Several sets of probes do so, too, inside of each mode. Mode crash ends the machine: its
 * cycles come after all others.
 *
 * Several kernels take turns in the same way, inside of each set of probes. What one has preserved is not for
 * the other to restore, so each of these cycles goes from a kernel to the same one, in a launch of its own: all
 * of them are the first kexec of a machine, and so alike. Every sample of such a run has the param `kernel`.
 *
 * Scenario walk has one more key in a matrix, "layout = dense,sparse" (plan_layouts), may have pages of
 * 1G, and measures all blocks in each of its cycles; kexec_hwpts is how many HWPTs of each point it
 * carries over. Its [run] has to stand before its matrices.
 */
#ifndef BENCH_PLAN_PLAN_H
#define BENCH_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "bpf/table.h"

#define PLAN_NAME_MAX 32
#define PLAN_LIST_MAX 64
#define PLAN_MATRIX_MAX 32
#define PLAN_HWPTS_MAX 4096
#define PLAN_CYCLES_MAX 100000
#define PLAN_MODES_MAX 3
#define PLAN_LAYOUTS_MAX 5
#define PLAN_PROBES_MAX 8
#define PLAN_KERNELS_MAX 4

/** PLAN_WORKING_SET_MAX - pages that a workload can be told to go over. */
#define PLAN_WORKING_SET_MAX 4096

/**
 * struct plan_point - one combination of parameters
 * @hwpts: HWPTs
 * @ioas_bytes: mapped bytes
 * @page_bytes: page size
 * @layout: a name of plan_layouts; NULL: not asked for, dense
 * @working_set: pages that the workload goes over in a loop, 0: what it does by itself
 */
struct plan_point {
	uint32_t hwpts;
	uint64_t ioas_bytes;
	uint64_t page_bytes;
	const char *layout;
	uint32_t working_set;
};

/**
 * struct plan_block - points that one cycle measures
 * @ioas_bytes: of all of them
 * @page_bytes: of all of them
 * @layout: of all of them, as in struct plan_point
 * @working_set: pages that the workload goes over in a loop, 0: what it does by itself
 * @kexec_hwpts: HWPTs carried over, 0: as the run says
 * @hwpts: ascending, no value twice
 * @nr_hwpts: entries used
 */
struct plan_block {
	uint64_t ioas_bytes;
	uint64_t page_bytes;
	const char *layout;
	uint32_t working_set;
	uint32_t kexec_hwpts;
	uint32_t hwpts[PLAN_LIST_MAX];
	size_t nr_hwpts;
};

/**
 * struct plan_matrix - one [matrix.N] section as written
 * @name: "matrix.N"
 * @line: where its hwpts key stands
 * @hwpts: values
 * @nr_hwpts: number
 * @ioas: bytes
 * @nr_ioas: number
 * @page: bytes
 * @nr_page: number
 * @layout: names of plan_layouts
 * @nr_layout: number, 0 when the key is not there
 * @kexec_hwpts: 0 when the key is not there
 */
struct plan_matrix {
	char name[PLAN_NAME_MAX];
	unsigned int line;
	uint64_t hwpts[PLAN_LIST_MAX];
	size_t nr_hwpts;
	uint64_t ioas[PLAN_LIST_MAX];
	size_t nr_ioas;
	uint64_t page[PLAN_LIST_MAX];
	size_t nr_page;
	const char *layout[PLAN_LAYOUTS_MAX];
	size_t nr_layout;
	uint32_t kexec_hwpts;
};

/**
 * struct plan - a parsed and checked plan
 * @name: file name without directory and .ini
 * @file: as given, for messages
 * @scenario: see plan_scenarios
 * @workload: see plan_workloads
 * @mode: the modes as written: "preserve", or "preserve,rebuild"
 * @modes: each of them, a name of plan_modes
 * @nr_modes: number
 * @probes: the sets of probes, see bpf/table.h
 * @nr_probes: number
 * @probes_ring: bytes of their ring buffer, a power of two
 * @kernels: the kernels that are compared, as written
 * @nr_kernels: number, 0: the run has one, and it is not the plan's
 * @reps: repetitions of a point in a cycle
 * @cycles: kexecs of every block
 * @kexec_hwpts: HWPTs carried over, taken in turn
 * @nr_kexec_hwpts: number, 0: of each block its largest
 * @working_set: pages that the workload goes over, each with every point; then every point is a block
 *	of its own and is carried over as it is
 * @nr_working_set: number, 0: the key is not there
 * @memory: bytes of an emulated target
 * @budget_s: of the run, 0 for none
 * @point_budget_s: of a point
 * @kvm: emulated targets may use /dev/kvm
 * @matrices: as written
 * @nr_matrices: number
 * @blocks: what they amount to
 * @nr_blocks: number
 */
struct plan {
	char name[PLAN_NAME_MAX];
	char *file;
	char scenario[PLAN_NAME_MAX];
	char workload[PLAN_NAME_MAX];
	char mode[PLAN_NAME_MAX];
	const char *modes[PLAN_MODES_MAX];
	size_t nr_modes;
	char probes[PLAN_PROBES_MAX][PROBES_SET_MAX];
	size_t nr_probes;
	uint64_t probes_ring;
	char kernels[PLAN_KERNELS_MAX][PLAN_NAME_MAX];
	size_t nr_kernels;
	uint32_t reps;
	uint32_t cycles;
	uint64_t kexec_hwpts[PLAN_LIST_MAX];
	size_t nr_kexec_hwpts;
	uint64_t working_set[PLAN_LIST_MAX];
	size_t nr_working_set;
	uint64_t memory;
	uint32_t budget_s;
	uint32_t point_budget_s;
	bool kvm;
	struct plan_matrix matrices[PLAN_MATRIX_MAX];
	size_t nr_matrices;
	struct plan_block *blocks;
	size_t nr_blocks;
};

/**
 * struct plan_cycle - one kexec
 * @number: from 1
 * @round: which of the block's cycles, from 1
 * @block: what it measures
 * @nr_blocks: blocks from there on that it measures: one, in scenario walk all
 * @mode: what is carried over, a name of plan_modes
 * @probes: what watches the kernel, one of the plan's sets
 * @kernel: outgoing and incoming one, one of the plan's; NULL: the run's
 * @kexec_hwpts: HWPTs carried over
 */
struct plan_cycle {
	uint32_t number;
	uint32_t round;
	const struct plan_block *block;
	size_t nr_blocks;
	const char *mode;
	const char *probes;
	const char *kernel;
	uint32_t kexec_hwpts;
};

/**
 * struct plan_word - a word that a plan may use, with half a line about it
 * @name: NULL ends a table
 * @about: for `lubench list`
 */
struct plan_word {
	const char *name;
	const char *about;
};

extern const struct plan_word plan_scenarios[];
extern const struct plan_word plan_workloads[];
extern const struct plan_word plan_modes[];
extern const struct plan_word plan_layouts[];

/**
 * plan_word_find() - look a word up
 * @table: one of the tables above
 * @name: the word
 *
 * Return: the entry or NULL.
 */
const struct plan_word *plan_word_find(const struct plan_word *table, const char *name);

/**
 * plan_set_modes() - set the modes of a plan
 * @plan: plan
 * @text: names of plan_modes with commas in between
 *
 * Return: 0, or -EINVAL when one is unknown or given twice; the plan is not changed then.
 */
int plan_set_modes(struct plan *plan, const char *text);

/**
 * plan_has_mode() - is a mode one of the plan's
 * @plan: plan
 * @mode: name
 *
 * Return: whether it is.
 */
bool plan_has_mode(const struct plan *plan, const char *mode);

/**
 * plan_set_layouts() - set the layouts of a matrix
 * @m: matrix
 * @text: names of plan_layouts with commas in between
 *
 * Return: 0, or -EINVAL when one is unknown or given twice.
 */
int plan_set_layouts(struct plan_matrix *m, const char *text);

/**
 * plan_is_walk() - is the scenario walk, which measures all blocks in each cycle
 * @plan: plan with a scenario
 *
 * Return: whether it is.
 */
bool plan_is_walk(const struct plan *plan);

/**
 * plan_set_probes() - set the sets of probes of a plan
 * @plan: plan
 * @text: sets as probes_parse() takes them, with commas in between
 *
 * Return: 0, or -EINVAL when one is unknown or given twice; the plan is not changed then.
 */
int plan_set_probes(struct plan *plan, const char *text);

/**
 * plan_probes_text() - the sets of probes with commas in between
 * @plan: plan
 *
 * Return: text in a static buffer, overwritten by the next call.
 */
const char *plan_probes_text(const struct plan *plan);

/**
 * plan_kernel_valid() - can this be a kernel of a list
 * @name: "series", "series:N" or "base", each also with a variant: "series-debug"
 *
 * Return: whether it can; not whether it is built.
 */
bool plan_kernel_valid(const char *name);

/**
 * plan_set_kernels() - set the kernels of a plan
 * @plan: plan
 * @text: names as plan_kernel_valid() takes them, with commas in between
 *
 * Return: 0, or -EINVAL when one is none or is given twice; the plan is not changed then.
 */
int plan_set_kernels(struct plan *plan, const char *text);

/**
 * plan_kernels_text() - the kernels with commas in between
 * @plan: plan
 *
 * Return: text in a static buffer, overwritten by the next call; "" without any.
 */
const char *plan_kernels_text(const struct plan *plan);

/**
 * plan_load() - parse, check and expand a plan file
 * @file: path
 * @plan: filled in; free with plan_free() whatever is returned
 * @msg: one line "file:line: key: what is wrong; what to do"
 * @len: its room
 *
 * Return: 0, -EINVAL for a bad plan, other -errno when it cannot be read.
 */
int plan_load(const char *file, struct plan *plan, char *msg, size_t len);

/**
 * plan_parse() - plan_load() from an open stream, without expanding
 * @in: stream
 * @file: name for messages
 * @plan: filled in
 * @msg: as plan_load()
 * @len: as plan_load()
 *
 * Return: as plan_load().
 */
int plan_parse(FILE *in, const char *file, struct plan *plan, char *msg, size_t len);

/**
 * plan_expand() - blocks from the matrices
 * @plan: parsed plan
 * @msg: as plan_load()
 * @len: as plan_load()
 *
 * Return: 0, -EINVAL, -ENOMEM.
 */
int plan_expand(struct plan *plan, char *msg, size_t len);

/**
 * plan_check_memory() - do the page tables of every point fit
 * @plan: expanded plan
 * @memory: bytes of the target
 * @msg: as plan_load()
 * @len: as plan_load()
 *
 * Return: 0 or -EINVAL.
 */
int plan_check_memory(const struct plan *plan, uint64_t memory, char *msg, size_t len);

/**
 * plan_tables() - page-table pages of one HWPT
 * @ioas_bytes: mapped bytes
 * @page_bytes: page size; sizes between 4K, 2M and 1G count as the next smaller of these
 *
 * Four levels, mapped as one range that begins at a table's start.
 *
 * Return: 4 KiB pages, all levels.
 */
uint64_t plan_tables(uint64_t ioas_bytes, uint64_t page_bytes);

/**
 * plan_ways() - how often each (block, round) is run: once a mode, set of probes and kernel
 * @plan: plan
 *
 * Return: the number.
 */
size_t plan_ways(const struct plan *plan);

/**
 * plan_nr_cycles() - cycles of a plan
 * @plan: expanded plan
 *
 * Return: their number.
 */
uint32_t plan_nr_cycles(const struct plan *plan);

/**
 * plan_nr_points() - (point, cycle) pairs of a plan: the expected set
 * @plan: expanded plan
 *
 * Return: their number.
 */
uint32_t plan_nr_points(const struct plan *plan);

/**
 * plan_cycle_get() - the cycle with a number
 * @plan: expanded plan
 * @number: from 1 to plan_nr_cycles()
 *
 * Return: the cycle.
 */
struct plan_cycle plan_cycle_get(const struct plan *plan, uint32_t number);

/**
 * plan_cycle_points() - points of a cycle
 * @cycle: the cycle
 *
 * Return: their number.
 */
size_t plan_cycle_points(const struct plan_cycle *cycle);

/**
 * plan_cycle_point() - one of them, block by block
 * @cycle: the cycle
 * @i: which, below plan_cycle_points()
 *
 * Return: the point.
 */
struct plan_point plan_cycle_point(const struct plan_cycle *cycle, size_t i);

/**
 * plan_size() - "1536M" for 1610612736
 * @bytes: the number
 * @buf: at least 24 bytes
 *
 * Return: @buf.
 */
const char *plan_size(uint64_t bytes, char buf[24]);

/**
 * plan_free() - free what a plan holds
 * @plan: may be all zero
 */
void plan_free(struct plan *plan);

#endif

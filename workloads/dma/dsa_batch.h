/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work of an Intel DSA in the window: batches of copies, as many as its queue holds. Pure: no device, no
 * I/O.
 *
 * A batch is DSA_STEPS steps. A step copies a block of DSA_BLOCK bytes and then, behind a fence, the
 * step's number, which the processor has written to memory beforehand, to counter and echo of the witness
 * page. Batches are numbered 0, 1, 2...; batch N has slot N modulo DSA_BATCHES: a list of descriptors,
 * which never changes, the numbers of its steps, and a completion record.
 *
 * Steps of one batch are in order. Nothing in the specification keeps two batches of a queue apart, so
 * that the counter may step back between them. DSA_ALONGSIDE is how many the end of it is allowed to be off by.
 *
 * A kexec ends the thread that submits at any instruction. What is about to be submitted is noted before,
 * and that it was, after. In between nobody can say whether it was; see dsa_again().
 */
#ifndef WORKLOADS_DMA_DSA_BATCH_H
#define WORKLOADS_DMA_DSA_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/agent/witness.h"
#include "workloads/dma/dsa_hw.h"

/** DSA_BATCHES - the most that are submitted at a time; a power of two. */
#define DSA_BATCHES 128u

/** DSA_BATCH_SHIFT - log2 of the descriptors of a batch, two a step. */
#define DSA_BATCH_SHIFT 10u

/** DSA_STEPS - steps of a batch. */
#define DSA_STEPS (1u << (DSA_BATCH_SHIFT - 1))

/** DSA_BLOCK_SHIFT - log2 of the bytes that a step copies. */
#define DSA_BLOCK_SHIFT 22u

/** DSA_BLOCK - bytes that a step copies. */
#define DSA_BLOCK (1u << DSA_BLOCK_SHIFT)

/**
 * DSA_BYTES_PER_MS - the rate that is assumed when it is said how long the work lasts: 30 GB/s
 *
 * What an engine of the first generation can do at best. One that is slower has work for longer.
 */
#define DSA_BYTES_PER_MS 30000000ull

/** DSA_ALONGSIDE - batches that an engine is assumed to have in progress at most. */
#define DSA_ALONGSIDE 4u

#define DSA_READY 0x31415344u

/**
 * struct dsa_state - all that is to be known beside the slots
 * @ready: DSA_READY when the rest means something
 * @depth: batches that may be outstanding, at most DSA_BATCHES
 * @intent: batches that were about to be submitted
 * @submitted: batches that were
 * @retired: batches that are done, and whose slots are free
 * @unsure: number of a batch, plus one, of which nobody knows whether it was submitted; 0: there is none
 * @failed: steps that were not done
 * @reported: part of @failed that a verdict has told
 */
struct dsa_state {
	uint32_t ready;
	uint32_t depth;
	uint32_t intent;
	uint32_t submitted;
	uint32_t retired;
	uint32_t unsure;
	uint32_t failed;
	uint32_t reported;
};

/** struct dsa_value - what a step writes to the witness page; little-endian. */
struct dsa_value {
	uint32_t counter;
	uint32_t echo;
};

/**
 * struct dsa_window - what the device works on
 * @witness: see bench/agent/witness.h
 * @state: see there
 * @record: one a slot
 * @value: numbers of the steps of each slot
 * @list: descriptors of each slot
 * @src: block that is copied
 * @dst: where it is copied to
 */
struct dsa_window {
	struct lub_witness witness;
	union {
		struct dsa_state state;
		uint8_t page[4096];
	};
	struct dsa_record record[DSA_BATCHES];
	struct dsa_value value[DSA_BATCHES][DSA_STEPS];
	struct dsa_desc list[DSA_BATCHES][2 * DSA_STEPS];
	uint64_t src[DSA_BLOCK / 8];
	uint64_t dst[DSA_BLOCK / 8];
};

_Static_assert(sizeof(struct dsa_window) % 4096 == 0, "whole pages");
_Static_assert((DSA_BATCHES & (DSA_BATCHES - 1)) == 0, "numbers wrap");

/**
 * dsa_cover_ms() - for how long there is work without any help
 * @depth: batches that the queue holds
 *
 * Return: ms at DSA_BYTES_PER_MS, not counting what is in progress.
 */
uint64_t dsa_cover_ms(uint32_t depth);

/**
 * dsa_window_init() - make lists and blocks, forget all batches
 * @w: window; of its witness page counter and echo are set to zero
 * @iova: where the device sees it, a multiple of 64
 * @depth: batches that its queue holds, more than DSA_BATCHES being as good as that many
 *
 * The device must not run.
 */
void dsa_window_init(struct dsa_window *w, uint64_t iova, uint32_t depth);

/**
 * dsa_prepare() - get the next batch ready to be submitted
 * @w: window
 * @iova: where the device sees it
 * @batch: set to the descriptor to submit
 *
 * Then submit it and say so with dsa_submitted().
 *
 * Return: false when the queue is full, @batch not being set.
 */
bool dsa_prepare(struct dsa_window *w, uint64_t iova, struct dsa_desc *batch);

/**
 * dsa_submitted() - the prepared batch was submitted
 * @w: window
 */
void dsa_submitted(struct dsa_window *w);

/**
 * dsa_retire() - look what is done, in order
 * @w: window
 *
 * Return: number of batches.
 */
uint32_t dsa_retire(struct dsa_window *w);

/**
 * dsa_resume() - take over a window after a kexec, before any other call
 * @w: window, ready
 *
 * Return: false when the device had nothing left to do: nothing can be said about the time since.
 */
bool dsa_resume(struct dsa_window *w);

/**
 * dsa_again() - is it clear now that a batch was not submitted
 * @w: window
 * @iova: where the device sees it
 * @batch: set to its descriptor, to be submitted, when it was not
 *
 * A queue begins with batches in order. So one that is not done when DSA_ALONGSIDE later ones and all others
 * are was never submitted. To be called after dsa_retire() and before dsa_prepare().
 *
 * Return: true when @batch was set.
 */
bool dsa_again(struct dsa_window *w, uint64_t iova, struct dsa_desc *batch);

/**
 * dsa_end_lost() - steps whose number should be in the witness page and is not
 * @w: window of a device that has nothing left to do
 *
 * Return: 0 when the counter is at the end of one of the DSA_ALONGSIDE newest batches, else a number.
 */
uint32_t dsa_end_lost(struct dsa_window *w);

/**
 * dsa_outstanding() - batches that were submitted and are not done
 * @w: window
 *
 * Return: their number.
 */
static inline uint32_t dsa_outstanding(const struct dsa_window *w)
{
	return w->state.submitted - w->state.retired;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptor rings of Intel's gigabit devices in the window, and what is done with received frames.
 * Pure: no device, no I/O. Descriptors are "legacy" ones, which are the same in all of them: Intel 82574
 * datasheet (317694), 7.1.4 and 7.2.10; Intel 82576EB datasheet (320961), 7.1.4 and 7.2.2.1.
 *
 * Frames take two descriptors each. The even one's buffer is the frame's own; all odd ones point at
 * the counter of the witness page, where the ends of all frames land one after the other.
 *
 * A kexec ends the thread that serves at any instruction. So a call works on a copy of the state
 * that becomes valid with one store; and what comes after that store, handing descriptors over, can be
 * done again by whoever finds the window.
 */
#ifndef WORKLOADS_DMA_INTEL_RING_H
#define WORKLOADS_DMA_INTEL_RING_H

#include <stdint.h>

#include "bench/agent/witness.h"
#include "workloads/dpdk/frame.h"

/** INTEL_RX_SLOTS - frames for which a ring can have room: half of what RDLEN can say, 0xfff80 bytes. */
#define INTEL_RX_SLOTS 32764u

/** INTEL_TX_DESCS - echoes that can be on their way, and one. */
#define INTEL_TX_DESCS 256u

/** INTEL_BATCH - frames that one intel_ring_take() looks at. */
#define INTEL_BATCH 128u

/**
 * INTEL_SETTLE - frames after a start within which one gap in their numbers is not the device's loss
 *
 * While nobody receives, the network in front of the device keeps some hundred frames (a tap: 500) and
 * drops the rest. They come first, and then there is a gap.
 */
#define INTEL_SETTLE 1024u

#define INTEL_RX_DD 0x01  /* status: written back */
#define INTEL_RX_EOP 0x02 /* status: last part of a frame */
#define INTEL_TX_DD 0x01  /* status: sent */
#define INTEL_TX_CMD 0x0b /* whole frame, add the FCS, report */

/** struct intel_rx_desc - 7.1.4; all little-endian. */
struct intel_rx_desc {
	uint64_t addr;
	uint16_t length;
	uint16_t checksum;
	uint8_t status;
	uint8_t errors;
	uint16_t vlan;
};

/** struct intel_tx_desc - 7.2.10; all little-endian. */
struct intel_tx_desc {
	uint64_t addr;
	uint16_t length;
	uint8_t cso;
	uint8_t cmd;
	uint8_t status;
	uint8_t css;
	uint16_t vlan;
};

/**
 * struct intel_state - all that is to be known beside the descriptors
 * @run: of the first frame; all others must be of the same
 * @next: frame slot to look at next
 * @tx: descriptor of the next echo
 * @first: number of the first frame
 * @last: number of the newest frame
 * @frames: number of them
 * @lost: numbers that were left out, but for a gap while @settling
 * @skipped: numbers in that gap
 * @corrupt: bytes that were wrong
 * @settling: frames for which a gap is not the device's, see INTEL_SETTLE
 */
struct intel_state {
	uint64_t run;
	uint32_t next;
	uint32_t tx;
	uint32_t first;
	uint32_t last;
	uint32_t frames;
	uint32_t lost;
	uint32_t skipped;
	uint32_t corrupt;
	uint32_t settling;
	uint32_t reserved;
};

/**
 * struct intel_window - what the device works on
 * @witness: see bench/agent/witness.h
 * @valid: which of @state is valid; changed by one store
 * @received: sum of the device's own count of good frames, which is zero after each reading
 * @missed: the same of frames for which it had no room
 * @reported: part of intel_state.corrupt that a verdict has told
 * @state: two of them
 * @tx: ring of echoes
 * @echo: one for each descriptor of @tx
 * @rx: ring of received frames
 * @head: first part of each frame
 */
struct intel_window {
	struct lub_witness witness;
	union {
		struct {
			uint32_t valid;
			uint32_t received;
			uint32_t missed;
			uint32_t reported;
			struct intel_state state[2];
		};
		uint8_t page[4096];
	};
	struct intel_tx_desc tx[INTEL_TX_DESCS];
	struct lub_frame echo[INTEL_TX_DESCS];
	struct intel_rx_desc rx[2 * INTEL_RX_SLOTS] __attribute__((aligned(4096)));
	uint8_t head[INTEL_RX_SLOTS][LUB_FRAME_HEAD] __attribute__((aligned(4096)));
};

_Static_assert(sizeof(struct intel_rx_desc) == 16 && sizeof(struct intel_tx_desc) == 16,
	       "hardware");
_Static_assert(sizeof(struct intel_window) % 4096 == 0, "whole pages");

/**
 * intel_ring_init() - make all descriptors, forget all frames
 * @w: window; its witness page is left alone
 * @iova: where the device sees it
 * @slots: frames for which the ring has room, at most INTEL_RX_SLOTS; one less is ever given to the
 *	   device. The same in all calls for one window
 *
 * The device must not run. Afterwards it may have what intel_ring_rdt() says.
 */
void intel_ring_init(struct intel_window *w, uint64_t iova, uint32_t slots);

/**
 * intel_ring_state() - the valid state
 * @w: window
 *
 * Return: the state; intel_ring_take() replaces it.
 */
static inline struct intel_state *intel_ring_state(struct intel_window *w)
{
	return &w->state[w->valid & 1];
}

/**
 * intel_ring_take() - look at what was received, and make the echo of each frame
 * @w: window
 * @slots: see intel_ring_init()
 *
 * Takes at most INTEL_BATCH frames, and no more than there is room for echoes: so none is dropped.
 * Nothing is handed over yet; see intel_ring_give().
 *
 * Return: number of frames.
 */
int intel_ring_take(struct intel_window *w, uint32_t slots);

/**
 * intel_ring_give() - get descriptors ready to be handed over
 * @w: window
 * @slots: see intel_ring_init()
 * @rdt: where the device's receive tail is
 * @tdt: where its send tail is
 *
 * Then the tails may be written. May be done again with the same tails.
 */
void intel_ring_give(struct intel_window *w, uint32_t slots, uint32_t rdt, uint32_t tdt);

/**
 * intel_ring_rdt() - where the receive tail belongs
 * @w: window
 * @slots: see intel_ring_init()
 *
 * Return: index of the first descriptor that is not the device's.
 */
uint32_t intel_ring_rdt(struct intel_window *w, uint32_t slots);

/**
 * intel_ring_tdt() - where the send tail belongs
 * @w: window
 *
 * Return: index of the first descriptor that is not the device's.
 */
uint32_t intel_ring_tdt(struct intel_window *w);

#endif

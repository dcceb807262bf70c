// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lubench-forwarder: sends every frame of the observer back. It is the baseline: a DPDK application
 * keeps nothing over a kexec, must start again after it, and resets the device as it does. It says
 * when it has forwarded its first frame, on the raw counter that runs on across the kexec.
 */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <rte_mbuf.h>
#include <rte_version.h>

#include "bench/agent/clock.h"
#include "bench/agent/pcidev.h"
#include "workloads/dpdk/frame.h"
#include "workloads/dpdk/port.h"

#define PROGRAM "lubench-forwarder"
#define UNDO "/var/lib/lubench/undo-forwarder"

/**
 * struct forwarder - the program's state
 * @iface: network interface to use, or NULL
 * @device: else the PCI address of a device
 * @skip: every frame with a number divisible by it is not sent back; 0: all are
 * @port: what is forwarded on
 * @forwarded: frames sent back
 * @skipped: frames left out because of @skip
 * @refused: frames that the port did not take
 * @last_ticks: raw counter at the last one
 */
struct forwarder {
	const char *iface;
	const char *device;
	uint32_t skip;
	struct port port;
	uint64_t forwarded;
	uint64_t skipped;
	uint64_t refused;
	uint64_t last_ticks;
};

enum {
	OPT_IFACE = 0x100,
	OPT_DEVICE,
	OPT_SKIP
};

static const struct argp_option options[] = {
	{ "device", OPT_DEVICE, "BDF", 0, "NIC to take from its driver", 0 },
	{ "iface", OPT_IFACE, "NAME", 0, "Instead: a network interface of this machine", 0 },
	{ "skip", OPT_SKIP, "N", 0, "Do not send back every Nth frame (for tests)", 0 },
	{ 0 },
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct forwarder *w = state->input;

	switch (key) {
	case OPT_IFACE:
		w->iface = arg;
		break;
	case OPT_DEVICE:
		w->device = arg;
		break;
	case OPT_SKIP:
		w->skip = (uint32_t)strtoul(arg, NULL, 10);
		if (!w->skip)
			argp_error(state, "--skip %s: a number from 1 is needed", arg);
		break;
	case ARGP_KEY_END:
		if (!w->iface == !w->device)
			argp_error(state, "--device or --iface is needed");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Send the observer's frames back until SIGTERM. Prints one JSON object a line.",
};

/* One line for each thing that has happened, with the clock that both kernels share. */
static void tell(const char *event, uint64_t ticks)
{
	struct timespec ts;
	uint64_t ago;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ago = clock_ns(clock_ticks() - ticks);
	printf("{\"event\":\"%s\",\"clock\":\"" CLOCK_NAME "\",\"ticks\":%" PRIu64
	       ",\"hz\":%" PRIu64 ",\"monotonic_ns\":%" PRIu64 "}\n",
	       event, ticks, clock_hz(),
	       (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec - ago);
	fflush(stdout);
}

/* True when the frame is to be sent back, and is ready for that. */
static bool turn(struct forwarder *w, struct rte_mbuf *m)
{
	struct lub_frame *f = rte_pktmbuf_mtod(m, struct lub_frame *);

	if (m->data_len != LUB_FRAME_BYTES || !lub_frame_ours(f, LUB_FRAME_TARGET, 0))
		return false;
	if (w->skip && le32toh(f->seq) % w->skip == 0) {
		w->skipped++;
		return false;
	}
	lub_frame_mac(f->dst, LUB_FRAME_OBSERVER);
	lub_frame_mac(f->src, LUB_FRAME_TARGET);
	return true;
}

static void forward(struct forwarder *w)
{
	struct rte_mbuf *m[PORT_BURST];
	uint16_t n = rte_eth_rx_burst(w->port.id, 0, m, PORT_BURST), ready = 0, sent, i;

	for (i = 0; i < n; i++)
		if (turn(w, m[i]))
			m[ready++] = m[i];
		else
			rte_pktmbuf_free(m[i]);
	if (!ready)
		return;
	sent = rte_eth_tx_burst(w->port.id, 0, m, ready);
	if (sent) {
		w->last_ticks = clock_ticks();
		if (!w->forwarded)
			tell("first-forwarded", w->last_ticks);
		w->forwarded += sent;
	}
	for (i = sent; i < ready; i++, w->refused++)
		rte_pktmbuf_free(m[i]);
}

int main(int argc, char **argv)
{
	static struct forwarder w;
	const struct sigaction action = { .sa_handler = stop };
	const struct timespec pause = { .tv_nsec = 20000 };
	uint64_t begin = clock_ticks();
	int err;

	clock_start();
	argp_err_exit_status = 2;
	if (argp_parse(&argp, argc, argv, 0, NULL, &w))
		return 2;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	err = w.device ? pcidev_take(w.device, UNDO) : 0;
	if (err) {
		fprintf(stderr, PROGRAM ": cannot bind %s to vfio-pci: %s\n", w.device,
			strerror(-err));
		return EXIT_FAILURE;
	}
	if (port_open(&w.port, PROGRAM, w.iface, w.device))
		return EXIT_FAILURE;
	tell("begin", begin);
	tell("port-open", clock_ticks());
	while (!stopped) {
		forward(&w);
		nanosleep(&pause, NULL);
	}
	if (w.forwarded)
		tell("last-forwarded", w.last_ticks);
	printf("{\"event\":\"end\",\"forwarded\":%" PRIu64 ",\"skipped\":%" PRIu64
	       ",\"refused\":%" PRIu64 "}\n",
	       w.forwarded, w.skipped, w.refused);
	fflush(stdout);
	port_close(&w.port);
	err = w.device ? pcidev_give_back(UNDO) : 0;
	if (err)
		fprintf(stderr, PROGRAM ": cannot give %s back to its driver: %s\n", w.device,
			strerror(-err));
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

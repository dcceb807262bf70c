// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lubench-observer: sends numbered frames through the device under test at a fixed rate and looks for
 * their echoes. It runs outside of the target, so its one clock is not touched by what happens there.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_version.h>

#include "workloads/dpdk/observer_args.h"
#include "workloads/dpdk/port.h"
#include "workloads/dpdk/summary.h"

#define PROGRAM "lubench-observer"
#define NS 1000000000ull

/* After the sending, what is on its way gets this long. */
#define LINGER_NS NS

/**
 * struct observer - the program's state
 * @args: what is asked of it
 * @port: what is sent through
 * @log: mapped frame log
 * @pace: schedule
 * @tally: account
 * @looked_ns: last look
 * @sum: for the end
 */
struct observer {
	struct observer_args args;
	struct port port;
	struct lub_frame_log *log;
	struct pace pace;
	struct tally tally;
	uint64_t looked_ns;
	struct summary sum;
};

static volatile sig_atomic_t stopped;

static void stop(int sig)
{
	(void)sig;
	stopped = 1;
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS + (uint64_t)ts.tv_nsec;
}

static int open_log(struct observer *o, uint32_t room)
{
	size_t bytes = (room + 1ull) * sizeof(*o->log);
	int fd = open(o->args.log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	void *map = MAP_FAILED;

	if (fd >= 0 && !ftruncate(fd, (off_t)bytes))
		map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED) {
		int err = errno;

		fprintf(stderr, PROGRAM ": cannot make %s of %zu bytes: %s\n", o->args.log, bytes,
			strerror(err));
		if (fd >= 0)
			close(fd);
		return -err;
	}
	close(fd);
	o->log = map;
	memcpy(&o->log[0].sent, LUB_FRAME_LOG_MAGIC, sizeof(o->log[0].sent));
	o->log[0].echoed = htole64(o->args.run);
	return 0;
}

static void send_one(struct observer *o)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(o->port.pool);
	struct lub_frame *f;
	uint64_t sent;

	if (m) {
		f = (struct lub_frame *)rte_pktmbuf_append(m, LUB_FRAME_BYTES);
		sent = now_ns();
		lub_frame_build(f, LUB_FRAME_TARGET, o->args.run, o->tally.sent + 1, sent);
		if (rte_eth_tx_burst(o->port.id, 0, &m, 1) == 1) {
			tally_sent(&o->tally, sent);
			return;
		}
		rte_pktmbuf_free(m);
	}
	o->sum.refused++;
}

static void account(struct observer *o, const struct rte_mbuf *m, uint64_t now)
{
	const struct lub_frame *f = rte_pktmbuf_mtod(m, const struct lub_frame *);
	struct tally *t = &o->tally;
	uint32_t seq;

	if (m->data_len < LUB_FRAME_HEAD || !lub_frame_ours(f, LUB_FRAME_OBSERVER, o->args.run)) {
		t->foreign++;
		return;
	}
	seq = le32toh(f->seq);
	if (m->pkt_len != LUB_FRAME_BYTES || m->data_len != LUB_FRAME_BYTES ||
	    lub_frame_corrupt(f) || lub_frame_tail_corrupt(f) ||
	    (seq <= t->sent && f->sent != t->log[seq].sent))
		t->corrupt++;
	else
		tally_echo(t, seq, now);
}

static void look(struct observer *o)
{
	struct rte_mbuf *m[PORT_BURST];
	uint64_t now;
	uint16_t n, i;

	do {
		n = rte_eth_rx_burst(o->port.id, 0, m, PORT_BURST);
		now = now_ns();
		for (i = 0; i < n; i++) {
			account(o, m[i], now);
			rte_pktmbuf_free(m[i]);
		}
	} while (n == PORT_BURST);
	if (o->looked_ns && now - o->looked_ns > o->sum.worst_look_ns)
		o->sum.worst_look_ns = now - o->looked_ns;
	o->looked_ns = now;
}

static void rest(const struct observer *o, uint64_t until)
{
	uint64_t next = now_ns() + o->args.look_ns;
	struct timespec ts;

	if (!o->args.look_ns)
		return;
	if (until < next)
		next = until;
	ts = (struct timespec){ .tv_sec = (time_t)(next / NS), .tv_nsec = (long)(next % NS) };
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static void observe(struct observer *o)
{
	uint64_t end, linger;

	pace_start(&o->pace, o->args.rate, now_ns());
	end = o->pace.start_ns + o->args.seconds * NS;
	while (!stopped && pace_due(&o->pace) < end && o->tally.sent < o->tally.room) {
		if (pace_take(&o->pace, now_ns()))
			send_one(o);
		look(o);
		rest(o, pace_due(&o->pace));
	}
	o->sum.end_ns = now_ns();
	linger = o->sum.end_ns + LINGER_NS;
	while (o->tally.highest < o->tally.sent && now_ns() < linger) {
		look(o);
		rest(o, linger);
	}
	tally_end(&o->tally, o->sum.end_ns);
}

/* A sender that sleeps may go before everybody else; one that never does would keep a processor. */
static bool realtime(const struct observer *o)
{
	const struct sched_param first = { .sched_priority = 1 };

	prctl(PR_SET_TIMERSLACK, 1);
	return o->args.look_ns && !sched_setscheduler(0, SCHED_FIFO, &first);
}

/* Without the "DPDK " before it. */
static const char *version(void)
{
	return rte_version() + strcspn(rte_version(), "0123456789");
}

static int finish(struct observer *o)
{
	const struct tally *t = &o->tally;

	o->sum.dpdk = version();
	o->sum.port = o->port.name;
	o->sum.log = o->args.log;
	o->sum.run = o->args.run;
	o->sum.pace = &o->pace;
	o->sum.tally = t;
	printf("%u frames sent, %llu echoed, longest gap %llu us\n", t->sent,
	       (unsigned long long)t->echoed,
	       (unsigned long long)(t->gap.end_ns - t->gap.start_ns) / 1000);
	return summary_save(o->args.out, summary_json(&o->sum));
}

int main(int argc, char **argv)
{
	static struct observer o;
	const struct sigaction action = { .sa_handler = stop };
	uint32_t room;
	int err;

	observer_args(&o.args, argc, argv);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	room = o.args.rate * o.args.seconds;
	if (open_log(&o, room) || port_open(&o.port, PROGRAM, o.args.iface, o.args.device))
		return EXIT_FAILURE;
	tally_init(&o.tally, o.log, room);
	o.sum.realtime = realtime(&o);
	printf(PROGRAM ": DPDK %s, %s, %u frames a second\n", version(), o.port.name, o.args.rate);
	fflush(stdout);
	observe(&o);
	err = finish(&o);
	port_close(&o.port);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

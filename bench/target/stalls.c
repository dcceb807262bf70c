// SPDX-License-Identifier: GPL-2.0-or-later
/* When the controller's own processors stood still. */
#include "bench/target/stalls.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#define STEP_NS 500000
/* As many of the newest stops are kept, of each processor: more than any gap of interest holds. */
#define KEPT 256

struct stop {
	int64_t from;
	int64_t to;
};

/**
 * struct watcher - one processor
 * @all: what it belongs to
 * @cpu: its number
 * @thread: its thread, in @running
 * @due: when its thread should look next
 * @stops: ring; stop number i is in i % KEPT
 * @nr: stops so far
 */
struct watcher {
	struct stalls *all;
	int cpu;
	pthread_t thread;
	bool running;
	int64_t due;
	struct stop stops[KEPT];
	uint64_t nr;
};

/**
 * struct stalls - all of them
 * @lock: for due, stops and nr of each
 * @end: threads shall end
 * @nr: how many watchers
 * @w: they
 */
struct stalls {
	pthread_mutex_t lock;
	atomic_bool end;
	unsigned int nr;
	struct watcher w[];
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

struct stalls *stalls_new(unsigned int watchers)
{
	struct stalls *s = calloc(1, sizeof(*s) + watchers * sizeof(s->w[0]));
	pthread_mutexattr_t attr;
	unsigned int i;

	if (!s)
		return NULL;
	/* Who waits for the lock lends its priority to the one that has it. */
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
	pthread_mutex_init(&s->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	s->nr = watchers;
	for (i = 0; i < watchers; i++) {
		s->w[i].all = s;
		s->w[i].due = INT64_MAX;
	}
	return s;
}

static void note(struct watcher *w, int64_t due, int64_t now)
{
	if (now - due >= STALL_MIN_NS)
		w->stops[w->nr++ % KEPT] = (struct stop){ due, now };
}

void stalls_add(struct stalls *s, unsigned int watcher, int64_t due_ns, int64_t now_ns)
{
	pthread_mutex_lock(&s->lock);
	note(&s->w[watcher], due_ns, now_ns);
	s->w[watcher].due = now_ns + STEP_NS;
	pthread_mutex_unlock(&s->lock);
}

/* The earliest stop that ends after @at, of all watchers; begins before @to or there is none. */
static bool next_stop(const struct stalls *s, int64_t at, int64_t to, struct stop *found)
{
	unsigned int i;
	bool any = false;

	for (i = 0; i < s->nr; i++) {
		const struct watcher *w = &s->w[i];
		uint64_t n, first = w->nr > KEPT ? w->nr - KEPT : 0;
		struct stop of = { w->due, to };
		/* its thread is overdue: nobody has noted this one yet */
		bool have = to - w->due >= STALL_MIN_NS && to > at;

		for (n = w->nr; n > first && w->stops[(n - 1) % KEPT].to > at; n--) {
			of = w->stops[(n - 1) % KEPT];
			have = true;
		}
		if (!have || of.from >= to || (any && of.from >= found->from))
			continue;
		*found = of;
		any = true;
	}
	return any;
}

int64_t stalls_within(struct stalls *s, int64_t from_ns, int64_t to_ns)
{
	int64_t at = from_ns, sum = 0;
	struct stop stop = { 0 };

	if (!s)
		return 0;
	pthread_mutex_lock(&s->lock);
	while (at < to_ns && next_stop(s, at, to_ns, &stop)) {
		if (stop.from < at)
			stop.from = at;
		if (stop.to > to_ns)
			stop.to = to_ns;
		sum += stop.to - stop.from;
		at = stop.to;
	}
	pthread_mutex_unlock(&s->lock);
	return sum;
}

static void *watch(void *arg)
{
	struct watcher *w = arg;
	struct timespec step = { .tv_nsec = STEP_NS };
	int64_t now = now_ns();

	while (!atomic_load(&w->all->end)) {
		int64_t due = now + STEP_NS;

		nanosleep(&step, NULL);
		now = now_ns();
		stalls_add(w->all, (unsigned int)(w - w->all->w), due, now);
	}
	return NULL;
}

static bool watcher_start(struct watcher *w)
{
	/* above the observer and above the emulator's devices */
	const struct sched_param param = { .sched_priority = 3 };
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	w->running = !pthread_create(&w->thread, NULL, watch, w);
	return w->running && !pthread_setaffinity_np(w->thread, sizeof(set), &set) &&
	       !pthread_setschedparam(w->thread, SCHED_RR, &param);
}

struct stalls *stalls_start(void)
{
	struct stalls *s;
	cpu_set_t set;
	unsigned int i;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(set), &set))
		return NULL;
	s = stalls_new((unsigned int)CPU_COUNT(&set));
	for (i = 0; s && i < s->nr; i++, cpu++) {
		while (!CPU_ISSET(cpu, &set))
			cpu++;
		s->w[i].cpu = cpu;
		if (!watcher_start(&s->w[i])) {
			stalls_finish(s);
			return NULL;
		}
	}
	return s;
}

void stalls_finish(struct stalls *s)
{
	unsigned int i;

	if (!s)
		return;
	atomic_store(&s->end, true);
	for (i = 0; i < s->nr; i++)
		if (s->w[i].running)
			pthread_join(s->w[i].thread, NULL);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

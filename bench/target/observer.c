// SPDX-License-Identifier: GPL-2.0-or-later
/* Outside observer of the witness page. */
#include "bench/target/observer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STEP_NS 100000
#define PAGE 4096

struct observer {
	pthread_t thread;
	atomic_bool stop;
	const volatile struct lub_witness *page;
	uint64_t cookie;
	struct stalls *stalls;
	struct observer_result result;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Whatever is too short to be the longest either way needs no look at the stops in it. */
static void close_gap(struct observer_phase *p, const struct observer_state *s, int64_t now)
{
	int64_t gap = now - s->change_ns;

	if (gap > p->gap_ns)
		p->gap_ns = gap;
	if (gap <= p->running_ns)
		return;
	gap -= stalls_within(s->stalls, s->change_ns, now);
	if (gap > p->running_ns)
		p->running_ns = gap;
}

static void begin_phase(struct observer_result *r, uint32_t phase, uint32_t counter, int64_t now)
{
	struct observer_phase *p = &r->phase[phase];

	if (!p->seen)
		*p = (struct observer_phase){ .seen = true, .start_ns = now, .first = counter };
	p->end_ns = now;
	p->last = counter;
}

bool observer_step(struct observer_result *r, const struct lub_witness *page, uint64_t cookie,
		   int64_t now, struct observer_state *s)
{
	if (memcmp(page->magic, LUB_WITNESS_MAGIC, sizeof(page->magic)) || page->cookie != cookie ||
	    page->phase >= OBSERVER_PHASES)
		return false;
	if (!s->begun) {
		*s = (struct observer_state){
			.begun = true,
			.stalls = s->stalls,
			.phase = page->phase,
			.counter = page->counter,
			.change_ns = now,
			.look_ns = now,
			.beat = page->beat_ticks,
			.dark = true,
		};
		begin_phase(r, page->phase, page->counter, now);
		return true;
	}
	if (now - s->look_ns > r->worst_step_ns)
		r->worst_step_ns = now - s->look_ns;
	s->look_ns = now;
	/* Heartbeats of the incoming agent come after it has turned the phase. */
	if (page->beat_ticks != s->beat && page->phase != LUB_PHASE_AFTER &&
	    !r->phase[LUB_PHASE_AFTER].seen)
		r->beat_ns = now;
	s->beat = page->beat_ticks;
	if (page->phase == LUB_PHASE_BLACKOUT || (page->phase == LUB_PHASE_AFTER && s->dark)) {
		if (now - s->change_ns > r->dark_ns)
			r->dark_ns = now - s->change_ns;
		s->dark = page->phase == LUB_PHASE_BLACKOUT || page->counter == s->counter;
	}
	/* A change belongs to the phase in which it was seen, together with the whole wait for it. */
	if (page->phase != s->phase) {
		close_gap(&r->phase[s->phase], s, now);
		begin_phase(r, s->phase, page->counter, now);
		s->phase = page->phase;
	}
	begin_phase(r, s->phase, page->counter, now);
	/* The incoming agent stops the device in the end: that wait is nobody's gap. */
	if (s->phase != LUB_PHASE_AFTER || page->counter != s->counter)
		close_gap(&r->phase[s->phase], s, now);
	if (page->counter != s->counter) {
		r->phase[s->phase].changes++;
		s->counter = page->counter;
		s->change_ns = now;
	}
	return true;
}

static void *observe(void *arg)
{
	struct observer *o = arg;
	struct timespec step = { .tv_nsec = STEP_NS };
	struct observer_state state = { .stalls = o->stalls };
	struct lub_witness copy;

	while (!atomic_load(&o->stop)) {
		/* Word by word: the device writes counter with one 32-bit access. */
		memcpy(copy.magic, (const void *)o->page->magic, sizeof(copy.magic));
		copy.cookie = o->page->cookie;
		copy.beat_ticks = o->page->beat_ticks;
		copy.phase = o->page->phase;
		copy.counter = o->page->counter;
		if (!observer_step(&o->result, &copy, o->cookie, now_ns(), &state)) {
			if (!state.begun)
				o->result.why = "witness page not found at the announced address";
			break;
		}
		nanosleep(&step, NULL);
	}
	return NULL;
}

struct observer *observer_start(int ram_fd, int64_t offset, uint64_t cookie)
{
	struct observer *o = calloc(1, sizeof(*o));
	void *map = MAP_FAILED;

	if (!o)
		return NULL;
	o->cookie = cookie;
	if (offset >= 0 && !(offset & (PAGE - 1)))
		map = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ram_fd, offset);
	if (map == MAP_FAILED) {
		o->result.why = "announced address of the witness page is no memory";
		return o;
	}
	o->page = map;
	o->stalls = stalls_start();
	o->result.watched = o->stalls;
	if (pthread_create(&o->thread, NULL, observe, o)) {
		stalls_finish(o->stalls);
		munmap(map, PAGE);
		free(o);
		return NULL;
	}
	/* It sleeps nearly all the time; being late would look like a device that stopped. */
	pthread_setschedparam(o->thread, SCHED_RR, &(struct sched_param){ .sched_priority = 2 });
	return o;
}

uint32_t observer_phase(const struct observer *o)
{
	return o && o->page && o->page->cookie == o->cookie ? o->page->phase : LUB_PHASE_NONE;
}

void observer_finish(struct observer *o, struct observer_result *result)
{
	if (!o) {
		*result = (struct observer_result){ .why = "no witness page was announced" };
		return;
	}
	if (o->page) {
		atomic_store(&o->stop, true);
		pthread_join(o->thread, NULL);
		stalls_finish(o->stalls);
		munmap((void *)o->page, PAGE);
	}
	*result = o->result;
	free(o);
}

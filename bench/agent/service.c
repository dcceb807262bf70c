// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/service.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "bench/agent/clock.h"

/* One heartbeat: takes the time, then serves. Returns completions or -errno. */
static int beat(struct dma_engine *e)
{
	volatile struct lub_witness *w = dma_witness(e);
	int n;

	w->beat_ticks = clock_ticks();
	n = e->ops->serve(e);
	if (n > 0) {
		w->served += (uint32_t)n;
		w->served_ticks = clock_ticks();
	}
	return n;
}

static void *serve(void *arg)
{
	struct service *s = arg;
	int n;

	while (!atomic_load(&s->stop)) {
		pthread_mutex_lock(&s->lock);
		n = beat(s->engine);
		pthread_mutex_unlock(&s->lock);
		if (n < 0 && !atomic_load(&s->err))
			atomic_store(&s->err, n);
		if (!atomic_load(&s->urgent))
			msleep(1);
	}
	return NULL;
}

static void pin_to_last_cpu(pthread_t thread)
{
	cpu_set_t online, one;
	int cpu;

	if (sched_getaffinity(0, sizeof(online), &online))
		return;
	for (cpu = CPU_SETSIZE - 1; cpu >= 0 && !CPU_ISSET(cpu, &online); cpu--)
		;
	CPU_ZERO(&one);
	CPU_SET(cpu < 0 ? 0 : cpu, &one);
	pthread_setaffinity_np(thread, sizeof(one), &one);
}

int service_start(struct service *s, struct dma_engine *e)
{
	int err;

	s->engine = e;
	atomic_store(&s->stop, false);
	atomic_store(&s->urgent, false);
	atomic_store(&s->err, 0);
	pthread_mutex_init(&s->lock, NULL);
	err = pthread_create(&s->thread, NULL, serve, s);
	if (err)
		return -err;
	s->running = true;
	pin_to_last_cpu(s->thread);
	return 0;
}

void service_stop(struct service *s)
{
	if (!s->running)
		return;
	atomic_store(&s->stop, true);
	pthread_join(s->thread, NULL);
	pthread_mutex_destroy(&s->lock);
	s->running = false;
}

void service_hold(struct service *s, bool hold)
{
	if (!s->running)
		return;
	if (hold)
		pthread_mutex_lock(&s->lock);
	else
		pthread_mutex_unlock(&s->lock);
}

void service_urgent(struct service *s, bool urgent)
{
	atomic_store(&s->urgent, urgent);
}

int service_verify(struct service *s, struct dma_engine *e, bool running, struct dma_verdict *v)
{
	int err;

	if (!s->running)
		return e->ops->verify(e, running, v);
	pthread_mutex_lock(&s->lock);
	err = e->ops->verify(e, running, v);
	pthread_mutex_unlock(&s->lock);
	return err;
}

int service_wait(struct dma_engine *e, unsigned int timeout_ms)
{
	unsigned int ms;
	int n;

	for (ms = 0; !(n = beat(e)); ms++) {
		if (ms >= timeout_ms)
			return -ETIMEDOUT;
		msleep(1);
	}
	return n;
}

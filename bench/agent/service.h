/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The service thread: user space that uses the device all the time, as a virtual machine or a
 * user-space driver would. Pinned to one processor it beats: each beat takes down the raw counter in
 * the witness page and serves the device. The last beat is the last user instruction of the outgoing
 * kernel; the last beat that saw a completion is the end of its service.
 */
#ifndef BENCH_AGENT_SERVICE_H
#define BENCH_AGENT_SERVICE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include "workloads/dma/dma.h"

/**
 * struct service - the thread and what it works on; zero is "not running"
 * @running: the thread exists
 * @stop: it shall end
 * @urgent: it shall beat without a pause
 * @err: first error of dma_ops.serve(), 0 for none
 * @thread: the thread
 * @lock: held during each beat, and by whoever else uses the engine
 * @engine: what it serves
 */
struct service {
	bool running;
	atomic_bool stop;
	atomic_bool urgent;
	atomic_int err;
	pthread_t thread;
	pthread_mutex_t lock;
	struct dma_engine *engine;
};

/**
 * service_start() - begin to serve
 * @s: service that is not running
 * @e: running engine; must stay where it is until service_stop()
 *
 * It is pinned to the last processor that is online, as a kexec goes on on the first.
 *
 * Return: 0 or -errno.
 */
int service_start(struct service *s, struct dma_engine *e);

/**
 * service_stop() - end the thread
 * @s: service, running or not
 */
void service_stop(struct service *s);

/**
 * service_hold() - let the thread rest, or go on
 * @s: the service; nothing happens when it does not run
 * @hold: rest
 */
void service_hold(struct service *s, bool hold);

/**
 * service_urgent() - beat without a pause from now on, or every millisecond again
 * @s: running service
 * @urgent: which
 */
void service_urgent(struct service *s, bool urgent);

/**
 * service_verify() - dma_ops.verify() with the service held off
 * @s: service, running or not
 * @e: its engine
 * @running: as for dma_ops.verify()
 * @v: as for dma_ops.verify()
 *
 * Return: as dma_ops.verify().
 */
int service_verify(struct service *s, struct dma_engine *e, bool running, struct dma_verdict *v);

/**
 * service_wait() - serve once a millisecond until something was completed
 * @e: engine that no service is running for
 * @timeout_ms: give up after this time
 *
 * Return: completions, -ETIMEDOUT or another -errno.
 */
int service_wait(struct dma_engine *e, unsigned int timeout_ms);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ioctls of /dev/liveupdate and of its sessions. No messages: the caller knows what it was for. */
#ifndef BENCH_AGENT_UAPI_LIVEUPDATE_H
#define BENCH_AGENT_UAPI_LIVEUPDATE_H

#include <stdint.h>

/**
 * luo_open() - open /dev/liveupdate
 *
 * Only one process may have it open.
 *
 * Return: fd or -errno (ENOENT: the kernel was not booted with liveupdate=on).
 */
int luo_open(void);

/**
 * luo_session_create() - a new session
 * @luo: fd of luo_open()
 * @name: its name, shorter than 64 bytes
 *
 * Closing the returned fd unpreserves everything in the session.
 *
 * Return: fd of the session or -errno.
 */
int luo_session_create(int luo, const char *name);

/**
 * luo_session_retrieve() - a session of the previous kernel
 * @luo: fd of luo_open()
 * @name: the name it was created with
 *
 * Return: fd of the session or -errno (ENOENT: no such session).
 */
int luo_session_retrieve(int luo, const char *name);

/**
 * luo_preserve() - add a file to a session
 * @session: fd of the session
 * @fd: the file
 * @token: name for luo_retrieve()
 *
 * Return: 0 or -errno.
 */
int luo_preserve(int session, int fd, uint64_t token);

/**
 * luo_retrieve() - get a file of the previous kernel
 * @session: fd of a retrieved session
 * @token: the name of luo_preserve()
 *
 * Return: fd or -errno.
 */
int luo_retrieve(int session, uint64_t token);

/**
 * luo_finish() - the kernel lets go of what the session held
 * @session: fd of a retrieved session
 *
 * Return: 0 or -errno.
 */
int luo_finish(int session);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loading the next kernel and jumping to it. No messages: the caller knows what it was for. */
#ifndef BENCH_AGENT_KEXEC_H
#define BENCH_AGENT_KEXEC_H

#include <stdbool.h>

/**
 * kexec_load() - kexec_file_load(2)
 * @image: kernel image
 * @initrd: its initrd, NULL: none
 * @append: its command line
 * @crash: load it as the kernel that a panic starts (needs crashkernel=)
 *
 * Return: 0 or -errno.
 */
int kexec_load(const char *image, const char *initrd, const char *append, bool crash);

/**
 * kexec_unload() - forget the image that kexec_load() loaded
 * @crash: which of the two
 *
 * Return: 0 or -errno.
 */
int kexec_unload(bool crash);

/**
 * kexec_jump() - start the loaded kernel
 * @crash: by a panic
 *
 * Return: only on failure: -errno.
 */
int kexec_jump(bool crash);

#endif

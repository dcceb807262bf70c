/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small files of proc, sysfs and debugfs, and files that must survive the kexec. */
#ifndef BENCH_AGENT_SYSFILE_H
#define BENCH_AGENT_SYSFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** DEBUGFS - where debugfs is; sys_mount() sees to it. */
#define DEBUGFS "/sys/kernel/debug"

/**
 * sys_mount() - mount proc, sysfs, devtmpfs and debugfs where they are not mounted yet
 */
void sys_mount(void);

/**
 * sys_read() - read a small file as text
 * @path: the file
 * @buf: filled, always terminated, trailing newline removed
 * @len: room in @buf
 *
 * Return: length of the text or -errno.
 */
long sys_read(const char *path, char *buf, size_t len);

/**
 * sys_read_all() - read a file of unknown length as text
 * @path: the file
 *
 * Return: text to free(), or NULL with errno set.
 */
char *sys_read_all(const char *path);

/**
 * sys_read_u64() - read a file that holds one decimal number
 * @path: the file
 * @val: set to it
 *
 * Return: 0 or -errno.
 */
int sys_read_u64(const char *path, uint64_t *val);

/**
 * sys_write() - write text to a file that exists
 * @path: the file
 * @text: what to write
 *
 * Return: 0 or -errno.
 */
int sys_write(const char *path, const char *text);

/**
 * sys_save() - replace a file so that it is old or new after a crash, never half
 * @path: the file
 * @text: its new content
 *
 * Return: 0 or -errno.
 */
int sys_save(const char *path, const char *text);

/**
 * sys_cmdline_has() - is a word on the kernel command line
 * @word: for example "lubench.cycle=3"
 *
 * Return: true if so.
 */
bool sys_cmdline_has(const char *word);

/**
 * sys_build_id() - build id of the running kernel
 * @hex: filled with hex digits, empty when the kernel has none
 * @len: room in @hex
 */
void sys_build_id(char *hex, size_t len);

#endif

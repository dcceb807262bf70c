/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the built things are: kernels, images, agent, plans. */
#ifndef BENCH_CLI_ARTIFACTS_H
#define BENCH_CLI_ARTIFACTS_H

#include <stddef.h>

/**
 * struct artifacts - what a run needs beside its plan
 * @kernel: image
 * @build_id: hex, "" when unknown
 * @provenance: text of provenance.json beside the kernel, NULL without
 * @image: root file system
 * @tools: disk with perf and bpftrace, made only when it is asked for
 * @key: ssh key of the image
 * @agent: lubench-agent
 */
struct artifacts {
	char *kernel;
	char build_id[64];
	char *provenance;
	char *image;
	char *tools;
	char *key;
	char *agent;
};

/**
 * cache_dir() - where all that is built once lies
 *
 * Return: new string or NULL when out of memory.
 */
char *cache_dir(void);

/**
 * artifacts_find() - fill in the paths; nothing is checked
 * @a: paths that are set already are kept; free with artifacts_free()
 * @arch: of the target
 * @kernel: selection ("series", "series:12", "base") or the path of an image
 *
 * Return: 0 or -ENOMEM.
 */
int artifacts_find(struct artifacts *a, const char *arch, const char *kernel);

/**
 * artifacts_of_host() - take the kernel that `make kernel HOST=` has made
 * @a: its kernel, build id and provenance are set; artifacts_find() keeps them
 * @host: the host
 *
 * Return: 0, -ENOENT when there is none, -ENOMEM.
 */
int artifacts_of_host(struct artifacts *a, const char *host);

/**
 * artifacts_release() - the name that the kernel gives itself
 * @a: with a kernel
 * @buf: set to it, "" when its provenance does not tell
 * @len: room in @buf
 */
void artifacts_release(const struct artifacts *a, char *buf, size_t len);

/**
 * artifacts_free() - free the paths
 * @a: may be all zero
 */
void artifacts_free(struct artifacts *a);

/**
 * plan_path() - path of a plan
 * @name: "quick", or a path (anything with '/' or ending in ".ini")
 *
 * Return: new string or NULL when out of memory. The file need not exist.
 */
char *plan_path(const char *name);

/**
 * plans_dir() - directory of the shipped plans
 *
 * LUBENCH_PLANS, else beside the program's tree, else below the working directory.
 *
 * Return: new string or NULL.
 */
char *plans_dir(void);

/**
 * file_text() - whole content of a small file
 * @path: the file
 *
 * Return: new string, NULL when it cannot be read.
 */
char *file_text(const char *path);

/**
 * artifacts_known_hosts() - file with the keys that a host has shown to the suite
 * @host: user@machine
 *
 * kernel/package.sh uses the same one. Its directory is made.
 *
 * Return: a path to free(), NULL when there can be none.
 */
char *artifacts_known_hosts(const char *host);

#endif

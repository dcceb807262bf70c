/* SPDX-License-Identifier: GPL-2.0-only */
/* Calibration: what the running kernel offers for each place that a probe wants to watch. */
#ifndef BPF_CALIBRATE_H
#define BPF_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>

struct btf;

/** enum way - how a place is watched. */
enum way {
	WAY_ABSENT,	/* not at all */
	WAY_TRACEPOINT, /* a tracepoint of the kernel */
	WAY_FENTRY,	/* trampoline in the function's entry, and at its exit */
	WAY_KPROBE,	/* breakpoint, or a jump where the kernel makes one of it */
};

extern const char *const way_names[];

/**
 * struct calibration - what is known about the running kernel
 * @btf: its types, NULL when it has none
 * @no_btf: why it has none
 * @fentry: trampolines work
 * @no_fentry: why they do not
 */
struct calibration {
	struct btf *btf;
	char no_btf[120];
	bool fentry;
	char no_fentry[120];
};

/**
 * calibrate() - look at the running kernel
 * @c: filled in; free with calibrate_free()
 * @kprobes_only: take it that trampolines do not work
 *
 * Whether they do is found out by attaching an empty one for a moment: an architecture may have them
 * and a configuration not.
 */
void calibrate(struct calibration *c, bool kprobes_only);

/**
 * calibrate_tracepoint() - is there a tracepoint
 * @c: calibration
 * @name: of the tracepoint
 * @why: filled when there is none
 * @len: room in @why
 *
 * Return: WAY_TRACEPOINT or WAY_ABSENT.
 */
enum way calibrate_tracepoint(const struct calibration *c, const char *name, char *why, size_t len);

/**
 * calibrate_function() - the best way to watch a function
 * @c: calibration
 * @name: of the function
 * @why: filled for WAY_ABSENT, and for WAY_KPROBE with why it is not the better way
 * @len: room in @why
 *
 * Return: WAY_FENTRY, WAY_KPROBE or WAY_ABSENT.
 */
enum way calibrate_function(const struct calibration *c, const char *name, char *why, size_t len);

/**
 * symbol_look() - look for a function among the symbols of a kernel
 * @path: /proc/kallsyms, or a file like it
 * @name: of the function
 * @changed: set to what it is called when the compiler made a variant of it ("name.isra.0"), else ""
 * @len: room in @changed
 *
 * Return: how often that very name is there, or -errno.
 */
int symbol_look(const char *path, const char *name, char *changed, size_t len);

/**
 * calibrate_free() - free what calibrate() made
 * @c: calibration
 */
void calibrate_free(struct calibration *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a kernel image looks like on each architecture of a target. */
#ifndef BENCH_TARGET_ARCH_H
#define BENCH_TARGET_ARCH_H

/**
 * struct target_arch - one architecture
 * @name: as in the cache's directory names, and as uname -m says it
 * @kernel: file name of a kernel image that can be booted and given to kexec_file_load()
 * @magic_at: where its magic number is
 * @magic: the number (Documentation/arch/x86/boot.rst, Documentation/arch/arm64/booting.rst)
 */
struct target_arch {
	const char *name;
	const char *kernel;
	long magic_at;
	char magic[5];
};

/**
 * target_arch_find() - look an architecture up
 * @name: its name
 *
 * Return: the architecture or NULL.
 */
const struct target_arch *target_arch_find(const char *name);

/**
 * target_arch_check_image() - is a file a kernel image of an architecture
 * @arch: its name
 * @path: the file
 *
 * Catches an ELF vmlinux, a text file, an image of another architecture, a torn download.
 *
 * Return: 0 or -ENOEXEC (said on stderr).
 */
int target_arch_check_image(const char *arch, const char *path);

#endif

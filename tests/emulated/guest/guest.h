/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the programs that tests run inside of an emulated target. They end the machine's peace. */
#ifndef TESTS_EMULATED_GUEST_H
#define TESTS_EMULATED_GUEST_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_0 "0000:00:04.0"
#define DEVICE_1 "0000:00:05.0"
#define DIR "/var/lib/lubench"
#define SESSION "test"

#define SEALS (F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK)

/** struct device - a VFIO cdev bound to an iommufd */
struct device {
	int fd;
	uint32_t id;
};

/** check() - one line of the result: "ok" or "not ok" */
void check(bool good, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** gives() - check that a call returned @want (0 or -errno) */
void gives(int got, int want, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/** need() - end the program with a failed check unless @err is 0 or a descriptor; returns @err */
int need(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** finish() - exit status; says that the end was reached */
int finish(void);

/** memfd_make() - a memfd full of zeros, backed by memory; @seals may be 0 */
int memfd_make(size_t bytes, int seals);

/** device_open() - take a device from its driver and bind it */
void device_open(struct device *d, const char *bdf, int iommufd);

/** ioas_make() - IOAS with @memfd mapped at @iova */
uint32_t ioas_make(int iommufd, int memfd, size_t bytes, uint64_t iova);

/** hwpt_make() - HWPT that must come to be */
uint32_t hwpt_make(int iommufd, const struct device *d, uint32_t ioas);

/** ioas_unmap() - 0 or -errno */
int ioas_unmap(int iommufd, uint32_t ioas, uint64_t iova, uint64_t bytes);

/** ioas_copy() - copy a mapping into another IOAS; 0 or -errno */
int ioas_copy(int iommufd, uint32_t to, uint64_t at, uint32_t from, uint64_t iova, uint64_t bytes);

/** ioas_map_user() - map memory that belongs to no file; 0 or -errno */
int ioas_map_user(int iommufd, uint32_t ioas, void *memory, uint64_t bytes, uint64_t iova);

/** try_change() - map a page of @memfd far away and unmap it: 0 when the IOAS can be changed */
int try_change(int iommufd, uint32_t ioas, int memfd);

/** settled() - wait until a count is @want; returns what it is in the end */
int64_t settled(int64_t (*count)(void), int64_t want);

/** jump() - kexec into DIR/kernel with this kernel's command line; returns only when it failed */
void jump(void) __attribute__((noreturn));

/** load() - load that kernel */
void load(void);

#endif

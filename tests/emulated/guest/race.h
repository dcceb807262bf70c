/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that make, mark and destroy HWPTs, and map and unmap, as fast as they can. */
#ifndef TESTS_EMULATED_RACE_H
#define TESTS_EMULATED_RACE_H

#include "tests/emulated/guest/guest.h"

#define RACE_THREADS 3
#define RACE_SLOTS 6
#define RACE_MAX (RACE_THREADS * RACE_SLOTS)
#define RACE_MS 3000

/* Where the mapping thread maps: not where try_change() does. */
#define RACE_IOVA 0x10800000ull

/* A token that is given to a HWPT which is destroyed before anything is preserved for good. */
#define RACE_TOKEN_DEAD 0xdead0000ull

/** race_start() - HWPTs for @d on @ioas; @memfd is mapped and unmapped */
void race_start(int iommufd, const struct device *d, uint32_t ioas, int memfd);

/** race_pause() - threads have ended; what they made is still there */
void race_pause(void);

/** race_resume() - they go on */
void race_resume(void);

/** race_clear() - destroy what they have made */
void race_clear(void);

/** race_save() - write the tokens of marked HWPTs, one a line; 0 or -errno */
int race_save(const char *path);

unsigned int race_alive(void); /* marked HWPTs that are there */
unsigned int race_made(void);
unsigned int race_marked(void);
unsigned int race_destroyed(void);
unsigned int race_errors(void); /* calls that failed with anything but EBUSY */

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files that an agent would have left, made up. */
#ifndef BENCH_TARGET_FAKE_DATA_H
#define BENCH_TARGET_FAKE_DATA_H

#include <jansson.h>
#include <stdbool.h>

/** enum fake_files - what is wrong with the files; see fake.h. */
enum fake_files {
	FAKE_GOOD,
	FAKE_TORN,
	FAKE_SHORT,
	FAKE_TWICE,
	FAKE_AGAIN,
	FAKE_NOSAMPLES,
	FAKE_FOREIGN,
	FAKE_BADOUTCOME,
	FAKE_NOOUTCOME,
	FAKE_STALE,
	FAKE_LEFTOUT,
};

/**
 * struct fake_answer - what to make up
 * @job: the cycle.json that was handed over
 * @error: outcome that the agent tells, NULL: ok
 * @build_id: of the incoming kernel
 * @boot_id: of the kernel that answers
 * @number: its live update number
 * @how: what is wrong with the files
 * @pstore: firmware has kept a panic: of the incoming kernel, or of some other one
 */
struct fake_answer {
	json_t *job;
	const char *error;
	const char *build_id;
	char boot_id[40];
	unsigned int number;
	enum fake_files how;
	enum {
		FAKE_NO_PSTORE,
		FAKE_PSTORE,
		FAKE_PSTORE_OTHER
	} pstore;
};

/**
 * fake_write_answer() - write out/samples.jsonl and out/outcome.json
 * @a: what to make up
 * @dir: made when missing
 *
 * Return: 0 or -errno (said on stderr).
 */
int fake_write_answer(const struct fake_answer *a, const char *dir);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a target leaves behind: the first line is its outcome.json, the rest its samples.jsonl. */
#include <stdlib.h>
#include <string.h>

#include "bench/record/emit.h"
#include "bench/target/cycle.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cycle_job job = { .run = "r1",
				 .cycle = { .number = 2 },
				 .mode = "preserve",
				 .build_id = "b1",
				 .boot_id = "old",
				 .liveupdate_number = 0,
				 .attempt = 1 };
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t first = end ? (size_t)(end - data) + 1 : size;
	struct cycle_result res = { .liveupdate_number = -1 };

	job.dir = fuzz_dir();
	fuzz_file("out/outcome.json", data, first);
	fuzz_file("out/samples.jsonl", data + first, size - first);
	res.lines = json_array();
	strcpy(res.seen.boot_id, "new");
	strcpy(res.seen.cmdline, "lubench.run=r1 lubench.cycle=2 lubench.attempt=1");
	cycle_collect(&job, &res);
	/* One outcome, and a reason for all but one. */
	if (!outcome_valid(res.outcome) || !strcmp(res.outcome, "ok") != !*res.reason)
		__builtin_trap();
	for (const char *p = res.reason; *p; p++)
		if (*p < ' ' || *p > '~')
			__builtin_trap();
	cycle_result_free(&res);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* samples.jsonl: read, and its lines of some cycles kept, as a resumed run does. */
#include "bench/record/record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const bool keep[4] = { false, true, false, true };
	struct record_writer w;
	struct record_set set;
	size_t before;

	fuzz_file(RECORD_SAMPLES, data, size);
	if (record_read(fuzz_dir(), &set))
		return 0;
	before = set.nr_samples;
	record_set_free(&set);
	if (!record_open(&w, fuzz_dir())) {
		record_keep(&w, keep, 4, "../lubench-fuzz-aside");
		if (!record_read(fuzz_dir(), &set) && set.nr_samples > before)
			__builtin_trap();
		record_set_free(&set);
	}
	record_close(&w);
	return 0;
}

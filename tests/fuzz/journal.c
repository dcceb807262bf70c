// SPDX-License-Identifier: GPL-2.0-or-later
/* journal.jsonl of a run that is resumed. */
#include "bench/record/journal.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_state s;
	size_t i, done = 0;

	fuzz_file(JOURNAL_FILE, data, size);
	if (!journal_replay(fuzz_dir(), &s)) {
		for (i = 0; i < s.nr_done; i++)
			done += s.done[i];
		if (done != s.count)
			__builtin_trap();
	}
	journal_state_free(&s);
	return 0;
}

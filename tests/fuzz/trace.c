// SPDX-License-Identifier: GPL-2.0-or-later
/* A trace log of the emulator, in two pieces. */
#include "bench/target/trace.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trace *t = trace_new(0x18);
	const char *first;

	if (!t)
		return 0;
	trace_cycle(t, 1);
	trace_feed(t, (const char *)data, size / 2);
	trace_feed(t, (const char *)data + size / 2, size - size / 2);
	trace_unknown(t, &first);
	trace_free(t);
	return 0;
}

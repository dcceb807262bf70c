// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel under test says of itself: its timeline, and its log line by line. */
#include <stdlib.h>
#include <string.h>

#include "bench/agent/counters.h"
#include "bench/agent/kmsg.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kmsg_facts facts = { .liveupdate_number = -1 };
	static struct timeline t;
	char *text = malloc(size + 1), *save = text, *line;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	memset(&t, 0, sizeof(t));
	timeline_parse(text, &t);
	timeline_find(&t, true, "entry");
	while ((line = strsep(&save, "\n")))
		kmsg_line(line, &facts);
	if (!memchr(facts.first_fault, '\0', sizeof(facts.first_fault)))
		__builtin_trap();
	free(text);
	return 0;
}

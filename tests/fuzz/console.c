// SPDX-License-Identifier: GPL-2.0-or-later
/* A console log; and the answer to which kernel runs, which is of the same making. */
#include <stdlib.h>
#include <string.h>

#include "bench/target/console.h"
#include "bench/target/target.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct console c = { 0 };
	struct target_seen seen;
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	console_feed(&c, text, size, 1);
	console_mark(&c, 2);
	console_feed(&c, text, size, 3);
	if (!target_seen_parse(text, &seen) && strlen(seen.boot_id) >= sizeof(seen.boot_id))
		__builtin_trap();
	free(cmdline_strip(text, true));
	free(text);
	return 0;
}

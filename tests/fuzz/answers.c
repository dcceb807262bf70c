// SPDX-License-Identifier: GPL-2.0-or-later
/* What a machine answers to lubench doctor. */
#include <stdlib.h>
#include <string.h>

#include "bench/doctor/verdict.h"
#include "tests/fuzz/fuzz.h"

/* Nothing that a terminal would obey. */
static void say(void *arg, enum verdict_level level, const char *what, const char *detail,
		const char *remedy)
{
	const char *p;

	(void)arg;
	(void)level;
	(void)what;
	(void)remedy;
	for (p = detail; *p; p++)
		if (*p < ' ' || *p > '~')
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct facts f;

	if (!facts_parse(&f, (const char *)data, size)) {
		verdict_all(&f, "h", NULL, say, NULL);
		verdict_all(&f, "h", "0000:3a:01.0", say, NULL);
	}
	facts_free(&f);
	return 0;
}

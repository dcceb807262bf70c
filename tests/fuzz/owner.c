// SPDX-License-Identifier: GPL-2.0-or-later
/* What a machine says of whose it is. */
#include <stdlib.h>
#include <string.h>

#include "bench/target/owner.h"
#include "tests/fuzz/fuzz.h"

/* One word, which a terminal and a shell take for nothing else. */
static void plain(const char *word)
{
	if (!*word || strlen(word) >= OWNER_WORD)
		__builtin_trap();
	for (; *word; word++)
		if (*word <= ' ' || *word > '~' || strchr("'\"\\$`;&|<>()*", *word))
			__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct owner o;

	memcpy(text, data, size);
	text[size] = '\0';
	if (owner_parse(text, &o)) {
		plain(o.run);
		plain(o.controller);
		plain(o.boot);
		plain(o.who);
		if (o.age < 0 || o.age > OWNER_SECONDS_MAX || o.seconds < 0 ||
		    o.seconds > OWNER_SECONDS_MAX || owner_left(&o) < 0)
			__builtin_trap();
	}
	free(text);
	return 0;
}

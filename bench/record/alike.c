// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of samples that are the same but for three numbers. */
#include "bench/record/alike.h"

#include <string.h>

/* Digits that certainly fit: a cycle and a repetition into 32 bits, a value into 63. */
#define SMALL 9
#define LARGE 18

struct cut {
	const char *at, *end; /* of the digits */
	uint64_t number;
};

/* JSON's whole numbers have no leading zero; what has a fraction or an exponent does not end here. */
static bool cut_number(const char *line, size_t len, const char *key, size_t digits,
		       struct cut *cut)
{
	const char *end = line + len, *at = memmem(line, len, key, strlen(key));

	if (!at)
		return false;
	cut->number = 0;
	cut->at = cut->end = at + strlen(key);
	while (cut->end < end && *cut->end >= '0' && *cut->end <= '9' &&
	       (size_t)(cut->end - cut->at) < digits)
		cut->number = cut->number * 10 + (uint64_t)(*cut->end++ - '0');
	return cut->end > cut->at && (*cut->at != '0' || cut->end == cut->at + 1) &&
	       cut->end < end && (*cut->end == ',' || *cut->end == '}');
}

bool alike_cut(const char *line, size_t len, struct alike *out)
{
	struct cut cut[3];
	const char *from = line;
	char *to = out->rest;
	size_t i;

	if (len >= ALIKE_MAX || memchr(line, '\\', len) || memchr(line, '\0', len))
		return false;
	/* in the order in which they are written */
	if (!cut_number(line, len, "\"cycle\":", SMALL, &cut[0]) ||
	    !cut_number(line, len, "\"rep\":", SMALL, &cut[1]) ||
	    !cut_number(line, len, "\"value\":", LARGE, &cut[2]) || cut[1].at < cut[0].end ||
	    cut[2].at < cut[1].end)
		return false;
	for (i = 0; i < 3; i++) {
		memcpy(to, from, (size_t)(cut[i].at - from));
		to += cut[i].at - from;
		from = cut[i].end;
	}
	memcpy(to, from, (size_t)(line + len - from));
	to[line + len - from] = '\0';
	out->cycle = (uint32_t)cut[0].number;
	out->rep = (uint32_t)cut[1].number;
	out->value = (int64_t)cut[2].number;
	return true;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of plan keys. */
#include "bench/plan/value.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/plan/plan.h"

static int suffix_shift(char c)
{
	static const char letters[] = "KMGT";
	const char *at = c ? strchr(letters, toupper((unsigned char)c)) : NULL;

	return at ? 10 * (int)(at - letters + 1) : -1;
}

int value_number(const char *text, bool size, uint64_t min, uint64_t max, uint64_t *out, char *why,
		 size_t len)
{
	unsigned long long value;
	char *end, a[24], b[24];
	int shift;

	if (text[0] == '-') {
		snprintf(why, len, "%s is negative; give at least %llu", text,
			 (unsigned long long)min);
		return -EINVAL;
	}
	/* strtoull() would take a sign or blanks; a digit first rules both out. */
	if (!isdigit((unsigned char)text[0])) {
		snprintf(why, len, "'%s' is not a number; write %s", text,
			 size ? "a size like 64M" : "a whole number");
		return -EINVAL;
	}
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*end && size) {
		shift = suffix_shift(*end);
		if (shift < 0 || end[1]) {
			snprintf(why, len, "'%s' is not a size; use a suffix K, M, G or T", text);
			return -EINVAL;
		}
		if (value > (UINT64_MAX >> shift))
			errno = ERANGE;
		value <<= shift;
	} else if (*end) {
		snprintf(why, len, "'%s' is not a number; write a whole number", text);
		return -EINVAL;
	}
	if (errno == ERANGE || value > max) {
		if (size)
			snprintf(why, len, "%s is too large; the limit is %s", text,
				 plan_size(max, a));
		else
			snprintf(why, len, "%s is too large; the limit is %llu", text,
				 (unsigned long long)max);
		return -EINVAL;
	}
	if (value < min) {
		snprintf(why, len, "%s is too small; give at least %s", text,
			 size ? plan_size(min, a) : (snprintf(b, sizeof(b), "%llu",
							     (unsigned long long)min), b));
		return -EINVAL;
	}
	*out = value;
	return 0;
}

int value_list(const char *text, bool size, uint64_t min, uint64_t max, uint64_t *out, size_t cap,
	       size_t *nr, char *why, size_t len)
{
	char *copy = strdup(text), *save = copy, *item;
	int err = 0;

	*nr = 0;
	if (!copy)
		return -ENOMEM;
	while (!err && (item = strsep(&save, ","))) {
		item += strspn(item, " \t");
		item[strcspn(item, " \t")] = '\0';
		if (!*item) {
			snprintf(why, len, "empty item in the list '%s'; remove the comma", text);
			err = -EINVAL;
		} else if (*nr == cap) {
			snprintf(why, len, "more than %zu values; split the matrix", cap);
			err = -EINVAL;
		} else {
			err = value_number(item, size, min, max, &out[*nr], why, len);
			++*nr;
		}
	}
	free(copy);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The answer of a machine, taken apart. */
#include "bench/doctor/facts.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool facts_bdf_valid(const char *bdf)
{
	static const char pattern[] = "xxxx:xx:xx.7";
	size_t i;

	for (i = 0; pattern[i]; i++) {
		if (pattern[i] == 'x' && !isxdigit((unsigned char)bdf[i]))
			return false;
		if (pattern[i] == '7' && (bdf[i] < '0' || bdf[i] > '7'))
			return false;
		if (strchr(":.", pattern[i]) && bdf[i] != pattern[i])
			return false;
	}
	return !bdf[i];
}

static bool key_char(char c)
{
	return islower((unsigned char)c) || isdigit((unsigned char)c) || c == '_';
}

/* Copies a value; what is not printable would end on somebody's terminal. */
static char *clean(const char *text, size_t len)
{
	char *value = malloc(len + 1);
	size_t i;

	for (i = 0; value && i < len; i++)
		value[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : ' ';
	if (value) {
		while (len && value[len - 1] == ' ')
			len--;
		value[len] = '\0';
	}
	return value;
}

static int parse_line(struct facts *f, const char *line, size_t len)
{
	struct fact *fact = &f->fact[f->nr];
	size_t key = 0;

	while (key < len && key_char(line[key]))
		key++;
	if (!key || key >= FACT_KEY_MAX || key == len || line[key] != '=' ||
	    len - key > FACT_VALUE_MAX || f->nr == FACTS_MAX) {
		f->left_out++;
		return 0;
	}
	memcpy(fact->key, line, key);
	fact->key[key] = '\0';
	fact->value = clean(line + key + 1, len - key - 1);
	if (!fact->value)
		return -ENOMEM;
	f->nr++;
	f->whole = !strcmp(fact->key, "end") && !strcmp(fact->value, "1");
	return 0;
}

int facts_parse(struct facts *f, const char *text, size_t len)
{
	const char *end;
	size_t n;
	int err = 0;

	memset(f, 0, sizeof(*f));
	if (len > FACTS_BYTES_MAX)
		return -EMSGSIZE;
	for (; !err && len; text += n, len -= n) {
		end = memchr(text, '\n', len);
		n = end ? (size_t)(end - text) + 1 : len;
		/* A line without its end was cut. */
		if (!end)
			f->left_out++, f->whole = false;
		else if (n > 1)
			err = parse_line(f, text, n - 1);
	}
	return err;
}

void facts_free(struct facts *f)
{
	while (f->nr)
		free(f->fact[--f->nr].value);
	memset(f, 0, sizeof(*f));
}

const char *facts_next(const struct facts *f, const char *key, const char *after)
{
	size_t i = 0;

	while (after && i < f->nr && f->fact[i++].value != after)
		;
	for (; i < f->nr; i++)
		if (!strcmp(f->fact[i].key, key))
			return f->fact[i].value;
	return NULL;
}

const char *facts_get(const struct facts *f, const char *key)
{
	const char *value = facts_next(f, key, NULL);

	return value ? value : "";
}

bool facts_number(const struct facts *f, const char *key, long long *out)
{
	const char *text = facts_get(f, key);
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoll(text, &end, 10);
	return !*end && !errno && *out < 1LL << 62;
}

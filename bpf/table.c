// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/table.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define P(name, about) { #name, about },
const struct probe_row probe_rows[] = { LUB_PROBES(P){ NULL, NULL } };
#undef P

_Static_assert(sizeof(probe_rows) / sizeof(probe_rows[0]) <= PROBES_MAX + 1, "raise PROBES_MAX");

static int find(const char *name, size_t len)
{
	int i;

	for (i = 0; probe_rows[i].name; i++)
		if (strlen(probe_rows[i].name) == len && !memcmp(probe_rows[i].name, name, len))
			return i;
	return -EINVAL;
}

int probes_parse(const char *text, uint32_t *set)
{
	uint32_t found = 0;
	size_t len;
	int i;

	*set = 0;
	if (!strcmp(text, "off"))
		return 0;
	if (!strcmp(text, "on")) {
		for (i = 0; probe_rows[i].name; i++)
			*set |= 1u << i;
		return 0;
	}
	for (;; text += len + 1) {
		len = strcspn(text, "+");
		i = find(text, len);
		if (i < 0 || found & 1u << i)
			return -EINVAL;
		found |= 1u << i;
		if (!text[len])
			break;
	}
	*set = found;
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernels that one plan compares. */
#include <errno.h>
#include <string.h>

#include "bench/plan/plan.h"

#define DIGITS "0123456789"
#define VARIANT "abcdefghijklmnopqrstuvwxyz-"

bool plan_kernel_valid(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz"), digits;

	if (len == 6 && !strncmp(name, "series", len)) {
		if (name[len] == ':') {
			digits = strspn(name + len + 1, DIGITS);
			if (!digits || name[len + 1] == '0')
				return false;
			len += 1 + digits;
		}
	} else if (len != 4 || strncmp(name, "base", len)) {
		return false;
	}
	/* "-debug": what the build adds to the name for a variant */
	return !name[len] ||
	       (name[len] == '-' && name[len + 1] && !name[len + strspn(name + len, VARIANT)]);
}

int plan_set_kernels(struct plan *plan, const char *text)
{
	char found[PLAN_KERNELS_MAX][PLAN_NAME_MAX];
	size_t nr = 0, len, i;

	for (;; text += len + 1) {
		text += strspn(text, " \t");
		len = strcspn(text, ",");
		if (nr == PLAN_KERNELS_MAX || len >= PLAN_NAME_MAX)
			return -EINVAL;
		memcpy(found[nr], text, len);
		found[nr][len] = '\0';
		found[nr][strcspn(found[nr], " \t")] = '\0';
		if (!plan_kernel_valid(found[nr]))
			return -EINVAL;
		for (i = 0; i < nr; i++)
			if (!strcmp(found[i], found[nr]))
				return -EINVAL;
		nr++;
		if (!text[len])
			break;
	}
	memcpy(plan->kernels, found, sizeof(found));
	plan->nr_kernels = nr;
	return 0;
}

const char *plan_kernels_text(const struct plan *plan)
{
	static char text[PLAN_KERNELS_MAX * (PLAN_NAME_MAX + 1)];
	size_t len = 0, i;

	text[0] = '\0';
	for (i = 0; i < plan->nr_kernels; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? "," : "",
					plan->kernels[i]);
	return text;
}

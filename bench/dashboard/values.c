// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON of what may be unknown. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/dashboard/parts.h"
#include "bench/stats/stats.h"

json_t *dash_number(double x)
{
	if (!isfinite(x))
		return json_null();
	/* whole numbers without a fraction: shorter, and exact */
	return x == floor(x) && fabs(x) < 1e15 ? json_integer((json_int_t)x) : json_real(x);
}

json_t *dash_text(const char *s)
{
	json_t *text = s ? json_string(s) : json_null();
	char *plain, *c;

	if (text)
		return text;
	plain = strdup(s);
	for (c = plain; c && *c; c++)
		if (*c & 0x80)
			*c = '?';
	text = plain ? json_string(plain) : NULL;
	free(plain);
	return text;
}

void dash_set(json_t *object, const char *key, json_t *value)
{
	json_object_set_new_nocheck(object, key, value ? value : json_null());
}

void dash_append(json_t *array, json_t *value)
{
	json_array_append_new(array, value ? value : json_null());
}

json_t *dash_summary(const double *v, size_t n)
{
	struct stats_summary s = { 0 };
	json_t *o = json_object();
	bool none = !n || stats_summarize(v, n, &s);

	dash_set(o, "n", json_integer((json_int_t)s.n));
	dash_set(o, "median", none ? NULL : dash_number(s.median));
	dash_set(o, "p95", none ? NULL : dash_number(s.p95));
	dash_set(o, "min", none ? NULL : dash_number(s.min));
	dash_set(o, "max", none ? NULL : dash_number(s.max));
	return o;
}

const char *dash_field(const struct record_set *set, const char *key)
{
	return json_string_value(json_object_get(set->run, key));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Change points against SciPy (tests/unit/fixtures/README.md): the statistic of the best cut of
 * many series, where it is, and how often shuffles part as well.
 */
#include "tests/unit/reference.h"

/* The same distances, up to 12720 of them, summed up in another order. */
#define SUMS 1e-9

/* The observed order counts as one of the shuffles, here of 2000 and there of 10000. */
#define ONE 1e-3

static bool listed(const json_t *list, size_t at)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if ((size_t)json_integer_value(v) == at)
			return true;
	return false;
}

/* Both p are draws, of 1999 orders here; SciPy's is none where it went through all. */
static void chance(const json_t *one, const double *x, size_t n)
{
	double p = num(one, "p"), draws = num(one, "resamples"), error;
	struct stats_change *found = calloc(n, sizeof(*found));
	size_t at, i, nr;

	assert_non_null(found);
	stats_best_cut(x, n, &at);
	/* of any p: then the best cut of all is one of those found, with its own p */
	assert_int_equal(stats_change_points(x, n, 1, 0, found, &nr), 0);
	for (i = 0; i < nr && found[i].at != at; i++)
		;
	assert_true(i < nr);
	error = sqrt(p * (1 - p) * (1.0 / STATS_SHUFFLES + (draws > 0 ? 1 / draws : 0)));
	within("the p of the best cut", found[i].p, p - 4 * error - ONE, p + 4 * error + ONE);
	free(found);
}

static void cuts(const json_t *one)
{
	const json_t *lengths = json_object_get(one, "lengths"), *l;
	size_t n, len, i, at;
	double *x = array(one, "x", &n);

	assert_true(json_array_size(lengths) > 0);
	json_array_foreach(lengths, i, l) {
		len = (size_t)num(l, "n");
		assert_in_range(len, 4, n);
		near("the statistic of the best cut", stats_best_cut(x, len, &at), num(l, "q"),
		     SUMS);
		if (!listed(json_object_get(l, "at"), at))
			fail_msg("the best cut of %zu values is not at %zu", len, at);
	}
	if (json_object_get(one, "p"))
		chance(one, x, n);
	free(x);
}

REFERENCE(cuts, "changepoint-scipy.json", "cuts")

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

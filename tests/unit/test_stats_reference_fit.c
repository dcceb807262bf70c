// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Robust fits, their errors, and bootstrap intervals against R's MASS::rlm and boot (tests/unit/fixtures/README.md).
 */
#include <string.h>

#include "bench/stats/stats.h"
#include "tests/unit/reference.h"

struct rows {
	double *y, *x[STATS_FIT_TERMS - 1], *scale, *cluster;
	size_t n, terms;
};

static void rows_of(const json_t *one, struct rows *r)
{
	const json_t *x = json_object_get(one, "x");
	size_t i, j, n;

	memset(r, 0, sizeof(*r));
	r->y = array(one, "y", &r->n);
	r->terms = json_array_size(x) + 1;
	assert_in_range(r->terms, 2, STATS_FIT_TERMS);
	for (j = 1; j < r->terms; j++) {
		const json_t *col = json_array_get(x, j - 1);

		assert_int_equal(json_array_size(col), r->n);
		r->x[j - 1] = malloc(r->n * sizeof(*r->x[j - 1]));
		assert_non_null(r->x[j - 1]);
		for (i = 0; i < r->n; i++)
			r->x[j - 1][i] = json_number_value(json_array_get(col, i));
	}
	if (json_object_get(one, "scale")) {
		r->scale = array(one, "scale", &n);
		assert_int_equal(n, r->n);
	}
	if (json_object_get(one, "cluster")) {
		r->cluster = array(one, "cluster", &n);
		assert_int_equal(n, r->n);
	}
}

static void rows_free(struct rows *r)
{
	size_t j;

	free(r->y);
	for (j = 1; j < r->terms; j++)
		free(r->x[j - 1]);
	free(r->scale);
	free(r->cluster);
}

static void all_near(const char *what, const json_t *one, const char *key, const double *is,
		     size_t n, double rel)
{
	size_t i, m;
	double *want = array(one, key, &m);

	assert_int_equal(n, m);
	for (i = 0; i < n; i++)
		near(what, is[i], want[i], rel);
	free(want);
}

/*
 * GSL stops when a round moves no coefficient by more than 1.5e-8 of itself, rlm at 1e-12 here. A round leaves at
 * most 0.63 of the way in these cases, so that GSL is up to 2.6e-8 from the end. Residuals and the distances between
 * fits are down to a 140th of coefficients that cancel: theirs is up to 3.6e-6.
 */
#define SETTLED 1e-7
#define CANCELLED 5e-6

static void r_fit(const json_t *one)
{
	struct stats_fit f;
	struct rows r;
	double *plain;
	size_t j, n;

	rows_of(one, &r);
	assert_int_equal(
		stats_robust_fit(r.y, (const double *const *)r.x, r.scale, r.n, r.terms, &f), 0);
	assert_null(f.reason);
	/* where GSL goes back and forth, rlm does, too: it is the data */
	assert_int_equal(!strstr(f.method, "Huber"), json_is_true(json_object_get(one, "settled")));
	all_near("coefficient", one, "coef", f.coef, r.terms, SETTLED);
	all_near("standard error", one, "se", f.se, r.terms, SETTLED);
	near("condition", f.condition, num(one, "condition"), 1e-9);
	near("R2", f.r2, num(one, "r2"), CANCELLED);
	near("mad", f.mad, num(one, "mad"), CANCELLED);
	if (r.scale)
		near("relative mad", f.mad_rel, num(one, "mad_rel"), CANCELLED);
	/*
	 * rlm as it comes does without leverage and has another scale: an estimate of the same thing, which lies
	 * nearer than either of them is known.
	 */
	plain = array(one, "plain", &n);
	assert_int_equal(n, r.terms);
	for (j = 0; j < n; j++)
		within("coefficient", f.coef[j], plain[j] - f.se[j], plain[j] + f.se[j]);
	free(plain);
	if (r.cluster) {
		assert_int_equal(stats_cluster_se(r.y, (const double *const *)r.x, r.scale,
						  r.cluster, r.n, &f),
				 0);
		all_near("error by clusters", one, "cluster_se", f.se, r.terms, CANCELLED);
	}
	rows_free(&r);
}

/* Ends that are within four standard errors of R's, of which the fixture says how far that is. */
static void ends(const json_t *one, const struct stats_ci *ci)
{
	near("estimate", ci->est, num(one, "est"), 1e-9);
	within("lower end", ci->lo, num(one, "lo_from") - 1e-9, num(one, "lo_to") + 1e-9);
	within("upper end", ci->hi, num(one, "hi_from") - 1e-9, num(one, "hi_to") + 1e-9);
}

static void r_boot_quantile(const json_t *one)
{
	struct stats_ci ci;
	size_t n;
	double *x = array(one, "x", &n);

	assert_int_equal(stats_bootstrap_quantile(x, n, num(one, "q"), num(one, "level"),
						  (unsigned int)num(one, "resamples"), STATS_SEED,
						  &ci),
			 0);
	ends(one, &ci);
	free(x);
}

static void r_boot_shift(const json_t *one)
{
	struct stats_stratum st[8];
	size_t nr = strata_of(one, st, 8);
	unsigned int resamples = (unsigned int)num(one, "resamples");
	struct stats_ci ci;

	assert_int_equal(stats_bootstrap_shift_strata(st, nr, num(one, "level"), resamples,
						      STATS_SEED, &ci),
			 0);
	ends(one, &ci);
	if (nr == 1) {
		assert_int_equal(stats_bootstrap_shift(st[0].x, st[0].nx, st[0].y, st[0].ny,
						       num(one, "level"), resamples, STATS_SEED,
						       &ci),
				 0);
		ends(one, &ci);
	}
	strata_free(st, nr);
}

REFERENCE(r_fit, "fit-r.json", "fits")
REFERENCE(r_boot_quantile, "fit-r.json", "quantiles")
REFERENCE(r_boot_shift, "fit-r.json", "shifts")

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r_fit_agrees),
		cmocka_unit_test(r_boot_quantile_agrees),
		cmocka_unit_test(r_boot_shift_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

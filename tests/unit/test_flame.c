// SPDX-License-Identifier: GPL-2.0-or-later
/* From perf's output to folded stacks and to the picture. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/report/fold.h"

static const char script[] = "lubench-agent \n"
			     "\tffffffff81775b9a kho_preserve_folio\n"
			     "\tffffffff8177622a iommufd_lu_preserve\n"
			     "\tffffffff81000130 entry_SYSCALL_64\n"
			     "\n"
			     "lubench-agent \n"
			     "\tffffffff8177622b iommufd_lu_preserve\n"
			     "\tffffffff81000130 entry_SYSCALL_64\n"
			     "\n"
			     "lubench-agent \n"
			     "            7f0000001 [unknown]\n"
			     "\tffffffff81000130 entry_SYSCALL_64\n"
			     "\n"
			     "lubench-agent \n"
			     "\tffffffff81775b9f kho_preserve_folio\n"
			     "\tffffffff8177622a iommufd_lu_preserve\n"
			     "\tffffffff81000130 entry_SYSCALL_64\n";

static int parse(struct fold *f, const char *text,
		 int (*fold)(struct fold *f, FILE *in, unsigned int *line), unsigned int *line)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(in);
	err = fold(f, in, line);
	fclose(in);
	return err;
}

static char *written(const struct fold *f, int (*write)(FILE *out, const struct fold *f))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_int_equal(write(out, f), 0);
	fclose(out);
	return text;
}

static int picture(FILE *out, const struct fold *f)
{
	return flame_svg(out, f, "a <title> & more", "about");
}

static void folding(void **state)
{
	struct fold f = { 0 };
	unsigned int line;
	char *text;

	(void)state;
	assert_int_equal(parse(&f, script, fold_script, &line), 0);
	assert_int_equal(f.nr, 4);
	fold_sort(&f);
	assert_int_equal(f.nr, 3);
	assert_int_equal(fold_total(&f), 4);
	text = written(&f, fold_write);
	assert_string_equal(text, "entry_SYSCALL_64;[unknown] 1\n"
				  "entry_SYSCALL_64;iommufd_lu_preserve 1\n"
				  "entry_SYSCALL_64;iommufd_lu_preserve;kho_preserve_folio 2\n");
	/* What was written is read again, and adds up with what is there. */
	assert_int_equal(parse(&f, text, fold_text, &line), 0);
	fold_sort(&f);
	assert_int_equal(f.nr, 3);
	assert_int_equal(fold_total(&f), 8);
	free(text);
	fold_free(&f);
}

/* '.' and '_' must not come between a function and what it calls: their stacks would be drawn twice. */
static void order(void **state)
{
	static const char in[] = "a;c 1\na.isra.0;b 2\na 3\na_b 4\na;b 5\na;b;c 6\n";
	struct fold f = { 0 };
	unsigned int line;
	char *text;

	(void)state;
	assert_int_equal(parse(&f, in, fold_text, &line), 0);
	fold_sort(&f);
	text = written(&f, fold_write);
	assert_string_equal(text, "a 3\na;b 5\na;b;c 6\na;c 1\na.isra.0;b 2\na_b 4\n");
	free(text);
	fold_free(&f);
}

static void bad_lines(void **state)
{
	struct fold f = { 0 };
	unsigned int line;

	(void)state;
	assert_int_equal(parse(&f, "a;b 1\na;b x\n", fold_text, &line), -EINVAL);
	assert_int_equal(line, 2);
	assert_int_equal(parse(&f, "a;b\n", fold_text, &line), -EINVAL);
	assert_int_equal(parse(&f, " 5\n", fold_text, &line), -EINVAL);
	assert_int_equal(parse(&f, "sh\n\tffff f\n\tzz f\n", fold_script, &line), -EINVAL);
	assert_int_equal(line, 3);
	fold_free(&f);
}

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)); text += strlen(what))
		n++;
	return n;
}

static void drawing(void **state)
{
	static const char in[] = "entry;a<b>;kho_x 1\nentry;a<b> 1\nentry;c 2\n";
	struct fold f = { 0 };
	unsigned int line;
	char *text, *again;

	(void)state;
	assert_int_equal(parse(&f, in, fold_text, &line), 0);
	fold_sort(&f);
	text = written(&f, picture);
	again = written(&f, picture);
	assert_string_equal(text, again);
	/* "all" and four functions; one box a function, not one a stack */
	assert_int_equal(count(text, "<g><title>"), 5);
	assert_int_equal(count(text, "</g>"), 5);
	assert_non_null(strstr(text, "<title>a &lt;title&gt; &amp; more</title>"));
	assert_non_null(strstr(text, "<title>all (4 samples, 100.00 %)</title>"));
	assert_non_null(strstr(text, "<title>a&lt;b&gt; (2 samples, 50.00 %)</title>"
				     "<rect x=\"10.00\" y=\"109\" width=\"590.00\""));
	/* Its own sample first: what it calls stands on the right half of it, one box higher. */
	assert_non_null(strstr(text, "<title>kho_x (1 samples, 25.00 %)</title>"
				     "<rect x=\"305.00\" y=\"92\" width=\"295.00\""));
	assert_non_null(strstr(text, "<title>c (2 samples, 50.00 %)</title>"
				     "<rect x=\"600.00\" y=\"109\" width=\"590.00\""));
	assert_non_null(strstr(text, "not drawn: 0 boxes"));
	free(text);
	free(again);
	fold_free(&f);
	assert_int_equal(flame_svg(stdout, &f, "", ""), -ENODATA);
}

/* A function too narrow to be seen is left out, and counted; its name is cut where it does not fit. */
static void narrow(void **state)
{
	char in[300];
	struct fold f = { 0 };
	unsigned int line;
	char *text;

	(void)state;
	snprintf(in, sizeof(in), "entry;thin 1\nentry;%0200d 9999\n", 7);
	assert_int_equal(parse(&f, in, fold_text, &line), 0);
	fold_sort(&f);
	text = written(&f, picture);
	assert_null(strstr(text, "thin"));
	assert_non_null(strstr(text, "not drawn: 1 boxes"));
	assert_non_null(strstr(text, "000..</text>"));
	free(text);
	fold_free(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folding), cmocka_unit_test(order),  cmocka_unit_test(bad_lines),
		cmocka_unit_test(drawing), cmocka_unit_test(narrow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

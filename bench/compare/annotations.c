// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of annotations: RUN step|invalid METRIC-PATTERN TEXT. */
#include "bench/compare/history.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "bench/compare/compare.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/model.h"

/* Return: 0, -ENOMEM, or -EINVAL with the reason in @why. */
static int add(struct note_list *list, char *line, const char **why)
{
	char *save, *run = strtok_r(line, " \t\r\n", &save), *kind, *metric, *text;
	struct note *note;

	if (!run || *run == '#')
		return 0;
	kind = strtok_r(NULL, " \t\r\n", &save);
	metric = strtok_r(NULL, " \t\r\n", &save);
	text = strtok_r(NULL, "\r\n", &save);
	if (text)
		text += strspn(text, " \t");
	*why = "write: RUN step|invalid METRIC-PATTERN REASON";
	if (!kind || (strcmp(kind, "step") && strcmp(kind, "invalid")))
		return -EINVAL;
	*why = "the pattern of metrics or the reason is missing";
	if (!metric || !text || !*text)
		return -EINVAL;
	note = model_grow((void **)&list->v, &list->n, &list->cap, sizeof(*note));
	if (!note)
		return -ENOMEM;
	note->kind = strcmp(kind, "step") ? NOTE_INVALID : NOTE_STEP;
	note->run = strdup(run);
	note->metric = strdup(metric);
	note->text = strdup(text);
	return note->run && note->metric && note->text ? 0 : -ENOMEM;
}

int history_notes_read(const char *path, struct note_list *list)
{
	FILE *in = fopen(path, "re");
	const char *why = "";
	size_t cap = 0, nr = 0;
	char *line = NULL;
	int err, bad = 0;

	memset(list, 0, sizeof(*list));
	if (!in) {
		err = -errno;
		lub_err("cannot read %s: %s", path, strerror(-err));
		return err;
	}
	while (bad != -ENOMEM && getline(&line, &cap, in) > 0) {
		nr++;
		err = add(list, line, &why);
		if (err == -EINVAL)
			lub_err("%s:%zu: %s", path, nr, why);
		bad = err ? err : bad;
	}
	if (!bad && ferror(in)) {
		bad = -EIO;
		lub_err("%s: cannot be read to its end", path);
	}
	free(line);
	fclose(in);
	return bad;
}

void history_notes_free(struct note_list *list)
{
	while (list->n) {
		free(list->v[--list->n].run);
		free(list->v[list->n].metric);
		free(list->v[list->n].text);
	}
	free(list->v);
}

const struct note *history_note_about(const struct note_list *notes, enum note_kind kind,
				      const char *run, const char *metric)
{
	size_t i;

	for (i = 0; i < notes->n; i++)
		if (notes->v[i].kind == kind && !strcmp(notes->v[i].run, run) &&
		    !fnmatch(notes->v[i].metric, metric, 0))
			return &notes->v[i];
	return NULL;
}

const struct note *history_note_whole(const struct note_list *notes, const char *run)
{
	size_t i;

	for (i = 0; i < notes->n; i++)
		if (notes->v[i].kind == NOTE_INVALID && !strcmp(notes->v[i].run, run) &&
		    !strcmp(notes->v[i].metric, "*"))
			return &notes->v[i];
	return NULL;
}

static void expect(struct compare *c, struct cmp_test *t, const struct note *note)
{
	if (t->verdict != CMP_WORSE || t->expected)
		return;
	t->expected = note->text;
	c->worse--;
	c->expected++;
}

void cmp_expect(struct compare *c, const struct note_list *notes, const char *const *runs, size_t n)
{
	const struct note *note;
	size_t i, j;

	for (i = 0; i < c->nr_series; i++) {
		struct cmp_series *s = &c->series[i];

		for (j = 0, note = NULL; j < n && !note && s->headline; j++)
			note = history_note_about(notes, NOTE_STEP, runs[j], s->first->metric);
		if (!note)
			continue;
		expect(c, &s->all, note);
		for (j = 0; j < s->scaling.terms; j++)
			expect(c, &s->scaling.coef[j], note);
		for (j = 0; j < s->nr_points && s->nr_points > 1; j++)
			expect(c, &s->points[j].test, note);
		/* the only point of a series is the series */
		if (s->nr_points == 1)
			s->points[0].test = s->all;
	}
}

const struct note *history_note_expected(const struct note_list *notes, const char *const *runs,
					 size_t n, size_t at, const char *metric)
{
	const struct note *note = history_note_about(notes, NOTE_STEP, runs[at], metric);

	if (!note)
		note = history_note_about(notes, NOTE_STEP, runs[at - 1], metric);
	if (!note && at + 1 < n)
		note = history_note_about(notes, NOTE_STEP, runs[at + 1], metric);
	return note;
}

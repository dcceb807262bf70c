// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/report/fold.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Takes @text over. */
static int add(struct fold *f, char *text, uint64_t count)
{
	if (f->nr == f->cap) {
		size_t cap = f->cap ? 2 * f->cap : 256;
		struct fold_stack *at = realloc(f->at, cap * sizeof(*at));

		if (!at) {
			free(text);
			return -ENOMEM;
		}
		f->at = at;
		f->cap = cap;
	}
	f->at[f->nr++] = (struct fold_stack){ text, count };
	return 0;
}

/* A ';' or a blank in a name would be taken for what stands between names. */
static void clean(char *name)
{
	for (; *name; name++)
		if (*name == ';' || isspace((unsigned char)*name) || iscntrl((unsigned char)*name))
			*name = '_';
}

/* "\taddress name": the name, in place. NULL: no such line. */
static char *frame_name(char *text)
{
	char *name, *end;

	text += strspn(text, " \t");
	name = text + strspn(text, "0123456789abcdef");
	if (name == text || *name != ' ')
		return NULL;
	name += strspn(name, " ");
	end = name + strlen(name);
	while (end > name && isspace((unsigned char)end[-1]))
		*--end = '\0';
	/* perf prints nothing for what it cannot name with some options, and this with others. */
	if (!*name || !strcmp(name, "[unknown]"))
		return "[unknown]";
	clean(name);
	return name;
}

/* The frames come innermost first. */
static int add_sample(struct fold *f, char *const *frames, size_t nr)
{
	size_t i, len = 1;
	char *text;

	if (!nr)
		return 0;
	for (i = 0; i < nr; i++)
		len += strlen(frames[i]) + 1;
	text = malloc(len);
	if (!text)
		return -ENOMEM;
	*text = '\0';
	for (len = 0, i = nr; i--;)
		len += (size_t)sprintf(text + len, "%s%s", frames[i], i ? ";" : "");
	return add(f, text, 1);
}

static void drop(char **frames, size_t *nr)
{
	while (*nr)
		free(frames[--*nr]);
}

int fold_script(struct fold *f, FILE *in, unsigned int *line)
{
	char *frames[FOLD_DEPTH_MAX], *text = NULL, *name;
	size_t nr = 0, cap = 0;
	int err = 0;

	for (*line = 1; !err && getline(&text, &cap, in) > 0; ++*line) {
		if (!isspace((unsigned char)*text) || !text[strspn(text, " \t\n")]) {
			/* A line with the command begins a sample, an empty one ends it. */
			err = add_sample(f, frames, nr);
			drop(frames, &nr);
			continue;
		}
		name = frame_name(text);
		if (!name)
			err = -EINVAL;
		else if (nr < FOLD_DEPTH_MAX && !(frames[nr++] = strdup(name)))
			err = -ENOMEM;
		if (err)
			break;
	}
	if (!err)
		err = add_sample(f, frames, nr);
	drop(frames, &nr);
	free(text);
	return err;
}

int fold_text(struct fold *f, FILE *in, unsigned int *line)
{
	char *text = NULL, *blank, *end, *stack;
	size_t cap = 0;
	uint64_t count;
	int err = 0;

	for (*line = 1; !err && getline(&text, &cap, in) > 0; ++*line) {
		if (!text[strspn(text, " \t\n")])
			continue;
		blank = strrchr(text, ' ');
		count = blank ? strtoull(blank + 1, &end, 10) : 0;
		if (!blank || blank == text || end == blank + 1 || end[strspn(end, "\r\n")]) {
			err = -EINVAL;
			break;
		}
		*blank = '\0';
		stack = strdup(text);
		err = stack ? add(f, stack, count) : -ENOMEM;
	}
	free(text);
	return err;
}

/* All stacks below one function must stand together, so the ends of names come before everything else. */
static int rank(unsigned char c)
{
	return c == ';' ? 1 : c ? c + 2 : 0;
}

static int compare(const void *a, const void *b)
{
	const char *x = ((const struct fold_stack *)a)->text;
	const char *y = ((const struct fold_stack *)b)->text;

	while (*x && *x == *y)
		x++, y++;
	return rank((unsigned char)*x) - rank((unsigned char)*y);
}

void fold_sort(struct fold *f)
{
	size_t i, n = 0;

	if (!f->nr)
		return;
	qsort(f->at, f->nr, sizeof(*f->at), compare);
	for (i = 1; i < f->nr; i++) {
		if (!strcmp(f->at[n].text, f->at[i].text)) {
			f->at[n].count += f->at[i].count;
			free(f->at[i].text);
		} else {
			f->at[++n] = f->at[i];
		}
	}
	f->nr = n + 1;
}

uint64_t fold_total(const struct fold *f)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < f->nr; i++)
		sum += f->at[i].count;
	return sum;
}

int fold_write(FILE *out, const struct fold *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		fprintf(out, "%s %" PRIu64 "\n", f->at[i].text, f->at[i].count);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

void fold_free(struct fold *f)
{
	size_t i;

	for (i = 0; i < f->nr; i++)
		free(f->at[i].text);
	free(f->at);
	*f = (struct fold){ 0 };
}

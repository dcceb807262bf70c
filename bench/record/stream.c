// SPDX-License-Identifier: GPL-2.0-or-later
/* Reader of samples.jsonl, one line at a time: memory does not grow with the file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/record/record.h"

/* Return: 0, -EINVAL for a line that is no record, or what @walk->each returned. */
static int one_line(const char *text, size_t len, const struct record_walk *walk)
{
	struct record_set one = { .run_id = "", .target = "", .mode = "" };
	const char *why = NULL;
	json_t *line;
	int err;

	if (walk->line && walk->line(text, len, walk->arg))
		return 0;
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	err = line ? record_parse(line, &one, &why) : -EINVAL;
	json_decref(line);
	if (!err)
		err = walk->each(&one, walk->arg);
	record_set_free(&one);
	return err;
}

int record_each(const char *path, const struct record_walk *walk, size_t *bad)
{
	char *text = NULL;
	FILE *in = fopen(path, "re");
	size_t cap = 0;
	ssize_t len;
	int err = 0;

	*bad = 0;
	if (!in) {
		err = -errno;
		lub_err("cannot read %s: %s; give the samples of a run", path, strerror(errno));
		return err;
	}
	while (!err && (len = getline(&text, &cap, in)) > 0) {
		/* the last line of a run that was interrupted */
		if (text[len - 1] != '\n')
			err = -EINVAL;
		else
			err = one_line(text, (size_t)len - 1, walk);
		if (err == -EINVAL) {
			++*bad;
			err = 0;
		}
	}
	if (!err && ferror(in)) {
		err = -EIO;
		lub_err("%s: read error", path);
	}
	free(text);
	fclose(in);
	return err;
}

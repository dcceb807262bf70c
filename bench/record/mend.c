// SPDX-License-Identifier: GPL-2.0-or-later
/* Taking lines out of the middle of samples.jsonl. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/record/record.h"

struct mend {
	FILE *in, *stay, *aside;
	char *stay_path;
	const bool *keep;
	size_t nr_keep;
	bool stays;
};

/*
 * Does a line stay? One that is no record belongs to a cycle as those around it do: it goes where the
 * line before it went, so that a record which lost something does not come to look whole.
 */
static bool stays(struct mend *m, const char *text, size_t len)
{
	json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *cycle = json_object_get(line, "cycle");
	json_int_t n = json_integer_value(cycle);

	if (cycle)
		m->stays = n >= 0 && (size_t)n < m->nr_keep && m->keep[n];
	else if (line)
		m->stays = true;
	json_decref(line);
	return m->stays;
}

static int copy_lines(struct mend *m)
{
	char *text = NULL;
	size_t cap = 0;
	ssize_t len;
	int err = 0;

	while (!err && (len = getline(&text, &cap, m->in)) > 0)
		if (fwrite(text, 1, (size_t)len,
			   stays(m, text, (size_t)len) ? m->stay : m->aside) != (size_t)len)
			err = -EIO;
	if (!err && ferror(m->in))
		err = -EIO;
	free(text);
	return err;
}

static int flush(FILE *out)
{
	return fflush(out) || fsync(fileno(out)) ? -errno : 0;
}

static FILE *beside(const struct record_writer *w, const char *name, const char *mode, char **path)
{
	FILE *out;

	if (asprintf(path, "%.*s%s", (int)(strlen(w->path) - strlen(RECORD_SAMPLES)), w->path,
		     name) < 0) {
		*path = NULL;
		errno = ENOMEM;
		return NULL;
	}
	out = fopen(*path, mode);
	return out;
}

/* What is moved is safe in its file before the one without it takes the old one's place. */
static int swap(struct record_writer *w, struct mend *m)
{
	int fd, err = flush(m->aside);

	if (!err)
		err = flush(m->stay);
	if (!err && rename(m->stay_path, w->path))
		err = -errno;
	if (err)
		return err;
	fd = open(w->path, O_RDWR | O_APPEND | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(w->fd);
	w->fd = fd;
	return 0;
}

int record_keep(struct record_writer *w, const bool *keep, size_t nr_keep, const char *aside)
{
	struct mend m = { .keep = keep, .nr_keep = nr_keep };
	char *aside_path = NULL;
	int err = 0;

	m.in = fopen(w->path, "re");
	m.stay = m.in ? beside(w, RECORD_SAMPLES ".new", "we", &m.stay_path) : NULL;
	m.aside = m.stay ? beside(w, aside, "ae", &aside_path) : NULL;
	if (!m.aside)
		err = -errno;
	if (!err)
		err = copy_lines(&m);
	if (!err)
		err = swap(w, &m);
	if (m.aside)
		fclose(m.aside);
	if (m.stay)
		fclose(m.stay);
	if (m.in)
		fclose(m.in);
	if (err) {
		if (m.stay_path)
			unlink(m.stay_path);
		lub_err("%s: cannot move lines to %s: %s; free some space and resume the run",
			w->path, aside, strerror(-err));
	}
	free(m.stay_path);
	free(aside_path);
	return err;
}

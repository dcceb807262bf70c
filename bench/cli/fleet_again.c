// SPDX-License-Identifier: GPL-2.0-or-later
/* What a run of several hosts was asked for: one of them may have to begin after its controller was killed. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/cli/fleet.h"
#include "bench/lubench.h"

#define OPTIONS_FILE "options.json"

static char *path_in(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static int copy_plan(const char *dir, const char *plan, const char *name)
{
	char *to = path_in(dir, name), *text = to ? file_text(plan) : NULL;
	FILE *out = text ? fopen(to, "we") : NULL;
	int err = out ? 0 : -EIO;

	if (out && fputs(text, out) < 0)
		err = -EIO;
	if (out && (fflush(out) || fsync(fileno(out)) || fclose(out)))
		err = -EIO;
	if (err)
		lub_err("cannot copy plan %s to %s", plan, to ? to : dir);
	free(text);
	free(to);
	return err;
}

int fleet_save(const struct fleet *f, const char *dir)
{
	const char *slash = strrchr(f->plan, '/'), *name = slash ? slash + 1 : f->plan;
	char *path = path_in(dir, OPTIONS_FILE);
	json_t *words = json_array(), *obj;
	int i, err = path && words ? copy_plan(dir, f->plan, name) : -ENOMEM;

	for (i = 1; i < f->argc; i++)
		json_array_append_new(words, json_string(f->argv[i]));
	obj = json_pack("{s:s, s:o}", "plan", name, "options", words);
	if (!err && (!obj || json_dump_file(obj, path, 0))) {
		lub_err("cannot write %s; free some space or use another --out", path);
		err = -EIO;
	}
	json_decref(obj);
	free(path);
	return err;
}

int fleet_again(struct fleet *f, const char *dir)
{
	char *path = path_in(dir, OPTIONS_FILE);
	json_t *obj = path ? json_load_file(path, 0, NULL) : NULL, *words, *word;
	const char *plan = json_string_value(json_object_get(obj, "plan"));
	size_t i;

	free(path);
	words = json_object_get(obj, "options");
	f->argv = calloc(json_array_size(words) + 2, sizeof(*f->argv));
	f->plan = plan && !strchr(plan, '/') ? path_in(dir, plan) : NULL;
	if (!f->argv || !f->plan) {
		json_decref(obj);
		return -ENOENT;
	}
	/* All of it stays to the end of the process. */
	f->argv[0] = strdup("run");
	json_array_foreach(words, i, word)
		f->argv[i + 1] = strdup(json_string_value(word) ? json_string_value(word) : "");
	f->argc = (int)json_array_size(words) + 1;
	f->again = true;
	json_decref(obj);
	return 0;
}

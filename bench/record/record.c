// SPDX-License-Identifier: GPL-2.0-or-later
/* Reader of samples.jsonl. */
#include "bench/record/record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/lubench.h"

static const char *str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

/* A non-negative integer; anything else gives -EINVAL so that the line is refused. */
static int num(const json_t *obj, const char *key, uint64_t max, uint64_t *out)
{
	const json_t *v = json_object_get(obj, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    (uint64_t)json_integer_value(v) > max)
		return -EINVAL;
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static int parse_params(const json_t *obj, struct lub_params *p, const char **why)
{
	uint64_t hwpts, devices, set = 0;

	*why = "params";
	if (!json_is_object(obj) || num(obj, "hwpts", UINT32_MAX, &hwpts) ||
	    num(obj, "ioas_bytes", INT64_MAX, &p->ioas_bytes) ||
	    num(obj, "page_bytes", INT64_MAX, &p->page_bytes) || !p->page_bytes ||
	    num(obj, "devices", UINT32_MAX, &devices))
		return -EINVAL;
	if (json_object_get(obj, "working_set") && num(obj, "working_set", UINT32_MAX, &set))
		return -EINVAL;
	p->working_set = (uint32_t)set;
	p->hwpts = (uint32_t)hwpts;
	p->devices = (uint32_t)devices;
	p->mode = str(obj, "mode");
	p->workload = str(obj, "workload");
	p->probes = str(obj, "probes");
	p->phase = str(obj, "phase");
	p->kernel = str(obj, "kernel");
	p->observer = str(obj, "observer");
	p->layout = str(obj, "layout");
	p->format = str(obj, "format");
	p->step = str(obj, "step");
	p->device = str(obj, "device");
	p->cache = str(obj, "cache");
	return p->mode && p->workload && p->probes ? 0 : -EINVAL;
}

/* Room for one more: capacities are powers of two, so the count alone says when to grow. */
static void *grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1) || (count && count < 2))
		return array;
	return realloc(array, (count ? count * 2 : 2) * size);
}

static int parse_sample(json_t *line, struct record_set *set, const char **why)
{
	const json_t *value = json_object_get(line, "value");
	struct lub_sample s = { 0 }, *all;
	uint64_t cycle, rep;

	if (parse_params(json_object_get(line, "params"), &s.params, why))
		return -EINVAL;
	*why = "cycle, rep, scenario, metric, unit, value or reason";
	s.run = str(line, "run");
	s.scenario = str(line, "scenario");
	s.metric = str(line, "metric");
	s.unit = str(line, "unit");
	s.clock = str(line, "clock");
	s.reason = str(line, "reason");
	if (num(line, "cycle", UINT32_MAX, &cycle) || num(line, "rep", UINT32_MAX, &rep) ||
	    !s.run || !s.scenario || !s.metric || !s.unit)
		return -EINVAL;
	if (json_is_integer(value) == !!s.reason ||
	    (!json_is_integer(value) && !json_is_null(value)))
		return -EINVAL;
	s.value = json_integer_value(value);
	s.cycle = (uint32_t)cycle;
	s.rep = (uint32_t)rep;
	all = grow(set->samples, set->nr_samples, sizeof(*all));
	if (!all)
		return -ENOMEM;
	set->samples = all;
	all[set->nr_samples++] = s;
	return 0;
}

static int parse_event(json_t *line, struct record_set *set, const char **why)
{
	struct lub_event e = { 0 }, *all;
	uint64_t cycle;

	*why = "cycle, kernel, event, ticks or hz";
	e.run = str(line, "run");
	e.kernel = str(line, "kernel");
	e.event = str(line, "event");
	if (num(line, "cycle", UINT32_MAX, &cycle) || !e.run || !e.kernel || !e.event ||
	    num(line, "ticks", INT64_MAX, &e.ticks) || num(line, "hz", INT64_MAX, &e.hz))
		return -EINVAL;
	e.cycle = (uint32_t)cycle;
	all = grow(set->events, set->nr_events, sizeof(*all));
	if (!all)
		return -ENOMEM;
	set->events = all;
	all[set->nr_events++] = e;
	return 0;
}

static int parse_probe(json_t *line, struct record_set *set, const char **why)
{
	struct lub_probe p = { 0 }, *all;
	uint64_t cycle;

	*why = "cycle, kernel, probe, point or way";
	p.run = str(line, "run");
	p.kernel = str(line, "kernel");
	p.probe = str(line, "probe");
	p.point = str(line, "point");
	p.way = str(line, "way");
	p.reason = str(line, "reason");
	if (num(line, "cycle", UINT32_MAX, &cycle) || !p.run || !p.kernel || !p.probe || !p.point ||
	    !p.way || (!strcmp(p.way, "absent") && !p.reason))
		return -EINVAL;
	p.cycle = (uint32_t)cycle;
	all = grow(set->probes, set->nr_probes, sizeof(*all));
	if (!all)
		return -ENOMEM;
	set->probes = all;
	all[set->nr_probes++] = p;
	return 0;
}

static int parse_outcome(json_t *line, struct record_set *set, const char **why)
{
	struct lub_outcome o = { 0 }, *all;
	uint64_t cycle;

	if (parse_params(json_object_get(line, "params"), &o.params, why))
		return -EINVAL;
	*why = "cycle, scenario, outcome or reason";
	o.run = str(line, "run");
	o.scenario = str(line, "scenario");
	o.outcome = str(line, "outcome");
	o.reason = str(line, "reason");
	if (num(line, "cycle", UINT32_MAX, &cycle) || !o.run || !o.scenario ||
	    !outcome_valid(o.outcome) || (strcmp(o.outcome, "ok") && !o.reason))
		return -EINVAL;
	o.cycle = (uint32_t)cycle;
	all = grow(set->outcomes, set->nr_outcomes, sizeof(*all));
	if (!all)
		return -ENOMEM;
	set->outcomes = all;
	all[set->nr_outcomes++] = o;
	return 0;
}

static int parse_run(json_t *line, struct record_set *set, const char **why)
{
	uint64_t reps, planned;

	*why = "run, target, mode, reps or planned of the run line";
	if (set->run) {
		*why = "a second run line";
		return -EINVAL;
	}
	if (!str(line, "run") || !str(line, "target") || !str(line, "mode") ||
	    num(line, "reps", UINT32_MAX, &reps) || num(line, "planned", UINT32_MAX, &planned))
		return -EINVAL;
	set->run = line;
	set->run_id = str(line, "run");
	set->target = str(line, "target");
	set->mode = str(line, "mode");
	set->emulated = json_is_true(json_object_get(line, "emulated"));
	set->simulated = json_is_true(json_object_get(line, "simulated"));
	set->reps = (uint32_t)reps;
	set->planned = (uint32_t)planned;
	return 0;
}

int record_parse(json_t *line, struct record_set *set, const char **why)
{
	const char *kind = str(line, "kind");
	uint64_t schema;
	int err;

	*why = "not an object with schema and kind";
	if (!json_is_object(line) || !kind || num(line, "schema", INT64_MAX, &schema))
		return -EINVAL;
	*why = "a schema version that this lubench does not know";
	if (schema != RECORD_SCHEMA)
		return -EINVAL;
	if (!set->root)
		set->root = json_array();
	if (!set->root || json_array_append(set->root, line))
		return -ENOMEM;
	*why = "an unknown kind";
	if (!strcmp(kind, "sample"))
		err = parse_sample(line, set, why);
	else if (!strcmp(kind, "event"))
		err = parse_event(line, set, why);
	else if (!strcmp(kind, "probe"))
		err = parse_probe(line, set, why);
	else if (!strcmp(kind, "outcome"))
		err = parse_outcome(line, set, why);
	else if (!strcmp(kind, "run"))
		err = parse_run(line, set, why);
	else
		err = -EINVAL;
	if (err)
		json_array_remove(set->root, json_array_size(set->root) - 1);
	return err;
}

static int read_line(const char *path, const char *text, size_t len, struct record_set *set)
{
	const char *why = NULL;
	json_error_t jerr;
	json_t *line;
	int err;

	set->lines++;
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &jerr);
	if (line)
		err = record_parse(line, set, &why);
	else
		err = -EINVAL, why = jerr.text;
	json_decref(line);
	if (err != -EINVAL)
		return err;
	set->bad_lines++;
	lub_err("%s:%zu: not a record (%s); the line is left out", path, set->lines, why);
	return 0;
}

int record_read(const char *path, struct record_set *set)
{
	char *file = NULL, *text = NULL;
	struct stat st;
	size_t cap = 0;
	ssize_t len;
	FILE *in;
	int err = 0;

	memset(set, 0, sizeof(*set));
	set->run_id = set->target = set->mode = "";
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		if (asprintf(&file, "%s/" RECORD_SAMPLES, path) < 0)
			return -ENOMEM;
		path = file;
	}
	in = fopen(path, "re");
	if (!in) {
		err = -errno;
		lub_err("cannot read %s: %s; give the directory of a run", path, strerror(errno));
		goto out;
	}
	while (!err && (len = getline(&text, &cap, in)) > 0) {
		if (text[len - 1] != '\n') {
			set->torn = true;
			lub_err("%s:%zu: torn last line (%zd bytes) left out", path, set->lines + 1,
				len);
			break;
		}
		err = read_line(path, text, (size_t)len - 1, set);
	}
	if (!err && ferror(in)) {
		err = -EIO;
		lub_err("%s: read error", path);
	}
	if (!err && !set->run)
		lub_err("%s: no run line; target and kernel are unknown", path);
	fclose(in);
out:
	free(text);
	free(file);
	return err;
}

void record_set_free(struct record_set *set)
{
	free(set->samples);
	free(set->outcomes);
	free(set->events);
	free(set->probes);
	json_decref(set->root);
	memset(set, 0, sizeof(*set));
}

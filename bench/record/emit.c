// SPDX-License-Identifier: GPL-2.0-or-later
/* JSON form of the record lines; also linked into the agent: jansson only. */
#include "bench/record/emit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const outcomes[] = {
	"ok",	       "skip",		 "preserve-error", "freeze-error", "kexec-load-error",
	"lost",	       "panic-outgoing", "panic-incoming", "hang",	   "wrong-kernel",
	"cold-reboot", "disturbed",	 "harness-error",
};

bool outcome_valid(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (!strcmp(outcomes[i], name))
			return true;
	return false;
}

static int set_if(json_t *obj, const char *key, const char *text)
{
	return text ? json_object_set_new(obj, key, json_string(text)) : 0;
}

json_t *emit_params(const struct lub_params *p)
{
	json_t *obj;

	obj = json_pack("{s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "hwpts", (json_int_t)p->hwpts,
			"ioas_bytes", (json_int_t)p->ioas_bytes, "page_bytes",
			(json_int_t)p->page_bytes, "devices", (json_int_t)p->devices, "mode",
			p->mode, "workload", p->workload, "probes", p->probes ? p->probes : "off");
	if (!obj)
		return NULL;
	if (set_if(obj, "phase", p->phase) || set_if(obj, "kernel", p->kernel) ||
	    set_if(obj, "observer", p->observer) || set_if(obj, "layout", p->layout) ||
	    set_if(obj, "format", p->format) || set_if(obj, "step", p->step) ||
	    set_if(obj, "device", p->device) || set_if(obj, "cache", p->cache) ||
	    (p->working_set &&
	     json_object_set_new(obj, "working_set", json_integer(p->working_set)))) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

json_t *emit_sample(const struct lub_sample *s)
{
	json_t *obj, *params = emit_params(&s->params);

	if (!params)
		return NULL;
	/* "o" steals params also when packing fails, so there is nothing to undo. */
	obj = json_pack("{s:i, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:o, s:s?, s:o}", "schema",
			RECORD_SCHEMA, "kind", "sample", "run", s->run, "cycle",
			(json_int_t)s->cycle, "rep", (json_int_t)s->rep, "scenario", s->scenario,
			"metric", s->metric, "unit", s->unit, "value",
			s->reason ? json_null() : json_integer(s->value), "clock", s->clock,
			"params", params);
	if (obj && s->reason && json_object_set_new(obj, "reason", json_string(s->reason))) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

json_t *emit_event(const struct lub_event *e)
{
	return json_pack("{s:i, s:s, s:s, s:I, s:s, s:s, s:I, s:I}", "schema", RECORD_SCHEMA,
			 "kind", "event", "run", e->run, "cycle", (json_int_t)e->cycle, "kernel",
			 e->kernel, "event", e->event, "ticks", (json_int_t)e->ticks, "hz",
			 (json_int_t)e->hz);
}

json_t *emit_probe(const struct lub_probe *p)
{
	return json_pack("{s:i, s:s, s:s, s:I, s:s, s:s, s:s, s:s, s:s?}", "schema", RECORD_SCHEMA,
			 "kind", "probe", "run", p->run, "cycle", (json_int_t)p->cycle, "kernel",
			 p->kernel, "probe", p->probe, "point", p->point, "way", p->way, "reason",
			 p->reason);
}

json_t *emit_outcome(const struct lub_outcome *o)
{
	json_t *params = emit_params(&o->params);

	if (!params)
		return NULL;
	return json_pack("{s:i, s:s, s:s, s:I, s:s, s:o, s:s, s:s?}", "schema", RECORD_SCHEMA,
			 "kind", "outcome", "run", o->run, "cycle", (json_int_t)o->cycle,
			 "scenario", o->scenario, "params", params, "outcome", o->outcome, "reason",
			 o->reason);
}

int emit_write(int fd, json_t *line)
{
	size_t len, done = 0;
	char *text;
	int err = 0;

	if (!line)
		return -ENOMEM;
	text = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	if (!text)
		return -ENOMEM;
	/* The terminating NUL makes room for the newline: one buffer, one write. */
	len = strlen(text);
	text[len++] = '\n';
	while (done < len) {
		ssize_t n = write(fd, text + done, len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			err = n ? -errno : -EIO;
			break;
		}
		done += (size_t)n;
	}
	free(text);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Validator for a part of JSON Schema. */
#include "bench/record/schema.h"

#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
	const json_t *root;
	char *why;
	size_t len;
	unsigned int close; /* how far the value matched: deeper is closer, see on_one_of() */
};

#define MAX_DEPTH 32

static int check(struct check *c, const json_t *schema, const json_t *value, const char *path,
		 unsigned int depth);

static int mismatch(struct check *c, unsigned int depth, const char *path, const char *what,
		    const char *more)
{
	c->close = 2 * depth + 1;
	snprintf(c->why, c->len, "%s: %s%s", *path ? path : "line", what, more);
	return -EINVAL;
}

static int is_type(const json_t *value, const char *type)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		return !strcmp(type, "object");
	case JSON_ARRAY:
		return !strcmp(type, "array");
	case JSON_STRING:
		return !strcmp(type, "string");
	case JSON_INTEGER:
		return !strcmp(type, "integer") || !strcmp(type, "number");
	case JSON_REAL:
		return !strcmp(type, "number");
	case JSON_TRUE:
	case JSON_FALSE:
		return !strcmp(type, "boolean");
	default:
		return !strcmp(type, "null");
	}
}

static int on_type(struct check *c, const json_t *arg, const json_t *value, const char *path,
		   unsigned int depth)
{
	const json_t *one;
	size_t i;

	if (json_is_string(arg))
		return is_type(value, json_string_value(arg))
			       ? 0
			       : mismatch(c, depth, path, "is not of type ",
					  json_string_value(arg));
	json_array_foreach(arg, i, one)
		if (is_type(value, json_string_value(one)))
			return 0;
	return mismatch(c, depth, path, "has none of the allowed types", "");
}

static int on_enum(struct check *c, const json_t *arg, const json_t *value, const char *path,
		   unsigned int depth)
{
	const json_t *one;
	size_t i;

	json_array_foreach(arg, i, one)
		if (json_equal(one, value))
			return 0;
	return mismatch(c, depth, path, "is not one of the allowed values", "");
}

static int on_const(struct check *c, const json_t *arg, const json_t *value, const char *path,
		    unsigned int depth)
{
	if (json_equal(arg, value))
		return 0;
	/* Constants tell alternatives apart: one that differs says little about the others. */
	mismatch(c, depth, path, "has another value", "");
	c->close--;
	return -EINVAL;
}

static int on_minimum(struct check *c, const json_t *arg, const json_t *value, const char *path,
		      unsigned int depth)
{
	return !json_is_number(value) || json_number_value(value) >= json_number_value(arg)
		       ? 0
		       : mismatch(c, depth, path, "is too small", "");
}

static int on_pattern(struct check *c, const json_t *arg, const json_t *value, const char *path,
		      unsigned int depth)
{
	regex_t re;
	int rc;

	if (!json_is_string(value))
		return 0;
	if (regcomp(&re, json_string_value(arg), REG_EXTENDED | REG_NOSUB))
		return -ENOTSUP;
	rc = regexec(&re, json_string_value(value), 0, NULL, 0);
	regfree(&re);
	return rc ? mismatch(c, depth, path,
			     "does not match its pattern: ", json_string_value(value))
		  : 0;
}

static int on_required(struct check *c, const json_t *arg, const json_t *value, const char *path,
		       unsigned int depth)
{
	const json_t *one;
	size_t i;

	json_array_foreach(arg, i, one)
		if (json_is_object(value) && !json_object_get(value, json_string_value(one)))
			return mismatch(c, depth, path, "lacks ", json_string_value(one));
	return 0;
}

static int on_properties(struct check *c, const json_t *arg, const json_t *value, const char *path,
			 unsigned int depth)
{
	char sub[256];
	const char *key;
	json_t *schema;
	const json_t *member;
	int err;

	json_object_foreach((json_t *)arg, key, schema) {
		member = json_object_get(value, key);
		if (!member)
			continue;
		snprintf(sub, sizeof(sub), "%.180s%s%.60s", path, *path ? "." : "", key);
		err = check(c, schema, member, sub, depth + 1);
		if (err)
			return err;
	}
	return 0;
}

static int on_items(struct check *c, const json_t *arg, const json_t *value, const char *path,
		    unsigned int depth)
{
	char sub[256];
	json_t *one;
	size_t i;
	int err;

	json_array_foreach(value, i, one) {
		snprintf(sub, sizeof(sub), "%.200s[%zu]", path, i);
		err = check(c, arg, one, sub, depth + 1);
		if (err)
			return err;
	}
	return 0;
}

/* Only the boolean form; needs its neighbour "properties". */
static int no_others(struct check *c, const json_t *schema, const json_t *value, const char *path,
		     unsigned int depth)
{
	const json_t *known = json_object_get(schema, "properties");
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)value, key, member)
		if (!json_object_get(known, key))
			return mismatch(c, depth, path, "has an unknown key ", key);
	return 0;
}

/* An alternative for another kind of line is not worth a word in the message. */
static int other_kind(const struct check *c, const json_t *one, const json_t *value)
{
	const char *ref = json_string_value(json_object_get(one, "$ref"));
	const json_t *kind;

	if (ref && strrchr(ref, '/'))
		one = json_object_get(json_object_get(c->root, "$defs"), strrchr(ref, '/') + 1);
	kind = json_object_get(json_object_get(json_object_get(one, "properties"), "kind"),
			       "const");
	return kind && !json_equal(kind, json_object_get(value, "kind"));
}

static int on_one_of(struct check *c, const json_t *arg, const json_t *value, const char *path,
		     unsigned int depth)
{
	char text[400] = "no alternative", why[400];
	unsigned int best = 0, matches = 0;
	const json_t *one;
	size_t i;

	json_array_foreach(arg, i, one) {
		struct check sub = { c->root, why, sizeof(why), 0 };
		int err = check(&sub, one, value, path, depth);

		if (err == -ENOTSUP)
			return err;
		if (!err) {
			matches++;
		} else if (sub.close > best && !other_kind(c, one, value)) {
			best = sub.close;
			memcpy(text, why, sizeof(text));
		}
	}
	if (matches == 1)
		return 0;
	snprintf(c->why, c->len, "%s", matches ? "matches more than one alternative" : text);
	c->close = best;
	return -EINVAL;
}

static int on_ref(struct check *c, const json_t *arg, const json_t *value, const char *path,
		  unsigned int depth)
{
	static const char prefix[] = "#/$defs/";
	const char *ref = json_string_value(arg);
	const json_t *target;

	if (!ref || strncmp(ref, prefix, sizeof(prefix) - 1))
		return -ENOTSUP;
	target = json_object_get(json_object_get(c->root, "$defs"), ref + sizeof(prefix) - 1);
	return target ? check(c, target, value, path, depth) : -ENOTSUP;
}

static const struct keyword {
	const char *name;
	int (*check)(struct check *c, const json_t *arg, const json_t *value, const char *path,
		     unsigned int depth);
} keywords[] = {
	{ "$schema", NULL },
	{ "$id", NULL },
	{ "$defs", NULL },
	{ "title", NULL },
	{ "description", NULL },
	{ "additionalProperties", NULL },
	{ "type", on_type },
	{ "enum", on_enum },
	{ "const", on_const },
	{ "minimum", on_minimum },
	{ "pattern", on_pattern },
	{ "required", on_required },
	{ "properties", on_properties },
	{ "oneOf", on_one_of },
	{ "$ref", on_ref },
	{ "items", on_items },
};

static int check(struct check *c, const json_t *schema, const json_t *value, const char *path,
		 unsigned int depth)
{
	const json_t *others = json_object_get(schema, "additionalProperties");
	const char *key;
	json_t *arg;
	size_t i;
	int err = 0;

	if (depth > MAX_DEPTH || !json_is_object(schema))
		return -ENOTSUP;
	json_object_foreach((json_t *)schema, key, arg) {
		for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
			if (!strcmp(keywords[i].name, key))
				break;
		if (i == sizeof(keywords) / sizeof(keywords[0])) {
			snprintf(c->why, c->len, "%s: unknown schema keyword %s", path, key);
			return -ENOTSUP;
		}
		if (keywords[i].check)
			err = keywords[i].check(c, arg, value, path, depth);
		if (err)
			return err;
	}
	if (others && !json_is_boolean(others))
		return -ENOTSUP;
	return json_is_false(others) && json_is_object(value)
		       ? no_others(c, schema, value, path, depth)
		       : 0;
}

int schema_check(const json_t *root, const json_t *value, char *why, size_t len)
{
	struct check c = { .root = root, .why = why, .len = len };

	snprintf(why, len, "schema cannot be used");
	return check(&c, root, value, "", 0);
}

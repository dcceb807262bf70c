/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Validator for the part of JSON Schema (draft 2020-12) that results/schema.json uses. A keyword
 * that it does not know is an error: no constraint is ever passed over in silence.
 */
#ifndef BENCH_RECORD_SCHEMA_H
#define BENCH_RECORD_SCHEMA_H

#include <jansson.h>
#include <stddef.h>

/**
 * schema_check() - does a value match a schema
 * @root: the whole schema, for references
 * @value: what is checked
 * @why: where and why it does not match
 * @len: room of @why
 *
 * Of several alternatives (oneOf) the message tells of the one that came closest.
 *
 * Return: 0, -EINVAL for a mismatch, -ENOTSUP for a schema that uses an unknown keyword.
 */
int schema_check(const json_t *root, const json_t *value, char *why, size_t len);

#endif

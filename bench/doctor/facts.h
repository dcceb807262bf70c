/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `lubench doctor` asks a machine. One script for its shell answers with lines "key=value"; this is foreign
 * data, so everything about it is bounded. No I/O here.
 */
#ifndef BENCH_DOCTOR_FACTS_H
#define BENCH_DOCTOR_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#define FACTS_MAX 512
#define FACT_KEY_MAX 32
#define FACT_VALUE_MAX 2048

/** FACTS_BYTES_MAX - longest answer that is looked at. */
#define FACTS_BYTES_MAX (1u << 20)

/** struct fact - one line: @key and @value, printable ASCII. */
struct fact {
	char key[FACT_KEY_MAX];
	char *value;
};

/**
 * struct facts - an answer
 * @nr: facts
 * @fact: in the order of the answer; a key may be there several times
 * @left_out: lines that were no fact, too long, or too many
 * @whole: the last line of the script is there
 */
struct facts {
	size_t nr;
	struct fact fact[FACTS_MAX];
	size_t left_out;
	bool whole;
};

/**
 * facts_script() - what the machine's shell is to run
 *
 * It needs a shell, coreutils and grep, changes nothing, and takes some two seconds. Its first argument is
 * the BDF of a device, or nothing.
 *
 * Return: its text.
 */
const char *facts_script(void);

/**
 * facts_bdf_valid() - is this the full address of a PCI function
 * @bdf: text, for example 0000:3a:01.0
 *
 * Return: true if so; then it is safe within a command.
 */
bool facts_bdf_valid(const char *bdf);

/**
 * facts_parse() - take an answer apart
 * @f: filled in; free with facts_free() whatever is returned
 * @text: the answer; need not end in NUL
 * @len: its length
 *
 * Return: 0, -EMSGSIZE for more than FACTS_BYTES_MAX, -ENOMEM.
 */
int facts_parse(struct facts *f, const char *text, size_t len);

/** facts_free() - free what facts_parse() made: @f may be all zero. */
void facts_free(struct facts *f);

/**
 * facts_next() - find a fact
 * @f: facts
 * @key: its key
 * @after: the one before, NULL: find the first one
 *
 * Return: its value or NULL.
 */
const char *facts_next(const struct facts *f, const char *key, const char *after);

/**
 * facts_get() - the first fact of a key
 * @f: facts
 * @key: its key
 *
 * Return: its value, "" without one.
 */
const char *facts_get(const struct facts *f, const char *key);

/**
 * facts_number() - a fact as a number
 * @f: facts
 * @key: its key
 * @out: the number
 *
 * Return: false when it is not there or no number below 2^62.
 */
bool facts_number(const struct facts *f, const char *key, long long *out);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file a parser of foreign data. libFuzzer calls LLVMFuzzerTestOneInput() with inputs of its own (`make fuzz`),
 * replay.c with the files of the corpus (`make test`). What must not happen is found by sanitizers.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/**
 * LLVMFuzzerTestOneInput() - give a parser one input
 * @data: the bytes
 * @size: how many
 *
 * Return: 0.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/**
 * fuzz_dir() - a directory for parsers that read files
 *
 * Return: its path; the same in each call.
 */
const char *fuzz_dir(void);

/**
 * fuzz_file() - a file in it
 * @name: its name, which may have one directory in it
 * @data: what is in it
 * @size: how much
 */
void fuzz_file(const char *name, const uint8_t *data, size_t size);

#endif

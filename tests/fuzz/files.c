// SPDX-License-Identifier: GPL-2.0-or-later
/* Inputs as files. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char dir[64];

static void clean(void)
{
	static const char *const names[] = {
		"journal.jsonl",     "samples.jsonl", "out/outcome.json",
		"out/samples.jsonl", "out",	      "archive"
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		remove(path);
	}
	rmdir(dir);
}

const char *fuzz_dir(void)
{
	if (*dir)
		return dir;
	snprintf(dir, sizeof(dir), "%s/lubench-fuzz-XXXXXX",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(dir))
		abort();
	atexit(clean);
	return dir;
}

void fuzz_file(const char *name, const uint8_t *data, size_t size)
{
	const char *slash = strchr(name, '/');
	char path[200];
	FILE *out;

	if (slash) {
		snprintf(path, sizeof(path), "%s/%.*s", fuzz_dir(), (int)(slash - name), name);
		if (mkdir(path, 0700) && errno != EEXIST)
			abort();
	}
	snprintf(path, sizeof(path), "%s/%s", fuzz_dir(), name);
	out = fopen(path, "w");
	if (!out || fwrite(data, 1, size, out) != size || fclose(out))
		abort();
}

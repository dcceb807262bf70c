// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives a parser the files of its corpus: replay DIR. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

static int one(const char *path)
{
	uint8_t *data = NULL;
	FILE *in = fopen(path, "rb");
	long size;

	if (!in || fseek(in, 0, SEEK_END) || (size = ftell(in)) < 0) {
		perror(path);
		return 1;
	}
	rewind(in);
	/* Of exactly this size, so that a byte too far is seen. */
	data = malloc((size_t)size ? (size_t)size : 1);
	if (!data || fread(data, 1, (size_t)size, in) != (size_t)size) {
		perror(path);
		return 1;
	}
	fclose(in);
	fprintf(stderr, "# %s\n", path);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	struct dirent *e;
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	char path[4200];
	int nr = 0, bad = 0;

	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], e->d_name);
		bad |= one(path);
		nr++;
	}
	if (d)
		closedir(d);
	printf("%d inputs\n", nr);
	return bad || !nr;
}

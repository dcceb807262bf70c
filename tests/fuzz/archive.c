// SPDX-License-Identifier: GPL-2.0-or-later
/* An archive that a target sends: nothing but its own directory is written to. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/target/unpack.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[4096], into[4096], out[4200];
	const char *why = NULL;
	struct stat st;
	int fd, err;

	snprintf(path, sizeof(path), "%s/archive", fuzz_dir());
	snprintf(into, sizeof(into), "%s/unpacked", fuzz_dir());
	snprintf(out, sizeof(out), "%s/out", into);
	fuzz_file("archive", data, size);
	if (remove_tree(into) || mkdir(into, 0700))
		__builtin_trap();
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = unpack(fd, into, &why);
	close(fd);
	if (err > 0 || (err && !why) ||
	    (!lstat(out, &st) && !S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
		__builtin_trap();
	remove_tree(into);
	return 0;
}

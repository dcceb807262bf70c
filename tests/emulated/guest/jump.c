// SPDX-License-Identifier: GPL-2.0-or-later
/* A kexec and nothing else: says when it was called, on the clock that both kernels share. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kexec.h"
#include "tests/emulated/guest/guest.h"

int main(void)
{
	FILE *out;

	load();
	out = fopen(DIR "/jumped", "we");
	need(out ? 0 : -errno, "writing " DIR "/jumped");
	sync();
	fprintf(out, "{\"event\":\"jump\",\"clock\":\"" CLOCK_NAME "\",\"ticks\":%" PRIu64 "}\n",
		clock_ticks());
	fflush(out);
	fsync(fileno(out));
	need(kexec_jump(false), "kexec");
	return 1;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A kexec and nothing else: says when it was called, on the clock that both kernels share. */
#include <inttypes.h>
#include <unistd.h>

#include "bench/agent/clock.h"
#include "bench/agent/kexec.h"
#include "bench/agent/kmsg.h"
#include "tests/emulated/guest/guest.h"

int main(void)
{
	load();
	sync();
	/* To the console: a file would have to be synced after the time was taken. */
	kmsg("{\"event\":\"jump\",\"clock\":\"" CLOCK_NAME "\",\"ticks\":%" PRIu64 "}",
	     clock_ticks());
	need(kexec_jump(false), "kexec");
	return 1;
}

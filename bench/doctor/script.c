// SPDX-License-Identifier: GPL-2.0-or-later
/* script.sh as a string. */
#include "bench/doctor/facts.h"

const char *facts_script(void)
{
	static const char text[] =
#include "build/gen/doctor-script.inc"
		;
	return text;
}

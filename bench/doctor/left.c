// SPDX-License-Identifier: GPL-2.0-or-later
/* What runs have left on the machine: a device that was not given back, a claim. */
#include <stdio.h>

#include "bench/doctor/verdict.h"

static void undo(struct verdicts *v)
{
	char remedy[400];

	if (!*facts_get(v->f, "undo"))
		return;
	snprintf(remedy, sizeof(remedy), "lubench doctor %s --restore", v->host);
	verdict(v, VERDICT_SKIP, "undo", remedy,
		"a run has taken a device and not given it back: %.100s", facts_get(v->f, "undo"));
}

/* "AGE RUN CONTROLLER SECONDS BOOT WHO", see bench/target/owner.h. */
static void owner(struct verdicts *v)
{
	long long age = 0, seconds = 0;
	char run[81] = "?", who[81] = "?", remedy[500];

	if (!*facts_get(v->f, "owner"))
		return;
	if (sscanf(facts_get(v->f, "owner"), "%18lld %80s %*s %18lld %*s %80s", &age, run, &seconds,
		   who) < 3)
		seconds = 0;
	age = age < 0 ? 0 : age;
	/* Longer than any claim is good for: see OWNER_SECONDS_MAX. */
	seconds = seconds > 9999999 ? 9999999 : seconds;
	if (age > seconds) {
		verdict(v, VERDICT_INFO, "claim", "",
			"run %s of %s had it, %lld s ago; that has lapsed", run, who, age);
		return;
	}
	snprintf(
		remedy, sizeof(remedy),
		"wait for it, at most %lld s; when that run is dead: lubench doctor %.300s --unlock",
		seconds - age + 1, v->host);
	verdict(v, VERDICT_INFO, "claim", remedy,
		"the machine belongs to run %s of %s, which said so %lld s ago; other runs are refused",
		run, who, age);
}

void verdict_left(struct verdicts *v)
{
	undo(v);
	owner(v);
}

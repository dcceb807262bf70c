// SPDX-License-Identifier: GPL-2.0-or-later
/* Every time limit of the controller, in one table with one factor. */
#include "bench/target/cycle.h"

/* A fake target: nothing happens on it, so its faults need not be waited for. */
static const struct cycle_budgets simulated = {
	.launch = 1000,
	.relaunch = 1000,
	.probe = 1000,
	.settle = 1000,
	.start = 1000,
	.silence = 60,
	.total = 2000,
	.quiet = 5,
	.ask = 5,
	.grace = 5,
	.incoming = 1000,
	.courier = 1000,
	.again = 1,
	.tick = 1,
};

static const struct cycle_budgets emulated = {
	.launch = 180000,
	.relaunch = 180000,
	.probe = 30000,
	.settle = 0,
	.start = 30000,
	.silence = 60000,
	.total = 150000,
	.quiet = 15000,
	.ask = 5000,
	.grace = 3000,
	.incoming = 60000,
	.courier = 60000,
	.again = 1000,
	.tick = 100,
};

/* Servers take minutes to boot. Without a console nothing has to be quiet before they are asked. */
static const struct cycle_budgets real = {
	.launch = 30000,
	.relaunch = 900000,
	.probe = 30000,
	.settle = 900000,
	.start = 30000,
	.silence = 600000,
	.total = 900000,
	.quiet = 15000,
	.ask = 5000,
	.grace = 0,
	.rest = 15000,
	.incoming = 300000,
	.courier = 900000,
	.again = 5000,
	.tick = 250,
};

struct cycle_budgets cycle_budgets_for(const struct target *t, int point_ms, int work_ms)
{
	struct cycle_budgets b = t->row->simulated ? simulated : t->row->emulated ? emulated : real;
	int *const all[] = { &b.launch, &b.relaunch, &b.probe, &b.settle, &b.start,    &b.silence,
			     &b.total,	&b.quiet,    &b.grace, &b.rest,	  &b.incoming, &b.courier };
	size_t i;

	/* A fake target does no work. */
	if (!t->row->simulated) {
		b.silence += point_ms;
		b.total += work_ms;
	}
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		*all[i] *= t->slowdown ? (int)t->slowdown : 1;
	return b;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Progress and KTAP. */
#include "bench/cli/progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"

static bool line_shown;

const char *lub_wipe(void)
{
	if (!line_shown)
		return "";
	line_shown = false;
	return "\r\033[K";
}

void progress_end(void)
{
	fputs(lub_wipe(), stderr);
}

void progress_begin(struct progress *p)
{
	p->start_ms = proc_now_ms();
	p->left_ms = -1;
	printf("KTAP version 1\n1..%u\n", p->total);
	fflush(stdout);
}

static const char *clock_text(long long ms, char buf[16])
{
	if (ms < 0)
		return "?";
	snprintf(buf, 16, "%lld:%02lld", ms / 60000 % 100000, ms / 1000 % 60);
	return buf;
}

void progress_cycle(struct progress *p, uint32_t number, uint32_t of,
		    const struct plan_cycle *cycle)
{
	const struct plan_block *block = cycle->block;
	char ioas[24], page[24], a[16], b[16];

	p->cycle = number;
	if (cycle->nr_blocks > 1)
		snprintf(p->what, sizeof(p->what), "%zu blocks", cycle->nr_blocks);
	else
		snprintf(p->what, sizeof(p->what), "ioas=%s page=%s",
			 plan_size(block->ioas_bytes, ioas), plan_size(block->page_bytes, page));
	if (block->working_set)
		snprintf(p->what + strlen(p->what), sizeof(p->what) - strlen(p->what), " set=%u",
			 block->working_set);
	if (cycle->kernel)
		snprintf(p->what + strlen(p->what), sizeof(p->what) - strlen(p->what), " %s",
			 cycle->kernel);
	if (!isatty(2))
		fprintf(stderr,
			"lubench: cycle %u of %u: %s, point %u of %u, %s elapsed, %s left\n",
			number, of, p->what, p->done + 1, p->total,
			clock_text(proc_now_ms() - p->start_ms, a), clock_text(p->left_ms, b));
}

void progress_phase(void *arg, const char *phase)
{
	struct progress *p = arg;
	long long now = proc_now_ms();
	char a[16], b[16];

	if (!isatty(2) || now - p->shown_ms < 500)
		return;
	p->shown_ms = now;
	fprintf(stderr, "\r\033[Kpoint %u of %u  cycle %u of %u  %s  %s  %s elapsed, %s left",
		p->done + 1 > p->total ? p->total : p->done + 1, p->total, p->cycle, p->cycles,
		p->what, phase, clock_text(now - p->start_ms, a), clock_text(p->left_ms, b));
	line_shown = true;
}

void progress_note(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%slubench: ", lub_wipe());
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

void progress_point(struct progress *p, const struct plan *plan, const struct plan_cycle *cycle,
		    const struct plan_point *point, const char *outcome, const char *reason)
{
	bool ok = !strcmp(outcome, "ok"), skip = !strcmp(outcome, "skip");
	char ioas[24], page[24];

	progress_end();
	p->done++;
	p->failed += !ok && !skip;
	printf("%s %u %s hwpts=%u ioas=%s page=%s%s%s", ok || skip ? "ok" : "not ok", p->done,
	       plan->scenario, point->hwpts, plan_size(point->ioas_bytes, ioas),
	       plan_size(point->page_bytes, page), point->layout ? " layout=" : "",
	       point->layout ? point->layout : "");
	if (point->working_set)
		printf(" set=%u", point->working_set);
	if (plan->nr_probes > 1)
		printf(" probes=%s", cycle->probes);
	if (cycle->kernel)
		printf(" kernel=%s", cycle->kernel);
	printf(" cycle %u/%u", cycle->round, plan->cycles);
	if (skip)
		printf(" # SKIP %s", reason);
	else if (!ok)
		printf(" # %s: %s", outcome, reason);
	putchar('\n');
	fflush(stdout);
}

void progress_diag(const char *fmt, ...)
{
	va_list ap;

	progress_end();
	fputs("# ", stdout);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "workloads/dpdk/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static json_t *gap_json(const struct tally *t)
{
	const struct tally_gap *g = &t->gap;

	if (g->end_ns == g->start_ns)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:b}", "ns", (json_int_t)(g->end_ns - g->start_ns),
			 "start_ns", (json_int_t)g->start_ns, "end_ns", (json_int_t)g->end_ns,
			 "ended", g->ended);
}

static json_t *delay_json(const struct tally *t, const struct tally_result *r)
{
	if (!t->echoed)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I}", "min", (json_int_t)r->delay_min_ns, "p50",
			 (json_int_t)r->delay_p50_ns, "p99", (json_int_t)r->delay_p99_ns, "max",
			 (json_int_t)r->delay_max_ns);
}

static json_t *pacing_json(const struct summary *s)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:b}", "worst_late_ns",
			 (json_int_t)s->pace->worst_late_ns, "skipped",
			 (json_int_t)s->pace->skipped, "refused", (json_int_t)s->refused,
			 "worst_look_ns", (json_int_t)s->worst_look_ns, "realtime", s->realtime);
}

static json_t *time_json(const struct tally *t, uint64_t ns)
{
	return t->echoed ? json_integer((json_int_t)ns) : json_null();
}

json_t *summary_json(const struct summary *s)
{
	const struct tally *t = s->tally;
	struct tally_result r;
	char run[17];

	if (tally_result(t, &r))
		return NULL;
	snprintf(run, sizeof(run), "%" PRIx64, s->run);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:I, s:I,"
			 " s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I,"
			 " s:o, s:o, s:o, s:o, s:o}",
			 "tool", "lubench-observer", "dpdk", s->dpdk, "port", s->port, "run", run,
			 "log", s->log, "clock", "monotonic", "frame_bytes", LUB_FRAME_BYTES,
			 "rate", (int)s->pace->rate, "start_ns", (json_int_t)s->pace->start_ns,
			 "end_ns", (json_int_t)s->end_ns, "sent", (json_int_t)t->sent, "echoed",
			 (json_int_t)t->echoed, "early", (json_int_t)r.early, "lost",
			 (json_int_t)r.lost, "in_flight", (json_int_t)r.in_flight, "again",
			 (json_int_t)t->again, "reordered", (json_int_t)t->reordered, "corrupt",
			 (json_int_t)t->corrupt, "foreign", (json_int_t)t->foreign, "first_echo_ns",
			 time_json(t, t->first_ns), "last_echo_ns", time_json(t, t->last_ns), "gap",
			 gap_json(t), "delay_ns", delay_json(t, &r), "pacing", pacing_json(s));
}

int summary_save(const char *path, json_t *object)
{
	char next[PATH_MAX];
	FILE *f = NULL;
	int err = 0;

	if (!object)
		err = -ENOMEM;
	else if (snprintf(next, sizeof(next), "%s.new", path) >= (int)sizeof(next))
		err = -ENAMETOOLONG;
	else if (!(f = fopen(next, "we")))
		err = -errno;
	if (!err && (json_dumpf(object, f, JSON_INDENT(2)) || fputc('\n', f) == EOF || fflush(f) ||
		     fsync(fileno(f))))
		err = -EIO;
	if (f && fclose(f) && !err)
		err = -errno;
	if (!err && rename(next, path))
		err = -errno;
	if (err)
		fprintf(stderr, "lubench-observer: cannot write %s: %s\n", path, strerror(-err));
	json_decref(object);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* One cycle: start the agent, have it watched, fetch what it has left. */
#include "bench/target/cycle_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/target/proc.h"
#include "bench/target/pstore.h"
#include "bench/target/qemu.h"
#include "bench/target/trace.h"

/* A connection that was cut is worth another one; a machine that is gone is not worth many. */
#define FETCH_TRIES 3

/* Exit status of the command that starts the agent: another kernel runs than the one that was made ready. */
#define EXIT_REBOOTED 90

void cycle_outcome(struct cycle_result *res, const char *outcome, const char *fmt, ...)
{
	va_list ap;

	snprintf(res->outcome, sizeof(res->outcome), "%s", outcome);
	va_start(ap, fmt);
	vsnprintf(res->reason, sizeof(res->reason), fmt, ap);
	va_end(ap);
	/* Most of it is a target's own text. */
	console_plain(res->reason);
}

void cycle_result_free(struct cycle_result *res)
{
	json_decref(res->lines);
	memset(res, 0, sizeof(*res));
}

static int start_agent(struct cycle_watch *w)
{
	json_t *obj = cycle_json(w->job, w->t->device);
	char *text = obj ? json_dumps(obj, JSON_COMPACT) : NULL;
	char command[600 + OWNER_CHECK_MAX], check[OWNER_CHECK_MAX] = "";
	struct target_exec x = { .command = command, .in = text, .timeout_ms = w->b->start };
	int err;

	json_decref(obj);
	if (!text)
		return -ENOMEM;
	x.in_len = strlen(text);
	if (w->job->owner)
		owner_check(check, w->job->owner);
	/*
	 * setsid and no open descriptor: the agent does not notice when the connection ends. That it runs in its directory
	 * is what `agent await` knows it by.
	 */
	snprintf(command, sizeof(command),
		 "%stest \"$(cat /proc/sys/kernel/random/boot_id)\" = %s || exit %d; cd " TARGET_DIR
		 " && cat >cycle.json.new && test $(stat -c %%s cycle.json.new) = %zu"
		 " && rm -rf out *.log && mkdir out && mv cycle.json.new cycle.json && sync"
		 " && { setsid ./agent outgoing " TARGET_DIR
		 " </dev/null >outgoing.log 2>&1 & } && echo $! >agent.pid",
		 check, w->job->boot_id, EXIT_REBOOTED, x.in_len);
	err = w->t->row->ops->exec(w->t, &x);
	free(x.out);
	free(text);
	if (err == EXIT_REBOOTED)
		cycle_outcome(w->res, "cold-reboot",
			      "the machine booted again before the cycle began");
	else if (w->job->owner && err == TARGET_OWNER_LOST)
		cycle_outcome(
			w->res, "harness-error",
			"the claim on the host was taken away or over before the cycle began; nothing was done there");
	else if (err && err != -EINTR)
		cycle_outcome(w->res, "harness-error", "the agent could not be started: %s",
			      target_why(err, &x));
	if (w->job->owner && err == TARGET_OWNER_LOST)
		return -EPERM;
	return err == -EINTR ? -EINTR : err ? 1 : 0;
}

/* Lines traced since `from` that hold one of some words; for faults: QEMU splits a refused access. */
static long long count_traced(const struct target *t, long long from, const char *const *words)
{
	FILE *in = t->row->machine && t->trace ? fopen(t->trace, "re") : NULL;
	long long n = 0;
	char line[512];
	int i;

	if (!in)
		return -1;
	fseeko(in, from, SEEK_SET);
	while (fgets(line, sizeof(line), in))
		for (i = 0; words[i]; i++)
			n += !!strstr(line, words[i]);
	fclose(in);
	return n;
}

static long long file_size(const char *path)
{
	struct stat st;

	return path && !stat(path, &st) ? (long long)st.st_size : 0;
}

/* Results that are there are worth more than one try. 1: an outcome is named. */
static int fetch(struct cycle_watch *w)
{
	int tries, err = 0;

	for (tries = 0; tries < FETCH_TRIES; tries++) {
		if (tries && proc_sleep(w->b->again))
			return -EINTR;
		err = w->t->row->ops->fetch(w->t, w->job->dir);
		if (!err || err == -EINTR || err == -ENOSPC || err == -EBADMSG || err == -EFBIG)
			break;
	}
	/* A disk that is full here says nothing about the cycle: the run ends, and --resume does it again. */
	if (!err || err == -EINTR || err == -ENOSPC)
		return err;
	cycle_outcome(w->res, "harness-error", "the results could not be fetched: %s",
		      err == -EBADMSG ? "what the target sent is no archive of plain files"
		      : err == -EFBIG ? "the target sends more than any run leaves"
				      : strerror(-err));
	return cycle_look_again(w) ? -EINTR : 1;
}

int cycle_run(struct target *t, const struct cycle_job *job, const struct cycle_budgets *b,
	      struct cycle_result *res)
{
	long long now = proc_now_ms(), trace_at = file_size(t->trace);
	struct cycle_watch w = {
		.t = t, .job = job, .b = b, .res = res, .start_ms = now, .ask_ms = now
	};
	int err;

	memset(res, 0, sizeof(*res));
	res->liveupdate_number = -1;
	res->lines = json_array();
	if (!res->lines)
		return -ENOMEM;
	/* What is there from before, the boot included, is not this cycle's. */
	t->row->ops->console_tail(t);
	console_mark(&t->console, now);
	t->ask_ms = b->ask;
	err = start_agent(&w);
	if (!err)
		err = cycle_watch(&w);
	else if (err > 0 && cycle_look_again(&w))
		err = -EINTR;
	if (t->row->ops->wait_end)
		t->row->ops->wait_end(t);
	if (w.hits)
		t->row->ops->trace_hits(t, false);
	res->observed = t->ram_fd >= 0;
	observer_finish(w.observer, &res->witness);
	if (t->row->ops->results)
		t->row->ops->results(t, &res->witness, &res->more);
	snprintf(res->warning, sizeof(res->warning), "%s", t->console.warning);
	res->faults = res->off = res->aborts = -1;
	if (t->row->machine) {
		res->faults = count_traced(t, trace_at, t->row->machine->faults);
		res->off = count_traced(t, trace_at, t->row->machine->off);
		if (t->row->machine->aborts[0])
			res->aborts = count_traced(t, trace_at, t->row->machine->aborts);
	}
	if (!strcmp(job->plan->scenario, "iotlb"))
		trace_results(t, job, &res->more);
	if (err)
		return err < 0 ? err : 0;
	if (res->outcome[0]) {
		/* Logs of the agent tell more, but only a target that answers can hand them over. */
		if (w.answered && !t->row->ops->fetch(t, job->dir))
			pstore_look(job, res);
		return 0;
	}
	err = fetch(&w);
	if (err)
		return err < 0 ? err : 0;
	cycle_collect(job, res);
	if (!strcmp(res->outcome, "ok") && *t->console.oops)
		cycle_outcome(res, "disturbed", "%s", t->console.oops);
	if (strcmp(res->outcome, "ok"))
		json_array_clear(res->lines);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench doctor HOST */
#include <errno.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/cli/artifacts.h"
#include "bench/cli/doctor.h"
#include "bench/doctor/verdict.h"
#include "bench/lubench.h"

/* The script takes two seconds, of which most is for the noise. */
#define ASK_MS 60000

static const char *const level_names[] = {
	[VERDICT_OK] = "ok",
	[VERDICT_INFO] = "info",
	[VERDICT_SKIP] = "skip",
	[VERDICT_MISSING] = "MISSING",
};

static void say(void *arg, enum verdict_level level, const char *what, const char *detail,
		const char *remedy)
{
	(void)arg;
	printf("%-8s %-16s %s\n", level_names[level], what, detail);
	if (*remedy)
		printf("%-25s mend: %s\n", "", remedy);
}

static void none(const char *what, const char *detail, const char *remedy)
{
	say(NULL, VERDICT_MISSING, what, detail, remedy);
}

/* A target of kind host for some commands, with a directory for the keys that it shows. */
struct visit {
	char dir[40];
	char *known;
	struct target t;
};

static int arrive(struct visit *v, const char *host)
{
	v->known = artifacts_known_hosts(host);
	snprintf(v->dir, sizeof(v->dir), "/tmp/lubench-doctor-XXXXXX");
	v->t = (struct target){
		.row = target_row_find("host"),
		.name = "host",
		.host = host,
		.known_hosts = v->known,
		.launch_ms = 15000,
		.append = "",
		.ram_fd = -1,
	};
	v->t.dir = mkdtemp(v->dir);
	if (!v->t.dir)
		return -errno;
	return v->t.row->ops->probe(&v->t) || v->t.row->ops->launch(&v->t, 1) ? -EHOSTUNREACH : 0;
}

static void leave(struct visit *v)
{
	char known[64];

	v->t.row->ops->release(&v->t);
	snprintf(known, sizeof(known), "%s/known_hosts", v->dir);
	unlink(known);
	if (v->t.dir)
		rmdir(v->dir);
	free(v->known);
}

static int judge(const char *text, const struct doctor_host *h)
{
	struct facts *f = calloc(1, sizeof(*f));
	unsigned int missing = 1;
	struct utsname uts;
	int err = f ? facts_parse(f, text, strlen(text)) : -ENOMEM;

	if (err)
		none("answer", strerror(-err), "look at what the login prints");
	else
		missing = verdict_all(f, h->host ? h->host : "HOST", h->device, say, NULL);
	uname(&uts);
	/* The agent that is pushed is one of this machine's own architecture. */
	if (!err && !h->answers && strcmp(facts_get(f, "arch"), uts.machine)) {
		none("architecture", facts_get(f, "arch"),
		     "measure it from a machine of its own architecture");
		missing++;
	}
	if (f)
		facts_free(f);
	free(f);
	return (int)missing;
}

static int keep(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");
	int err = out ? 0 : -errno;

	if (out && (fputs(text, out) < 0 || fflush(out)))
		err = -EIO;
	if (out && fclose(out) && !err)
		err = -errno;
	if (err)
		lub_err("cannot write %s: %s", path, strerror(-err));
	return err;
}

static int ask(const struct doctor_host *h)
{
	struct target_exec x = { .timeout_ms = ASK_MS, .in = facts_script() };
	struct visit v;
	char command[40];
	int missing = 1;

	x.in_len = strlen(x.in);
	snprintf(command, sizeof(command), "sh -s -- %s", h->device ? h->device : "");
	x.command = command;
	if (arrive(&v, h->host)) {
		none("host", h->host, "ssh must work without a password");
	} else {
		say(NULL, VERDICT_OK, "host", h->host, "");
		if (v.t.row->ops->exec(&v.t, &x) || !x.out)
			none("host shell", x.why, "a login shell is needed");
		else if (h->record && keep(h->record, x.out))
			missing = 1;
		else
			missing = judge(x.out, h);
		free(x.out);
	}
	leave(&v);
	return missing;
}

int doctor_host(const struct doctor_host *h)
{
	char *text;
	int missing;

	if (!h->answers)
		return ask(h);
	text = file_text(h->answers);
	if (!text) {
		none("answers", h->answers, "give a file made with --record");
		return 1;
	}
	missing = judge(text, h);
	free(text);
	return missing;
}

int doctor_visit(const char *host, int (*what)(struct target *t))
{
	struct visit v;
	int rc = arrive(&v, host) ? LUB_EXIT_FAIL : what(&v.t);

	leave(&v);
	return rc;
}

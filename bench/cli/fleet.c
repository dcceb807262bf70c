// SPDX-License-Identifier: GPL-2.0-or-later
/* Several hosts in one run. */
#include "bench/cli/fleet.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/target/proc.h"

#define TICK_MS 100
#define SHOW_MS 1000

/* What the host's process prints: KTAP, and everything else. */
#define KTAP_FILE "run.ktap"
#define LOG_FILE "run.log"

struct member {
	char *dir;
	pid_t pid;
	int status;
};

char *fleet_name(const char *host, char *buf, size_t len)
{
	const char *at = strrchr(host, '@');
	char *p;

	snprintf(buf, len, "%s", at ? at + 1 : host);
	for (p = buf; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-:", *p) && (*p != '.' || p == buf))
			*p = '_';
	return buf;
}

static char *path_in(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

bool fleet_is(const char *dir)
{
	char *path = path_in(dir, FLEET_FILE);
	bool is = path && access(path, F_OK) == 0;

	free(path);
	return is;
}

int fleet_load(struct fleet *f, const char *dir)
{
	char *path = path_in(dir, FLEET_FILE), *text = path ? file_text(path) : NULL, *save = text;
	char *line;

	f->nr = 0;
	while (save && (line = strsep(&save, "\n")))
		if (*line && f->nr < FLEET_MAX)
			f->host[f->nr++] = line;
	if (!f->nr)
		lub_err("%s/" FLEET_FILE ": no hosts in it; start the run anew", dir);
	free(path);
	return f->nr ? 0 : -EINVAL;
}

/* The hosts are known before anything is done with one of them. */
static int save_hosts(const struct fleet *f, const char *dir)
{
	char *path = path_in(dir, FLEET_FILE);
	FILE *out = path ? fopen(path, "we") : NULL;
	int err = out ? 0 : -errno;
	size_t i;

	for (i = 0; out && i < f->nr; i++)
		fprintf(out, "%s\n", f->host[i]);
	if (out && (fflush(out) || fsync(fileno(out)) || fclose(out)))
		err = -errno;
	if (err)
		lub_err("cannot write %s: %s; free some space or use another --out",
			path ? path : dir, strerror(-err));
	free(path);
	return err;
}

static char *default_dir(void)
{
	char name[64];
	struct tm tm;
	time_t now = time(NULL);

	strftime(name, sizeof(name), "results/runs/%Y%m%d-%H%M%S-hosts", gmtime_r(&now, &tm));
	return strdup(name);
}

static int send_to(const char *dir, const char *name, int fd)
{
	char *path = path_in(dir, name);
	int to = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
	int err = to < 0 || dup2(to, fd) < 0 ? -errno : 0;

	if (to >= 0)
		close(to);
	free(path);
	return err;
}

static void begin(const struct fleet *f, struct member *m, size_t i)
{
	pid_t parent = getpid();

	m->pid = fork();
	if (m->pid < 0)
		m->status = LUB_EXIT_FAIL;
	if (m->pid)
		return;
	/* ^C is for the parent, which passes it on; when that is killed the hosts' processes are, too. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (getppid() != parent || send_to(m->dir, KTAP_FILE, 1) || send_to(m->dir, LOG_FILE, 2))
		_exit(LUB_EXIT_FAIL);
	i = (size_t)f->one(f->arg, i, m->dir);
	fflush(stdout);
	_exit((int)i);
}

/* The host's own KTAP as subtests, and its line. */
static void tell(const struct fleet *f, const struct member *m, size_t i)
{
	char *path = path_in(m->dir, KTAP_FILE), line[1024];
	FILE *in = path ? fopen(path, "re") : NULL;
	bool good = m->status == LUB_EXIT_OK;

	fputs(lub_wipe(), stderr);
	while (in && fgets(line, sizeof(line), in))
		printf("    %s", line);
	if (in)
		fclose(in);
	free(path);
	printf("%s %zu %s%s", good ? "ok" : "not ok", i + 1, f->host[i], good ? "" : " # ");
	if (!good)
		printf("status %d, see %s/" LOG_FILE, m->status, m->dir);
	putchar('\n');
	fflush(stdout);
	if (!good)
		lub_err("%s: ended with status %d; see %s/" LOG_FILE, f->host[i], m->status,
			m->dir);
}

static void show(size_t left, const struct fleet *f)
{
	fprintf(stderr, "\r\033[K%zu of %zu hosts at work", left, f->nr);
}

static void watch(const struct fleet *f, struct member *m)
{
	long long shown = 0;
	bool told = false;
	size_t left, i;
	int raw;

	do {
		if (proc_sleep(TICK_MS)) {
			for (i = 0; !told && i < f->nr; i++)
				if (m[i].pid > 0)
					kill(m[i].pid, SIGTERM);
			told = true;
			usleep(TICK_MS * 1000);
		}
		for (left = i = 0; i < f->nr; i++) {
			if (m[i].pid <= 0)
				continue;
			if (waitpid(m[i].pid, &raw, WNOHANG) == m[i].pid) {
				m[i].status =
					WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw);
				m[i].pid = 0;
				tell(f, &m[i], i);
			}
			left += m[i].pid > 0;
		}
		if (isatty(2) && left && proc_now_ms() - shown > SHOW_MS) {
			show(left, f);
			shown = proc_now_ms();
		}
	} while (left);
}

static int worst(const struct fleet *f, const struct member *m)
{
	static const int order[] = { LUB_EXIT_INTERRUPTED, LUB_EXIT_FAIL, LUB_EXIT_USAGE };
	bool all_ok = true;
	size_t i, k;

	for (k = 0; k < ARRAY_LEN(order); k++)
		for (i = 0; i < f->nr; i++)
			if (m[i].status == order[k])
				return order[k];
	for (i = 0; i < f->nr; i++)
		all_ok &= m[i].status == LUB_EXIT_OK;
	return all_ok ? LUB_EXIT_OK : LUB_EXIT_FAIL;
}

/* One machine under two names would lock itself out. */
static int check_names(const struct fleet *f)
{
	char a[256], b[256];
	size_t i, k;

	for (i = 0; i < f->nr; i++) {
		for (k = 0; k < i; k++) {
			if (strcmp(fleet_name(f->host[i], a, sizeof(a)),
				   fleet_name(f->host[k], b, sizeof(b))))
				continue;
			lub_err("--host %s and --host %s are one machine; give it once", f->host[k],
				f->host[i]);
			return -EINVAL;
		}
	}
	return 0;
}

int fleet_run(const struct fleet *f, const char *dir)
{
	struct member m[FLEET_MAX] = { 0 };
	char *own = dir ? strdup(dir) : default_dir(), name[256];
	int err = own ? check_names(f) : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < f->nr; i++) {
		m[i].dir = path_in(own, fleet_name(f->host[i], name, sizeof(name)));
		err = m[i].dir ? make_dirs(m[i].dir) : -ENOMEM;
		if (err)
			lub_err("cannot make %s: %s", m[i].dir ? m[i].dir : own, strerror(-err));
	}
	/* The hosts last: they make it a directory that can be resumed. */
	if (!err && f->plan && !f->again)
		err = fleet_save(f, own);
	if (!err)
		err = save_hosts(f, own);
	if (!err) {
		proc_catch_signals();
		fprintf(stderr, "lubench: %zu hosts, directory %s\n", f->nr, own);
		printf("KTAP version 1\n1..%zu\n", f->nr);
		fflush(stdout);
		for (i = 0; i < f->nr; i++)
			begin(f, &m[i], i);
		watch(f, m);
		err = worst(f, m);
		if (err == LUB_EXIT_INTERRUPTED)
			lub_err("interrupted; go on with: build/lubench run --resume %s", own);
	} else {
		err = LUB_EXIT_USAGE;
	}
	for (i = 0; i < f->nr; i++)
		free(m[i].dir);
	free(own);
	return err;
}

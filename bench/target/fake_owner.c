// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/target/fake_owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench/target/fake_machine.h"
#include "bench/target/owner.h"
#include "bench/target/proc.h"

/* The controller's own limit may be as short as that of a machine that does nothing; a shell has to run here. */
#define SHELL_MS 60000

#define DAY_S 86400

bool fake_owner_is(const char *command)
{
	return !strncmp(command, "d='" TARGET_DIR "' v=", sizeof("d='" TARGET_DIR "' v=") - 1);
}

/* Another run was here first. */
static int plant(const char *dir, bool stale)
{
	struct timespec when[2] = { { .tv_sec = time(NULL) - (stale ? DAY_S : 0) } };
	char *path = NULL;
	FILE *out;
	int err = 0;

	when[1] = when[0];
	if (asprintf(&path, "%s/" OWNER_FILE, dir) < 0)
		return -ENOMEM;
	out = mkdir(dir, 0700) && errno != EEXIST ? NULL : fopen(path, "we");
	if (!out || fputs(FAKE_OWNER " 0123456789abcdef-01234567 3600 - you@there\n", out) < 0)
		err = -EIO;
	if (out && (fclose(out) || utimensat(AT_FDCWD, path, when, 0)))
		err = -EIO;
	free(path);
	return err;
}

/* A command of owner.h, in the directory of this machine. */
static int run_shell(struct target *t, const char *text, struct proc_io *io)
{
	char *argv[] = { (char *)"sh", (char *)"-c", NULL, NULL };
	char *dir = NULL;
	int err;

	if (asprintf(&dir, "%s/fake.dir", t->dir) < 0)
		return -ENOMEM;
	argv[2] = owner_elsewhere(text, dir);
	err = argv[2] ? proc_run(argv, io) : -ENOMEM;
	free(argv[2]);
	free(dir);
	return err;
}

int fake_owner_check(struct target *t, struct target_exec *x)
{
	static const char last[] = "esac; ";
	const char *end = strstr(x->command, last);
	struct proc_io io = { .timeout_ms = SHELL_MS };
	bool unlocked = fake_fault(t, "unlocked");
	struct fake *f = t->priv;
	char *text = NULL;
	int err = 0;

	if (!f->planted && (unlocked || fake_fault(t, "stolen"))) {
		if (asprintf(&text, "%s/fake.dir", t->dir) < 0)
			return -ENOMEM;
		err = plant(text, false);
		free(text);
		if (!err && unlocked)
			err = run_shell(t, "rm " TARGET_DIR "/" OWNER_FILE, &io);
		f->planted = true;
	}
	if (err || strncmp(x->command, "case ", 5) || !end)
		return err;
	text = strndup(x->command, (size_t)(end - x->command) + sizeof(last) - 1);
	err = text ? run_shell(t, text, &io) : -ENOMEM;
	free(text);
	free(io.out);
	return err;
}

int fake_owner(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	bool stale = fake_fault(t, "owned-stale");
	struct proc_io io = { .timeout_ms = SHELL_MS };
	char *dir = NULL;
	int err;

	if (fake_fault(t, "locked") && f->locked < 2) {
		f->locked++;
		return TARGET_OWNER_LOCKED;
	}
	if (f->full && (strstr(x->command, " v=claim ") || strstr(x->command, " v=renew "))) {
		snprintf(x->why, sizeof(x->why), "echo: write error: No space left on device");
		return TARGET_OWNER_BROKEN;
	}
	if (asprintf(&dir, "%s/fake.dir", t->dir) < 0)
		return -ENOMEM;
	err = 0;
	if (!f->planted && (stale || fake_fault(t, "owned"))) {
		err = plant(dir, stale);
		f->planted = !err;
	}
	if (!err)
		err = run_shell(t, x->command, &io);
	x->out = io.out;
	memcpy(x->why, io.err, sizeof(x->why));
	free(dir);
	/* It was done, but nobody hears of it. */
	if (!err && fake_fault_at(t, "drop", FAKE_CLAIM) && !f->dropped++) {
		snprintf(x->why, sizeof(x->why), "Connection closed by remote host");
		return 255;
	}
	return err;
}

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

int fake_owner(struct target *t, struct target_exec *x)
{
	struct fake *f = t->priv;
	bool stale = fake_fault(t, "owned-stale");
	struct proc_io io = { .timeout_ms = SHELL_MS };
	char *argv[] = { (char *)"sh", (char *)"-c", NULL, NULL };
	char *dir = NULL, *command = NULL;
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
	argv[2] = command = owner_elsewhere(x->command, dir);
	if (!err)
		err = command ? proc_run(argv, &io) : -ENOMEM;
	x->out = io.out;
	memcpy(x->why, io.err, sizeof(x->why));
	free(command);
	free(dir);
	/* It was done, but nobody hears of it. */
	if (!err && fake_fault_at(t, "drop", FAKE_CLAIM) && !f->dropped++) {
		snprintf(x->why, sizeof(x->why), "Connection closed by remote host");
		return 255;
	}
	return err;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench/agent/boot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench/agent/initramfs.h"
#include "bench/agent/kexec.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/liveupdate.h"

#define STATE_TOKEN 1

/* More than state.json is ever long. */
#define STATE_MAX 8192

static int state_session = -1;

int boot_load(struct agent *ag)
{
	bool crash = ag->c.mode == MODE_CRASH;
	char own[PATH_MAX] = "", made[PATH_MAX];
	const char *initrd = NULL;
	int err;

	if (ag->c.boot != BOOT_NONE)
		initramfs_find("/boot", ag->c.release, own, sizeof(own));
	if (ag->c.boot == BOOT_SYSTEM) {
		if (!*own)
			return agent_fail(
				ag, "kexec-load-error", 0,
				"no initrd of kernel %s in /boot; is its package installed",
				ag->c.release);
		initrd = own;
	} else if (ag->c.boot == BOOT_AGENT) {
		/* A kernel that nothing was preserved for has nobody to tell it of the cycle. */
		if (crash)
			return agent_fail(ag, "skip", 0, "mode crash: not with boot way agent");
		snprintf(made, sizeof(made), "%s", agent_path(ag, "initramfs"));
		err = initramfs_make(made, *own ? own : NULL, "/proc/self/exe",
				     agent_path(ag, "cycle.json"));
		if (err)
			return agent_fail(ag, "harness-error", err, "writing %s", made);
		initrd = made;
	}
	err = kexec_load(ag->c.image, initrd, ag->c.append, crash);
	if (err)
		return agent_fail(ag, "kexec-load-error", err, "kexec_file_load of %s%s%s%s",
				  ag->c.image, initrd ? " with " : "", initrd ? initrd : "",
				  crash ? "; is crashkernel= reserved" : "");
	return 0;
}

int boot_send_state(struct agent *ag)
{
	char text[STATE_MAX];
	long len = sys_read(agent_path(ag, "state.json"), text, sizeof(text));
	int fd, err;

	if (ag->c.boot != BOOT_AGENT)
		return 0;
	if (len < 0)
		return agent_fail(ag, "harness-error", (int)len, "reading state.json again");
	state_session = luo_session_create(ag->luo, BOOT_STATE_SESSION);
	if (state_session < 0)
		return agent_fail(ag, "harness-error", state_session, "session %s",
				  BOOT_STATE_SESSION);
	fd = memfd_create("lubench-state", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	err = fd < 0 ? -errno : 0;
	if (!err && write(fd, text, (size_t)len) != len)
		err = -EIO;
	if (!err)
		err = luo_preserve(state_session, fd, STATE_TOKEN);
	/* The session holds it from here on. */
	if (fd >= 0)
		close(fd);
	return err ? agent_fail(ag, "harness-error", err, "preserving state.json") : 0;
}

void boot_drop(void)
{
	if (state_session >= 0)
		close(state_session);
	state_session = -1;
}

int boot_receive_state(const char *path)
{
	int luo = luo_open(), session, fd = -1, err;
	char text[STATE_MAX];
	ssize_t n = 0;

	if (luo < 0)
		return luo;
	session = luo_session_retrieve(luo, BOOT_STATE_SESSION);
	/* Only one process may have it open, and that will be the agent. */
	close(luo);
	if (session < 0)
		return session;
	fd = luo_retrieve(session, STATE_TOKEN);
	err = fd < 0 ? fd : 0;
	if (!err) {
		n = pread(fd, text, sizeof(text) - 1, 0);
		err = n < 0 ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	if (!err) {
		text[n] = '\0';
		err = sys_save(path, text);
	}
	luo_finish(session);
	close(session);
	return err;
}

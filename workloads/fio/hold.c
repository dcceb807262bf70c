// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lubench-fio: holds a session while fio runs, and over a kexec. fio comes and goes; the controller stays
 * enabled and its descriptors stay open here, or in LUO. See docs/fio.md.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agent/kexec.h"
#include "bench/agent/pcidev.h"
#include "bench/agent/sysfile.h"
#include "bench/agent/uapi/iommufd.h"
#include "bench/agent/uapi/liveupdate.h"
#include "bench/agent/uapi/vfio.h"
#include "workloads/fio/session.h"

#define DIR "/var/lib/lubench"
#define UNDO DIR "/fio-undo"
#define SESSION "lubench-fio"
#define HWPT_TOKEN 0x4c554246ull

enum {
	TOKEN_MEMFD = 1,
	TOKEN_IOMMUFD = 2,
	TOKEN_DEVICE = 3,
};

static int usage(void)
{
	fputs("usage: lubench-fio run BDF COMMAND...\n"
	      "         take the device, start it, and run COMMAND, in which fio finds it by\n"
	      "         device_fd=${LUBENCH_DEVICE_FD} and memfd_fd=${LUBENCH_MEMFD_FD}\n"
	      "       lubench-fio outgoing BDF IMAGE COMMAND...\n"
	      "         the same, then preserve all of it and kexec to IMAGE\n"
	      "       lubench-fio outgoing-misplaced BDF IMAGE COMMAND...\n"
	      "         the same, but preserve a table with the data in the wrong place\n"
	      "       lubench-fio incoming COMMAND...\n"
	      "         after the kexec: retrieve it, run COMMAND with LUBENCH_VERIFY_ONLY=1 on the\n"
	      "         preserved table and again on a new one, finish, give the device back\n",
	      stderr);
	return 2;
}

static void need(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "lubench-fio: %s: %s\n", what, strerror(-err));
	exit(EXIT_FAILURE);
}

static void set_number(const char *name, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	setenv(name, text, 1);
}

/* Runs the command with the session's descriptors; its exit status. */
static int run_command(const struct session *s, bool verify_only, char **argv)
{
	int status;
	pid_t pid = fork();

	need(pid < 0 ? -errno : 0, "fork");
	if (!pid) {
		fcntl(s->device, F_SETFD, 0);
		fcntl(s->memfd, F_SETFD, 0);
		set_number("LUBENCH_DEVICE_FD", s->device);
		set_number("LUBENCH_MEMFD_FD", s->memfd);
		set_number("LUBENCH_VERIFY_ONLY", verify_only);
		execvp(argv[0], argv);
		need(-errno, argv[0]);
	}
	while (waitpid(pid, &status, 0) < 0)
		need(errno == EINTR ? 0 : -errno, "waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void make(struct session *s, const char *bdf)
{
	const char *what;
	int err;

	mkdir(DIR, 0755);
	need(pcidev_take(bdf, UNDO), "binding the device to vfio-pci");
	session_init(s);
	err = session_make(s, bdf, SESSION_BYTES, &what);
	need(err, what);
	need(session_start(s), "starting the controller");
}

static void give_back(struct session *s)
{
	need(nvme_disable(&s->ctrl), "stopping the controller");
	session_close(s);
	need(pcidev_give_back(UNDO), "giving the device back; see " UNDO);
}

static int run(const char *bdf, char **argv)
{
	struct session s;
	int status;

	make(&s, bdf);
	status = run_command(&s, false, argv);
	give_back(&s);
	return status;
}

static void replace(struct session *s, bool misplaced)
{
	uint32_t old = s->hwpt;

	need(session_table(s, misplaced, &s->hwpt), "making another HWPT");
	need(vfio_attach(s->device, s->hwpt), "replacing the HWPT");
	need(iommufd_destroy(s->iommufd, old), "destroying the old HWPT");
}

static int outgoing(const char *bdf, const char *image, bool misplaced, char **argv)
{
	static char append[4096];
	struct session s;
	int status, luo = luo_open(), luos;

	need(luo, "/dev/liveupdate");
	make(&s, bdf);
	status = run_command(&s, false, argv);
	if (status) {
		fprintf(stderr, "lubench-fio: %s ended with status %d: no kexec\n", argv[0],
			status);
		give_back(&s);
		return status;
	}
	if (misplaced)
		replace(&s, true);
	need((int)sys_read("/proc/cmdline", append, sizeof(append)), "/proc/cmdline");
	need(kexec_load(image, NULL, append, false), image);
	need(iommufd_mark(s.iommufd, s.hwpt, HWPT_TOKEN), "mark of the HWPT");
	luos = luo_session_create(luo, SESSION);
	need(luos, "creating a live-update session");
	need(luo_preserve(luos, s.memfd, TOKEN_MEMFD), "preserve of the memfd");
	need(luo_preserve(luos, s.iommufd, TOKEN_IOMMUFD), "preserve of the iommufd");
	need(luo_preserve(luos, s.device, TOKEN_DEVICE), "preserve of the VFIO cdev");
	fflush(NULL);
	sync();
	need(kexec_jump(false), "kexec");
	return EXIT_FAILURE;
}

/*
 * One more time, after what is in the buffers was made something else: what is verified must come from
 * the device. It is not for the old kernel's data to be found there.
 */
static int verify(struct session *s, const char *table, char **argv)
{
	size_t bytes;
	uint8_t *data = session_data(s, &bytes);
	int status;

	memset(data, 0x5a, bytes);
	status = run_command(s, true, argv);
	printf("lubench-fio: %s table: %s ended with status %d\n", table, argv[0], status);
	fflush(stdout);
	return status;
}

static int incoming(char **argv)
{
	int luo = luo_open(), luos, preserved, rebuilt;
	struct session s;

	need(luo, "/dev/liveupdate");
	luos = luo_session_retrieve(luo, SESSION);
	need(luos, "retrieve of the live-update session");
	session_init(&s);
	s.memfd = luo_retrieve(luos, TOKEN_MEMFD);
	need(s.memfd, "retrieve of the memfd");
	s.iommufd = luo_retrieve(luos, TOKEN_IOMMUFD);
	need(s.iommufd, "retrieve of the iommufd");
	s.device = luo_retrieve(luos, TOKEN_DEVICE);
	need(s.device, "retrieve of the VFIO cdev");
	need(iommufd_restore(s.iommufd, HWPT_TOKEN, &s.hwpt), "restore of the HWPT");
	need(vfio_bind(s.device, s.iommufd, &s.device_id), "binding the retrieved device");
	need(vfio_attach(s.device, s.hwpt), "attaching the restored HWPT");
	need(session_map(&s), "mapping the memfd");
	need(session_adopt(&s), "adopting the controller");
	preserved = verify(&s, "preserved", argv);
	replace(&s, false);
	rebuilt = verify(&s, "rebuilt", argv);
	need(luo_finish(luos), "finish of the live-update session");
	close(luos);
	give_back(&s);
	return preserved ? preserved : rebuilt;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "run") && argc > 3)
		return run(argv[2], argv + 3);
	if (!strcmp(what, "outgoing") && argc > 4)
		return outgoing(argv[2], argv[3], false, argv + 4);
	if (!strcmp(what, "outgoing-misplaced") && argc > 4)
		return outgoing(argv[2], argv[3], true, argv + 4);
	if (!strcmp(what, "incoming"))
		return incoming(argv + 2);
	return usage();
}

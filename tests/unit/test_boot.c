// SPDX-License-Identifier: GPL-2.0-or-later
/* How the incoming kernel comes to the agent: words, the initramfs, and the way of the results to the disk. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "bench/agent/boot.h"
#include "bench/agent/courier.h"
#include "bench/agent/cycle.h"
#include "bench/agent/guard.h"
#include "bench/agent/initramfs.h"
#include "bench/target/cycle.h"
#include "bench/target/target.h"

static char dir[] = "/tmp/lubench-boot-XXXXXX";

static const char *in_dir(const char *name)
{
	static char path[8][200];
	static unsigned int next;

	next = (next + 1) % 8;
	snprintf(path[next], sizeof(path[0]), "%s/%s", dir, name);
	return path[next];
}

static void put(const char *name, const char *text)
{
	FILE *out = fopen(in_dir(name), "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void get(const char *name, char *text, size_t len)
{
	FILE *in = fopen(in_dir(name), "r");

	assert_non_null(in);
	text[fread(text, 1, len - 1, in)] = '\0';
	fclose(in);
}

/* What a command says on stdout, in the directory. */
static void say(const char *command, char *text, size_t len)
{
	char line[400];
	FILE *in;

	snprintf(line, sizeof(line), "cd %s && %s", dir, command);
	in = popen(line, "r");
	assert_non_null(in);
	text[fread(text, 1, len - 1, in)] = '\0';
	assert_int_equal(pclose(in), 0);
}

static void archive(void **state)
{
	char text[2000];
	struct stat st;

	(void)state;
	/* A name and a content that do not end where the next entry begins */
	put("agent", "program");
	put("cycle", "{}");
	assert_int_equal(initramfs_make(in_dir("ram"), NULL, in_dir("agent"), in_dir("cycle")), 0);
	say("cpio -it --quiet <ram", text, sizeof(text));
	assert_string_equal(text, "lubench\nlubench/init\nlubench/cycle.json\n");
	say("cpio -i --quiet --to-stdout lubench/init <ram", text, sizeof(text));
	assert_string_equal(text, "program");
	say("cpio -itv --quiet <ram | cut -c1-10 | tr '\\n' ' '", text, sizeof(text));
	assert_string_equal(text, "drwx------ -rwx------ -rw------- ");
	assert_int_equal(stat(in_dir("ram"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* Behind the host's own, which is as it was; the kernel looks for the next one at multiples of four. */
	put("own", "12345");
	assert_int_equal(
		initramfs_make(in_dir("both"), in_dir("own"), in_dir("agent"), in_dir("cycle")), 0);
	say("head -c 8 both | tr '\\0' 0; tail -c +9 both | cpio -it --quiet | wc -l", text,
	    sizeof(text));
	assert_string_equal(text, "123450003\n");
	assert_int_equal(initramfs_make(in_dir("both"), in_dir("none"), in_dir("agent"),
					in_dir("cycle")),
			 -ENOENT);
}

static void find(void **state)
{
	char path[300];

	(void)state;
	assert_int_equal(initramfs_find(dir, "7.3.4-x", path, sizeof(path)), -ENOENT);
	assert_string_equal(path, "");
	put("initramfs-7.3.4-x.img", "");
	assert_int_equal(initramfs_find(dir, "7.3.4-x", path, sizeof(path)), 0);
	assert_string_equal(path, in_dir("initramfs-7.3.4-x.img"));
	put("initrd.img-7.3.4-x", "");
	assert_int_equal(initramfs_find(dir, "7.3.4-x", path, sizeof(path)), 0);
	assert_string_equal(path, in_dir("initrd.img-7.3.4-x"));
	assert_int_equal(initramfs_find(dir, "7.3.4", path, sizeof(path)), -ENOENT);
}

static void courier(void **state)
{
	char text[100];
	int root;

	(void)state;
	mkdir(in_dir("ramfs"), 0700);
	mkdir(in_dir("ramfs/out"), 0700);
	assert_int_equal(courier_load(in_dir("ramfs")), -ENOENT);
	put("ramfs/out/samples.jsonl", "samples");
	put("ramfs/out/outcome.json", "outcome");
	put("ramfs/chain", "chain");
	assert_int_equal(courier_load(in_dir("ramfs")), 0);

	root = open(dir, O_PATH | O_DIRECTORY);
	assert_int_equal(courier_deliver(root, "host"), -EAGAIN);
	mkdir(in_dir("host"), 0700);
	mkdir(in_dir("host/out"), 0700);
	/* Not mounted yet: nothing may be written below the mount point. */
	assert_int_equal(courier_deliver(root, "host"), -EAGAIN);
	assert_int_equal(access(in_dir("host/out/samples.jsonl"), F_OK), -1);
	put("host/cycle.json", "{}");
	put("host/out/samples.jsonl", "of the cycle before, and longer");
	assert_int_equal(courier_deliver(root, "host"), 0);
	get("host/out/samples.jsonl", text, sizeof(text));
	assert_string_equal(text, "samples");
	get("host/out/outcome.json", text, sizeof(text));
	assert_string_equal(text, "outcome");
	get("host/chain", text, sizeof(text));
	assert_string_equal(text, "chain");

	/* The outcome is what the controller waits for: not without the rest. */
	unlink(in_dir("host/out/outcome.json"));
	mkdir(in_dir("host/out/samples.jsonl.new"), 0700);
	assert_int_equal(courier_deliver(root, "host"), -EISDIR);
	assert_int_equal(access(in_dir("host/out/outcome.json"), F_OK), -1);
	close(root);
}

/* What the controller writes is what the agent reads. */
static void words(void **state)
{
	struct plan plan = { .scenario = "preserve", .workload = "lsi", .reps = 1 };
	struct cycle_job job = {
		.run = "R",
		.plan = &plan,
		.cycle = { .number = 1, .probes = "off" },
		.mode = "preserve",
		.append = "root=/dev/vda",
		.attempt = 2,
		.work_ms = 1000,
		.boot = "agent",
		.release = "7.3.4-x",
	};
	json_t *obj = cycle_json(&job, "0000:00:04.0");
	const char *append =
		json_string_value(json_object_get(json_object_get(obj, "kexec"), "append"));
	char *next;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(obj, "boot")), "agent");
	assert_string_equal(json_string_value(json_object_get(obj, "release")), "7.3.4-x");
	assert_non_null(strstr(append, " " BOOT_AGENT_WORD " rdinit=" INITRAMFS_INIT));
	/* The kernel after that one may be booted in another way. */
	next = cmdline_strip(append, false);
	assert_string_equal(next, "root=/dev/vda");
	free(next);
	json_decref(obj);
	next = cmdline_strip("rdinit=/bin/sh", false);
	assert_string_equal(next, "rdinit=/bin/sh");
	free(next);
	job.boot = "system";
	obj = cycle_json(&job, "0000:00:04.0");
	append = json_string_value(json_object_get(json_object_get(obj, "kexec"), "append"));
	assert_null(strstr(append, "rdinit="));
	json_decref(obj);
}

/* A real machine's next kernel comes back from a panic; what its owner has chosen stays. */
static void guards(void **state)
{
	struct plan plan = { .scenario = "preserve", .workload = "igb", .reps = 1 };
	struct cycle_job job = {
		.run = "R",
		.plan = &plan,
		.cycle = { .number = 1, .probes = "off" },
		.mode = "preserve",
		.append = "root=/dev/sda panic=0",
		.work_ms = 1000,
		.watchdog_s = 660,
	};
	json_t *obj = cycle_json(&job, "0000:00:04.0");
	const char *append =
		json_string_value(json_object_get(json_object_get(obj, "kexec"), "append"));

	(void)state;
	assert_string_equal(
		append,
		"root=/dev/sda panic=0 lubench.run=R lubench.cycle=1 lubench.attempt=0 oops=panic softlockup_panic=1");
	assert_int_equal(json_integer_value(json_object_get(obj, "watchdog_s")), 660);
	json_decref(obj);
	job.watchdog_s = 0;
	obj = cycle_json(&job, "0000:00:04.0");
	append = json_string_value(json_object_get(json_object_get(obj, "kexec"), "append"));
	assert_null(strstr(append, "oops="));
	assert_null(json_object_get(obj, "watchdog_s"));
	json_decref(obj);
}

/* A device that can do much less than is asked for would bite a machine that works. */
static void guard_limits(void **state)
{
	(void)state;
	assert_int_equal(guard_limit(660, 0), 660);
	assert_int_equal(guard_limit(660, 2046), 660);
	assert_int_equal(guard_limit(660, 613), 613);
	assert_int_equal(guard_limit(660, 330), 330);
	assert_int_equal(guard_limit(660, 329), 0);
	assert_int_equal(guard_limit(1, 30), 1);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(archive), cmocka_unit_test(find),   cmocka_unit_test(courier),
		cmocka_unit_test(words),   cmocka_unit_test(guards), cmocka_unit_test(guard_limits),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}

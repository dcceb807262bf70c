// SPDX-License-Identifier: GPL-2.0-or-later
/* lubench run */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/agent/cycle.h"
#include "bench/cli/campaign.h"
#include "bench/cli/fleet.h"
#include "bench/cli/run_options.h"
#include "bench/lubench.h"
#include "bench/target/fake.h"
#include "bench/target/proc.h"
#include "bench/target/qemu.h"

/*
 * KHO sizes its scratch areas by what is reserved at boot, and would count the crash kernel's memory
 * twice over in each: more than there is. So the sizes are given.
 */
#define CRASH_WORDS "crashkernel=256M kho_scratch=128M,128M,384M"

/* What was used when the run began, unless the user says otherwise now. */
static void take_path(char **path, const json_t *start, const char *key)
{
	const char *text = json_string_value(json_object_get(start, key));

	if (!*path && text)
		*path = strdup(text);
}

/* Options that differ from what the interrupted run was started with make no sense. */
static int from_journal(struct options *o, struct campaign *c)
{
	const json_t *start;
	const char *run;

	if (o->target || o->host || o->plan || o->out || o->mode || o->kernel || o->device ||
	    o->workload || o->probes || o->icount || o->perf || o->boot || o->console) {
		lub_err("--resume takes everything from the journal; leave the other options out");
		return -EINVAL;
	}
	if (journal_replay(o->resume, &c->state))
		return -EINVAL;
	start = c->state.start;
	run = json_string_value(json_object_get(start, "run"));
	if (!run) {
		lub_err("%s: its journal has no start line; start the run anew", o->resume);
		return -EINVAL;
	}
	snprintf(c->run, sizeof(c->run), "%s", run);
	o->target = json_string_value(json_object_get(start, "target"));
	o->host = json_string_value(json_object_get(start, "host"));
	o->kernel = json_string_value(json_object_get(start, "kernel"));
	o->mode = json_string_value(json_object_get(start, "mode"));
	o->workload = json_string_value(json_object_get(start, "workload"));
	o->probes = json_string_value(json_object_get(start, "probes"));
	o->device = json_string_value(json_object_get(start, "device"));
	o->append = json_string_value(json_object_get(start, "append"));
	o->boot = json_string_value(json_object_get(start, "boot"));
	o->console = json_string_value(json_object_get(start, "console"));
	o->icount = json_is_true(json_object_get(start, "icount"));
	o->perf = json_is_true(json_object_get(start, "perf"));
	if (!o->slowdown) {
		json_int_t n = json_integer_value(json_object_get(start, "slowdown"));

		o->slowdown = n > 0 && n <= CYCLE_SLOWDOWN_MAX ? (unsigned int)n : 0;
	}
	take_path(&o->artifacts.agent, start, "agent");
	take_path(&o->artifacts.image, start, "image");
	take_path(&o->artifacts.key, start, "key");
	c->resume = true;
	return 0;
}

static int load_plan(struct campaign *c, const struct options *o)
{
	char msg[512], *path = NULL;
	int err;

	if (o->resume) {
		if (asprintf(&path, "%s/plan.ini", o->resume) < 0)
			path = NULL;
	} else {
		path = plan_path(o->plan ? o->plan : "quick");
	}
	if (!path)
		return -ENOMEM;
	err = plan_load(path, &c->plan, msg, sizeof(msg));
	/* A real machine's memory is known once its agent was asked. */
	if (!err && !o->host)
		err = plan_check_memory(&c->plan, c->plan.memory, msg, sizeof(msg));
	if (err)
		lub_err("%s", msg);
	free(path);
	if (!err && o->resume) {
		const char *name = json_string_value(json_object_get(c->state.start, "plan"));

		snprintf(c->plan.name, sizeof(c->plan.name), "%.31s", name ? name : "plan");
	}
	return err;
}

static int check_icount(const struct campaign *c)
{
	const struct qemu_device *device = qemu_device_find(c->plan.workload);

	if (!c->target.row->machine) {
		lub_err("--icount: target %s is not emulated; leave it out", c->target.name);
		return -EINVAL;
	}
	if (device && device->host_paced) {
		lub_err("--icount: workload %s goes by the host's clock (%s); use workload lsi",
			c->plan.workload, device->host_paced);
		return -EINVAL;
	}
	return 0;
}

/* What the words mean is in bench/agent/boot.h. */
static int check_boot(struct options *o, struct campaign *c)
{
	static const char *const ways[] = CYCLE_BOOT_NAMES;
	size_t i;

	if (!o->boot && o->kernel && !strcmp(o->kernel, "host"))
		o->boot = "system";
	for (i = 0; o->boot && i < ARRAY_LEN(ways); i++)
		if (!strcmp(o->boot, ways[i]))
			break;
	if (o->boot && i == ARRAY_LEN(ways)) {
		lub_err("--boot %s: unknown; use none, system or agent", o->boot);
		return -EINVAL;
	}
	if (!o->host && (o->boot || (o->kernel && !strcmp(o->kernel, "host")))) {
		lub_err("--boot and --kernel host are for a real host; give --host, or leave them out");
		return -EINVAL;
	}
	c->boot = o->boot;
	return 0;
}

static int check_options(struct options *o, struct campaign *c)
{
	struct target *t = &c->target;

	t->name = o->target ? o->target : o->host ? "host" : target_default();
	t->row = target_row_find(t->name);
	/* Fake targets can have names of hosts, so that what several hosts do can be tested. */
	if (o->host && t->row && t->row->emulated && !t->row->simulated) {
		lub_err("--target and --host exclude each other");
		return -EINVAL;
	}
	if (!t->row || (!strcmp(t->row->name, "host") && !o->host)) {
		lub_err("--target %s: unknown; `lubench list targets` shows them", t->name);
		return -EINVAL;
	}
	t->host = o->host;
	if (o->console && !*o->console)
		o->console = NULL;
	if (o->console && !o->host) {
		lub_err("--console: the console of an emulated target is known; give --host, or leave it out");
		return -EINVAL;
	}
	t->console_command = o->console;
	run_host_defaults(o, c);
	if (check_boot(o, c))
		return -EINVAL;
	if (o->device && !*o->device)
		o->device = NULL;
	if (o->host && !o->device && !t->row->simulated) {
		lub_err("--host needs --device BDF: the device that may be taken from its driver");
		return -EINVAL;
	}
	if (o->mode && plan_set_modes(&c->plan, o->mode)) {
		lub_err("--mode %s: unknown; use preserve, rebuild, crash, or several with commas",
			o->mode);
		return -EINVAL;
	}
	if (o->probes && plan_set_probes(&c->plan, o->probes)) {
		lub_err("--probes %s: unknown; use off, on, or names of `lubench list probes` with + in between, several with commas",
			o->probes);
		return -EINVAL;
	}
	if (o->workload && !plan_word_find(plan_workloads, o->workload)) {
		lub_err("--workload %s: unknown; `lubench list workloads` shows them", o->workload);
		return -EINVAL;
	}
	if (o->perf && t->row->simulated) {
		lub_err("--perf: no kernel runs on target %s", t->name);
		return -EINVAL;
	}
	if (o->perf && strcmp(plan_probes_text(&c->plan), "off")) {
		lub_err("--perf: not together with probes, whose cost it would show; leave one out");
		return -EINVAL;
	}
	c->perf = o->perf;
	if (kernels_choose(c, o->kernel))
		return -EINVAL;
	if (o->workload)
		snprintf(c->plan.workload, sizeof(c->plan.workload), "%s", o->workload);
	if ((o->icount && check_icount(c)) || run_check_host(o, c))
		return -EINVAL;
	if (!strcmp(c->plan.mode, "crash") && t->row->machine && t->row->machine->no_crash) {
		lub_err("--mode crash: not on %s: %s", t->name, t->row->machine->no_crash);
		return -EINVAL;
	}
	return 0;
}

static int fill_target(struct campaign *c, const struct options *o)
{
	struct target *t = &c->target;
	struct utsname uts;
	const char *arch;

	uname(&uts);
	arch = t->row->machine ? t->row->machine->arch : uts.machine;
	c->user_append = o->append;
	c->artifacts = o->artifacts;
	if (!strcmp(c->kernel, "host") && artifacts_of_host(&c->artifacts, o->host)) {
		lub_err("no kernel was made for %s; run: make kernel HOST=%s", o->host, o->host);
		return -ENOENT;
	}
	if (c->plan.nr_kernels ? kernels_find(c, arch) : 0)
		return -ENOENT;
	if (artifacts_find(&c->artifacts, arch, c->kernel)) {
		lub_err("out of memory");
		return -ENOMEM;
	}
	artifacts_release(&c->artifacts, c->release, sizeof(c->release));
	if (c->boot && !strcmp(c->boot, "system") && !*c->release) {
		lub_err("%s has no provenance.json beside it, so its initrd on %s is not known; use --kernel host",
			c->artifacts.kernel, o->host);
		return -EINVAL;
	}
	/* The fake agent tells an id of its own; what is in the cache has no say. */
	if (t->row->simulated)
		snprintf(c->artifacts.build_id, sizeof(c->artifacts.build_id), FAKE_BUILD_ID);
	t->dir = c->dir;
	c->known_hosts = o->host ? artifacts_known_hosts(o->host) : NULL;
	t->known_hosts = c->known_hosts;
	t->kernel = c->artifacts.kernel;
	t->image = c->artifacts.image;
	t->tools = o->perf ? c->artifacts.tools : NULL;
	t->key = c->artifacts.key;
	t->device = o->device;
	t->workload = c->plan.workload;
	t->trace_iotlb = !strcmp(c->plan.scenario, "iotlb");
	if (asprintf(&c->append, "%s%s%s", plan_has_mode(&c->plan, "crash") ? CRASH_WORDS : "",
		     o->append ? " " : "", o->append ? o->append : "") < 0)
		return -ENOMEM;
	t->append = c->append;
	t->memory = c->plan.memory;
	t->kvm = c->plan.kvm;
	t->icount = o->icount;
	t->slowdown = o->slowdown;
	t->ram_fd = -1;
	if (!t->row->simulated && access(c->artifacts.agent, R_OK)) {
		lub_err("agent %s: %s; `make all` builds it", c->artifacts.agent, strerror(errno));
		return -ENOENT;
	}
	if (!t->row->simulated && access(t->kernel, R_OK)) {
		lub_err("kernel image %s: %s; `make kernel` makes it", t->kernel, strerror(errno));
		return -ENOENT;
	}
	return t->row->ops->probe(t);
}

static void free_all(struct campaign *c, struct options *o)
{
	if (c->target.row && c->target.row->ops->release)
		c->target.row->ops->release(&c->target);
	/* Until fill_target() the paths belong to the options. */
	host_unlock(&c->lock);
	kernels_free(c);
	artifacts_free(c->artifacts.kernel ? &c->artifacts : &o->artifacts);
	free(c->append);
	free(c->known_hosts);
	free(c->dir);
	plan_free(&c->plan);
	journal_state_free(&c->state);
}

/* What was measured before the interruption would get a wrong label. */
static int same_kernel(const struct campaign *c)
{
	const char *then = json_string_value(json_object_get(c->state.start, "build_id"));
	char now[KERNELS_IDS];

	if (!then || !*kernels_ids(c, now) || !strcmp(then, now))
		return 0;
	lub_err("%s was begun with kernel %s, now %s is %s; build that one again, or start a new run",
		c->dir, then, c->kernel, now);
	return -EINVAL;
}

static int run(struct campaign *c, struct options *o)
{
	int err;

	if ((o->resume && from_journal(o, c)) || load_plan(c, o) || check_options(o, c))
		return LUB_EXIT_USAGE;
	proc_catch_signals();
	if (c->target.host && host_lock(&c->lock, c->target.host))
		return LUB_EXIT_FAIL;
	if (rundir_make(c, o->out, o->resume))
		return LUB_EXIT_USAGE;
	err = fill_target(c, o);
	if (!err && c->resume)
		err = same_kernel(c);
	if (!err && !c->resume)
		err = rundir_copy_plan(c);
	if (err) {
		/* Goes away only when nothing is in it. */
		rmdir(c->dir);
		return err == -EOPNOTSUPP ? LUB_EXIT_SKIP : LUB_EXIT_FAIL;
	}
	progress_note("run %s, %u cycles, %u points, directory %s", c->run,
		      plan_nr_cycles(&c->plan), plan_nr_points(&c->plan), c->dir);
	return campaign_run(c);
}

static int run_one(struct options *o)
{
	struct campaign c = { .liveupdate_number = -1, .lock = { .fd = -1 } };
	int err = run(&c, o);

	free_all(&c, o);
	return err;
}

/* One of several hosts, in a process of its own. */
static int run_host(void *arg, size_t i, const char *dir)
{
	struct options *o = arg, anew = { 0 };

	if (o->resume && (rundir_began(dir) || !o->fleet.plan)) {
		o->resume = dir;
		return run_one(o);
	}
	/* Its controller was killed before it had begun. */
	if (o->resume) {
		if (run_options_parse(o->fleet.argc, o->fleet.argv, &anew) || i >= anew.fleet.nr)
			return LUB_EXIT_USAGE;
		anew.plan = o->fleet.plan;
		o = &anew;
	}
	o->host = o->fleet.host[i];
	o->device = o->nr_devices > 1 ? o->devices[i] : o->device;
	o->out = dir;
	return run_one(o);
}

static int run_fleet(struct options *o)
{
	o->fleet.one = run_host;
	o->fleet.arg = o;
	if (o->resume) {
		if (fleet_load(&o->fleet, o->resume))
			return LUB_EXIT_USAGE;
		/* Of an older lubench there are none. */
		if (fleet_again(&o->fleet, o->resume))
			o->fleet.plan = NULL;
		return fleet_run(&o->fleet, o->resume);
	}
	if (o->nr_devices > 1 && o->nr_devices != o->fleet.nr) {
		lub_err("%zu devices for %zu hosts: give one for all, or one for each, in their order",
			o->nr_devices, o->fleet.nr);
		return LUB_EXIT_USAGE;
	}
	o->fleet.plan = plan_path(o->plan ? o->plan : "quick");
	if (!o->fleet.plan)
		return LUB_EXIT_FAIL;
	return fleet_run(&o->fleet, o->out);
}

int cmd_run(int argc, char **argv)
{
	struct options o = { .fleet = { .argc = argc } };
	int i;

	/* As it was given: the parser moves the words about. */
	o.fleet.argv = calloc((size_t)argc + 1, sizeof(*argv));
	for (i = 0; o.fleet.argv && i < argc; i++)
		o.fleet.argv[i] = argv[i];
	umask(077); /* a run holds what a machine said on its console */
	if (run_options_parse(argc, argv, &o))
		return LUB_EXIT_USAGE;
	if (o.fleet.nr > 1 || (o.resume && fleet_is(o.resume)))
		return run_fleet(&o);
	return run_one(&o);
}

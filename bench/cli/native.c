// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lubench native: runs the program that has the kernel's page-table code in it, and writes down what it says.
 * That is a program of its own for its licence, GPL-2.0-only, which this one's libraries do not go with.
 */
#include <argp.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/cli/native.h"
#include "bench/lubench.h"
#include "bench/record/record.h"
#include "bench/report/report.h"
#include "bench/target/proc.h"

#define DEFAULT_REPS 15
#define TIMEOUT_MS (30 * 60 * 1000)

static const struct argp_option options[] = {
	{ "program", 'p', "FILE", 0, "The program (make bench-native builds it)", 0 },
	{ "kernel", 'k', "KERNEL", 0, "Which kernel it was built from", 0 },
	{ "commit", 'c', "COMMIT", 0, "Its commit", 0 },
	{ "release", 'v', "VERSION", 0, "Its version", 0 },
	{ "out", 'o', "DIR", 0, "Directory of the run", 0 },
	{ "reps", 'r', "N", 0, "Repetitions (15)", 0 },
	{ "memory", 'm', "SIZE", 0, "Memory that tables are scattered over (2G)", 0 },
	{ "walk", 'w', NULL, 0, "No pool of tables: preserve walks them all", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct native *n = state->input;
	char *end;

	switch (key) {
	case 'p':
		n->program = arg;
		break;
	case 'k':
		n->kernel = arg;
		break;
	case 'c':
		n->commit = arg;
		break;
	case 'v':
		n->release = arg;
		break;
	case 'o':
		n->out = arg;
		break;
	case 'r':
		n->reps = (unsigned int)strtoul(arg, &end, 10);
		if (*end || !n->reps || n->reps > 10000)
			argp_error(state, "--reps %s: a number from 1 to 10000", arg);
		break;
	case 'm':
		n->memory = arg;
		break;
	case 'w':
		n->walk = true;
		break;
	case ARGP_KEY_ARG:
		if (n->nr_sizes == 8)
			argp_error(state, "at most 8 sizes");
		n->size[n->nr_sizes++] = arg;
		break;
	case ARGP_KEY_END:
		if (!n->program || !n->kernel || !n->out)
			argp_error(
				state,
				"--program, --kernel and --out are needed; make bench-native gives them");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[SIZE...]",
	.doc = "Times the kernel's page-table code at the full speed of this machine, in user space, and what the "
	       "memory of this machine needs for the same tables. SIZE: bytes mapped, default 1G and 64G.",
};

/* The value of the first line "key : value" of /proc/cpuinfo; "" without one. */
static void cpuinfo(const char *key, char *buf, size_t size)
{
	FILE *in = fopen("/proc/cpuinfo", "re");
	char line[4096], *value;

	*buf = '\0';
	while (in && !*buf && fgets(line, sizeof(line), in)) {
		value = strchr(line, ':');
		if (strncmp(line, key, strlen(key)) || !value)
			continue;
		value += 1 + strspn(value + 1, " ");
		value[strcspn(value, "\n")] = '\0';
		snprintf(buf, size, "%.*s", (int)size - 1, value);
	}
	if (in)
		fclose(in);
}

static void about_machine(struct native *n)
{
	struct timespec ts;
	struct tm tm;
	char flags[4096];
	size_t len;

	clock_gettime(CLOCK_REALTIME, &ts);
	gmtime_r(&ts.tv_sec, &tm);
	len = strftime(n->run, sizeof(n->run), "%Y%m%d-%H%M%S", &tm);
	snprintf(n->run + len, sizeof(n->run) - len, "-native-%04lx",
		 (unsigned long)(ts.tv_nsec ^ (getpid() << 12)) & 0xffff);
	cpuinfo("model name", n->cpu, sizeof(n->cpu));
	cpuinfo("flags", flags, sizeof(flags));
	snprintf(n->host, sizeof(n->host), "this machine%s",
		 strstr(flags, " hypervisor ") ? ", under its hypervisor" : "");
}

static struct native_point *point_of(struct native *n, const struct native_point *key)
{
	size_t i;

	for (i = 0; i < n->nr_points; i++)
		if (n->point[i].ioas == key->ioas && !strcmp(n->point[i].format, key->format) &&
		    !strcmp(n->point[i].layout, key->layout))
			return &n->point[i];
	if (n->nr_points == NATIVE_MAX_POINTS)
		return NULL;
	n->point[n->nr_points] = *key;
	return &n->point[n->nr_points++];
}

/* Return: 0, -EINVAL for a line that is none of bench/native/main.c. */
static int take_line(struct native *n, const char *line)
{
	struct native_point key = { 0 }, *p;
	char metric[48], unit[48];
	struct lub_sample s = { .run = n->run, .cycle = 1, .scenario = "native" };
	unsigned long long ioas;
	long long value;

	if (sscanf(line, "memory %lld %lld", &n->memory_bytes, &n->huge_bytes) == 2)
		return 0;
	if (sscanf(line, "compiler %127[^\n]", n->compiler) == 1)
		return 0;
	if (sscanf(line, "%47s %47s %llu %u %47s %47s %lld", key.format, key.layout, &ioas, &s.rep,
		   metric, unit, &value) != 7)
		return -EINVAL;
	key.ioas = ioas;
	p = point_of(n, &key);
	if (!p)
		return -EINVAL;
	s.metric = metric;
	s.unit = unit;
	s.clock = strcmp(unit, "ns") ? NULL : "thread";
	s.value = value;
	s.params = native_params(p);
	return json_array_append_new(n->samples, emit_sample(&s)) ? -ENOMEM : 0;
}

/* Sets n->why and says it. */
__attribute__((format(printf, 2, 3))) static int failed(struct native *n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(n->why, sizeof(n->why), fmt, ap);
	va_end(ap);
	lub_err("%s: %s", n->program, n->why);
	return -EIO;
}

static int run_program(struct native *n)
{
	char reps[16],
		*argv[NATIVE_MAX_ARGS] = { (char *)(uintptr_t)n->program, (char *)"--reps", reps };
	struct proc_io io = { .timeout_ms = TIMEOUT_MS };
	char *line, *rest;
	int argc = 3, status, err = 0;
	unsigned int i;

	snprintf(reps, sizeof(reps), "%u", n->reps);
	if (n->walk)
		argv[argc++] = (char *)"--walk";
	if (n->memory) {
		argv[argc++] = (char *)"--memory";
		argv[argc++] = (char *)(uintptr_t)n->memory;
	}
	for (i = 0; i < n->nr_sizes; i++)
		argv[argc++] = n->size[i];
	status = proc_run(argv, &io);
	for (line = io.out ? strtok_r(io.out, "\n", &rest) : NULL; line && !err;
	     line = strtok_r(NULL, "\n", &rest)) {
		err = take_line(n, line);
		if (err)
			err = failed(n, "it said what is not understood: %.60s", line);
	}
	free(io.out);
	if (err)
		return err;
	if (status == 127)
		return failed(n, "there is no such program; make bench-native builds it");
	if (status < 0)
		return failed(n, "%s", strerror(-status));
	if (status)
		return failed(n, "status %d: %s", status, io.err);
	return n->nr_points ? 0 : failed(n, "it measured nothing");
}

static int report(const struct native *n)
{
	struct record_set set = { 0 };
	int err = record_read(n->out, &set);

	if (!err)
		err = report_text(stdout, &set, NULL, NULL);
	record_set_free(&set);
	return err;
}

int cmd_native(int argc, char **argv)
{
	static char *defaults[] = { (char *)"1G", (char *)"64G" };
	struct native n = { .reps = DEFAULT_REPS };
	int err;

	if (argp_parse(&argp, argc, argv, 0, NULL, &n))
		return LUB_EXIT_USAGE;
	if (!n.nr_sizes) {
		memcpy(n.size, defaults, sizeof(defaults));
		n.nr_sizes = ARRAY_LEN(defaults);
	}
	about_machine(&n);
	n.samples = json_array();
	err = n.samples ? run_program(&n) : -ENOMEM;
	/* A run that failed has its reason in the records, too, if it came so far as to have a point. */
	if (n.nr_points) {
		if (native_save(&n))
			err = -EIO;
		else if (!err)
			err = report(&n);
	}
	json_decref(n.samples);
	return err ? LUB_EXIT_FAIL : LUB_EXIT_OK;
}

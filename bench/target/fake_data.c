// SPDX-License-Identifier: GPL-2.0-or-later
/* Made-up results of a cycle. They follow a plain cost model, so that reports of them look right. */
#include "bench/target/fake_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/lubench.h"
#include "bench/plan/plan.h"
#include "bench/record/emit.h"
#include "bench/target/pstore.h"

static const char *const rep_metrics[] = {
	"mark", "preserve.memfd", "preserve.iommufd", "preserve.vfio", "unpreserve.iommufd",
};

static const char *const cycle_metrics[] = {
	"freeze",	"jump", "boot.kho",	"boot.iommu", "retrieve.iommufd",
	"restore.hwpt", "bind", "replace.hwpt", "finish",     "blackout.cpu",
};

static const char *const events[] = { "freeze.begin", "jump", "entry", "iommu.adopted" };

static const char *text(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

static uint64_t number(const json_t *obj, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(obj, key));
}

/* Fixed part, a part per page-table page, and a ripple that does not need a random generator. */
static int64_t cost(const struct lub_sample *s, size_t metric)
{
	uint64_t pages = s->params.hwpts * plan_tables(s->params.ioas_bytes, s->params.page_bytes);

	return (int64_t)(20000 * (metric + 1) + pages * 150 +
			 (s->rep * 7 + s->cycle * 3) % 11 * 500);
}

static int write_point(int fd, struct lub_sample *s, uint32_t reps)
{
	size_t m;
	int err = 0;

	for (s->rep = 0; !err && s->rep < reps; s->rep++) {
		for (m = 0; !err && m < ARRAY_LEN(rep_metrics); m++) {
			s->metric = rep_metrics[m];
			s->value = cost(s, m);
			err = emit_write(fd, emit_sample(s));
		}
	}
	s->rep = 0;
	return err;
}

static int write_cycle(int fd, struct lub_sample *s)
{
	struct lub_event e = { .run = s->run, .cycle = s->cycle, .hz = 1000000000 };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ARRAY_LEN(cycle_metrics); i++) {
		s->metric = cycle_metrics[i];
		s->value = cost(s, i);
		err = emit_write(fd, emit_sample(s));
	}
	for (i = 0; !err && i < ARRAY_LEN(events); i++) {
		e.kernel = i < 2 ? "outgoing" : "incoming";
		e.event = events[i];
		e.ticks = 1000000 * (i + 1);
		err = emit_write(fd, emit_event(&e));
	}
	return err;
}

static int leave_out(int fd, const struct lub_sample *s)
{
	struct lub_outcome o = {
		.run = s->run,
		.cycle = s->cycle,
		.scenario = s->scenario,
		.outcome = "skip",
		.reason = "budget: left out by the fake agent",
		.params = s->params,
	};

	return emit_write(fd, emit_outcome(&o));
}

static int write_samples(const struct fake_answer *a, int fd)
{
	const json_t *points = json_object_get(a->job, "points"), *point;
	struct lub_sample s = {
		.run = text(a->job, "run"),
		.cycle = (uint32_t)number(a->job, "cycle") - (a->how == FAKE_FOREIGN),
		.scenario = text(a->job, "scenario"),
		.unit = "ns",
		.clock = "tsc",
		.params = { .devices = 1,
			    .mode = text(a->job, "mode"),
			    .workload = text(a->job, "workload"),
			    .probes = text(a->job, "probes"),
			    .kernel = json_string_value(json_object_get(a->job, "kernel")) },
	};
	size_t i, nr = json_array_size(points);
	int err = 0;

	for (i = 0; !err && i < nr; i++) {
		point = json_array_get(points, i);
		s.params.hwpts = (uint32_t)number(point, "hwpts");
		s.params.ioas_bytes = number(point, "ioas_bytes");
		s.params.page_bytes = number(point, "page_bytes");
		s.params.layout = json_string_value(json_object_get(point, "layout"));
		err = a->how == FAKE_LEFTOUT && i + 1 == nr
			      ? leave_out(fd, &s)
			      : write_point(fd, &s, (uint32_t)number(a->job, "reps"));
	}
	s.params.hwpts = (uint32_t)number(a->job, "kexec_hwpts");
	if (!err)
		err = write_cycle(fd, &s);
	return err;
}

/* A copy of the file behind it: of all lines, or of the first one. */
static int copy_lines(int fd, bool all)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)size + 1);
	int err = text && pread(fd, text, (size_t)size, 0) == size ? 0 : -EIO;
	size_t len;

	if (!err) {
		text[size] = '\0';
		len = all ? (size_t)size : strcspn(text, "\n") + 1;
		err = pwrite(fd, text, len, size) == (ssize_t)len ? 0 : -EIO;
	}
	free(text);
	return err;
}

/* Bytes of the last line. */
static off_t last_line(int fd, off_t size)
{
	off_t at = size - 1;
	char c;

	while (at > 0 && pread(fd, &c, 1, at - 1) == 1 && c != '\n')
		at--;
	return size - at;
}

/* What happens to the file on its way. */
static int spoil(enum fake_files how, int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	switch (how) {
	case FAKE_TORN:
		return ftruncate(fd, size - 9) ? -errno : 0;
	case FAKE_SHORT:
		return ftruncate(fd, size - last_line(fd, size)) ? -errno : 0;
	case FAKE_TWICE:
		return copy_lines(fd, true);
	case FAKE_BADOUTCOME:
		return ftruncate(fd, 20) ? -errno : 0;
	default:
		return 0;
	}
}

static int write_outcome(const struct fake_answer *a, int fd, off_t samples)
{
	json_t *obj;

	obj = json_pack("{s:s, s:s?, s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "outcome",
			a->error ? a->error : "ok", "reason", a->error ? "told to" : NULL, "phase",
			a->error ? "preserve" : "finish", "boot_id", a->boot_id, "build_id",
			a->build_id, "run", text(a->job, "run"), "cycle",
			(json_int_t)number(a->job, "cycle") - (a->how == FAKE_STALE),
			"liveupdate_number", (json_int_t)a->number, "samples_bytes",
			(json_int_t)samples);
	return emit_write(fd, obj);
}

static int open_file(const char *dir, const char *name)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/out/%s", dir, name) < 0)
		return -ENOMEM;
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

static int write_files(const struct fake_answer *a, const char *dir)
{
	int fd = open_file(dir, "samples.jsonl"), err;
	off_t size;

	if (fd < 0)
		return fd;
	err = write_samples(a, fd);
	/* A sample that the agent itself has written two times is in its count. */
	if (!err && a->how == FAKE_AGAIN)
		err = copy_lines(fd, false);
	size = lseek(fd, 0, SEEK_END);
	if (!err && a->how != FAKE_BADOUTCOME)
		err = spoil(a->how, fd);
	close(fd);
	fd = err ? err : open_file(dir, "outcome.json");
	if (fd < 0)
		return fd;
	err = write_outcome(a, fd, size);
	if (!err && a->how == FAKE_BADOUTCOME)
		err = spoil(a->how, fd);
	close(fd);
	return err;
}

static int remove_file(const char *dir, const char *name)
{
	char *path;
	int err;

	if (asprintf(&path, "%s/out/%s", dir, name) < 0)
		return -ENOMEM;
	err = unlink(path) && errno != ENOENT ? -errno : 0;
	free(path);
	return err;
}

/* The parts of a dump as pstore gives them: the end of the log comes first. */
static int write_pstore(const struct fake_answer *a, const char *dir)
{
	const json_t *run = json_object_get(a->job, "run"),
		     *cycle = json_object_get(a->job, "cycle");
	char *path;
	FILE *out;
	int err;

	if (asprintf(&path, "%s/" PSTORE_LOG, dir) < 0)
		return -ENOMEM;
	out = fopen(path, "we");
	free(path);
	if (!out)
		return -errno;
	fprintf(out, "Panic#1 Part1\n<0>[    2.5] Kernel panic - not syncing: kept by firmware\n");
	fprintf(out,
		"Panic#1 Part2\n<5>[    0.0] Command line: console=ttyS0 lubench.run=%s lubench.cycle=%lld ro\n",
		a->pstore == FAKE_PSTORE ? json_string_value(run) : "another",
		(long long)json_integer_value(cycle));
	err = ferror(out) ? -EIO : 0;
	return fclose(out) ? -errno : err;
}

int fake_write_answer(const struct fake_answer *a, const char *dir)
{
	char *out;
	int err;

	if (asprintf(&out, "%s/out", dir) < 0)
		return -ENOMEM;
	if ((mkdir(dir, 0755) && errno != EEXIST) || (mkdir(out, 0755) && errno != EEXIST)) {
		err = -errno;
		lub_err("cannot make %s: %s", out, strerror(-err));
		free(out);
		return err;
	}
	free(out);
	err = write_files(a, dir);
	if (!err && a->pstore)
		err = write_pstore(a, dir);
	if (!err && (a->how == FAKE_NOSAMPLES || a->how == FAKE_NOOUTCOME))
		err = remove_file(dir, a->how == FAKE_NOSAMPLES ? "samples.jsonl" : "outcome.json");
	if (err)
		lub_err("cannot write the answer of the fake target below %s: %s", dir,
			strerror(-err));
	return err;
}

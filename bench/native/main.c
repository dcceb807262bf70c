// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page-table code of a kernel at the full speed of this machine: `lubench native` runs this program and writes
 * down what it says. Lines on stdout:
 *   compiler TEXT
 *   memory BYTES HUGE			of the pages, and how much of it is in huge pages, -1: not known
 *   FORMAT LAYOUT IOAS REP METRIC UNIT VALUE
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"
#include "native.h"
#include "watch.h"

#define PAGE 4096
#define SZ_2M (2ull << 20)
#define MAX_SIZES 8

static struct {
	uint64_t ioas[MAX_SIZES];
	unsigned int nr_ioas, reps;
	bool walk;
	size_t memory;
} opt = { .reps = 15, .memory = 2ul << 30 };

/**
 * struct point - what is being measured
 * @tables: of a page table of 4 levels over @ioas, which the kernel has to find as well
 */
struct point {
	const struct native_format *f;
	bool scattered;
	uint64_t ioas;
	unsigned int rep;
	uint64_t tables;
};

static uint64_t tables_of(uint64_t ioas)
{
	uint64_t n = 1, covers;

	for (covers = SZ_2M; covers <= SZ_2M << 18; covers <<= 9)
		n += (ioas + covers - 1) / covers;
	return n;
}

static void say(const struct point *p, const char *metric, const char *unit, uint64_t value)
{
	printf("%s %s %llu %u %s %s %llu\n", p->f->name, p->scattered ? "scattered" : "contiguous",
	       (unsigned long long)p->ioas, p->rep, metric, unit, (unsigned long long)value);
}

static int failed(const struct point *p, const char *what)
{
	fprintf(stderr, "native: %s of %llu bytes of %s failed; see above, or debug this program\n",
		what, (unsigned long long)p->ioas, p->f->name);
	return -EIO;
}

/* Runs @call cold, and says how long it took. */
#define TIMED(p, metric, call)                                  \
	({                                                      \
		struct watch timed_watch;                       \
		typeof(call) timed_result;                      \
		native_memory_cold();                           \
		watch_start(&timed_watch);                      \
		timed_result = (call);                          \
		say(p, metric, "ns", watch_stop(&timed_watch)); \
		timed_result;                                   \
	})

static int unpreserve(const struct point *p, struct native_table *t)
{
	p->f->unpreserve(t);
	return 0;
}

static int destroy(const struct point *p, struct native_table *t)
{
	p->f->destroy(t);
	return 0;
}

/* The pages behind the first @others are free now, and are gone through in the order in which they became tables. */
static int floors(const struct point *p, size_t others)
{
	void *const *page;
	void **of;
	uint64_t latency, structs;
	size_t nr, i;

	page = native_memory_pages(&nr) + others;
	if (nr < others + p->tables)
		return failed(p, "finding the tables");
	of = calloc(p->tables, sizeof(*of));
	if (!of)
		return -ENOMEM;
	/* Behind what a list in it needs. */
	for (i = 0; i < p->tables; i++)
		of[i] = (char *)native_memory_page_struct(page[i]) + 24;
	say(p, "native.floor.read", "ns", floor_read(page, p->tables));
	latency = floor_latency(page, p->tables);
	structs = floor_latency(of, p->tables);
	free(of);
	if (!latency || !structs)
		return failed(p, "going through the tables");
	say(p, "native.floor.latency", "ns", latency);
	say(p, "native.floor.structs", "ns", structs);
	return 0;
}

static int map_and_unmap(const struct point *p)
{
	struct native_table *t;
	size_t others;

	native_memory_pages(&others);
	t = p->f->create(!opt.walk);
	if (!t)
		return failed(p, "making a table");
	if (TIMED(p, "native.map", p->f->map(t, p->ioas)))
		return failed(p, "mapping");
	if (TIMED(p, "native.unmap", p->f->unmap(t, p->ioas)))
		return failed(p, "unmapping");
	p->f->destroy(t);
	return floors(p, others);
}

static bool pooled(const struct point *p)
{
	return p->f->pooled && !opt.walk;
}

/* Preserving, with what it does for each table replaced by counting. */
static int count(const struct point *p, struct native_table *t)
{
	int err;

	native_kho_count = true;
	err = TIMED(p, "native.preserve.walk", p->f->preserve(t));
	p->f->unpreserve(t);
	native_kho_count = false;
	return err || native_kho_counted != p->tables ? failed(p, "counting the tables") : 0;
}

static int preserve_and_restore(const struct point *p)
{
	struct native_table *t = p->f->create(!opt.walk), *restored;

	if (!t || p->f->map(t, p->ioas))
		return failed(p, "filling a table");
	if (!pooled(p) && count(p, t))
		return -EIO;
	if (pooled(p) && TIMED(p, "native.mark", p->f->mark(t)))
		return failed(p, "marking");
	if (TIMED(p, "native.preserve", p->f->preserve(t)))
		return failed(p, "preserving");
	if (p->f->nr_tables(t) != p->tables) {
		fprintf(stderr,
			"native: the kernel preserved %llu tables of %s, and %llu bytes have %llu\n",
			(unsigned long long)p->f->nr_tables(t), p->f->name,
			(unsigned long long)p->ioas, (unsigned long long)p->tables);
		return -EIO;
	}
	say(p, "native.tables", "pages", p->f->nr_tables(t));
	TIMED(p, "native.unpreserve", unpreserve(p, t));
	if (p->f->preserve(t))
		return failed(p, "preserving again");

	native_memory_kexec();
	if (TIMED(p, "native.reserve", native_kho_reserve()))
		return failed(p, "finding preserved pages");
	restored = TIMED(p, "native.restore", p->f->restore(t));
	if (!restored ||
	    (p->ioas > PAGE && p->f->lookup(restored, p->ioas - PAGE) != p->ioas - PAGE))
		return failed(p, "restoring");
	TIMED(p, "native.destroy", destroy(p, restored));
	return 0;
}

static int measure(const struct point *p)
{
	int (*const part[])(const struct point *p) = { map_and_unmap, preserve_and_restore };
	size_t i;
	int err = 0;

	watch_preempted = 0;
	for (i = 0; !err && i < 2; i++) {
		err = native_memory_reset(p->scattered);
		if (!err)
			err = native_kho_init();
		if (!err)
			err = part[i](p);
		if (!err)
			native_kho_exit();
	}
	say(p, "native.preempted", "count", watch_preempted);
	return err;
}

static uint64_t size_arg(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	if (*end && strchr("KMGT", *end))
		n <<= 10 * (strchr("KMGT", *end++) - "KMGT" + 1);
	return *end ? 0 : n;
}

static int usage(void)
{
	fputs("usage: lubench-native [--reps N] [--memory SIZE] [--walk] SIZE...\n"
	      "SIZE: bytes that are mapped, or with K, M, G or T behind; multiples of 4K, up to 256T\n"
	      "--walk: no pool of tables, as if the kernel had none\n",
	      stderr);
	return 2;
}

static int options(int argc, char **argv)
{
	static const struct option known[] = {
		{ "reps", required_argument, NULL, 'r' },
		{ "walk", no_argument, NULL, 'w' },
		{ "memory", required_argument, NULL, 'm' },
		{ 0 },
	};
	int key;

	while ((key = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (key == 'r')
			opt.reps = (unsigned int)size_arg(optarg);
		else if (key == 'w')
			opt.walk = true;
		else if (key == 'm')
			opt.memory = size_arg(optarg);
		else
			return usage();
	}
	for (; optind < argc && opt.nr_ioas < MAX_SIZES; optind++) {
		uint64_t size = size_arg(argv[optind]);

		if (!size || size % PAGE || size > 256ull << 40)
			return usage();
		opt.ioas[opt.nr_ioas++] = size;
	}
	if (!opt.reps || opt.memory < 4ul << 20 || opt.memory % (4ul << 20) || !opt.nr_ioas ||
	    optind < argc)
		return usage();
	return 0;
}

int main(int argc, char **argv)
{
	static const struct native_format *const formats[] = { &native_vtdss, &native_x86_64 };
	unsigned int layout, size, f;
	struct point p;
	int err = options(argc, argv);

	if (err)
		return err;
	if (native_memory_init(opt.memory))
		return 1;
	printf("compiler %s\n", __VERSION__);
	printf("memory %zu %lld\n", opt.memory, native_memory_huge());
	/* All points in each repetition, so that what else the machine does hits them alike. */
	for (p.rep = 0; p.rep < opt.reps; p.rep++) {
		for (size = 0; size < opt.nr_ioas; size++)
			for (f = 0; f < 2; f++)
				for (layout = 0; layout < 2 && !err; layout++) {
					p.f = formats[f];
					p.scattered = layout;
					p.ioas = opt.ioas[size];
					p.tables = tables_of(p.ioas);
					err = measure(&p);
				}
		if (fflush(stdout))
			err = -errno;
	}
	return err ? 1 : 0;
}

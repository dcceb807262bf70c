// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/emulated/guest/race.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/uapi/iommufd.h"

struct slot {
	uint32_t hwpt;
	uint64_t token;
	bool there;
	bool marked;
};

struct racer {
	pthread_t thread;
	unsigned int seed;
	unsigned int number;
	uint64_t next;
	struct slot slots[RACE_SLOTS];
};

static struct racer racers[RACE_THREADS];
static pthread_t mapper;
static atomic_bool stop;
static atomic_uint made, marked, destroyed, errors;
static int fd, memory;
static uint32_t device, ioas;

/* EBUSY is what everybody gets while something is preserved. */
static bool done(int err)
{
	if (err && err != -EBUSY && !errors++)
		printf("# a racing call failed: %s\n", strerrorname_np(-err));
	return !err;
}

static void step(struct racer *r)
{
	struct slot *s = &r->slots[rand_r(&r->seed) % RACE_SLOTS];

	if (!s->there) {
		s->there = done(iommufd_hwpt_alloc(fd, device, ioas, &s->hwpt));
		s->marked = false;
		made += s->there;
	} else if (!s->marked) {
		s->token = (uint64_t)(r->number + 1) << 32 | r->next++;
		s->marked = done(iommufd_mark(fd, s->hwpt, s->token));
		marked += s->marked;
	} else if (done(iommufd_destroy(fd, s->hwpt))) {
		s->there = false;
		destroyed++;
	}
}

static void *run(void *arg)
{
	while (!stop)
		step(arg);
	return NULL;
}

/* What could not be unmapped, because of a preserve that came between, is still there. */
static void *map(void *arg)
{
	static bool mapped;

	(void)arg;
	while (!stop) {
		if (mapped)
			mapped = !done(ioas_unmap(fd, ioas, RACE_IOVA, 4096));
		else
			mapped = done(iommufd_map_file(fd, ioas, memory, 0, 4096, RACE_IOVA));
	}
	return NULL;
}

void race_resume(void)
{
	unsigned int i;

	stop = false;
	for (i = 0; i < RACE_THREADS; i++)
		need(-pthread_create(&racers[i].thread, NULL, run, &racers[i]), "thread");
	need(-pthread_create(&mapper, NULL, map, NULL), "thread");
}

void race_start(int iommufd, const struct device *d, uint32_t where, int memfd)
{
	uint32_t dead;
	unsigned int i;

	fd = iommufd;
	device = d->id;
	ioas = where;
	memory = memfd;
	dead = hwpt_make(fd, d, ioas);
	need(iommufd_mark(fd, dead, RACE_TOKEN_DEAD), "mark");
	need(iommufd_destroy(fd, dead), "destroy");
	for (i = 0; i < RACE_THREADS; i++)
		racers[i].number = racers[i].seed = i;
	race_resume();
}

void race_pause(void)
{
	unsigned int i;

	stop = true;
	for (i = 0; i < RACE_THREADS; i++)
		pthread_join(racers[i].thread, NULL);
	pthread_join(mapper, NULL);
}

static unsigned int each(void (*what)(struct slot *, void *), void *arg)
{
	unsigned int i, k, n = 0;

	for (i = 0; i < RACE_THREADS; i++) {
		for (k = 0; k < RACE_SLOTS; k++) {
			struct slot *s = &racers[i].slots[k];

			if (!s->there)
				continue;
			n += s->marked;
			if (what)
				what(s, arg);
		}
	}
	return n;
}

static void clear(struct slot *s, void *arg)
{
	(void)arg;
	if (iommufd_destroy(fd, s->hwpt))
		check(false, "destroy of HWPT %u after the race", s->hwpt);
	s->there = false;
}

static void save(struct slot *s, void *arg)
{
	if (s->marked)
		fprintf(arg, "%llx\n", (unsigned long long)s->token);
}

void race_clear(void)
{
	each(clear, NULL);
}

int race_save(const char *path)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return -errno;
	each(save, out);
	return fclose(out) ? -errno : 0;
}

unsigned int race_alive(void)
{
	return each(NULL, NULL);
}

unsigned int race_made(void)
{
	return made;
}

unsigned int race_marked(void)
{
	return marked;
}

unsigned int race_destroyed(void)
{
	return destroyed;
}

unsigned int race_errors(void)
{
	return errors;
}

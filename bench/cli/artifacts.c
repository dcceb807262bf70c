// SPDX-License-Identifier: GPL-2.0-or-later
/* Where the built things are. */
#include "bench/cli/artifacts.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/cli/fleet.h"
#include "bench/lubench.h"
#include "bench/target/arch.h"

#define TEXT_MAX 65536

char *cache_dir(void)
{
	const char *cache = getenv("LUBENCH_CACHE"), *home = getenv("HOME");
	const char *xdg = getenv("XDG_CACHE_HOME");
	char *path = NULL;

	if (cache && *cache)
		return strdup(cache);
	if (asprintf(&path, "%s%s/lubench",
		     xdg && *xdg ? xdg
		     : home	 ? home
				 : "",
		     xdg && *xdg ? "" : "/.cache") < 0)
		return NULL;
	return path;
}

/* Directory of the running program: build/ of the tree, so ".." is the tree. */
static char *program_dir(void)
{
	char *path = realpath("/proc/self/exe", NULL), *slash;

	if (path && (slash = strrchr(path, '/')))
		*slash = '\0';
	return path;
}

char *file_text(const char *path)
{
	FILE *in = fopen(path, "re");
	char *text = in ? calloc(1, TEXT_MAX) : NULL;
	size_t n = 0;

	if (text)
		n = fread(text, 1, TEXT_MAX - 1, in);
	if (in)
		fclose(in);
	if (text && !n) {
		free(text);
		text = NULL;
	}
	return text;
}

char *plans_dir(void)
{
	const char *env = getenv("LUBENCH_PLANS");
	char *exe, *dir = NULL;

	if (env && *env)
		return strdup(env);
	exe = program_dir();
	if (exe && asprintf(&dir, "%s/../bench/plan/plans", exe) < 0)
		dir = NULL;
	free(exe);
	if (dir && access(dir, X_OK)) {
		free(dir);
		dir = strdup("bench/plan/plans");
	}
	return dir;
}

char *plan_path(const char *name)
{
	size_t len = strlen(name);
	char *dir, *path = NULL;

	if (strchr(name, '/') || (len > 4 && !strcmp(name + len - 4, ".ini")))
		return strdup(name);
	dir = plans_dir();
	if (!dir || asprintf(&path, "%s/%s.ini", dir, name) < 0)
		path = NULL;
	free(dir);
	return path;
}

static char *beside(const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	char *path = NULL, *text;

	if (asprintf(&path, "%.*s%s", slash ? (int)(slash - file) + 1 : 0, file, name) < 0)
		return NULL;
	text = file_text(path);
	free(path);
	return text;
}

static void read_kernel(struct artifacts *a)
{
	char *text = beside(a->kernel, "build-id");

	if (text)
		snprintf(a->build_id, sizeof(a->build_id), "%.*s", (int)strcspn(text, " \n"), text);
	free(text);
	a->provenance = beside(a->kernel, "provenance.json");
}

static int find_kernel(struct artifacts *a, const char *cache, const char *arch, const char *kernel)
{
	const struct target_arch *known = target_arch_find(arch);
	char *colon;

	if (strchr(kernel, '/')) {
		a->kernel = strdup(kernel);
	} else {
		char sel[64];

		snprintf(sel, sizeof(sel), "%s", kernel);
		if ((colon = strchr(sel, ':')))
			*colon = '-';
		if (asprintf(&a->kernel, "%s/kernels/%s-%s/%s", cache, arch, sel,
			     known ? known->kernel : "Image") < 0)
			a->kernel = NULL;
	}
	if (!a->kernel)
		return -ENOMEM;
	read_kernel(a);
	return 0;
}

/* As kernel/package.sh lays it down; the architecture is in the name of the image. */
/* As package.sh names it: make takes no colon in a path. */
static void host_name(const char *host, char *name, size_t len)
{
	char *p;

	fleet_name(host, name, len);
	while ((p = strchr(name, ':')))
		*p = '_';
}

char *artifacts_known_hosts(const char *host)
{
	char *cache = cache_dir(), *dir = NULL, *path = NULL, name[256];

	host_name(host, name, sizeof(name));
	if (cache && asprintf(&dir, "%s/hosts/%s", cache, name) < 0)
		dir = NULL;
	if (dir && !make_dirs(dir) && !chmod(dir, 0700) &&
	    asprintf(&path, "%s/known_hosts", dir) < 0)
		path = NULL;
	free(dir);
	free(cache);
	return path;
}

int artifacts_of_host(struct artifacts *a, const char *host)
{
	static const char *const images[] = { "bzImage", "Image" };
	char *cache = cache_dir(), *path = NULL, name[256];
	int err = cache ? -ENOENT : -ENOMEM;
	size_t i;

	host_name(host, name, sizeof(name));
	for (i = 0; cache && err && i < ARRAY_LEN(images); i++) {
		if (asprintf(&path, "%s/hosts/%s/kernel/%s", cache, name, images[i]) < 0) {
			err = -ENOMEM;
			break;
		}
		err = access(path, R_OK) ? -ENOENT : 0;
		if (err)
			free(path);
	}
	free(cache);
	if (err)
		return err;
	a->kernel = path;
	read_kernel(a);
	return 0;
}

void artifacts_release(const struct artifacts *a, char *buf, size_t len)
{
	json_t *prov = a->provenance ? json_loads(a->provenance, 0, NULL) : NULL;
	const char *release = json_string_value(json_object_get(prov, "release"));

	snprintf(buf, len, "%s", release ? release : "");
	json_decref(prov);
}

int artifacts_find(struct artifacts *a, const char *arch, const char *kernel)
{
	char *cache = cache_dir(), *exe = program_dir();
	const char *agent = getenv("LUBENCH_AGENT"), *image = getenv("LUBENCH_IMAGE");
	int err = cache && exe ? 0 : -ENOMEM;

	if (!err && !a->kernel)
		err = find_kernel(a, cache, arch, kernel);
	if (!err && !a->image) {
		if (image && *image)
			a->image = strdup(image);
		else if (asprintf(&a->image, "%s/images/%s.ext4", cache, arch) < 0)
			a->image = NULL;
	}
	if (!err && !a->tools && asprintf(&a->tools, "%s/tools/%s.ext4", cache, arch) < 0)
		a->tools = NULL;
	if (!err && !a->key && asprintf(&a->key, "%s/ssh/id_ed25519", cache) < 0)
		a->key = NULL;
	if (!err && !a->agent) {
		if (agent && *agent)
			a->agent = strdup(agent);
		else if (asprintf(&a->agent, "%s/agent/%s/lubench-agent", exe, arch) < 0)
			a->agent = NULL;
	}
	if (!err && (!a->image || !a->tools || !a->key || !a->agent))
		err = -ENOMEM;
	free(cache);
	free(exe);
	return err;
}

void artifacts_free(struct artifacts *a)
{
	free(a->kernel);
	free(a->provenance);
	free(a->image);
	free(a->tools);
	free(a->key);
	free(a->agent);
	memset(a, 0, sizeof(*a));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* A run that compares kernels: which they are, where they lie, and that the next launch is of the right one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/cli/campaign.h"
#include "bench/lubench.h"
#include "bench/target/fake.h"
#include "bench/target/qemu.h"

static int check(const struct campaign *c)
{
	if (c->plan.nr_kernels < 2)
		return 0;
	if (!c->target.row->machine && !c->target.row->simulated) {
		lub_err("kernel %s: only an emulated target is launched with one kernel after the other; on a host give --kernel one of them, twice, and use lubench compare",
			plan_kernels_text(&c->plan));
		return -EINVAL;
	}
	/* Of the others the report tells modes apart, or layouts, and not kernels. */
	if (strcmp(c->plan.scenario, "preserve")) {
		lub_err("kernel %s: only scenario preserve compares kernels in one run; use --kernel with one of them, or make bench-compare",
			plan_kernels_text(&c->plan));
		return -EINVAL;
	}
	/* Their samples have a param `kernel`, too: the side of the kexec. */
	if (strcmp(plan_probes_text(&c->plan), "off") || c->perf) {
		lub_err("kernel %s: neither probes nor --perf go with several kernels; use --kernel with one of them",
			plan_kernels_text(&c->plan));
		return -EINVAL;
	}
	return 0;
}

int kernels_choose(struct campaign *c, const char *option)
{
	struct plan *plan = &c->plan;

	if (option && strchr(option, ',') && !strchr(option, '/')) {
		if (plan_set_kernels(plan, option)) {
			lub_err("--kernel %s: not a list of kernels; use series, series:N, base, each once, %d at most",
				option, PLAN_KERNELS_MAX);
			return -EINVAL;
		}
	} else if (option) {
		plan->nr_kernels = 0;
	}
	snprintf(c->kernel_list, sizeof(c->kernel_list), "%s", plan_kernels_text(plan));
	c->kernel = plan->nr_kernels ? c->kernel_list : option ? option : "series";
	if (plan->nr_kernels == 1)
		plan->nr_kernels = 0;
	return check(c);
}

int kernels_find(struct campaign *c, const char *arch)
{
	size_t i;

	for (i = 0; i < c->plan.nr_kernels; i++) {
		struct artifacts *k = &c->kernels[i];
		const char *name = c->plan.kernels[i];

		if (artifacts_find(k, arch, name)) {
			lub_err("out of memory");
			return -ENOMEM;
		}
		if (c->target.row->simulated) {
			snprintf(k->build_id, sizeof(k->build_id), FAKE_BUILD_ID);
		} else if (access(k->kernel, R_OK)) {
			lub_err("kernel image %s: %s; the plan compares kernels, and `make kernel KERNEL=%s` makes this one",
				k->kernel, strerror(errno), name);
			return -ENOENT;
		}
	}
	return kernels_use(c, c->plan.kernels[0]);
}

int kernels_use(struct campaign *c, const char *name)
{
	struct artifacts *k = c->kernels;
	char *image, *provenance;

	while (strcmp(c->plan.kernels[k - c->kernels], name))
		k++;
	image = strdup(k->kernel);
	provenance = k->provenance ? strdup(k->provenance) : NULL;
	if (!image || (k->provenance && !provenance)) {
		free(image);
		free(provenance);
		return -ENOMEM;
	}
	if (c->up)
		c->target.row->ops->stop(&c->target);
	c->up = false;
	free(c->artifacts.kernel);
	free(c->artifacts.provenance);
	c->artifacts.kernel = image;
	c->artifacts.provenance = provenance;
	memcpy(c->artifacts.build_id, k->build_id, sizeof(k->build_id));
	c->target.kernel = image;
	return 0;
}

json_t *kernels_json(const struct campaign *c)
{
	json_t *all = json_array(), *one;
	char release[128];
	size_t i;

	for (i = 0; all && i < c->plan.nr_kernels; i++) {
		const struct artifacts *k = &c->kernels[i];

		artifacts_release(k, release, sizeof(release));
		one = json_pack("{s:s, s:s?, s:s?, s:o?}", "selection", c->plan.kernels[i],
				"build_id", *k->build_id ? k->build_id : NULL, "release",
				*release ? release : NULL, "provenance",
				k->provenance ? json_loads(k->provenance, 0, NULL) : NULL);
		if (json_array_append_new(all, one)) {
			json_decref(all);
			return NULL;
		}
	}
	return all;
}

const char *kernels_ids(const struct campaign *c, char buf[KERNELS_IDS])
{
	size_t len = 0, i;

	if (!c->plan.nr_kernels)
		snprintf(buf, KERNELS_IDS, "%s", c->artifacts.build_id);
	for (i = 0; i < c->plan.nr_kernels; i++)
		len += (size_t)snprintf(buf + len, KERNELS_IDS - len, "%s%s", i ? "," : "",
					c->kernels[i].build_id);
	return buf;
}

void kernels_free(struct campaign *c)
{
	size_t i;

	for (i = 0; i < PLAN_KERNELS_MAX; i++)
		artifacts_free(&c->kernels[i]);
}

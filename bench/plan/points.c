// SPDX-License-Identifier: GPL-2.0-or-later
/* From a parsed plan to blocks, cycles and points. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/agent/layout.h"
#include "bench/plan/plan.h"

/* Page tables may take this share of the memory; the rest is for kernel, memfds and the agent. */
#define TABLE_SHARE_PERCENT 60

#define TABLE_BYTES 4096ULL

/* What a table of four levels has on either side. */
#define ADDRESS_BITS 47

const struct plan_word plan_scenarios[] = {
	{ "preserve", "mark, preserve, kexec, restore, replace, finish" },
	{ "blackout", "where the time of the kexec goes, from reboot(2) to the first completion" },
	{ "walk", "page tables alone: fill, preserve, restore, unmap, by level and kind of entry" },
	{ "iotlb", "IOTLB hits, misses and invalidations before, during and after the kexec" },
	{ NULL, NULL },
};

const struct plan_word plan_layouts[] = {
	{ "dense", "one page beside the other, mapped in large pieces" },
	{ "split", "the same, each page mapped by a call of its own" },
	{ "sparse", "one page in each table: 4K every 2M, 2M every 1G" },
	{ "sparse2", "one page in each table of the second level" },
	{ "sparse3", "one page in each table of the third level" },
	{ NULL, NULL },
};

const struct plan_word plan_workloads[] = {
	{ "lsi", "SCRIPTS engine of an lsi53c895a (emulated targets): counter, stamp, copy" },
	{ "nvme", "queue full of reads of a throttled NVMe namespace (emulated targets)" },
	{ "e1000e", "receive ring of an 82574L: numbered frames from outside, each sent back" },
	{ "igb", "the same of an 82576, for real hosts; never run on hardware yet" },
	{ "dsa",
	  "queue full of copies of an Intel DSA, for real hosts; never run on hardware yet" },
	{ NULL, NULL },
};

const struct plan_word plan_modes[] = {
	{ "preserve", "IOMMU state carried over (kernel series)" },
	{ "rebuild", "same kexec, device reset, everything mapped again" },
	{ "crash", "crash kexec: control of the DMA detector" },
	{ NULL, NULL },
};

const struct plan_word *plan_word_find(const struct plan_word *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table;
	return NULL;
}

bool plan_has_mode(const struct plan *plan, const char *mode)
{
	size_t i;

	for (i = 0; i < plan->nr_modes; i++)
		if (!strcmp(plan->modes[i], mode))
			return true;
	return false;
}

int plan_set_modes(struct plan *plan, const char *text)
{
	struct plan found = { 0 };
	const char *at = text;
	char word[PLAN_NAME_MAX];
	size_t len;

	for (; at; at = *at ? at + 1 : NULL) {
		const struct plan_word *mode;

		at += strspn(at, " \t");
		len = strcspn(at, ", \t");
		snprintf(word, sizeof(word), "%.*s", (int)len, at);
		mode = plan_word_find(plan_modes, word);
		if (!mode || plan_has_mode(&found, word))
			return -EINVAL;
		found.modes[found.nr_modes++] = mode->name;
		at += len;
		at += strspn(at, " \t");
		if (*at && *at != ',')
			return -EINVAL;
		if (!*at)
			break;
	}
	memcpy(plan->modes, found.modes, sizeof(plan->modes));
	plan->nr_modes = found.nr_modes;
	len = 0;
	for (size_t i = 0; i < plan->nr_modes; i++)
		len += (size_t)snprintf(plan->mode + len, sizeof(plan->mode) - len, "%s%s",
					i ? "," : "", plan->modes[i]);
	return 0;
}

int plan_set_layouts(struct plan_matrix *m, const char *text)
{
	const struct plan_word *word;
	char name[PLAN_NAME_MAX];
	size_t len, i;

	for (m->nr_layout = 0;; text++) {
		text += strspn(text, " \t");
		len = strcspn(text, ", \t");
		snprintf(name, sizeof(name), "%.*s", (int)len, text);
		word = plan_word_find(plan_layouts, name);
		for (i = 0; word && i < m->nr_layout; i++)
			if (m->layout[i] == word->name)
				word = NULL;
		if (!word)
			return -EINVAL;
		m->layout[m->nr_layout++] = word->name;
		text += len;
		text += strspn(text, " \t");
		if (!*text)
			return 0;
		if (*text != ',')
			return -EINVAL;
	}
}

bool plan_is_walk(const struct plan *plan)
{
	return !strcmp(plan->scenario, "walk");
}

int plan_set_probes(struct plan *plan, const char *text)
{
	char found[PLAN_PROBES_MAX][PROBES_SET_MAX];
	uint32_t sets[PLAN_PROBES_MAX];
	size_t nr = 0, len, i;

	for (;; text += len + 1) {
		text += strspn(text, " \t");
		len = strcspn(text, ",");
		if (nr == PLAN_PROBES_MAX || len >= PROBES_SET_MAX)
			return -EINVAL;
		memcpy(found[nr], text, len);
		found[nr][len] = '\0';
		found[nr][strcspn(found[nr], " \t")] = '\0';
		if (probes_parse(found[nr], &sets[nr]))
			return -EINVAL;
		for (i = 0; i < nr; i++)
			if (sets[i] == sets[nr])
				return -EINVAL;
		nr++;
		if (!text[len])
			break;
	}
	memcpy(plan->probes, found, sizeof(found));
	plan->nr_probes = nr;
	return 0;
}

const char *plan_probes_text(const struct plan *plan)
{
	static char text[PLAN_PROBES_MAX * PROBES_SET_MAX];
	size_t len = 0, i;

	for (i = 0; i < plan->nr_probes; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? "," : "",
					plan->probes[i]);
	return text;
}

const char *plan_size(uint64_t bytes, char buf[24])
{
	static const char suffix[] = " KMGT";
	int i = 0;

	while (i < 4 && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		i++;
	}
	snprintf(buf, 24, "%llu%.*s", (unsigned long long)bytes, i ? 1 : 0, &suffix[i]);
	return buf;
}

uint64_t plan_tables(uint64_t ioas_bytes, uint64_t page_bytes)
{
	return layout_tables(NULL, ioas_bytes, page_bytes);
}

/* Where a working set is given, @hwpts tells blocks apart, too; 0 else. */
static struct plan_block *block_find(struct plan *plan, const struct plan_block *like,
				     uint64_t hwpts)
{
	struct plan_block *blocks;
	size_t i;

	for (i = 0; i < plan->nr_blocks; i++)
		if (plan->blocks[i].ioas_bytes == like->ioas_bytes &&
		    plan->blocks[i].page_bytes == like->page_bytes &&
		    plan->blocks[i].layout == like->layout &&
		    plan->blocks[i].working_set == like->working_set &&
		    plan->blocks[i].kexec_hwpts == like->kexec_hwpts &&
		    (!hwpts || plan->blocks[i].hwpts[0] == hwpts))
			return &plan->blocks[i];
	blocks = realloc(plan->blocks, (plan->nr_blocks + 1) * sizeof(*blocks));
	if (!blocks)
		return NULL;
	plan->blocks = blocks;
	blocks += plan->nr_blocks++;
	*blocks = *like;
	return blocks;
}

/* Sorted insertion; a value that is there already is the same point. */
static int block_add(struct plan_block *block, uint32_t hwpts)
{
	size_t i = 0;

	while (i < block->nr_hwpts && block->hwpts[i] < hwpts)
		i++;
	if (i < block->nr_hwpts && block->hwpts[i] == hwpts)
		return 0;
	if (block->nr_hwpts == PLAN_LIST_MAX)
		return -E2BIG;
	memmove(&block->hwpts[i + 1], &block->hwpts[i],
		(block->nr_hwpts - i) * sizeof(block->hwpts[0]));
	block->hwpts[i] = hwpts;
	block->nr_hwpts++;
	return 0;
}

/* All HWPT counts of one IOAS and page size: one block, or one for each count and working set. */
static int expand_hwpts(struct plan *plan, const struct plan_matrix *m, struct plan_block *like)
{
	bool sets = plan->nr_working_set;
	struct plan_block *block;
	size_t h, w;
	int err;

	for (h = 0; h < m->nr_hwpts; h++) {
		for (w = 0; !w || w < plan->nr_working_set; w++) {
			like->working_set = sets ? (uint32_t)plan->working_set[w] : 0;
			block = block_find(plan, like, sets ? m->hwpts[h] : 0);
			if (!block)
				return -ENOMEM;
			err = block_add(block, (uint32_t)m->hwpts[h]);
			if (err)
				return err;
		}
	}
	return 0;
}

static int expand_block(struct plan *plan, const struct plan_matrix *m, uint64_t ioas,
			uint64_t page, const char *layout, char *msg, size_t len)
{
	uint64_t stride = layout_stride(layout, page);
	struct plan_block like = { .ioas_bytes = ioas,
				   .page_bytes = page,
				   .layout = layout,
				   .kexec_hwpts = m->kexec_hwpts };
	char a[24], b[24];
	int err;

	if (ioas % page) {
		snprintf(msg, len, "%s:%u: ioas: %s is not a multiple of page %s; change one",
			 plan->file, m->line, plan_size(ioas, a), plan_size(page, b));
		return -EINVAL;
	}
	if (!stride || ioas / page > (1ULL << ADDRESS_BITS) / stride) {
		snprintf(
			msg, len,
			"%s:%u: layout: %s in pages of %s do not fit in %d bits of address as %s; lower ioas",
			plan->file, m->line, plan_size(ioas, a), plan_size(page, b), ADDRESS_BITS,
			layout ? layout : "dense");
		return -EINVAL;
	}
	err = expand_hwpts(plan, m, &like);
	if (err == -E2BIG) {
		snprintf(msg, len, "%s:%u: hwpts: more than %d counts for one ioas; drop some",
			 plan->file, m->line, PLAN_LIST_MAX);
		return -EINVAL;
	}
	if (err)
		return err;
	if (plan_is_walk(plan) && (m->nr_hwpts != 1 || m->hwpts[0] != 1)) {
		snprintf(msg, len, "%s:%u: hwpts: scenario walk measures one HWPT at a time; use 1",
			 plan->file, m->line);
		return -EINVAL;
	}
	return 0;
}

static int expand_matrix(struct plan *plan, const struct plan_matrix *m, char *msg, size_t len)
{
	size_t i, p, l;
	int err;

	for (l = 0; l < m->nr_layout || !l; l++) {
		for (p = 0; p < m->nr_page; p++) {
			for (i = 0; i < m->nr_ioas; i++) {
				err = expand_block(plan, m, m->ioas[i], m->page[p],
						   m->nr_layout ? m->layout[l] : NULL, msg, len);
				if (err)
					return err;
			}
		}
	}
	return 0;
}

static unsigned int block_line(const struct plan *plan, const struct plan_block *block)
{
	size_t m, i;

	for (m = 0; m < plan->nr_matrices; m++)
		for (i = 0; i < plan->matrices[m].nr_ioas; i++)
			if (plan->matrices[m].ioas[i] == block->ioas_bytes)
				return plan->matrices[m].line;
	return 0;
}

int plan_check_memory(const struct plan *plan, uint64_t memory, char *msg, size_t len)
{
	uint64_t room = memory / 100 * TABLE_SHARE_PERCENT, all = 0, each, most;
	size_t b, k;
	char mem[24], ioas[24], page[24];

	for (b = 0; b < plan->nr_blocks; b++) {
		const struct plan_block *block = &plan->blocks[b];

		most = block->hwpts[block->nr_hwpts - 1];
		if (block->kexec_hwpts > most)
			most = block->kexec_hwpts;
		for (k = 0; !block->kexec_hwpts && k < plan->nr_kexec_hwpts; k++)
			if (plan->kexec_hwpts[k] > most)
				most = plan->kexec_hwpts[k];
		each = layout_tables(block->layout, block->ioas_bytes, block->page_bytes);
		/* Scenario walk carries the tables of all blocks at once. */
		all = plan_is_walk(plan) && each <= room ? all + each * most * TABLE_BYTES : 0;
		if (each > UINT64_MAX / TABLE_BYTES / most || each * TABLE_BYTES * most > room ||
		    all > room) {
			snprintf(
				msg, len,
				"%s:%u: hwpts: %llu HWPTs of %s in %s pages need %.1f GiB of page tables, more than %d %% of memory %s; lower hwpts or ioas, or raise memory",
				plan->file, block_line(plan, block), (unsigned long long)most,
				plan_size(block->ioas_bytes, ioas),
				plan_size(block->page_bytes, page),
				(double)each * TABLE_BYTES * (double)most / (1ULL << 30),
				TABLE_SHARE_PERCENT, plan_size(memory, mem));
			return -EINVAL;
		}
	}
	return 0;
}

static bool matrix_carries(const struct plan *plan)
{
	size_t m;

	for (m = 0; m < plan->nr_matrices; m++)
		if (plan->matrices[m].kexec_hwpts)
			return true;
	return false;
}

int plan_expand(struct plan *plan, char *msg, size_t len)
{
	uint64_t points = 0;
	size_t m, b;
	int err;

	if (plan->nr_working_set && (plan->nr_kexec_hwpts || matrix_carries(plan))) {
		snprintf(
			msg, len,
			"%s: kexec_hwpts: with working_set every point is carried over as it is; leave one out",
			plan->file);
		return -EINVAL;
	}
	for (m = 0; m < plan->nr_matrices; m++) {
		err = expand_matrix(plan, &plan->matrices[m], msg, len);
		if (err)
			return err;
	}
	for (b = 0; b < plan->nr_blocks; b++)
		points += plan->blocks[b].nr_hwpts;
	if (plan->nr_blocks * (uint64_t)plan->cycles * plan_ways(plan) > PLAN_CYCLES_MAX ||
	    points * plan->cycles * plan_ways(plan) > 1000000) {
		snprintf(msg, len, "%s: more than %d cycles; lower cycles or the matrices",
			 plan->file, PLAN_CYCLES_MAX);
		return -EINVAL;
	}
	return 0;
}

void plan_free(struct plan *plan)
{
	free(plan->file);
	free(plan->blocks);
	memset(plan, 0, sizeof(*plan));
}

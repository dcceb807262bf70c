// SPDX-License-Identifier: GPL-2.0-or-later
/* Parser of plan files. */
#include "bench/plan/plan.h"

#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "bench/lubench.h"
#include "bench/plan/value.h"

/*
 * inih neither tells the line of a value nor of a section, so the lines are handed to it one by
 * one and counted here. The same place sees what inih would pass over in silence.
 */
struct parser {
	FILE *in;
	struct plan *plan;
	unsigned int line;
	bool failed;
	uint32_t seen_run;
	uint32_t seen_matrix[PLAN_MATRIX_MAX];
	char *msg;
	size_t len;
};

static int bad(struct parser *p, const char *key, const char *why)
{
	char *at;

	if (!p->failed) {
		snprintf(p->msg, p->len, "%s:%u: %s: %s", p->plan->file, p->line, key, why);
		/* what is no text at all must not get to a terminal */
		for (at = p->msg; *at; at++)
			if (!isprint((unsigned char)*at))
				*at = '?';
	}
	p->failed = true;
	return 0;
}

static int set_word(struct parser *p, const char *key, const char *value,
		    const struct plan_word *table, char *out)
{
	char why[256];
	size_t n;

	if (!plan_word_find(table, value)) {
		n = (size_t)snprintf(why, sizeof(why), "'%.40s' is unknown; use", value);
		for (; table->name; table++)
			n += (size_t)snprintf(why + n, sizeof(why) - n, " %s%s", table->name,
					      table[1].name ? " or" : "");
		return bad(p, key, why);
	}
	snprintf(out, PLAN_NAME_MAX, "%s", value);
	return 1;
}

static int set_u32(struct parser *p, const char *key, const char *value, uint64_t min, uint64_t max,
		   uint32_t *out)
{
	uint64_t number;
	char why[256];

	if (value_number(value, false, min, max, &number, why, sizeof(why)))
		return bad(p, key, why);
	*out = (uint32_t)number;
	return 1;
}

static int set_list(struct parser *p, const char *key, const char *value, bool size, uint64_t min,
		    uint64_t max, uint64_t *out, size_t *nr)
{
	char why[256];

	if (value_list(value, size, min, max, out, PLAN_LIST_MAX, nr, why, sizeof(why)))
		return bad(p, key, why);
	return 1;
}

static const char *const run_keys[] = {
	"scenario", "workload",	      "mode", "reps",	"cycles",      "kexec_hwpts", "memory",
	"budget_s", "point_budget_s", "kvm",  "probes", "probes_ring", "working_set", "kernel",
};

/* The first ones are needed. */
static const char *const matrix_keys[] = { "hwpts", "ioas", "page", "layout", "kexec_hwpts" };
#define MATRIX_NEEDED 3

/* Index of the key, or -1; says so when it is unknown or there already. */
static int find_key(struct parser *p, const char *section, const char *key, const char *const *keys,
		    size_t nr, uint32_t *seen)
{
	char why[256];
	size_t i, n;

	for (i = 0; i < nr && strcmp(keys[i], key); i++)
		;
	if (i == nr) {
		n = (size_t)snprintf(why, sizeof(why), "unknown key in [%.20s]; the keys are",
				     section);
		for (i = 0; i < nr; i++)
			n += (size_t)snprintf(why + n, sizeof(why) - n, " %s", keys[i]);
		bad(p, key, why);
		return -1;
	}
	if (*seen & (1u << i)) {
		bad(p, key, "given twice (or the line before goes on here); keep one");
		return -1;
	}
	*seen |= 1u << i;
	return (int)i;
}

static int set_ring(struct parser *p, const char *key, const char *value)
{
	uint64_t *ring = &p->plan->probes_ring;
	char why[256];

	/* A page of the target: 4 KiB on all that there are. */
	if (value_number(value, true, 4096, 1ULL << 30, ring, why, sizeof(why)))
		return bad(p, key, why);
	return *ring & (*ring - 1) ? bad(p, key, "not a power of two; use 512K, 1M, 2M, ...") : 1;
}

static int on_run(struct parser *p, const char *key, const char *value)
{
	struct plan *plan = p->plan;
	char why[256];

	switch (find_key(p, "run", key, run_keys, ARRAY_LEN(run_keys), &p->seen_run)) {
	case 0:
		return set_word(p, key, value, plan_scenarios, plan->scenario);
	case 1:
		return set_word(p, key, value, plan_workloads, plan->workload);
	case 2:
		return plan_set_modes(plan, value)
			       ? bad(p, key,
				     "not a list of modes; use preserve, rebuild, crash, or several with commas")
			       : 1;
	case 3:
		return set_u32(p, key, value, 1, 10000, &plan->reps);
	case 4:
		return set_u32(p, key, value, 1, 10000, &plan->cycles);
	case 5:
		return set_list(p, key, value, false, 1, PLAN_HWPTS_MAX, plan->kexec_hwpts,
				&plan->nr_kexec_hwpts);
	case 6:
		if (value_number(value, true, 512ULL << 20, 1ULL << 44, &plan->memory, why,
				 sizeof(why)))
			return bad(p, key, why);
		return plan->memory % (1 << 20) ? bad(p, key, "not a whole number of MiB; round it")
						: 1;
	case 7:
		return set_u32(p, key, value, 0, 10000000, &plan->budget_s);
	case 8:
		return set_u32(p, key, value, 1, 100000, &plan->point_budget_s);
	case 9:
		plan->kvm = !strcmp(value, "yes");
		return plan->kvm || !strcmp(value, "no")
			       ? 1
			       : bad(p, key, "neither of the two words; write yes or no");
	case 10:
		return plan_set_probes(plan, value)
			       ? bad(p, key,
				     "not a list of probes; use off, on, or names of `lubench list probes` with + in between, several with commas")
			       : 1;
	case 11:
		return set_ring(p, key, value);
	case 12:
		return set_list(p, key, value, false, 1, PLAN_WORKING_SET_MAX, plan->working_set,
				&plan->nr_working_set);
	case 13:
		return plan_set_kernels(plan, value)
			       ? bad(p, key,
				     "not a list of kernels; use series, series:N, base, several with commas, four at most")
			       : 1;
	default:
		return 0;
	}
}

static struct plan_matrix *matrix_find(struct parser *p, const char *section)
{
	struct plan *plan = p->plan;
	size_t i;

	for (i = 0; i < plan->nr_matrices; i++)
		if (!strcmp(plan->matrices[i].name, section))
			return &plan->matrices[i];
	if (i == PLAN_MATRIX_MAX) {
		bad(p, section, "too many matrices; merge some");
		return NULL;
	}
	plan->nr_matrices++;
	plan->matrices[i].line = p->line;
	snprintf(plan->matrices[i].name, PLAN_NAME_MAX, "%s", section);
	return &plan->matrices[i];
}

/* What only scenario walk can measure. */
static int set_pages(struct parser *p, struct plan_matrix *m, const char *key, const char *value)
{
	bool walk = plan_is_walk(p->plan);
	size_t i;

	if (!set_list(p, key, value, true, 4096, 1ULL << 30, m->page, &m->nr_page))
		return 0;
	for (i = 0; i < m->nr_page; i++)
		if (m->page[i] != 4096 && m->page[i] != 2 << 20 && !(walk && m->page[i] == 1 << 30))
			return bad(p, key,
				   walk ? "not a size of a table's entry; use 4K, 2M or 1G"
					: "not a page size that can be measured; use 4K or 2M");
	return 1;
}

static int set_layouts(struct parser *p, struct plan_matrix *m, const char *key, const char *value)
{
	if (!plan_is_walk(p->plan))
		return bad(p, key, "only scenario walk has it; take it out, or put [run] first");
	if (plan_set_layouts(m, value))
		return bad(p, key,
			   "not a list of layouts; use dense, split, sparse, sparse2, sparse3");
	return 1;
}

static int on_matrix(struct parser *p, const char *section, const char *key, const char *value)
{
	struct plan_matrix *m = matrix_find(p, section);

	if (!m)
		return 0;
	switch (find_key(p, section, key, matrix_keys, ARRAY_LEN(matrix_keys),
			 &p->seen_matrix[m - p->plan->matrices])) {
	case 0:
		m->line = p->line;
		return set_list(p, key, value, false, 1, PLAN_HWPTS_MAX, m->hwpts, &m->nr_hwpts);
	case 1:
		/* 2^46: below the 47 bits that a 4-level table has on either side. */
		return set_list(p, key, value, true, 4096, 1ULL << 46, m->ioas, &m->nr_ioas);
	case 2:
		return set_pages(p, m, key, value);
	case 3:
		return set_layouts(p, m, key, value);
	case 4:
		return plan_is_walk(p->plan)
			       ? bad(p, key,
				     "scenario walk carries all matrices over at once; put it into [run]")
			       : set_u32(p, key, value, 1, PLAN_HWPTS_MAX, &m->kexec_hwpts);
	default:
		return 0;
	}
}

static int on_value(void *user, const char *section, const char *key, const char *value)
{
	struct parser *p = user;

	if (p->failed)
		return 0;
	if (!strcmp(section, "run"))
		return on_run(p, key, value);
	if (!strncmp(section, "matrix.", 7) && section[7] && strlen(section) < PLAN_NAME_MAX)
		return on_matrix(p, section, key, value);
	return bad(p, *section ? section : key,
		   "unknown section; use [run] and [matrix.1], [matrix.2], ...");
}

/* What inih would swallow: text after a section's bracket, and lines longer than its buffer. */
static void check_line(struct parser *p, const char *text, size_t room)
{
	const char *at = text + strspn(text, " \t"), *end;
	size_t len = strlen(text);

	if (len + 1 == room && text[len - 1] != '\n') {
		bad(p, "line", "too long; split it into several matrices");
		return;
	}
	if (*at != '[')
		return;
	end = strchr(at, ']');
	if (!end)
		return;
	end += 1 + strspn(end + 1, " \t\r\n");
	if (*end && *end != ';' && *end != '#')
		bad(p, "section", "text after ']'; put each key on a line of its own");
}

static char *next_line(char *buf, int room, void *user)
{
	struct parser *p = user;

	if (p->failed || !fgets(buf, room, p->in))
		return NULL;
	p->line++;
	check_line(p, buf, (size_t)room);
	return buf;
}

static void defaults(struct plan *plan, const char *file)
{
	const char *base = strrchr(file, '/');
	char *dot;

	snprintf(plan->name, sizeof(plan->name), "%.31s", base ? base + 1 : file);
	dot = strrchr(plan->name, '.');
	if (dot && dot != plan->name)
		*dot = '\0';
	plan_set_modes(plan, "preserve");
	plan_set_probes(plan, "off");
	plan->probes_ring = 1 << 20;
	strcpy(plan->workload, "lsi");
	plan->reps = 5;
	plan->cycles = 1;
	plan->memory = 6ULL << 30;
	plan->point_budget_s = 60;
}

int plan_parse(FILE *in, const char *file, struct plan *plan, char *msg, size_t len)
{
	struct parser p = { .in = in, .plan = plan, .msg = msg, .len = len };
	size_t i;
	int rc;

	memset(plan, 0, sizeof(*plan));
	plan->file = strdup(file);
	if (!plan->file)
		return -ENOMEM;
	defaults(plan, file);
	rc = ini_parse_stream(next_line, &p, on_value, &p);
	if (rc && !p.failed) {
		/* Syntax errors are the only ones that on_value() and check_line() do not see. */
		p.line = rc > 0 ? (unsigned int)rc : p.line;
		bad(&p, "line", "neither a [section] nor key = value; correct it");
	}
	for (i = 0; !p.failed && i < plan->nr_matrices; i++)
		if (~p.seen_matrix[i] & ((1u << MATRIX_NEEDED) - 1))
			bad(&p, plan->matrices[i].name,
			    "needs all of hwpts, ioas and page; add what is missing");
	if (!p.failed && !plan->scenario[0])
		bad(&p, "scenario", "missing in [run]; add scenario = preserve");
	if (!p.failed && !plan->nr_matrices)
		bad(&p, "matrix.1", "no points at all; add a [matrix.1] section");
	return p.failed ? -EINVAL : 0;
}

int plan_load(const char *file, struct plan *plan, char *msg, size_t len)
{
	FILE *in = fopen(file, "re");
	int err;

	memset(plan, 0, sizeof(*plan));
	if (!in) {
		err = -errno;
		snprintf(msg, len, "%s: %s; `lubench list plans` shows the plans", file,
			 strerror(-err));
		return err;
	}
	err = plan_parse(in, file, plan, msg, len);
	if (!err && ferror(in)) {
		snprintf(msg, len, "%s: read error", file);
		err = -EIO;
	}
	fclose(in);
	if (!err)
		err = plan_expand(plan, msg, len);
	if (err == -ENOMEM)
		snprintf(msg, len, "%s: out of memory", file);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "bpf/calibrate.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KALLSYMS "/proc/kallsyms"

const char *const way_names[] = {
	[WAY_ABSENT] = "absent",
	[WAY_TRACEPOINT] = "tracepoint",
	[WAY_FENTRY] = "fentry",
	[WAY_KPROBE] = "kprobe",
};

/* A function that every kernel has and that nobody calls often. */
#define TRIAL "kernel_kexec"
#define TRIAL_ELSE "bpf_fentry_test1"

/* r0 = 0; exit */
static int try_fentry(const struct btf *btf)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FENTRY);
	int id = btf__find_by_name_kind(btf, TRIAL, BTF_KIND_FUNC), prog, link;

	if (id < 0)
		id = btf__find_by_name_kind(btf, TRIAL_ELSE, BTF_KIND_FUNC);
	if (id < 0)
		return -ENOENT;
	opts.attach_btf_id = (__u32)id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", nothing, 2, &opts);
	if (prog < 0)
		return prog;
	link = bpf_raw_tracepoint_open(NULL, prog);
	close(prog);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

void calibrate(struct calibration *c, bool kprobes_only)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->btf = btf__load_vmlinux_btf();
	if (!c->btf) {
		snprintf(c->no_btf, sizeof(c->no_btf),
			 "the kernel's types cannot be read (/sys/kernel/btf/vmlinux): %s",
			 strerror(errno));
		return;
	}
	err = kprobes_only ? -ECANCELED : try_fentry(c->btf);
	c->fentry = !err;
	if (err)
		snprintf(c->no_fentry, sizeof(c->no_fentry), "fentry: %s", strerror(-err));
}

enum way calibrate_tracepoint(const struct calibration *c, const char *name, char *why, size_t len)
{
	char type[80];

	if (!c->btf) {
		snprintf(why, len, "%s", c->no_btf);
		return WAY_ABSENT;
	}
	snprintf(type, sizeof(type), "btf_trace_%s", name);
	if (btf__find_by_name_kind(c->btf, type, BTF_KIND_TYPEDEF) > 0)
		return WAY_TRACEPOINT;
	snprintf(why, len, "this kernel has no tracepoint %s", name);
	return WAY_ABSENT;
}

int symbol_look(const char *path, const char *name, char *changed, size_t len)
{
	char line[256], type, word[200];
	size_t n = strlen(name);
	FILE *in = fopen(path, "re");
	int found = 0;

	*changed = '\0';
	if (!in)
		return -errno;
	while (fgets(line, sizeof(line), in)) {
		if (sscanf(line, "%*s %c %199s", &type, word) != 2 || !strchr("tTwW", type) ||
		    strncmp(word, name, n))
			continue;
		if (!word[n])
			found++;
		else if (word[n] == '.' && !*changed)
			snprintf(changed, len, "%s", word);
	}
	fclose(in);
	return found;
}

enum way calibrate_function(const struct calibration *c, const char *name, char *why, size_t len)
{
	char changed[80];
	int nr;

	*why = '\0';
	/* What is read of the kernel's structures needs its types, whichever way a program starts. */
	if (!c->btf) {
		snprintf(why, len, "%s", c->no_btf);
		return WAY_ABSENT;
	}
	if (c->fentry && btf__find_by_name_kind(c->btf, name, BTF_KIND_FUNC) > 0)
		return WAY_FENTRY;
	nr = symbol_look(KALLSYMS, name, changed, sizeof(changed));
	if (nr == 1) {
		snprintf(why, len, "%s",
			 c->fentry ? "its type is not in the kernel's BTF" : c->no_fentry);
		return WAY_KPROBE;
	}
	if (nr < 0)
		snprintf(why, len, "%s: %s", KALLSYMS, strerror(-nr));
	else if (nr > 1)
		snprintf(why, len, "%s: this kernel has %d functions of that name", name, nr);
	else if (*changed)
		snprintf(why, len, "%s: only as %s, which the compiler has changed", name, changed);
	else
		snprintf(why, len, "%s: inlined, or not in this kernel", name);
	return WAY_ABSENT;
}

void calibrate_free(struct calibration *c)
{
	btf__free(c->btf);
	c->btf = NULL;
}

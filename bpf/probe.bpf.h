/* SPDX-License-Identifier: GPL-2.0-only */
/* What every probe is made of. */
#ifndef BPF_PROBE_BPF_H
#define BPF_PROBE_BPF_H

#include <linux/bpf.h>
#include <linux/types.h>

#include "bpf/kernel.h"
#include "bpf/lubench.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

/* Set by the loader; its size comes from the plan, and it is one ring for all probes. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LUB_TOTALS + LUB_METRICS_MAX);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

/** struct lub_start - a call that has begun. */
struct lub_start {
	__u64 ns;
	__u64 word;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct lub_start);
} starts SEC(".maps");

const volatile struct lub_setup setup SEC(".rodata.setup");

/* The loader reads this section; no program does. */
#define LUB_METRICS \
	__attribute__((used)) const volatile struct lub_metric metrics[] SEC(".rodata.metrics")

char LICENSE[] SEC("license") = "GPL";

/* Is this a task of the agent? */
static __always_inline int lub_ours(void)
{
	return bpf_get_current_pid_tgid() >> 32 == setup.tgid;
}

static __always_inline void lub_count(__u32 index, __u64 n)
{
	__u64 *count = bpf_map_lookup_elem(&counts, &index);

	/* An interrupt on this processor may count, too. */
	if (count)
		__sync_fetch_and_add(count, n);
}

static __always_inline void lub_emit(__u16 metric, __u64 value)
{
	struct lub_record *r = bpf_ringbuf_reserve(&ring, sizeof(*r), 0);

	if (!r) {
		lub_count(LUB_DROPS, 1);
		return;
	}
	r->value = value;
	r->probe = setup.probe;
	r->metric = metric;
	r->tid = (__u32)bpf_get_current_pid_tgid();
	/* The ring is read between two measurements, never during one: nobody is to be woken. */
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
}

static __always_inline __u64 lub_key(__u16 metric)
{
	return bpf_get_current_pid_tgid() << 16 | metric;
}

/*
 * A call that begins while another one of the same task and kind is under way (in an interrupt) takes
 * its place, which costs that one its record: a drop.
 */
static __always_inline void lub_begin(__u16 metric, __u64 word)
{
	__u64 key = lub_key(metric);
	struct lub_start s = { bpf_ktime_get_ns(), word };

	if (!bpf_map_update_elem(&starts, &key, &s, BPF_NOEXIST))
		return;
	lub_count(LUB_DROPS, 1);
	bpf_map_update_elem(&starts, &key, &s, BPF_EXIST);
}

/* Exits are attached before entries: what has no beginning here began before the probe did. */
static __always_inline int lub_finish(__u16 metric, struct lub_start *s)
{
	__u64 key = lub_key(metric), now = bpf_ktime_get_ns();
	struct lub_start *found = bpf_map_lookup_elem(&starts, &key);

	if (!found)
		return 0;
	s->ns = now - found->ns;
	s->word = found->word;
	bpf_map_delete_elem(&starts, &key);
	return 1;
}

static __always_inline void lub_end(__u16 metric)
{
	struct lub_start s;

	if (lub_finish(metric, &s))
		lub_emit(metric, s.ns);
}

/*
 * Each place is offered in two ways; the loader takes the trampoline (fentry) where the kernel has it, and
 * else a breakpoint (kprobe).
 */
#define LUB_ENTRY(func, what)                             \
	SEC("fentry/" #func) int func##_fentry(void *ctx) \
	{                                                 \
		what;                                     \
		return 0;                                 \
	}                                                 \
	SEC("kprobe/" #func) int func##_kprobe(void *ctx) \
	{                                                 \
		what;                                     \
		return 0;                                 \
	}

#define LUB_EXIT(func, what)                                    \
	SEC("fexit/" #func) int func##_fexit(void *ctx)         \
	{                                                       \
		what;                                           \
		return 0;                                       \
	}                                                       \
	SEC("kretprobe/" #func) int func##_kretprobe(void *ctx) \
	{                                                       \
		what;                                           \
		return 0;                                       \
	}

/* The same with the function's first arguments, whose declarations follow. */
#define LUB_ENTRY_ARGS(func, what, ...)                                 \
	SEC("fentry/" #func) int BPF_PROG(func##_fentry, __VA_ARGS__)   \
	{                                                               \
		what;                                                   \
		return 0;                                               \
	}                                                               \
	SEC("kprobe/" #func) int BPF_KPROBE(func##_kprobe, __VA_ARGS__) \
	{                                                               \
		what;                                                   \
		return 0;                                               \
	}

#endif

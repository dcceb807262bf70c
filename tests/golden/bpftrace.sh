#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The bpftrace scripts without a kernel to trace: bpftrace reads each, checks types and makes code of it, against
# tracepoints and types that are written down here as Linux 7.3 has them. What they then see is for
# tests/emulated/bpftrace.sh.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

skip() { echo "skip: $*"; exit 4; }
for program in bpftrace gcc pahole objcopy unshare; do
	command -v $program >/dev/null || skip "no $program; run: make deps"
done

# event SYSTEM NAME {TYPE_AND_NAME OFFSET SIZE SIGNED}...: a format file as tracefs shows it
event() {
	local dir=$tmp/tracing/events/$1/$2 name=$2
	mkdir -p "$dir"
	echo "$1:$2" >>"$tmp/tracing/available_events"
	shift 2
	{
		printf 'name: %s\nID: 1\nformat:\n' "$name"
		printf '\tfield:%s;\toffset:%s;\tsize:%s;\tsigned:%s;\n' 'unsigned short common_type' 0 2 0 \
			'unsigned char common_flags' 2 1 0 'unsigned char common_preempt_count' 3 1 0 'int common_pid' 4 4 1
		echo
		printf '\tfield:%s;\toffset:%s;\tsize:%s;\tsigned:%s;\n' "$@"
		printf '\nprint fmt: ""\n'
	} >"$dir/format"
}
event iommu map 'u64 iova' 8 8 0 'u64 paddr' 16 8 0 'size_t size' 24 8 0
event iommu unmap 'u64 iova' 8 8 0 'size_t size' 16 8 0 'size_t unmapped_size' 24 8 0
event intel_iommu qi_submit 'u64 qw0' 8 8 0 'u64 qw1' 16 8 0 'u64 qw2' 24 8 0 'u64 qw3' 32 8 0 \
	'__data_loc char[] iommu' 40 4 0
event iommu_liveupdate iommufd_preserve_hwpt 'u64 token' 8 8 0 'u64 tables' 16 8 0 'u64 bytes' 24 8 0 'int ret' 32 4 1
event lock contention_begin 'void * lock_addr' 8 8 0 'unsigned int flags' 16 4 0
event lock contention_end 'void * lock_addr' 8 8 0 'int ret' 16 4 1
event sched sched_switch 'char prev_comm[16]' 8 16 0 'pid_t prev_pid' 24 4 1 'int prev_prio' 28 4 1 \
	'long prev_state' 32 8 1 'char next_comm[16]' 40 16 0 'pid_t next_pid' 56 4 1 'int next_prio' 60 4 1

# The types that the scripts name, as BTF.
cat >"$tmp/types.c" <<'C'
typedef unsigned int u32;
typedef unsigned long long u64;
typedef unsigned long size_t;
typedef int pid_t;
struct iommufd_ucmd { void *ictx; void *ubuffer; u32 user_size; void *cmd; void *new_obj; } a;
struct iommu_ioas_map { u32 size, flags, ioas_id, reserved; u64 user_va, length, iova; } b;
struct iommu_ioas_map_file { u32 size, flags, ioas_id; int fd; u64 start, length, iova; } c;
struct iommu_ioas_unmap { u32 size, ioas_id; u64 iova, length; } d;
size_t e;
pid_t f;
C
gcc -g -c -o "$tmp/types.o" "$tmp/types.c"
pahole -J "$tmp/types.o"
objcopy -O binary --only-section=.BTF --set-section-flags .BTF=alloc "$tmp/types.o" "$tmp/types.btf"

# What each kprobe is on has to be a name that the series or the kernel uses, here as it is in the scripts.
sed -n 's/^kprobe:\([a-z_0-9]*\),\{0,1\}$/\1/p' "$top"/bpf/scripts/*.bt | sort -u >"$tmp/tracing/available_filter_functions"

own=(unshare -m)
"${own[@]}" true 2>/dev/null || own=(unshare -rm)
"${own[@]}" true 2>/dev/null || skip "no mount namespace of one's own here, to show bpftrace made-up tracepoints in"
dry=-d
! bpftrace --help 2>&1 | grep -q -- --dry-run || dry=--dry-run

read_script() { # SCRIPT: as bpftrace does, up to the code
	# shellcheck disable=SC2016 # expanded in there
	BPFTRACE_BTF=$tmp/types.btf "${own[@]}" sh -c 'mount --bind "$1" /sys/kernel/tracing && exec bpftrace '$dry' "$2"' \
		- "$tmp/tracing" "$1" >"$tmp/out" 2>&1
}

failed=0
for script in "$top"/bpf/scripts/*.bt; do
	name=${script##*/}
	if read_script "$script"; then
		echo "ok - $name"
	else
		grep -aE 'ERROR|error:' "$tmp/out" | grep -v RLIMIT_MEMLOCK || tail -n 3 "$tmp/out"
		echo "not ok - $name"
		failed=1
	fi
	for part in USAGE SHOWS NEEDS COSTS EXAMPLE; do
		grep -q "^ \* $part  " "$script" || { echo "not ok - $name: no $part in its head"; failed=1; }
	done
	grep -q "^| \`$name\` |" "$top/bpf/scripts/README.md" || { echo "not ok - $name: not in README.md"; failed=1; }
	# These need uprobes on bpftrace itself, which neither every kernel has nor every way to start it.
	! grep -qE '^(BEGIN|END)\b' "$script" || { echo "not ok - $name: BEGIN or END"; failed=1; }
done

# bpftrace says that it likes everything where it cannot check: that would be no test.
echo 'tracepoint:iommu:map { @ = hist(args->colour); }' >"$tmp/wrong.bt"
! read_script "$tmp/wrong.bt" || { echo "not ok - a field that is not there is taken"; failed=1; }
exit $failed

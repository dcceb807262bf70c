#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# A cycle with perf beside the preserve calls: it ends well, its records say so, and its flame graph is of these
# calls. And what the record says where the IOMMU has no counters of its own.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

printf '%s\n' '[run]' 'scenario = preserve' 'reps = 100' 'cycles = 1' 'memory = 2G' 'kexec_hwpts = 1' \
	'[matrix.1]' 'hwpts = 16' 'ioas = 1G' 'page = 4K' >"$work/plan.ini"

# share RUN PATTERN: per mille of the samples whose stack matches
share() {
	awk -v p="$2" '{ all += $NF } $0 ~ p { n += $NF } END { print int(1000 * n / all) }' "$work/$1/perf-1.folded"
}

one_target() {
	local name=perf-$1 other
	use "$1"
	[ -e "$LUBENCH_CACHE/tools/$arch.ext4" ] || skip "no disk with perf for $arch; run: make TARGET=$1 tools"
	run "$name" -t "$1" -k "$series" -p "$work/plan.ini" --perf
	[ "$rc" -eq 0 ] || { show "$name"; fail "$1: exit status $rc"; }
	no_splat "$name"
	expect "$1: outcomes" "$(q "$name" '[.[] | select(.kind=="outcome") | .outcome] | unique | join(",")')" ok
	other=$(q "$name" '[.[] | select(.params and .params.probes != "perf")] | length')
	expect "$1: lines of this cycle that do not say perf" "$other" 0
	[ -s "$work/$name/perf-1.folded" ] || fail "$1: no folded stacks"
	[ "$(awk '{ n += $NF } END { print n }' "$work/$name/perf-1.folded")" -ge 50 ] || fail "$1: too few samples"
	# The rest is the agent telling perf when to sample. A profile of the whole cycle has next to none in this call.
	[ "$(share "$name" ';luo_session_preserve_fd;')" -ge 500 ] ||
		fail "$1: only $(share "$name" ';luo_session_preserve_fd;') of 1000 samples are in the preserve ioctl"
	[ "$(share "$name" ';iommufd_lu_preserve;.*kho_')" -ge 100 ] || fail "$1: nearly no sample below KHO"
	[ "$(share "$name" '\[unknown\]')" -le 50 ] || fail "$1: many samples without a name"
	grep -q 'iommufd_lu_preserve (' "$work/$name/perf.svg" || fail "$1: iommufd_lu_preserve is not in the picture"
	grep -q 'EMULATED' "$work/$name/perf.svg" || fail "$1: the picture does not say that it is emulated"
	ok "$1: $(awk '{ n += $NF } END { print n }' "$work/$name/perf-1.folded") samples," \
		"$(share "$name" ';luo_session_preserve_fd;') of 1000 in the preserve ioctl, $(share "$name" ';kho_') below KHO (emulated)"

	expect "$1: metrics without a PMU" "$(q "$name" '[.[] | select(.params.observer=="pmu")
		| "\(.metric) \(.value) \(.reason | .[0:21])"] | sort | join(", ")')" \
		"context.misses null no PMU of an IOMMU (d, iotlb.hits null no PMU of an IOMMU (d, iotlb.misses null no PMU of an IOMMU (d"
	ok "$1: counts of the IOMMU's own counters are null, with the reason, once"
}

for t in "${sample[@]}"; do
	one_target "$t"
done

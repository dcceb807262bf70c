#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# time-limit: 600
# Probes: what they count is what the kernel counts; with them on and off a run has the same outcomes and
# no record is dropped; a ring that is too small makes drops, which are shown, and numbers with a reason
# instead of wrong ones; a kernel that lacks a place says so.
set -euo pipefail
# shellcheck source=tests/emulated/lib.sh
. "$(dirname "$0")/lib.sh"

hwpts=64 reps=2

plan() { # NAME PROBES RING: writes a plan, prints its path
	printf '%s\n' '[run]' 'scenario = preserve' "reps = $reps" 'memory = 2G' "probes = $2" "probes_ring = $3" \
		'[matrix.1]' "hwpts = 1,$hwpts" 'ioas = 64M' 'page = 4K' >"$work/$1.ini"
	echo "$work/$1.ini"
}

# probe RUN METRIC KERNEL: values, a line each
probe() { values "$1" "${cycle:-2}" "probe.$2" ".kernel==\"$3\""; }

records() { # TARGET: off and on, one after the other
	local name=$1-run kernel table
	run "$name" -t "$1" -p "$(plan "$name" off,on 1M)" -k "$series"
	[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
	expect "$name: points that are ok" "$(q "$name" '[.[] | select(.kind=="outcome" and .outcome=="ok") | .params.probes] | join(" ")')" \
		'off off on on'
	expect "$name: samples of probes in the cycle without" \
		"$(q "$name" '[.[] | select(.kind=="sample" and .cycle==1) | select(.metric | startswith("probe."))] | length')" 0
	for kernel in outgoing incoming; do
		expect "$name: drops, $kernel" "$(probe "$name" drops $kernel)" 0
		expect "$name: absent places, $kernel" \
			"$(q "$name" "[.[] | select(.kind==\"probe\" and .kernel==\"$kernel\" and .way==\"absent\") | .point] | join(\" \")")" \
			"$(absent)"
	done
	# The IOMMU's own counters, which no emulated machine has, are another instrument.
	expect "$name: metrics without a value" \
		"$(q "$name" '[.[] | select(.kind=="sample" and .value==null and .params.observer!="pmu") | .metric] | join(" ")')" ''
	# each repetition of both points, and the one that is carried
	expect "$name: HWPTs preserved" "$(probe "$name" preserve.hwpt outgoing | wc -l)" $((reps * (1 + hwpts) + hwpts))
	expect "$name: HWPTs restored" "$(probe "$name" restore.hwpt incoming | wc -l)" "$hwpts"
	expect "$name: replaced" "$(probe "$name" replace incoming | wc -l)" 1
	table=$(values "$name" 2 pagetable.pages ".hwpts==1 and .phase==null")
	expect "$name: pages of one HWPT" "$(probe "$name" tables.hwpt outgoing | sort -u)" $((table - 1))
	"$lubench" report "$work/$name" >"$work/$name.report"
	grep -q '^dropped records: none$' "$work/$name.report" || fail "$name: the report does not say that nothing was dropped"
	grep -q "^rule: preserve.iommufd at $hwpts HWPTs of 64 MiB in 4 KiB pages" "$work/$name.report" ||
		fail "$name: the report has no probe effect"
	sed -n '/^What the probes saw/,/^The cycles with probes/p' "$work/$name.report"
	check_witness "$name" 1
	check_witness "$name" 2
	no_splat "$name"
	ok "$name: off and on, nothing dropped, counts as the kernel's own"
}

# Where both ways to submit commands are there, the second one is not needed.
absent() {
	[ "$arch" = x86_64 ] || echo arm_smmu_cmdq_issue_cmdlist
}

tiny_ring() { # TARGET
	local name=$1-tiny cycle=1 drops
	run "$name" -t "$1" -p "$(plan "$name" on 4K)" -k "$series"
	[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
	drops=$(probe "$name" drops outgoing)
	[ "${drops:-0}" -gt 0 ] || fail "$name: a ring of 4 KiB holds everything: ${drops:-no} drops"
	expect "$name: numbers of a probe that dropped some" "$(probe "$name" preserve.hwpt outgoing | sort -u)" null
	expect "$name: what is counted in the kernel" "$(probe "$name" kho.unpreserved outgoing | grep -c '^[1-9]')" 1
	# The report adds up both kernels.
	drops=$((drops + $(probe "$name" drops incoming)))
	"$lubench" report "$work/$name" >"$work/$name.report"
	grep "^DROPPED: $drops records" "$work/$name.report" || fail "$name: the report does not show the drops"
	grep 'records of probe phases were dropped; raise probes_ring (4096 bytes now)' "$work/$name.report" ||
		fail "$name: the report does not say why there is no number"
	ok "$name: $drops drops, shown"
}

without_series() { # TARGET: places that the series adds are absent, and that is said
	local name=$1-base base cycle=1
	base=$(kernel_of base)
	[ -n "$base" ] || skip "no base kernel for $arch in the cache; run: make kernel-base"
	run "$name" -t "$1" -p "$(plan "$name" on 1M)" -m rebuild -k "$base"
	[ $rc -eq 0 ] || { show "$name"; fail "$name: exit status $rc"; }
	expect "$name: HWPTs preserved" "$(probe "$name" preserve.hwpt outgoing)" null
	q "$name" '[.[] | select(.kind=="sample" and .metric=="probe.preserve.hwpt") | .reason] | unique | .[]' |
		grep -x 'iommu_liveupdate_preserve_domain: inlined, or not in this kernel' ||
		fail "$name: the reason is another"
	probe "$name" map outgoing | grep -q '^[1-9]' || fail "$name: no map was seen"
	ok "$name: what this kernel does not have is null with its reason"
}

for t in "${sample[@]}"; do
	use "$t"
	program=$(guest_program probes)
	guest "probes-$t" -t "$t" -k "$series" --push "$program" "/var/lib/lubench/probes"
	checks "probes-$t"
	no_splat "probes-$t"
	records "$t"
	tiny_ring "$t"
done
use "$native"
without_series "$native"
